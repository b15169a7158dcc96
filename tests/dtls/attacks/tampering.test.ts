import { describe, expect, it } from "@jest/globals";
import { concat } from "../../../services/dtls/bytes.ts";
import type { SuiteName } from "../../../services/dtls/suites.ts";
import type { ClientOptions, DropCounters, Role, ServerOptions } from "../../../services/dtls/types.ts";
import { Attacker } from "./support/attacker.ts";
import { PSK } from "./support/credentials.ts";
import { other, Pair } from "./support/pair.ts";
import { expectAlive, expectUntouched } from "./support/untouched.ts";
import { CONTENT_TYPE, flipBit, record, records, text } from "./support/wire.ts";

const ROLES: readonly Role[] = ["client", "server"];
const HEADER = 13;
const EXPLICIT_NONCE = 8;

interface Protection {
  readonly suite: SuiteName;
  readonly cid: boolean;
}

const PROTECTIONS: readonly Protection[] = [
  { suite: "TLS_PSK_WITH_AES_128_CCM_8", cid: false },
  { suite: "TLS_PSK_WITH_AES_128_CCM_8", cid: true },
  { suite: "TLS_PSK_WITH_AES_128_GCM_SHA256", cid: false },
  { suite: "TLS_PSK_WITH_AES_128_GCM_SHA256", cid: true },
  { suite: "TLS_PSK_WITH_AES_128_CBC_SHA256", cid: false },
  { suite: "TLS_PSK_WITH_AES_128_CBC_SHA256", cid: true },
];
const CASES = ROLES.flatMap((target) => PROTECTIONS.map((protection) => ({ target, ...protection })));

function connect({ suite, cid }: Protection): { pair: Pair; attacker: Attacker } {
  const common = { suites: [suite], allowCbc: true, connectionId: cid ? 4 : false } as const;
  const client: ClientOptions = { ...PSK.client, ...common };
  const server: ServerOptions = { ...PSK.server, ...common };
  const pair = new Pair({ client, server }).connect();
  return { pair, attacker: new Attacker(pair) };
}

function total(drops: DropCounters): number {
  return Object.values(drops).reduce((sum, count) => sum + count, 0);
}

describe.each(CASES)(
  "A7 a changed record of $suite (Connection ID: $cid), given to a $target",
  ({ target, ...protection }) => {
    const cidLength = protection.cid ? 4 : 0;

    it("is dropped, whichever bit of it is another", () => {
      const { pair } = connect(protection);
      const genuine = pair.held(other(target), text("genuine"));
      const before = total(pair.drops(target));
      for (let bit = 0; bit < 8 * genuine.length; bit++) {
        expect(pair.give(target, flipBit(genuine, bit))).toEqual({ datagrams: [], events: [] });
      }
      expect(total(pair.drops(target))).toBeGreaterThanOrEqual(before + 8 * genuine.length);
      pair.give(target, genuine);
      expect(pair.data(target)).toEqual(["genuine"]);
      expectAlive(pair);
    });

    it("is dropped, wherever it is cut, its length told truly", () => {
      const { pair } = connect(protection);
      const genuine = pair.held(other(target), text("genuine"));
      const [{ fragment, ...header } = { fragment: genuine }] = records(genuine, cidLength);
      const { connectionId, ...fields } = header as { connectionId?: Uint8Array };
      const id = connectionId === undefined ? {} : { connectionId };
      const cut = Array.from({ length: fragment.length }, (_, length) =>
        record({ ...fields, ...id, fragment: fragment.subarray(0, length) }),
      );
      expect(cut.length).toBeGreaterThan(16);
      expectUntouched(pair, target, cut, "unauthentic");
    });

    it("is dropped when it says of itself that it is of another type, version, epoch or number", () => {
      const { pair, attacker } = connect(protection);
      const from = other(target);
      const forge = (header: object, sequence: number) =>
        attacker.seal(from, { header, sequence, content: text("forged") });
      const types = protection.cid ? [] : [CONTENT_TYPE.alert, CONTENT_TYPE.handshake, CONTENT_TYPE.changeCipherSpec];
      const others = [
        ...types.map((type) => forge({ type }, 40)),
        forge({ sequence: 41 }, 42),
        forge({ sequence: 2 ** 40 }, 43),
      ];
      expectUntouched(pair, target, others, "unauthentic");
      expectUntouched(pair, target, [forge({ epoch: 2 }, 44), forge({ epoch: 0x0101 }, 45)], "epoch");
      expectUntouched(pair, target, [forge({ version: 0xfeff }, 46)], "malformed");
    });
  },
);

/** Node's own CCM would take any tag where there is nothing to decrypt. */
const EMPTY = ROLES.flatMap((target) => [
  { target, suite: "TLS_PSK_WITH_AES_128_CCM_8" as const, tagOctets: 8 },
  { target, suite: "TLS_PSK_WITH_AES_128_GCM_SHA256" as const, tagOctets: 16 },
]);

