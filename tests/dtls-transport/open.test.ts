/** Opening a session: the handshake, and how it fails. */
import { describe, expect, it } from "@jest/globals";
import type { OpenFailure, OpenOutcome } from "../../ports/transport.ts";
import { ALERTS } from "../../services/dtls/alerts.ts";
import { createDtlsTransport } from "../../services/dtls/dtlsTransport.ts";
import { CLIENT, IDENTITY, KEY, Network, SERVER, TAG, turn } from "./support/network.ts";

const failure = (outcome: OpenOutcome): OpenFailure => {
  if (outcome.kind === "open") throw new Error("it opened");
  return outcome;
};

describe("coaps over a transport of datagrams", () => {
  it("is a session that carries datagrams both ways, its peer known by the tag's key", async () => {
    const network = new Network();
    await network.serve();
    const client = await network.session(network.client());
    client.say("hello");
    await network.pass(100);
    expect(client.received).toEqual(["hello"]);
    expect(network.accepted[0]?.received).toEqual(["hello"]);
    expect(client.session.secure).toBe(true);
    expect(client.session.identity).toEqual({ kind: "psk", tag: TAG });
    expect(network.accepted[0]?.session.identity).toEqual({
      kind: "pskIdentity",
      fingerprint: expect.stringMatching(/^[0-9A-F]{64}$/),
    });
  });

  it("goes to port 5684 unless the URI names another (RFC 7252 §12.7)", async () => {
    const network = new Network();
    await network.serve();
    const client = await network.session(network.client());
    expect(client.session.peer).toEqual({ address: SERVER, port: 5684 });
    const elsewhere = network.client().open({ uri: `coaps://${SERVER}:7000/path`, securityTag: TAG });
    await turn();
    expect(network.wire.at(-1)?.to).toEqual({ address: SERVER, port: 7000 });
    await network.settle(elsewhere);
  });

  it("leaves coap to the transport underneath", async () => {
    const network = new Network();
    const outcome = await network.open(network.client(), { uri: `coap://${SERVER}` });
    expect(outcome).toMatchObject({ kind: "handshakeFailed", detail: "this transport has no DTLS" });
    expect(await network.client().open({ uri: `coap://${CLIENT}` })).toMatchObject({ kind: "open" });
    expect(network.wire).toEqual([]);
  });

  it("listens for coap without security when it was given none", async () => {
    const network = new Network();
    const transport = createDtlsTransport({ inner: network.memory.transport(SERVER), clock: network.clock });
    const sessions: boolean[] = [];
    await transport.listen({ address: SERVER, port: 5683 }, ({ secure }) => sessions.push(secure));
    const opened = await network.memory.transport(CLIENT).open({ uri: `coap://${SERVER}` });
    if (opened.kind === "open") opened.session.send(Uint8Array.of(1));
    await network.pass(100);
    expect(sessions).toEqual([false]);
  });

  it("fits a block of 1024 octets and CoAP's options into a datagram of 1212 (RFC 7252 §4.6)", async () => {
    const network = new Network();
    await network.serve();
    const { session } = await network.session(network.client());
    // Header 13, explicit nonce 8, tag 8; with a Connection ID its 6 octets and the type inside.
    expect(session.maxDatagram).toBe(1_212 - 29 - 7);
    await network.serve({ connectionId: false });
    const plain = await network.session(network.client());
    expect(plain.session.maxDatagram).toBe(1_212 - 29);
  });

  it("takes mtu from its parameters, and never more than the transport underneath has", async () => {
    const network = new Network();
    await network.serve({ connectionId: false });
    for (const [mtu, room] of [
      [512, 512],
      [4_096, 1_212],
    ] as const) {
      const { session } = await network.session(network.client({ parameters: { mtu } }));
      expect(session.maxDatagram).toBe(room - 29);
      session.close();
    }
  });
});

