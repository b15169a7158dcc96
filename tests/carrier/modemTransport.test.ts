/** Sessions through a modem's own sockets, and why there is none in the charts' words. */
import { describe, expect, it } from "@jest/globals";
import { createModemTransport } from "../../carrier/modemTransport.ts";
import { ModemError } from "../../modem/index.ts";
import type { CredentialEntry, ModemErrorCode, ModemSocket, ModemSockets } from "../../ports/modem.ts";
import type { CloseReason, Session } from "../../ports/transport.ts";
import { VirtualClock } from "../support/virtualClock.ts";

type Wanted = Parameters<ModemSockets["connect"]>[0];

/** The sockets of a modem whose network is this test. */
class Sockets implements ModemSockets {
  readonly wanted: Wanted[] = [];
  readonly sent: Uint8Array[] = [];
  readonly ends: string[] = [];
  canPark = true;
  /** What the next attempt comes to. */
  answer: () => Promise<void> = async () => {};
  arrive: (bytes: Uint8Array) => void = () => {};
  break: (detail: string) => void = () => {};

  async connect(wanted: Wanted): Promise<ModemSocket> {
    this.wanted.push(wanted);
    await this.answer();
    return {
      local: { address: "10.160.148.98", port: 49_152 },
      peer: { address: wanted.host, port: wanted.port },
      send: (bytes) => this.sent.push(bytes),
      onDatagram: (listener) => {
        this.arrive = listener;
      },
      onClose: (listener) => {
        this.break = listener;
      },
      close: () => this.ends.push("closed"),
      ...(this.canPark && { park: () => void this.ends.push("parked") }),
    };
  }
}

function world({ listed = [] as readonly CredentialEntry[], connectionId = true } = {}) {
  const clock = new VirtualClock();
  const sockets = new Sockets();
  const modem = {
    credentials: {
      list: async () => listed,
      write: () => Promise.reject(new Error("not here")),
      delete: () => Promise.reject(new Error("not here")),
      read: () => Promise.reject(new Error("not here")),
    },
  };
  return { clock, sockets, transport: createModemTransport({ modem, sockets, clock, connectionId }) };
}

const KEY = { tag: 25, type: "psk", digest: "00".repeat(32) } as const;
const SECURE = { uri: "coaps://192.0.2.1", securityTag: 25 };

function heard(session: Session) {
  const datagrams: string[] = [];
  const ends: CloseReason[] = [];
  session.attach({
    onDatagram: (bytes) => void datagrams.push(Buffer.from(bytes).toString()),
    onClose: (reason) => void ends.push(reason),
  });
  return { datagrams, ends };
}

const octets = (text: string) => new TextEncoder().encode(text);

describe("a session through the modem's sockets", () => {
  it("has the modem's DTLS by the security tag, with the server's name and a Connection ID", async () => {
    const { transport, sockets } = world();
    const outcome = await transport.open({ ...SECURE, serverName: "bootstrap.example" });
    expect(sockets.wanted).toEqual([
      { host: "192.0.2.1", port: 5684, securityTag: 25, connectionId: true, serverName: "bootstrap.example" },
    ]);
    expect(outcome).toMatchObject({ kind: "open", session: { secure: true, identity: { kind: "tag", tag: 25 } } });
  });

  it("does without Connection ID where the configuration does", async () => {
    const { transport, sockets } = world({ connectionId: false });
    await transport.open(SECURE);
    expect(sockets.wanted).toMatchObject([{ connectionId: false }]);
  });

  it("carries datagrams both ways, and holds those that come before anybody listens", async () => {
    const { transport, sockets } = world();
    const outcome = await transport.open({ uri: "coap://[2001:db8::1]:61616" });
    if (outcome.kind !== "open") throw new Error(outcome.detail);
    expect(sockets.wanted).toEqual([{ host: "2001:db8::1", port: 61_616 }]);
    sockets.arrive(octets("early"));
    const { datagrams } = heard(outcome.session);
    sockets.arrive(octets("late"));
    outcome.session.send(octets("out"));
    expect(datagrams).toEqual(["early", "late"]);
    expect(sockets.sent).toEqual([octets("out")]);
  });

  it("says and hears nothing while it is suspended", async () => {
    const { transport, sockets } = world();
    const outcome = await transport.open(SECURE);
    if (outcome.kind !== "open") throw new Error(outcome.detail);
    const { session } = outcome;
    const { datagrams } = heard(session);
    session.suspend();
    sockets.arrive(octets("lost"));
    session.send(octets("lost"));
    session.resume();
    sockets.arrive(octets("heard"));
    expect([datagrams, sockets.sent]).toEqual([["heard"], []]);
  });

  it("is parked where the modem can save a connection, and closed where it cannot", async () => {
    const { transport, sockets } = world();
    for (const canPark of [true, false]) {
      sockets.canPark = canPark;
      const outcome = await transport.open(SECURE);
      if (outcome.kind !== "open") throw new Error(outcome.detail);
      const { ends } = heard(outcome.session);
      outcome.session.park?.();
      outcome.session.close();
      expect(ends).toEqual([{ kind: "local" }]);
    }
    expect(sockets.ends).toEqual(["parked", "closed"]);
  });

  it("ends with the modem's reason when the modem closes it", async () => {
    const { transport, sockets } = world();
    const outcome = await transport.open(SECURE);
    if (outcome.kind !== "open") throw new Error(outcome.detail);
    const { ends } = heard(outcome.session);
    sockets.break("the PDN was deactivated");
    outcome.session.close();
    expect(ends).toEqual([{ kind: "error", detail: "the PDN was deactivated" }]);
    expect(sockets.ends).toEqual([]);
  });

  it("ends with the transport, in silence when the supply has gone", async () => {
    for (const silent of [false, true]) {
      const { transport, sockets } = world();
      const outcome = await transport.open(SECURE);
      if (outcome.kind !== "open") throw new Error(outcome.detail);
      const { ends } = heard(outcome.session);
      if (silent) transport.fallSilent?.();
      await transport.close();
      expect(ends).toEqual([{ kind: "local" }]);
      expect(sockets.ends).toEqual(silent ? [] : ["closed"]);
      expect(await transport.open(SECURE)).toMatchObject({ kind: "noRoute" });
    }
  });
});

