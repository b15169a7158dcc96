import { generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { PeerAddress } from "../../../ports/transport.ts";
import { type ConnectOptions, connectDtls } from "../../../services/dtls/connect.ts";
import type { DtlsError } from "../../../services/dtls/errors.ts";
import { type ListenOptions, listenDtls } from "../../../services/dtls/listen.ts";
import type { Observation } from "../../../services/dtls/types.ts";
import { VirtualClock } from "../../support/virtualClock.ts";
import { bound, checkFree, Relay } from "./relay.ts";
import { Heard, PSK, startServer, text } from "./support.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: Partial<ListenOptions> = {}) {
  const server = await startServer(options);
  closing.push(() => server.listener.close());
  return server;
}

async function client(port: number, options: Partial<ConnectOptions> = {}) {
  const socket = await connectDtls({ host: "127.0.0.1", port, psk: PSK, ...options });
  closing.push(() => socket.close());
  return socket;
}

describe("a server over UDP", () => {
  it("tells many peers apart on its one socket", async () => {
    const { listener, sockets } = await start({
      onConnection: (socket) => socket.attach({ onData: (bytes) => socket.send(bytes), onClose: () => {} }),
    });
    const { port } = listener.address;
    const clients = await Promise.all(Array.from({ length: 8 }, () => client(port)));
    const heard = clients.map((socket) => new Heard(socket));
    clients.forEach((socket, i) => {
      socket.send(text(`from ${i}`));
    });
    await Promise.all(heard.map((one) => one.until(({ texts }) => texts.length === 1)));
    expect(heard.map(({ texts }) => texts)).toEqual(clients.map((_, i) => [`from ${i}`]));
    expect(new Set(sockets.map(({ peer }) => peer.port)).size).toBe(8);
    expect(sockets.every(({ local }) => local.port === port)).toBe(true);
    expect(listener.associations).toBe(8);
  });

  it("keeps nothing of a peer before its cookie came back", async () => {
    const { listener } = await start();
    const socket = await bound();
    closing.push(() => socket.close());
    socket.send(text("no DTLS"), listener.address.port, "127.0.0.1");
    while (listener.dropped.unexpected === 0) await new Promise(setImmediate);
    expect(listener.associations).toBe(0);
  });

  it("follows a peer with a Connection ID to another port", async () => {
    const { listener, sockets } = await start({ connectionId: 4 });
    const relay = await Relay.start(listener.address);
    closing.push(() => relay.close());
    const near = await client(relay.address.port, { connectionId: 0 });
    const [socket] = sockets;
    const far = new Heard(socket!);
    const before = socket!.peer.port;
    await relay.move();
    near.send(text("moved"));
    await far.until(({ texts }) => texts.length === 1);
    expect(socket!.peer.port).not.toBe(before);
    const heard = new Heard(near);
    socket!.send(text("found"));
    await heard.until(({ texts }) => texts.length === 1);
    expect(listener.associations).toBe(1);
  });

  it("retransmits for each association by the clock it is given", async () => {
    const clock = new VirtualClock();
    const { listener } = await start({ clock });
    const relay = await Relay.start(listener.address);
    closing.push(() => relay.close());
    // Flight 4 is lost once; the client's own timers stand still.
    let lost = 0;
    relay.passes = (direction, datagram) => !(direction === "toClient" && datagram[13] === 2 && lost++ === 0);
    const connecting = client(relay.address.port, { clock: new VirtualClock() });
    while (lost === 0) await new Promise(setImmediate);
    clock.advance(1_000);
    expect((await connecting).info.resumed).toBe(false);
  });

  it("tells of a handshake that began and came to nothing, with its peer", async () => {
    const clock = new VirtualClock();
    const failures: { peer: PeerAddress; error: DtlsError }[] = [];
    const { listener, sockets } = await start({ clock, onFailure: (failure) => failures.push(failure) });
    const end = new AbortController();
    const relay = await Relay.start(listener.address);
    closing.push(() => relay.close());
    // The client never gets the ServerHello.
    relay.passes = (direction, datagram) => !(direction === "toClient" && datagram[13] === 2);
    const connecting = client(relay.address.port, { clock: new VirtualClock(), signal: end.signal });
    connecting.catch(() => {});
    while (listener.associations === 0) await new Promise(setImmediate);
    while (failures.length === 0) await clock.advanceAsync(1_000);
    end.abort();
    await expect(connecting).rejects.toMatchObject({ code: "aborted" });
    expect(failures).toEqual([
      { peer: expect.objectContaining({ address: "127.0.0.1" }), error: expect.objectContaining({ code: "timeout" }) },
    ]);
    expect([listener.associations, sockets.length]).toEqual([0, 0]);
    expect(clock.nextDue).toBeUndefined();
  });

  it("says whose what it observes is", async () => {
    const seen: { observation: Observation; peer: PeerAddress }[] = [];
    const { listener } = await start({ observe: (observation, peer) => seen.push({ observation, peer }) });
    const [one, two] = await Promise.all([client(listener.address.port), client(listener.address.port)]);
    // The exchange of the cookie is nobody's yet.
    const flights = (port: number) =>
      seen.filter(({ observation, peer }) => observation.kind === "flight" && peer.port === port).length;
    expect(flights(one.local.port)).toBe(4);
    expect(flights(two.local.port)).toBe(4);
  });

  it("says whose a retransmission is, though others were heard since", async () => {
    const clock = new VirtualClock();
    const repeated: PeerAddress[] = [];
    const { listener } = await start({
      clock,
      observe: (seen, peer) => seen.kind === "flight" && seen.retransmission > 0 && repeated.push(peer),
    });
    const relay = await Relay.start(listener.address);
    closing.push(() => relay.close());
    let lost = 0;
    relay.passes = (direction, datagram) => !(direction === "toClient" && datagram[13] === 2 && lost++ === 0);
    const connecting = client(relay.address.port, { clock: new VirtualClock() });
    while (lost === 0) await new Promise(setImmediate);
    const other = await client(listener.address.port);
    clock.advance(1_000);
    await connecting;
    expect(repeated).toHaveLength(1);
    expect([other.local.port, listener.address.port]).not.toContain(repeated[0]?.port);
  });

  it("asks for a raw public key and says whose it is", async () => {
    const keys = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
    const spki = (key: ReturnType<typeof keys>["publicKey"]) =>
      new Uint8Array(key.export({ type: "spki", format: "der" }));
    const [serverKeys, clientKeys] = [keys(), keys()];
    const { listener } = await startServerWithoutPsk({
      rawPublicKey: { privateKey: serverKeys.privateKey },
      peerPublicKeys: [spki(clientKeys.publicKey)],
    });
    const socket = await connectDtls({
      host: "127.0.0.1",
      port: listener.address.port,
      rawPublicKey: { privateKey: clientKeys.privateKey },
      peerPublicKeys: [spki(serverKeys.publicKey)],
    });
    closing.push(() => socket.close());
    expect(socket.info.peer).toMatchObject({ kind: "rawPublicKey", publicKey: spki(serverKeys.publicKey) });
  });

  it("closes every connection with close_notify, and then its port is free", async () => {
    const { listener } = await startServer();
    const { port } = listener.address;
    const near = [new Heard(await client(port)), new Heard(await client(port))];
    await listener.close();
    await Promise.all(near.map((heard) => heard.until(({ closed }) => closed !== undefined)));
    expect(near.map(({ closed }) => closed)).toEqual([{ by: "peer" }, { by: "peer" }]);
    await checkFree(port);
    await listener.close();
  });

  it.each([
    { options: { port: -1 }, code: "option", says: "port -1 is not from 0 to 65535" },
    { options: { host: "192.0.2.1" }, code: "socket", says: "cannot bind 192.0.2.1:0" },
    { options: { mtu: 1 }, code: "option", says: "mtu" },
  ])("names what is wrong with $options", async ({ options, code, says }) => {
    const refused = startServer(options);
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
  });

  it("says that its port is taken", async () => {
    const { listener } = await start();
    await expect(startServer({ port: listener.address.port })).rejects.toMatchObject({ code: "socket" });
  });
});

async function startServerWithoutPsk(options: Omit<ListenOptions, "onConnection">) {
  const listener = await listenDtls({ port: 0, ...options, onConnection: () => {} });
  closing.push(() => listener.close());
  return { listener };
}