describe("credentials of a tag", () => {
  const unusable: readonly [what: string, tag: Network["tags"][number], detail: RegExp][] = [
    ["nothing", {}, /tag 26 is empty/],
    ["a PSK alone", { psk: KEY }, /tag 26 holds a PSK without its identity/],
    ["an identity alone", { pskIdentity: IDENTITY }, /tag 26 holds pskIdentity alone/],
    ["a PSK that is no hexadecimal", { psk: "canary-key", pskIdentity: IDENTITY }, /hexadecimal/],
    ["a PSK of 65 octets", { psk: "ab".repeat(65), pskIdentity: IDENTITY }, /at most 64/],
    ["an identity of 129 octets", { psk: KEY, pskIdentity: "i".repeat(129) }, /at most 128/],
    ["a private key alone", { privateKey: "canary-key" }, /private key that is of no use/],
    ["a certificate alone", { certificate: "x" }, /certificate without its private key/],
    ["no certificate for a CA", { ca: "canary" }, /CA certificate that is of no use/],
  ];
  for (const [what, tag, detail] of unusable) {
    it(`fail as credential when it holds ${what}, and nothing is sent`, async () => {
      const network = new Network();
      await network.serve();
      network.tags = { [TAG]: tag };
      const outcome = failure(await network.open(network.client()));
      expect(outcome.kind).toBe("credential");
      expect(outcome.detail).toMatch(detail);
      expect(outcome.detail).not.toContain("canary");
      expect(network.wire).toEqual([]);
      expect(network.clock.nextDue).toBeUndefined();
    });
  }

  it("fail as credential when no tag is named, or the store refuses", async () => {
    const network = new Network();
    const without = await network.client().open({ uri: `coaps://${SERVER}` });
    expect(without).toMatchObject({ kind: "credential", detail: expect.stringContaining("security tag") });
    const credentials = () => Promise.reject(new Error("the modem is off"));
    const refused = await network.open(network.client({ credentials }));
    expect(refused).toEqual({ kind: "credential", detail: "the modem is off" });
  });

  it("are wiped where they were handed over", async () => {
    const network = new Network();
    await network.serve();
    const given: Uint8Array[] = [];
    const credentials = async (tag: number) => {
      const content = await network.credentials(tag);
      given.push(...Object.values(content));
      return content;
    };
    await network.session(network.client({ credentials }));
    expect(given).toHaveLength(2);
    for (const content of given) expect(content.every((octet) => octet === 0)).toBe(true);
  });
});

describe("a handshake that comes to nothing", () => {
  it("is noRoute when not one datagram comes, after the waits of RFC 7925 §11", async () => {
    const network = new Network();
    const outcome = failure(await network.open(network.client()));
    expect(outcome.kind).toBe("noRoute");
    const sent = network.of("flight").map(({ time, retransmission }) => [time, retransmission]);
    expect(sent).toEqual([
      [0, 0],
      [9_000, 1],
      [27_000, 2],
      [63_000, 3],
    ]);
    expect(network.clock.now()).toBe(123_000);
  });

  it("takes other waits where they are set", async () => {
    const network = new Network();
    const parameters = { retransmission: { initialMs: 100, max: 1 } };
    await network.open(network.client({ parameters }));
    expect(network.clock.now()).toBe(300);
  });

  it("is handshakeFailed with the likely reason when the key is another", async () => {
    const network = new Network();
    await network.serve();
    network.keys.set(IDENTITY, "ffff");
    const outcome = failure(await network.open(network.client()));
    expect(outcome.kind).toBe("handshakeFailed");
    expect(outcome.detail).toMatch(/most likely the key/);
    expect(network.accepted).toEqual([]);
  });

  it("is handshakeFailed when the server does not know the identity", async () => {
    const network = new Network();
    await network.serve();
    network.keys.clear();
    expect(await network.open(network.client())).toMatchObject({ kind: "handshakeFailed" });
  });

  it("is handshakeFailed, without a word of keys, when the server falls silent before", async () => {
    const network = new Network();
    await network.serve();
    network.memory.lose({ name: "after the cookie", when: ({ from }, n) => from.address === SERVER && n > 0 });
    const outcome = failure(await network.open(network.client()));
    expect(outcome.kind).toBe("handshakeFailed");
    expect(outcome.detail).not.toMatch(/key/);
  });

  it("has the number of the server's alert", async () => {
    const network = new Network();
    await network.serve({ suites: ["TLS_PSK_WITH_AES_128_GCM_SHA256"] });
    const parameters = { suites: ["TLS_PSK_WITH_AES_128_CCM_8"] } as const;
    const outcome = await network.open(network.client({ parameters }));
    expect(outcome).toMatchObject({ kind: "handshakeFailed", alert: ALERTS.handshake_failure.code });
  });

  it("is noRoute for a URI that is none, and for a host that is not there", async () => {
    const network = new Network();
    const client = network.client();
    expect(await network.open(client, { uri: "coaps://a b" })).toMatchObject({ kind: "noRoute" });
    expect(await network.open(client, { uri: "coaps://nowhere.example" })).toMatchObject({ kind: "noRoute" });
  });

  it("leaves nothing open, and the next attempt works", async () => {
    const network = new Network();
    await network.serve();
    const client = network.client();
    network.keys.set(IDENTITY, "ffff");
    await network.open(client);
    // The server's own wait for the client ends too.
    await network.pass(600_000);
    expect(network.clock.nextDue).toBeUndefined();
    network.keys.set(IDENTITY, KEY);
    const session = await network.session(client);
    session.say("after all");
    await network.pass(100);
    expect(session.received).toEqual(["after all"]);
  });
});

