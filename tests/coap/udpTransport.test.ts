import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { CloseReason, Session, Transport } from "../../ports/transport.ts";
import { createUdpTransport, type UdpTransportOptions } from "../../services/coap/index.ts";
import { bytes, text } from "./support.ts";

const LOOPBACK = "127.0.0.1";
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

function createTransport(options: UdpTransportOptions = { local: { host: LOOPBACK } }) {
  const transport = createUdpTransport(options);
  open.push(transport);
  return transport;
}

/** What a session delivers, in order, each to be waited for. */
function inbox(session: Session) {
  const arrived: string[] = [];
  const waiting: (() => void)[] = [];
  const closed: CloseReason[] = [];
  session.attach({
    onDatagram: (datagram) => {
      arrived.push(text(datagram));
      for (const wake of waiting.splice(0)) wake();
    },
    onClose: (reason) => {
      closed.push(reason);
      for (const wake of waiting.splice(0)) wake();
    },
  });
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { arrived, closed, until };
}

async function openSession(transport: Transport, uri: string): Promise<Session> {
  const outcome = await transport.open({ uri });
  if (outcome.kind !== "open") throw new Error(JSON.stringify(outcome));
  return outcome.session;
}

/** Sends back what it gets. */
async function createEcho(address = LOOPBACK) {
  const transport = createTransport({});
  const sessions: Session[] = [];
  const listener = await transport.listen({ address, port: 0 }, (session) => {
    sessions.push(session);
    session.attach({ onDatagram: (datagram) => session.send(datagram), onClose: () => {} });
  });
  const host = address.includes(":") ? `[${address}]` : address;
  return { sessions, listener, transport, uri: `coap://${host}:${listener.address.port}` };
}

