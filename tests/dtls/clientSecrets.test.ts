import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { DtlsClient } from "../../services/dtls/client.ts";
import type { ClientOptions, Observation, Role, ServerOptions } from "../../services/dtls/types.ts";
import { Attacker } from "./attacks/support/attacker.ts";
import { DEVICE, OTHER_KEYS, SERVER, TRUST } from "./attacks/support/credentials.ts";
import { other, Pair } from "./attacks/support/pair.ts";
import { record, records, text } from "./attacks/support/wire.ts";

/** Told apart from everything else in any text. */
const IDENTITY = text("CANARY-identity-7f3a");
const KEY = text("CANARY-key-91c4-91c4-91c4-91c4");
const WRONG_KEY = text("CANARY-wrong-55aa-55aa-55aa");
const HINT = text("CANARY-hint-12fe");
const DATA = text("CANARY-data-3344");

const canaries = [IDENTITY, KEY, WRONG_KEY, HINT, DATA].flatMap((octets) => [
  Buffer.from(octets).toString("utf8"),
  Buffer.from(octets).toString("hex"),
  Buffer.from(octets).toString("base64").replace(/=+$/, ""),
  [...octets].join(", "),
]);

/** Whatever an application may print or keep. */
function expectSilent(...told: readonly unknown[]): void {
  expect(told.length).toBeGreaterThan(0);
  for (const one of told) {
    const shown = `${one instanceof Error ? `${one.message} ${one.stack}` : ""} ${inspect(one, { depth: 12, showHidden: true })} ${JSON.stringify(one)}`;
    for (const canary of canaries) expect(shown).not.toContain(canary);
  }
}

const psk = { identity: IDENTITY, key: KEY };
const known: ServerOptions["psk"] = (identity) => (Buffer.compare(identity, IDENTITY) === 0 ? KEY : undefined);

interface Way {
  readonly what: string;
  readonly client: ClientOptions;
  readonly server: ServerOptions;
  /** What is done to the pair once it has come as far as it comes. */
  readonly after?: (pair: Pair) => void;
}

const forge =
  (target: Role, type: number, ...content: number[]) =>
  (pair: Pair): void => {
    const sealed = { type, sequence: 60, content: Uint8Array.from(content) };
    pair.give(target, new Attacker(pair).seal(other(target), sealed));
  };
const x509 = { certificate: { chain: [SERVER.der], privateKey: SERVER.privateKey } };

const WAYS: readonly Way[] = [
  { what: "another key", client: { psk: { ...psk, key: WRONG_KEY } }, server: { psk: known } },
  { what: "an unknown identity", client: { psk }, server: { psk: () => undefined } },
  {
    what: "a key that cannot be used",
    client: { psk },
    server: { psk: () => new Uint8Array([...KEY, ...KEY, ...KEY]) },
  },
  {
    what: "no suite in common",
    client: { psk, suites: ["TLS_PSK_WITH_AES_128_GCM_SHA256"] },
    server: { psk: known, suites: ["TLS_PSK_WITH_AES_128_CCM_8"] },
  },
  {
    what: "rubbish that is authentic, for the server",
    client: { psk },
    server: { psk: known },
    after: forge("server", 21, 9),
  },
  {
    what: "rubbish that is authentic, for the client",
    client: { psk },
    server: { psk: known },
    after: forge("client", 22, 1, 2),
  },
  { what: "a fatal alert", client: { psk }, server: { psk: known }, after: forge("client", 21, 2, 80) },
  {
    what: "data, a replay and an end",
    client: { psk, serverName: "lwm2m.example" },
    server: { psk: known, pskIdentityHint: HINT },
    after: (pair) => {
      const datagram = pair.held("client", DATA);
      pair.give("server", datagram);
      pair.give("server", datagram);
      pair.give("client", record({ fragment: DATA }));
      pair.close("client");
      pair.carry();
    },
  },
  {
    what: "a certificate that is not trusted",
    client: { psk, trust: { anchors: [DEVICE.der] }, suites: ["TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"] },
    server: { psk: known, ...x509 },
  },
];