describe("an attempt that is given up", () => {
  const moments: readonly [when: string, ms: number][] = [
    ["before the first datagram", 0],
    ["while the server is silent", 5_000],
    ["in the middle of the handshake", 12],
  ];
  for (const [when, ms] of moments) {
    it(`ends at once ${when}: no session, no timer, nothing more on the wire`, async () => {
      const network = new Network();
      if (ms === 12) await network.serve();
      const client = network.client();
      const giveUp = new AbortController();
      const opening = client.open({ uri: `coaps://${SERVER}`, securityTag: TAG, signal: giveUp.signal });
      if (ms > 0) await network.pass(ms);
      expect(network.wire.length).toBe(ms === 0 ? 0 : ms === 12 ? 3 : 1);
      giveUp.abort();
      expect(await opening).toEqual({ kind: "noRoute", detail: expect.stringContaining("given up") });
      const { length } = network.wire;
      await network.pass(10);
      const bySelf = network.wire.slice(length).filter(({ from }) => from.address === CLIENT);
      expect(bySelf).toEqual([]);
      expect(network.accepted).toEqual([]);
      if (ms !== 12) expect(network.clock.nextDue).toBeUndefined();
    });
  }

  it("was given up before it began", async () => {
    const network = new Network();
    await network.serve();
    const outcome = await network.open(network.client(), { signal: AbortSignal.abort() });
    expect(outcome).toEqual({ kind: "noRoute", detail: "given up" });
    expect(network.wire).toEqual([]);
  });

  it("does not touch a session that is there already", async () => {
    const network = new Network();
    await network.serve();
    const giveUp = new AbortController();
    const client = await network.session(network.client(), { signal: giveUp.signal });
    giveUp.abort();
    client.say("still here");
    await network.pass(100);
    expect(client.received).toEqual(["still here"]);
    expect(client.closed).toEqual([]);
  });
});

describe("a transport that is closed", () => {
  it("ends its sessions with close_notify and opens none any more", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    const client = await network.session(transport);
    await transport.close();
    await network.pass(100);
    expect(client.closed).toEqual([{ kind: "local" }]);
    expect(network.accepted[0]?.closed).toEqual([{ kind: "peer" }]);
    expect(await network.open(transport)).toEqual({ kind: "noRoute", detail: "the transport is closed" });
  });

  it("ends a handshake that is under way", async () => {
    const network = new Network();
    const transport = network.client();
    const opening = transport.open({ uri: `coaps://${SERVER}`, securityTag: TAG });
    await network.pass(100);
    await transport.close();
    expect(await opening).toMatchObject({ kind: "noRoute" });
    expect(network.clock.nextDue).toBeUndefined();
  });
});

describe("parameters", () => {
  const wrong: readonly [parameters: object, name: RegExp][] = [
    [{ mtu: 10 }, /mtu/],
    [{ suites: ["TLS_NULL"] }, /TLS_NULL/],
    [{ suites: ["TLS_PSK_WITH_AES_128_CBC_SHA256"] }, /allowCbc/],
    [{ connectionId: 40 }, /connectionId/],
    [{ retransmission: { initialMs: 0 } }, /retransmission.initialMs/],
    [{ idleTimeoutMs: 0 }, /idleTimeoutMs/],
    [{ idleTimeoutMs: Number.NaN }, /idleTimeoutMs/],
  ];
  for (const [parameters, name] of wrong) {
    it(`are refused by name: ${JSON.stringify(parameters)}`, () => {
      expect(() => new Network().client({ parameters })).toThrow(name);
    });
  }
});

describe("a transport that is paused", () => {
  const sent = ({ wire }: Network) => wire.filter(({ from }) => from.address === CLIENT).length;

  it("has a handshake under way stand still, and go on with what came meanwhile", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    const opening = transport.open({ uri: `coaps://${SERVER}`, securityTag: TAG });
    await turn();
    expect(sent(network)).toBe(1);
    transport.pause();
    const { length } = network.records;
    await network.pass(100);
    expect([sent(network), network.records.length]).toEqual([1, length]);
    expect(network.wire.length).toBeGreaterThan(1);
    transport.unpause();
    expect(await network.settle(opening)).toMatchObject({ kind: "open" });
  });

  it("has those stand still that begin meanwhile", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    transport.pause();
    const opening = transport.open({ uri: `coaps://${SERVER}`, securityTag: TAG });
    await turn();
    await network.pass(100);
    expect(sent(network)).toBe(1);
    transport.unpause();
    expect(await network.settle(opening)).toMatchObject({ kind: "open" });
  });

  it("holds what comes for a session that is open, and stands still again when the first thing let through pauses it", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    const { session } = await network.session(transport);
    const received: string[] = [];
    session.attach({
      onDatagram: (bytes) => {
        received.push(new TextDecoder().decode(bytes));
        transport.pause();
      },
      onClose: () => {},
    });
    transport.pause();
    for (const text of ["one", "two"]) session.send(new TextEncoder().encode(text));
    await network.pass(100);
    expect(received).toEqual([]);
    transport.unpause();
    expect(received).toEqual(["one"]);
    transport.unpause();
    expect(received).toEqual(["one", "two"]);
  });
});
