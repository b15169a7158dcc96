import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { parseCarrierCommand } from "../../modem/at/carrier/commands.ts";
import {
  CARRIER_EVENTS,
  type CarrierEventContent,
  type CarrierVocabulary,
  carrierPayloadOctets,
  formatCarrierEvent,
  parseCarrierEvent,
} from "../../modem/at/carrier/events.ts";
import { carrierSettingCommands, parseCarrierSetting } from "../../modem/at/carrier/settings.ts";
import { parseResponseLine } from "../../modem/at/commands/text.ts";

const vocabulary = fc.constantFrom<CarrierVocabulary>("new", "old");
const integer = fc.integer({ min: -2_147_483_648, max: 2_147_483_647 });
const path = fc
  .array(fc.integer({ min: 0, max: 65_535 }), { minLength: 1, maxLength: 4 })
  .map((ids) => ids.map((id) => `/${id}`).join(""));

/** Any event that a vocabulary has, with any content of its form. */
const event = vocabulary.chain((words) =>
  fc
    .constantFrom(...CARRIER_EVENTS[words])
    .chain(({ name, form }): fc.Arbitrary<[CarrierVocabulary, CarrierEventContent]> => {
      const data = fc.uint8Array({ maxLength: 4096 });
      const contents = {
        status: fc.record({ status: integer }),
        deferral: fc.record({ reason: integer, timeoutSeconds: integer }),
        error: fc.record({ type: integer, value: integer }),
        hexData: fc.record({ operation: fc.constant(0 as const), path, data }),
        rawData: fc.record({ operation: fc.constant(0 as const), path, data }),
      };
      return (contents[form] as fc.Arbitrary<CarrierEventContent>).map((content) => [words, { ...content, name }]);
    }),
);

describe("the carrier's notifications and commands", () => {
  it("read what they print, whatever octets a server has written", () => {
    fc.assert(
      fc.property(event, ([words, content]) => {
        const wire = formatCarrierEvent(words, content);
        const end = String.fromCharCode(...wire.slice(2, 80)).indexOf("\r\n") + 2;
        const line = String.fromCharCode(...wire.slice(2, end));
        const payload = wire.slice(end + 2);
        expect(carrierPayloadOctets(line)).toBe(payload.length);
        expect(parseCarrierEvent(words, line, payload)).toMatchObject(content);
      }),
    );
  });

  it("take or refuse any text, and never throw", () => {
    const digits = fc.constantFrom("0", "1", "-1", '"', ",", "/", '"apn"', '"error"', "add", '"/19/0"', " ", "\r", "é");
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(digits).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(vocabulary, text, (words, rest) => {
        parseCarrierCommand(words, rest);
        parseCarrierCommand(words, `"position",${rest}`);
        parseCarrierSetting(words, rest);
        parseCarrierSetting(words, `"carriers",${rest}`);
        parseResponseLine(carrierSettingCommands("carriers").get, `#XCARRIERCFG: ${rest}`);
        parseCarrierEvent(words, `#XCARRIEREVT: 12,${rest}`, new TextEncoder().encode(rest));
        carrierPayloadOctets(`#XCARRIEREVT: 11,${rest}`);
      }),
    );
  });
});
