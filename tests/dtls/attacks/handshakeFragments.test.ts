/** Fragments that lie, and the bounds of what is kept of them. */
import { describe, expect, it } from "@jest/globals";
import { Reassembly } from "../../../services/dtls/handshake/reassembly.ts";
import { MESSAGES } from "../../../services/dtls/messages/messageType.ts";
import { KINDS } from "../support/kinds.ts";
import { completes, refuses } from "../support/outcomes.ts";
import { type Item, send } from "../support/script.ts";

const kind = KINDS.certificateCcm;
const CERTIFICATE = MESSAGES.certificate.code;

type Cut = NonNullable<Item["fragments"]>;

/** In order, of `length` octets each, each beginning `back` octets early. */
function pieces(length: number, back = 0): Cut {
  return ({ body }) =>
    Array.from({ length: Math.ceil(body.length / length) }, (_, index) => {
      const offset = Math.max(0, index * length - back);
      return { offset, bytes: body.subarray(offset, (index + 1) * length) };
    });
}

const halves: Cut = ({ body }) => [
  { offset: 0, bytes: body.subarray(0, 100) },
  { offset: 100, bytes: body.subarray(100) },
];

/** The two halves of a message with something between them. */
function between(piece: (body: Uint8Array) => ReturnType<Cut>[number]): Cut {
  return (message) => {
    const [first = {}, second = {}] = halves(message);
    return [first, piece(message.body), second];
  };
}

for (const role of ["client", "server"] as const) {
  describe(`B11 fragments, given to a ${role}`, () => {
    const withCertificate = (fragments: Cut) => ({ kind, fault: send("certificate", { fragments }) });

    it.each<[string, Cut]>([
      ["of one octet each are put together", pieces(1)],
      ["in reverse order are put together", (message) => pieces(40)(message).toReversed()],
      [
        "first the odd and then the even ones are put together",
        (message) =>
          pieces(40)(message).toSorted((one, other) => ((one.offset! / 40) % 2) - ((other.offset! / 40) % 2)),
      ],
      ["that overlap are put together", pieces(40, 13)],
      ["that come twice each are put together", (message) => pieces(40)(message).flatMap((piece) => [piece, piece])],
    ])("%s", (_, fragments) => {
      completes(role, withCertificate(fragments), { fragment: 0, overflow: 0 });
    });

    it("that overlap with other octets do not change what came first", () => {
      const fragments: Cut = ({ body }) => {
        const wrong = Uint8Array.from(body, (octet, index) => (index < 100 ? octet ^ 0xff : octet));
        return [
          { offset: 0, bytes: body.subarray(0, 100) },
          { offset: 50, bytes: wrong.subarray(50) },
        ];
      };
      completes(role, withCertificate(fragments));
    });

    it.each<[string, Cut]>([
      ["without octets of a message that has some", between(() => ({ offset: 100, bytes: new Uint8Array(0) }))],
      ["that reach past the end", between((body) => ({ offset: body.length - 1, bytes: new Uint8Array(2) }))],
      ["that begin past the end", between((body) => ({ offset: body.length + 1, bytes: new Uint8Array(1) }))],
      [
        "with another length of the message",
        between((body) => ({ length: body.length + 1, offset: 100, bytes: body.subarray(100) })),
      ],
      [
        "with a shorter length of the message",
        between((body) => ({ length: body.length - 1, offset: 100, bytes: body.subarray(100, 110) })),
      ],
      ["with another type of the message", between((body) => ({ type: 12, offset: 100, bytes: body.subarray(100) }))],
      ["of a type that there is not", between((body) => ({ type: 99, offset: 100, bytes: body.subarray(100) }))],
      [
        "of a message of 2^24 - 1 octets",
        between(() => ({ length: 0xffffff, offset: 0xfffff0, bytes: new Uint8Array(10) })),
      ],
    ])("%s are dropped, and the others make up the message", (_, fragments) => {
      completes(role, withCertificate(fragments), { fragment: 1 });
    });

    it("with a gap never make up a message", () => {
      const fragments: Cut = ({ body }) => [
        { offset: 0, bytes: body.subarray(0, 100) },
        { offset: 101, bytes: body.subarray(101) },
      ];
      refuses(role, withCertificate(fragments), {});
    });

    it("of 2^24 - 1 announced octets reserve nothing", () => {
      refuses(
        role,
        withCertificate(() => [{ length: 0xffffff, bytes: new Uint8Array(10) }]),
        { dropped: "fragment" },
      );
    });

    it("by the ten thousand do not hinder the message that they are of", () => {
      const flood: Cut = ({ body }) => [
        ...Array.from({ length: 10_000 }, (_, index) => {
          const offset = 2 * (index % Math.floor(body.length / 2));
          return { offset, bytes: body.subarray(offset, offset + 1) };
        }),
        {},
      ];
      const { dropped } = completes(role, withCertificate(flood));
      expect(dropped.overflow).toBeGreaterThan(1_000);
    });

    it("by the ten thousand of messages to come do not hinder the one that is next", () => {
      const ahead: Cut = ({ sequence }) => [
        ...Array.from({ length: 10_000 }, (_, index) => ({
          type: CERTIFICATE,
          length: 16_384,
          sequence: sequence + 100 + (index % 1_000),
          offset: index,
          bytes: Uint8Array.of(1),
        })),
        {},
      ];
      completes(role, withCertificate(ahead), { overflow: 10_000 });
    });

    it("of large messages that never come do not take the room of the one that is next", () => {
      const greedy: Cut = ({ sequence }) => [
        ...[6, 7].map((ahead) => ({
          type: CERTIFICATE,
          length: 16_384,
          sequence: sequence + ahead,
          offset: 5,
          bytes: Uint8Array.of(1),
        })),
        {},
      ];
      completes(role, withCertificate(greedy));
    });
  });
}

describe("B11 the memory of reassembly", () => {
  const piece = (sequence: number, offset: number, length: number) => ({
    type: CERTIFICATE,
    length,
    sequence,
    offset,
    bytes: Uint8Array.of(1),
  });

  it("holds 32 KiB of messages at most", () => {
    const reassembly = new Reassembly();
    const kept = Array.from({ length: 8 }, (_, sequence) => reassembly.add(piece(sequence, 0, 16_384)));
    expect(kept.filter((added) => added === "kept")).toHaveLength(2);
  });

  it("holds 64 pieces of a message at most", () => {
    const reassembly = new Reassembly();
    const added = Array.from({ length: 8_000 }, (_, index) => reassembly.add(piece(0, 2 * index, 16_384)));
    expect(added.filter((one) => one === "kept")).toHaveLength(64);
    expect(added.at(-1)).toBe("overflow");
  });

  it("holds 8 messages at most", () => {
    const reassembly = new Reassembly();
    const added = Array.from({ length: 100 }, (_, sequence) => reassembly.add(piece(sequence, 0, 10)));
    expect(added.filter((one) => one === "kept")).toHaveLength(8);
  });

  it("is free again when messages were dealt with", () => {
    const reassembly = new Reassembly();
    for (let sequence = 0; sequence < 10; sequence++) {
      expect(reassembly.add({ ...piece(sequence, 0, 16_384), bytes: new Uint8Array(16_384) })).toBe("kept");
      expect(reassembly.peek()?.body).toHaveLength(16_384);
      reassembly.advance();
    }
  });
});