describe("UDP", () => {
  it.each([LOOPBACK, "::1"])("carries datagrams to %s and back", async (address) => {
    const echo = await createEcho(address);
    const session = await openSession(createTransport({ local: { host: address } }), echo.uri);
    const { arrived, until } = inbox(session);
    session.send(bytes("one"));
    await until(() => arrived.length === 1);
    expect(arrived).toEqual(["one"]);
    expect(session).toMatchObject({ secure: false, identity: { kind: "none" }, maxDatagram: 1_152 });
    expect(session.peer).toEqual(echo.listener.address);
    expect(session.local.address).toBe(address);
    expect(echo.sessions[0]?.peer).toEqual(session.local);
  });

  it("finds the peer of an IPv6 literal that is not in its shortest form", async () => {
    const echo = await createEcho("::1");
    const session = await openSession(createTransport({}), `coap://[0:0:0:0:0:0:0:1]:${echo.listener.address.port}`);
    const { arrived, until } = inbox(session);
    session.send(bytes("one"));
    await until(() => arrived.length === 1);
    expect(session.peer.address).toBe("::1");
  });

  it("has one port for all sessions, and drops and counts what others send to it", async () => {
    const [first, second] = [await createEcho(), await createEcho()];
    const transport = createTransport();
    const sessions = [await openSession(transport, first.uri), await openSession(transport, second.uri)] as const;
    expect(sessions[0].local).toEqual(sessions[1].local);
    const boxes = sessions.map(inbox);
    const stranger = createSocket("udp4");
    open.push(stranger);
    stranger.send(bytes("strange"), sessions[0].local.port, LOOPBACK);
    await once(stranger, "listening");
    while (transport.counters.unknownPeer === 0) await new Promise((resolve) => setImmediate(resolve));
    sessions[0].send(bytes("to first"));
    sessions[1].send(bytes("to second"));
    await boxes[0]?.until(() => boxes[0]?.arrived.length === 1);
    await boxes[1]?.until(() => boxes[1]?.arrived.length === 1);
    expect(boxes.map(({ arrived }) => arrived)).toEqual([["to first"], ["to second"]]);
    expect(transport.counters).toEqual({ unknownPeer: 1, overflow: 0, errors: 0 });
  });

  it("refuses coaps and a security tag: there is no DTLS here", async () => {
    const transport = createTransport();
    for (const request of [{ uri: "coaps://127.0.0.1" }, { uri: "coap://127.0.0.1", securityTag: 1 }]) {
      expect(await transport.open(request)).toEqual({
        kind: "handshakeFailed",
        detail: expect.stringContaining("no DTLS"),
      });
    }
  });

  it("has no route to a name that does not resolve, a URI that is none, the other family, or when given up", async () => {
    const lookup = (host: string) => (host === "empty" ? Promise.resolve([]) : Promise.reject(new Error("ENOTFOUND")));
    const transport = createTransport({ local: { host: LOOPBACK }, lookup });
    const abort = new AbortController();
    abort.abort();
    for (const [request, detail] of [
      [{ uri: "coap://nowhere.invalid" }, "nowhere.invalid does not resolve: ENOTFOUND"],
      [{ uri: "coap://empty" }, "empty has no address"],
      [{ uri: "http://x" }, "write it as coap://"],
      [{ uri: "coap://[::1]" }, "::1 has no IPv4 address"],
      [{ uri: "coap://127.0.0.1", signal: abort.signal }, "given up"],
    ] as const) {
      expect(await transport.open(request)).toEqual({ kind: "noRoute", detail: expect.stringContaining(detail) });
    }
    await transport.close();
    expect(await transport.open({ uri: "coap://127.0.0.1" })).toEqual({
      kind: "noRoute",
      detail: "the transport is closed",
    });
  });

  it("does not wait for a resolver when given up", async () => {
    const transport = createTransport({ lookup: () => new Promise(() => {}) });
    const abort = new AbortController();
    const outcome = transport.open({ uri: "coap://server.example", signal: abort.signal });
    abort.abort();
    expect(await outcome).toEqual({ kind: "noRoute", detail: "given up" });
  });

  it("says so when its port is taken", async () => {
    const echo = await createEcho();
    const { port } = echo.listener.address;
    expect(await createTransport({ local: { host: LOOPBACK, port } }).open({ uri: echo.uri })).toEqual({
      kind: "noRoute",
      detail: expect.stringContaining("EADDRINUSE"),
    });
    await expect(createTransport().listen({ address: LOOPBACK, port }, () => {})).rejects.toThrow("EADDRINUSE");
  });

  it("falls back from IPv6 to IPv4 and back: by route at once, by silence at the next attempt", async () => {
    const echo = await createEcho();
    const { port } = echo.listener.address;
    const unroutable = { address: "2001:db8::1", family: 6 } as const;
    const v4 = { address: LOOPBACK, family: 4 } as const;
    const silentV6 = { address: "::1", family: 6 } as const;
    let addresses: readonly (typeof unroutable | typeof v4 | typeof silentV6)[] = [silentV6, v4];
    const transport = createTransport({ lookup: () => Promise.resolve(addresses) });
    const uri = `coap://server.example:${port}`;

    const first = await openSession(transport, uri);
    expect(first.peer.address).toBe("::1");
    first.close();
    const second = await openSession(transport, uri);
    expect(second.peer.address).toBe(LOOPBACK);
    const { arrived, until } = inbox(second);
    second.send(bytes("heard"));
    await until(() => arrived.length === 1);
    second.close();
    expect((await openSession(transport, uri)).peer.address).toBe(LOOPBACK);

    addresses = [{ address: "255.255.255.255", family: 4 } as never, silentV6];
    expect((await openSession(transport, `coap://other.example:${port}`)).peer.address).toBe("::1");
  });

  it("delivers what came before someone attached, holds arrivals while paused, and loses none of them", async () => {
    const echo = await createEcho();
    const session = await openSession(createTransport(), echo.uri);
    session.send(bytes("early"));
    session.pause();
    const { arrived, until } = inbox(session);
    session.send(bytes("paused"));
    const control = await openSession(createTransport(), echo.uri);
    const { arrived: controlled, until: untilControlled } = inbox(control);
    control.send(bytes("later"));
    await untilControlled(() => controlled.length === 1);
    expect(arrived).toEqual([]);
    session.unpause();
    await until(() => arrived.length === 2);
    expect(arrived).toEqual(["early", "paused"]);
  });

  it("lets go of the port while suspended and has the same one afterwards", async () => {
    const echo = await createEcho();
    const session = await openSession(createTransport(), echo.uri);
    const { local } = session;
    session.suspend();
    session.send(bytes("lost"));
    const other = createSocket("udp4");
    await new Promise<void>((resolve) => other.bind(local.port, LOOPBACK, resolve));
    await new Promise<void>((resolve) => other.close(() => resolve()));
    session.resume();
    session.send(bytes("again"));
    const { arrived, until } = inbox(session);
    await until(() => arrived.length === 1);
    expect(arrived).toEqual(["again"]);
    expect(session.local).toEqual(local);
  });

  it("ends a session whose port was taken while it was suspended", async () => {
    const echo = await createEcho();
    const session = await openSession(createTransport(), echo.uri);
    session.suspend();
    const other = createSocket("udp4");
    open.push(other);
    await new Promise<void>((resolve) => other.bind(session.local.port, LOOPBACK, resolve));
    const { closed, until } = inbox(session);
    session.resume();
    await until(() => closed.length > 0);
    expect(closed).toEqual([{ kind: "error", detail: expect.stringContaining("EADDRINUSE") }]);
  });

  it("ends an older session with the same peer, since nobody could tell their datagrams apart", async () => {
    const echo = await createEcho();
    const transport = createTransport();
    const older = await openSession(transport, echo.uri);
    const { closed } = inbox(older);
    const newer = await openSession(transport, echo.uri);
    expect(closed).toEqual([{ kind: "error", detail: expect.stringContaining("same peer") }]);
    const { arrived, until } = inbox(newer);
    newer.send(bytes("still"));
    await until(() => arrived.length === 1);
  });

  it("as a listener bounds its sessions: the one that was silent longest ends", async () => {
    const server = createTransport({ maxSessions: 2 });
    const ended: number[] = [];
    const listener = await server.listen({ address: LOOPBACK, port: 0 }, (session) => {
      session.attach({
        onDatagram: (datagram) => session.send(datagram),
        onClose: () => ended.push(session.peer.port),
      });
    });
    const uri = `coap://${LOOPBACK}:${listener.address.port}`;
    const clients = await Promise.all([0, 1, 2].map(() => openSession(createTransport(), uri)));
    const boxes = clients.map(inbox);
    for (const who of [0, 1, 0, 2]) {
      const before = boxes[who]!.arrived.length;
      clients[who]!.send(bytes("x"));
      await boxes[who]!.until(() => boxes[who]!.arrived.length > before);
    }
    expect(ended).toEqual([clients[1]?.local.port]);
    await listener.close();
    expect(ended).toHaveLength(3);
  });

  it("reports its own end once, and nothing after it", async () => {
    const echo = await createEcho();
    const session = await openSession(createTransport(), echo.uri);
    const { closed } = inbox(session);
    session.close();
    session.close();
    session.send(bytes("gone"));
    session.suspend();
    session.resume();
    expect(closed).toEqual([{ kind: "local" }]);
  });
});
