import { createSecretKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { concat } from "../../services/dtls/bytes.ts";
import { DtlsClient } from "../../services/dtls/client.ts";
import { decodeClientHello } from "../../services/dtls/messages/clientHello.ts";
import { EXTENSION } from "../../services/dtls/messages/extensions.ts";
import { decodeServerHello, encodeServerHello } from "../../services/dtls/messages/serverHello.ts";
import type { Session } from "../../services/dtls/session.ts";
import { SessionCache } from "../../services/dtls/sessionCache.ts";
import { suiteOfName } from "../../services/dtls/suites.ts";
import type { ClientOptions, ServerOptions } from "../../services/dtls/types.ts";
import { Attacker } from "./attacks/support/attacker.ts";
import { DEVICE, IDENTITY, KEY, PSK, RPK, SERVER, X509 } from "./attacks/support/credentials.ts";
import { CLIENT_AT, Pair } from "./attacks/support/pair.ts";
import { expectAlive } from "./attacks/support/untouched.ts";
import { flipBit, fragmentOf, handshake, record, records, text } from "./attacks/support/wire.ts";

const DAY_MS = 24 * 3_600_000;
const KINDS = [
  { kind: "PSK", ...PSK },
  { kind: "X.509", ...X509 },
  { kind: "raw public keys", ...RPK },
];

/** The same client again, with what the first connection left it. */
function again(first: Pair, client: ClientOptions, resume = first.client.resumption()!): Pair {
  const next = new Pair({ client: { ...client, resume }, server: first.server });
  next.at = { ...CLIENT_AT, port: CLIENT_AT.port + 1 };
  return next.connect();
}

/** Length of the session id in the first ClientHello. */
function offeredLength(client: ClientOptions): number {
  const [hello] = new DtlsClient(client).start().datagrams;
  return decodeClientHello(fragmentOf(records(hello!)[0]!).bytes).sessionId.length;
}

describe.each(KINDS)("a session of $kind", ({ client, server }) => {
  it("is resumed in an abbreviated handshake: same peer, no certificates, other keys", () => {
    const first = new Pair({ client, server }).connect();
    const next = again(first, client);
    for (const role of ["client", "server"] as const) {
      const { connectionId: _before, ...before } = first.end(role).info!;
      const { connectionId: _after, ...after } = next.end(role).info!;
      expect(after).toEqual({ ...before, resumed: true });
    }
    const messages = next.history.filter(({ bytes }) => bytes[0] === 22).map(({ bytes }) => bytes[13]);
    expect(messages).toEqual([1, 3, 1, 2]);
    expectAlive(next);
    expectAlive(first);
  });

  it("is resumed more than once, and from a resumed connection", () => {
    const first = new Pair({ client, server }).connect();
    const second = again(first, client);
    const third = again(second, client);
    expect(third.client.info?.resumed).toBe(true);
    expect(again(first, client).client.info?.resumed).toBe(true);
  });

  it("that the server does not know becomes a full handshake, behind a cookie as ever", () => {
    const first = new Pair({ client, server }).connect();
    const elsewhere = new Pair({ client: { ...client, resume: first.client.resumption()! }, server }).connect();
    expect(elsewhere.client.info?.resumed).toBe(false);
    expect(elsewhere.history.filter(({ bytes }) => bytes[0] === 22).map(({ bytes }) => bytes[13])).toEqual(
      expect.arrayContaining([1, 3, 2]),
    );
    expect(elsewhere.client.resumption()).not.toEqual(first.client.resumption());
    expectAlive(elsewhere);
  });
});

describe("a session that is offered", () => {
  const resume = () => new Pair(PSK).connect().client.resumption()!;

  it("is one of the same credentials, name and trust; of others a full handshake is made", () => {
    const other: readonly ClientOptions[] = [
      { psk: { identity: text("other"), key: KEY } },
      { psk: { identity: IDENTITY, key: new Uint8Array(16) } },
      { ...PSK.client, serverName: "lwm2m.example" },
      { ...PSK.client, peerPublicKeys: [SERVER.spki] },
      { ...PSK.client, trust: { anchors: [SERVER.der] } },
      { ...PSK.client, rawPublicKey: { privateKey: DEVICE.privateKey } },
    ];
    expect(offeredLength({ ...PSK.client, resume: resume() })).toBe(32);
    for (const options of other) expect(offeredLength({ ...options, resume: resume() })).toBe(0);
  });

  it("is one of a suite that is offered", () => {
    const suites = ["TLS_PSK_WITH_AES_128_GCM_SHA256"] as const;
    expect(offeredLength({ ...PSK.client, suites, resume: resume() })).toBe(0);
  });

  it("is bound to the server name on the server's side too", () => {
    const first = new Pair({ ...X509, client: { ...X509.client, serverName: "lwm2m.example" } }).connect();
    const bytes = new TextDecoder().decode(first.client.resumption());
    const named = new DtlsClient({ ...X509.client, serverName: "192.0.2.1" });
    const { binding } = JSON.parse(new TextDecoder().decode(resumptionOf(named, X509.server))) as { binding: string };
    const forged = text(JSON.stringify({ ...JSON.parse(bytes), binding }));
    const pair = again(first, { ...X509.client, serverName: "192.0.2.1" }, forged);
    expect(pair.client.info?.resumed).toBe(false);
  });
});

/** What a client has after a connection. */
function resumptionOf(client: DtlsClient, server: ServerOptions): Uint8Array {
  const pair = new Pair({ ...X509, server });
  pair.client = client;
  pair.connect();
  return client.resumption()!;
}

/** A session of the server, with a field changed in the client's copy. */
function edited(session: Uint8Array, change: object): Uint8Array {
  return text(JSON.stringify({ ...(JSON.parse(new TextDecoder().decode(session)) as object), ...change }));
}

describe("a resumption that does not fit its session", () => {
  it("with another suite than the session's gets a full handshake from the server", () => {
    const suites = ["TLS_PSK_WITH_AES_128_GCM_SHA256"] as const;
    const first = new Pair(PSK).connect();
    const resume = edited(first.client.resumption()!, { suite: suites[0] });
    const pair = again(first, { ...PSK.client, suites }, resume);
    expect(pair.client.info).toMatchObject({ resumed: false, suite: suites[0] });
  });

  it("with another suite than the session's is refused by the client with illegal_parameter", () => {
    const first = new Pair(PSK).connect();
    const resume = edited(first.client.resumption()!, { suite: "TLS_PSK_WITH_AES_128_GCM_SHA256" });
    const pair = again(first, PSK.client, resume);
    expect(pair.closed("client").error).toMatchObject({ code: "protocol", alert: "illegal_parameter" });
  });

  it("without the extended master secret that the session has is refused by the server (RFC 7627 §5.3)", () => {
    const pair = withoutExtendedMasterSecret("client", new Pair(PSK).connect());
    expect(pair.closed("server").error).toMatchObject({ code: "protocol", alert: "handshake_failure" });
  });

  it("without the extended master secret that the session has is refused by the client", () => {
    const pair = withoutExtendedMasterSecret("server", new Pair(PSK).connect());
    expect(pair.closed("client").error).toMatchObject({ code: "protocol", alert: "handshake_failure" });
  });

  it("with an extended master secret that the session has not is refused by the client", () => {
    const first = new Pair(PSK).connect();
    const pair = again(first, PSK.client, edited(first.client.resumption()!, { extendedMasterSecret: false }));
    expect(pair.closed("client").error).toMatchObject({ code: "protocol", alert: "handshake_failure" });
  });

  it("with another master secret connects nobody", () => {
    const first = new Pair(PSK).connect();
    const pair = again(first, PSK.client, edited(first.client.resumption()!, { master: "00".repeat(48) }));
    expect(pair.client.state).toBe("handshaking");
    expect(pair.client.dropped.unauthentic).toBe(1);
  });
});

/** Takes the extension out of a hello of one side, while the session is resumed. */
function withoutExtendedMasterSecret(from: "client" | "server", first: Pair): Pair {
  const resume = first.client.resumption()!;
  const pair = new Pair({ client: { ...PSK.client, resume }, server: first.server });
  pair.start();
  pair.carry((sent) => {
    if (sent.from !== from || sent.bytes[13] !== (from === "client" ? 1 : 2)) return [sent.bytes];
    const [hello, ...rest] = records(sent.bytes);
    const fragment = withoutExtension(hello!.fragment, EXTENSION.extendedMasterSecret);
    return [concat([record({ type: 22, sequence: hello!.sequence, fragment }), ...rest.map(({ bytes }) => bytes)])];
  });
  return pair;
}

/** Gives an empty extension another number, which is none: a client hello may have it, a server hello may not. */
function withoutExtension(fragment: Uint8Array, extension: number): Uint8Array {
  const { type, sequence, bytes } = fragmentOf({ fragment });
  if (type === 2) {
    const hello = decodeServerHello(bytes);
    const extensions = new Map(hello.extensions);
    extensions.delete(extension);
    return handshake(type, sequence, encodeServerHello({ ...hello, extensions }));
  }
  const at = Buffer.from(fragment).indexOf(Buffer.from([extension >> 8, extension, 0, 0]));
  return Uint8Array.from([...fragment.subarray(0, at), 0x7f, 0x7f, ...fragment.subarray(at + 2)]);
}

describe("a session that came to harm is not resumed", () => {
  it("after a Finished that does not verify, by the server", () => {
    const first = new Pair(PSK).connect();
    const resume = first.client.resumption()!;
    const pair = new Pair({ client: { ...PSK.client, connectionId: false, resume }, server: first.server });
    pair.start();
    pair.carry(({ from, bytes }) => {
      const finished = from === "client" && bytes[0] === 20 ? records(bytes)[1] : undefined;
      if (finished === undefined) return [bytes];
      const attacker = new Attacker(pair);
      const content = flipBit(attacker.open("client", finished.bytes), 8 * 20);
      return [records(bytes)[0]!.bytes, attacker.seal("client", { type: 22, sequence: finished.sequence, content })];
    });
    expect(pair.closed("server").error).toMatchObject({ code: "protocol", alert: "decrypt_error" });
    expect(again(first, PSK.client, resume).client.info?.resumed).toBe(false);
  });

  it.each([
    { what: "this side sent", forged: { type: 21, content: Uint8Array.of(9, 9) } },
    { what: "the peer sent", forged: { type: 21, content: Uint8Array.of(2, 80) } },
  ])("after a fatal alert that $what (RFC 5246 §7.2.2)", ({ forged }) => {
    const first = new Pair(PSK).connect();
    const resume = first.client.resumption()!;
    first.give("server", new Attacker(first).seal("client", { ...forged, sequence: 40 }));
    expect(first.association!.state).toBe("closed");
    first.give("client", new Attacker(first).seal("server", { ...forged, sequence: 40 }));
    expect(first.client.resumption()).toBeUndefined();
    expect(again(first, PSK.client, resume).client.info?.resumed).toBe(false);
  });

  it("but after close_notify, and after being given up, it is", () => {
    for (const end of ["close", "abort"] as const) {
      const first = new Pair(PSK).connect();
      const resume = first.client.resumption()!;
      if (end === "close") first.close("client");
      else first.association!.abort();
      first.carry();
      expect(first.association!.state).toBe("closed");
      expect(again(first, PSK.client, resume).client.info?.resumed).toBe(true);
    }
  });
});

describe("the sessions that a server keeps", () => {
  const session = (id: number): Session => ({
    id: Uint8Array.of(id),
    suite: suiteOfName("TLS_PSK_WITH_AES_128_CCM_8")!,
    master: createSecretKey(new Uint8Array(48)),
    extendedMasterSecret: true,
    serverName: undefined,
    peer: { kind: "none" },
  });

  it("are as many as it was told, the oldest goes first", () => {
    const cache = new SessionCache(2, () => 0);
    for (const id of [1, 2, 3]) cache.add(session(id));
    expect([1, 2, 3].map((id) => cache.get(Uint8Array.of(id)) !== undefined)).toEqual([false, true, true]);
  });

  it("are a day old at most", () => {
    let now = 1_000;
    const cache = new SessionCache(10, () => now);
    cache.add(session(1));
    now += DAY_MS;
    expect(cache.get(Uint8Array.of(1))).toBeDefined();
    now += 1;
    expect(cache.get(Uint8Array.of(1))).toBeUndefined();
  });

  it("are none with `sessions: 0`: clients get no session id, and have nothing to resume", () => {
    const pair = new Pair({ ...PSK, server: { ...PSK.server, sessions: 0 } }).connect();
    expect(pair.client.resumption()).toBeUndefined();
  });

  it("are found through the server as they are in the cache", () => {
    let now = Date.now();
    const first = new Pair({ ...PSK, server: { ...PSK.server, sessions: 1, now: () => now } }).connect();
    const resume = first.client.resumption()!;
    now += DAY_MS;
    expect(again(first, PSK.client, resume).client.info?.resumed).toBe(true);
    now += 1;
    const late = again(first, PSK.client, resume);
    expect(late.client.info?.resumed).toBe(false);
    again(first, PSK.client, edited(resume, { id: "00" }));
    // The third session has taken the place of the second.
    expect(again(first, PSK.client, late.client.resumption()!).client.info?.resumed).toBe(false);
  });
});
