import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { decodeSmsDeliver, encodeSmsDeliver, SmsPduError, tpduLength } from "../../modem/at/smsPdu.ts";

const text = (payload: Uint8Array) => new TextDecoder().decode(payload);

/** The published example of an SMS-DELIVER with GSM 7 bit text (dreamfabric.com/sms). */
const HELLO = "07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37";

describe("an SMS-DELIVER", () => {
  it("gives its sender and its text of 7 bit characters", () => {
    const { from, payload } = decodeSmsDeliver(HELLO);
    expect(from).toBe("27838890001");
    expect(text(payload)).toBe("hellohello");
    expect(tpduLength(HELLO)).toBe(28);
  });

  it("gives a sender that has a name instead of a number", () => {
    // "Telia" is 5 septets in 9 semi-octets; the text is one "@".
    const { from, payload } = decodeSmsDeliver("000409D0D4323B1D060000112111000000000100");
    expect(from).toBe("Telia");
    expect(text(payload)).toBe("@");
  });

  it("gives UCS2 text as UTF-8 and leaves a user data header out", () => {
    const pdu = "00440191F10008112111000000000A050003CC020120AC00E5";
    expect(decodeSmsDeliver(pdu)).toEqual({ from: "+1", payload: new TextEncoder().encode("€å") });
  });

  it("begins a 7 bit text at the septet after the user data header", () => {
    // Header of 6 octets, one fill bit, then "Hi" as septets 7 and 8.
    const pdu = "00440191F100001121110000000009050003CC02019069";
    expect(text(decodeSmsDeliver(pdu).payload)).toBe("Hi");
  });

  it("has the euro sign and braces in the extension of the 7 bit alphabet", () => {
    expect(text(decodeSmsDeliver("00040191F1000011211100000000059BF2068502").payload)).toBe("€{(");
  });

  it("carries any 8 bit payload there and back", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 140 }),
        fc.stringMatching(/^\+?[0-9]{1,20}$/),
        fc.date({ min: new Date("2000-01-01"), max: new Date("2098-12-31"), noInvalidDate: true }),
        (payload, from, sentAt) => {
          const pdu = encodeSmsDeliver(from, payload, sentAt);
          expect(decodeSmsDeliver(pdu)).toEqual({ from, payload });
          expect(tpduLength(pdu)).toBe(pdu.length / 2 - 1);
        },
      ),
    );
  });

  it("that is cut anywhere, is another message or is no hexadecimal is refused, never thrown as something else", () => {
    for (let length = 0; length < HELLO.length; length++) {
      expect(() => decodeSmsDeliver(HELLO.slice(0, length))).toThrow(SmsPduError);
    }
    expect(() => decodeSmsDeliver(`0001${HELLO.slice(4)}`)).toThrow("not an SMS-DELIVER");
    expect(() => decodeSmsDeliver("0G")).toThrow("not hexadecimal octets");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        try {
          decodeSmsDeliver(Buffer.from(octets).toString("hex"));
        } catch (error) {
          expect(error).toBeInstanceOf(SmsPduError);
        }
      }),
    );
  });
});