describe("no session through the modem's sockets", () => {
  const failing = (code: ModemErrorCode) => async () => {
    throw new ModemError(code, { detail: "AT#XCONNECT" });
  };

  it.each([
    ["asked of a name that has no address", SECURE, "notFound", "noRoute"],
    ["not answered by the modem", SECURE, "timeout", "noRoute"],
    ["asked of a modem that is gone", SECURE, "closed", "noRoute"],
    ["refused without DTLS", { uri: "coap://192.0.2.1" }, "refused", "noRoute"],
    ["refused for the PDN", SECURE, "pdnRefused", "pdn"],
  ] as const)("is %s", async (_what, request, code, kind) => {
    const { transport, sockets } = world({ listed: [KEY] });
    sockets.answer = failing(code);
    const outcome = await transport.open(request);
    expect(outcome).toMatchObject({ kind, detail: expect.stringContaining("AT#XCONNECT") });
    expect(sockets.wanted).toHaveLength(1);
  });

  /** The modem refuses the secure socket; who is asked then, without security, is this test. */
  function refused() {
    const { transport, sockets, clock } = world({ listed: [KEY] });
    sockets.answer = async () => {
      if (sockets.wanted.at(-1)?.securityTag !== undefined) await failing("refused")();
    };
    return { sockets, clock, opening: transport.open(SECURE) };
  }

  async function asked(sockets: Sockets): Promise<void> {
    while (sockets.sent.length === 0) await Promise.resolve();
  }

  it("is there with a server that answers, and whose keys are therefore others", async () => {
    const { sockets, opening } = refused();
    await asked(sockets);
    expect(sockets.wanted.at(-1)).toEqual({ host: "192.0.2.1", port: 5684 });
    sockets.arrive(octets("HelloVerifyRequest"));
    expect(await opening).toMatchObject({ kind: "handshakeFailed", detail: expect.stringContaining("AT#XCONNECT") });
    expect(sockets.ends).toEqual(["closed"]);
  });

  it("is there with a server that is silent, after it was asked three times", async () => {
    const { sockets, clock, opening } = refused();
    await asked(sockets);
    clock.advance(7_000);
    expect(await opening).toMatchObject({ kind: "noRoute", detail: expect.stringContaining("AT#XCONNECT") });
    // A ClientHello in the clear: content type 22, epoch 0, handshake type 1 (RFC 6347 §4.1, §4.2.2).
    expect(sockets.sent.map((datagram) => [datagram[0], datagram[3], datagram[4], datagram[13]])).toEqual(
      Array(3).fill([22, 0, 0, 1]),
    );
    expect(sockets.ends).toEqual(["closed"]);
  });

  it("is asked for no longer by who has given up meanwhile", async () => {
    const { transport, sockets } = world({ listed: [KEY] });
    const giveUp = new AbortController();
    sockets.answer = async () => {
      if (sockets.wanted.at(-1)?.securityTag !== undefined) await failing("refused")();
    };
    const opening = transport.open({ ...SECURE, signal: giveUp.signal });
    await asked(sockets);
    giveUp.abort();
    expect(await opening).toEqual({ kind: "noRoute", detail: "given up" });
    expect(sockets.ends).toEqual(["closed"]);
  });

  it("is there for a tag that holds nothing", async () => {
    const { transport, sockets } = world();
    sockets.answer = failing("refused");
    expect(await transport.open(SECURE)).toMatchObject({
      kind: "credential",
      detail: expect.stringMatching(/^security tag 25 holds no credentials/),
    });
  });

  it.each([
    ["coaps without a tag", { uri: "coaps://192.0.2.1" }, "credential"],
    ["coap with one", { uri: "coap://192.0.2.1", securityTag: 25 }, "credential"],
    ["a URI that is none", { uri: "coap:/192.0.2.1" }, "noRoute"],
  ])("is there for %s, and the modem is not asked", async (_what, request, kind) => {
    const { transport, sockets } = world();
    expect(await transport.open(request)).toMatchObject({ kind });
    expect(sockets.wanted).toEqual([]);
  });

  it("is left open for who has given up meanwhile", async () => {
    const { transport, sockets } = world();
    const giveUp = new AbortController();
    sockets.answer = async () => giveUp.abort();
    const outcome = await transport.open({ ...SECURE, signal: giveUp.signal });
    expect(outcome).toEqual({ kind: "noRoute", detail: "given up" });
    expect(sockets.ends).toEqual(["closed"]);
  });

  it("listens for nobody", async () => {
    const { transport } = world();
    await expect(transport.listen({ address: "0.0.0.0", port: 0 }, () => {})).rejects.toThrow(/take no sessions/);
  });
});