describe.each(WAYS)("with $what", ({ client, server, after }) => {
  it("no error, observation or drop tells a secret, and the ends as objects do not show one", () => {
    const observations: Observation[] = [];
    const observe = (one: Observation) => observations.push(one);
    const retransmission = { max: 1 };
    const pair = new Pair({
      client: { ...client, observe, retransmission },
      server: { ...server, observe, retransmission },
    }).connect();
    after?.(pair);
    for (const role of ["client", "server"] as const) {
      for (let turns = 0; turns < 4; turns++) pair.timeout(role);
    }
    const errors = [...pair.events.client, ...pair.events.server].flatMap((event) =>
      event.kind === "closed" && event.error !== undefined ? [event.error] : [],
    );
    expect(observations.length).toBeGreaterThan(4);
    expectSilent(...observations, ...errors, pair.client, pair.server, pair.association, pair.client.dropped);
  });
});

describe("a refusal of options", () => {
  const refusals: readonly (readonly [string, ClientOptions])[] = [
    ["a key too long", { psk: { identity: IDENTITY, key: new Uint8Array([...KEY, ...KEY, ...KEY]) } }],
    ["an identity too long", { psk: { identity: new Uint8Array(129).fill(0x43), key: KEY } }],
    ["a bad mtu", { psk, mtu: 3 }],
    ["an unusable suite", { psk, suites: ["TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"] }],
    ["a bad session", { psk, resume: text(`{"format":"${Buffer.from(KEY).toString("hex")}"}`) }],
    ["a session that is no JSON", { psk, resume: KEY }],
  ];

  it.each(refusals)("for %s tells no secret", (_what, options) => {
    let refused: unknown;
    try {
      new DtlsClient(options);
    } catch (error) {
      refused = error;
    }
    expect(refused).toMatchObject({ code: "option" });
    expectSilent(refused);
  });

  it("for a private key that does not fit tells nothing of it", () => {
    const { d } = OTHER_KEYS.p256.export({ format: "jwk" });
    const certificate = { chain: [SERVER.der], privateKey: OTHER_KEYS.p256 };
    let refused: unknown;
    try {
      new DtlsClient({ trust: TRUST, certificate });
    } catch (error) {
      refused = error;
    }
    const shown = inspect(refused, { depth: 12, showHidden: true });
    expect(shown).toContain("does not belong to the first certificate");
    expect(d?.length).toBeGreaterThan(40);
    expect(shown).not.toContain(d);
  });
});

describe("the key log", () => {
  it("is written only for who asks for it, one line a handshake in the format of RFC 9850, the same on both sides", () => {
    const lines: string[] = [];
    const server = { psk: known, keyLog: (line: string) => lines.push(line) };
    const pair = new Pair({ client: { psk }, server }).connect();
    expect(lines).toEqual(pair.keyLog);
    expect(lines).toHaveLength(1);
    const random = records(pair.history[0]!.bytes)[0]!.fragment.subarray(14, 46);
    expect(lines[0]).toMatch(new RegExp(`^CLIENT_RANDOM ${Buffer.from(random).toString("hex")} [0-9a-f]{96}$`));
    const resume = pair.client.resumption()!;
    new Pair({ client: { psk, resume }, server: pair.server }).connect();
    expect(lines).toHaveLength(2);
    expect(lines[1]!.split(" ")[2]).toBe(lines[0]!.split(" ")[2]);
    expect(lines[1]!.split(" ")[1]).not.toBe(lines[0]!.split(" ")[1]);
  });

  it("is not turned on by the environment", () => {
    const before = process.env.SSLKEYLOGFILE;
    const file = join(tmpdir(), `dtls-key-log-${process.pid}`);
    process.env.SSLKEYLOGFILE = file;
    try {
      new Pair({ client: { psk }, server: { psk: known } }).connect();
    } finally {
      if (before === undefined) delete process.env.SSLKEYLOGFILE;
      else process.env.SSLKEYLOGFILE = before;
    }
    expect(existsSync(file)).toBe(false);
  });
});