describe.each(EMPTY)("A7 a record of $suite that holds nothing, given to a $target", ({ target, suite, tagOctets }) => {
  const protection = { suite, cid: false };

  it("an empty record with a wrong tag is dropped", () => {
    const { pair, attacker } = connect(protection);
    const empty = attacker.seal(other(target), { sequence: 40, content: new Uint8Array(0) });
    expect(empty).toHaveLength(HEADER + EXPLICIT_NONCE + tagOctets);
    const tagAt = 8 * (HEADER + EXPLICIT_NONCE);
    const forged = Array.from({ length: 8 * tagOctets }, (_, bit) => flipBit(empty, tagAt + bit));
    const made = record({ epoch: 1, sequence: 41, fragment: new Uint8Array(EXPLICIT_NONCE + tagOctets) });
    expectUntouched(pair, target, [...forged, made], "unauthentic");
  });

  it("an empty alert and an empty handshake record with a wrong tag are dropped", () => {
    const { pair } = connect(protection);
    const fragment = new Uint8Array(EXPLICIT_NONCE + tagOctets);
    const forged = [CONTENT_TYPE.alert, CONTENT_TYPE.handshake].map((type) =>
      record({ type, epoch: 1, sequence: 42, fragment }),
    );
    expectUntouched(pair, target, forged, "unauthentic");
  });

  it("an empty record with the right tag is taken, and says nothing", () => {
    const { pair, attacker } = connect(protection);
    const before = total(pair.drops(target));
    const step = pair.give(target, attacker.seal(other(target), { sequence: 40, content: new Uint8Array(0) }));
    expect(step).toEqual({ datagrams: [], events: [], newest: true });
    expect(total(pair.drops(target))).toBe(before);
  });
});

describe.each(ROLES)("A8 lengths and types that cannot be, given to a %s", (target) => {
  const CLASSIC = { suite: "TLS_PSK_WITH_AES_128_CCM_8", cid: false } as const;

  it("a length beyond the datagram, and a header that is cut, are dropped", () => {
    const fragment = new Uint8Array(30);
    const headers = Array.from({ length: HEADER }, (_, length) => record({ epoch: 1, fragment }).subarray(0, length));
    const forged = [
      ...[31, 1_000, 18_432, 18_433, 65_535].map((length) => record({ epoch: 1, sequence: 40, fragment, length })),
      ...headers.slice(1),
    ];
    expectUntouched(connect(CLASSIC).pair, target, forged, "malformed");
  });

  it("a fragment longer than any can be is dropped before it is opened", () => {
    const forged = (length: number) => record({ epoch: 1, sequence: 40, fragment: new Uint8Array(length) });
    expectUntouched(connect(CLASSIC).pair, target, [forged(18_433)], "malformed");
    expectUntouched(connect(CLASSIC).pair, target, [forged(18_432)], "unauthentic");
  });

  it("an empty datagram is nothing", () => {
    const { pair } = connect(CLASSIC);
    expect(pair.give(target, new Uint8Array(0))).toEqual({ datagrams: [], events: [] });
    expectAlive(pair);
  });

  it("a protected record of no octets is dropped", () => {
    const forged = [23, 22, 21, 20].map((type) =>
      record({ type, epoch: 1, sequence: 40, fragment: new Uint8Array(0) }),
    );
    expectUntouched(connect(CLASSIC).pair, target, forged, "unauthentic");
  });

  it("an unknown content type is dropped", () => {
    const types = [0, 1, 19, 24, 26, 63, 64, 128, 255];
    const forged = types.flatMap((type) =>
      [0, 1].map((epoch) => record({ type, epoch, sequence: 40, fragment: new Uint8Array(30) })),
    );
    expectUntouched(connect(CLASSIC).pair, target, forged, "malformed");
  });

  it("what follows a good record is dropped, and the good one is delivered", () => {
    const { pair } = connect(CLASSIC);
    const genuine = pair.held(other(target), text("genuine"));
    const { malformed } = pair.drops(target);
    pair.give(target, concat([genuine, text("rubbish behind it")]));
    expect(pair.data(target)).toEqual(["genuine"]);
    expect(pair.drops(target).malformed).toBe(malformed + 1);
    expectAlive(pair);
  });

  it("a forged record does not take the good ones around it along", () => {
    const { pair } = connect(CLASSIC);
    const [one, two] = [pair.held(other(target), text("one")), pair.held(other(target), text("two"))];
    pair.give(target, concat([one!, flipBit(two!, 8 * two!.length - 1), two!]));
    expect(pair.data(target)).toEqual(["one", "two"]);
  });

  it("16384 octets are delivered, 16385 end the connection with record_overflow", () => {
    const { pair, attacker } = connect(CLASSIC);
    const from = other(target);
    pair.give(target, attacker.seal(from, { sequence: 40, content: new Uint8Array(16_384) }));
    expect(pair.data(target).map(({ length }) => length)).toEqual([16_384]);
    pair.give(target, attacker.seal(from, { sequence: 41, content: new Uint8Array(16_385) }));
    expect(pair.closed(target).error).toMatchObject({ code: "protocol", alert: "record_overflow" });
    expect(pair.data(target)).toHaveLength(1);
  });

  it.each([
    { what: "an alert of one octet", type: CONTENT_TYPE.alert, content: [2], alert: "decode_error" },
    { what: "an alert of three octets", type: CONTENT_TYPE.alert, content: [2, 40, 0], alert: "decode_error" },
    { what: "an alert of an unknown level", type: CONTENT_TYPE.alert, content: [3, 40], alert: "decode_error" },
    { what: "an empty handshake record", type: CONTENT_TYPE.handshake, content: [], alert: "decode_error" },
    {
      what: "a handshake header that is cut",
      type: CONTENT_TYPE.handshake,
      content: [20, 0, 0],
      alert: "decode_error",
    },
  ])("$what, authentic, ends the connection with $alert", ({ type, content, alert }) => {
    const { pair, attacker } = connect(CLASSIC);
    const forged = { type, sequence: 40, content: Uint8Array.from(content) };
    const { datagrams } = pair.give(target, attacker.seal(other(target), forged));
    expect(datagrams).toHaveLength(1);
    expect(attacker.open(target, datagrams[0]!)[0]).toBe(2);
    expect(pair.closed(target)).toMatchObject({ by: "local", error: { code: "protocol", alert } });
    expect(pair.end(target).state).toBe("closed");
  });
});
