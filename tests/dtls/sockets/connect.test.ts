import { once } from "node:events";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type ConnectOptions, connectDtls } from "../../../services/dtls/connect.ts";
import { DtlsError } from "../../../services/dtls/errors.ts";
import { reservePort } from "../../../testbed/reservePort.ts";
import { VirtualClock } from "../../support/virtualClock.ts";
import { bound, checkFree, Relay } from "./relay.ts";
import { Heard, PSK, startServer, text } from "./support.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serverAt(host = "127.0.0.1") {
  const server = await startServer({ host });
  closing.push(() => server.listener.close());
  return server;
}

async function refusal(options: Partial<ConnectOptions>): Promise<DtlsError> {
  const error = await connectDtls({ host: "127.0.0.1", psk: PSK, ...options }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DtlsError);
  return error as DtlsError;
}

describe("a client over UDP", () => {
  it.each(["127.0.0.1", "::1", "localhost"])("connects to %s and carries data both ways", async (host) => {
    const server = await serverAt(host);
    const accepted = server.next();
    const { port } = server.listener.address;
    const client = await connectDtls({ host, port, psk: PSK });
    const [near, far] = [new Heard(client), new Heard(await accepted)];
    client.send(text("ping"));
    await far.until(({ texts }) => texts.length === 1);
    server.sockets[0]?.send(text("pong"));
    await near.until(({ texts }) => texts.length === 1);
    expect([far.texts, near.texts]).toEqual([["ping"], ["pong"]]);
    expect(client.peer.port).toBe(port);
    expect(server.sockets[0]?.peer.port).toBe(client.local.port);
    expect(client.info).toMatchObject({ role: "client", resumed: false, suite: "TLS_PSK_WITH_AES_128_CCM_8" });
    await client.close();
    await far.until(({ closed }) => closed !== undefined);
    expect([near.closed, far.closed]).toEqual([{ by: "local" }, { by: "peer" }]);
  });

  it("tries the addresses of a name in turn, past those where nobody listens and those without a way", async () => {
    const { listener } = await serverAt("127.0.0.1");
    const lookup = async () => [{ address: "::1" }, { address: "255.255.255.255" }, { address: "127.0.0.1" }];
    const client = await connectDtls({ host: "a.example", port: listener.address.port, psk: PSK, lookup });
    closing.push(() => client.close());
    expect(client.peer).toEqual(listener.address);
    expect(client.info.serverName).toBe("a.example");
  });

  it("sends from the address and port it is told to", async () => {
    const port = await reservePort("udp");
    const { listener } = await serverAt();
    const local = { address: "127.0.0.1", port };
    const client = await connectDtls({ host: "127.0.0.1", port: listener.address.port, psk: PSK, local });
    closing.push(() => client.close());
    expect(client.local).toEqual(local);
  });

  it("resumes the session of an earlier connection", async () => {
    const { listener } = await serverAt();
    const { port } = listener.address;
    const first = await connectDtls({ host: "127.0.0.1", port, psk: PSK });
    const resume = first.resumption();
    await first.close();
    const second = await connectDtls({ host: "127.0.0.1", port, psk: PSK, ...(resume && { resume }) });
    closing.push(() => second.close());
    expect([first.info.resumed, second.info.resumed]).toEqual([false, true]);
  });

  it("keeps what comes before somebody is attached, in order, and counts what is too much", async () => {
    const server = await serverAt();
    const accepted = server.next();
    const client = await connectDtls({ host: "127.0.0.1", port: server.listener.address.port, psk: PSK });
    const far = await accepted;
    for (let i = 0; i < 70; i++) far.send(text(`${i}`));
    // The end comes behind the data.
    await far.close();
    while (client.dropped.overflow < 6) await new Promise(setImmediate);
    const near = new Heard(client);
    await near.until(({ closed }) => closed !== undefined);
    expect(near.texts).toEqual(Array.from({ length: 64 }, (_, i) => `${i}`));
    expect(near.closed).toEqual({ by: "peer" });
  });

  it("refuses to send what does not fit a datagram, or after the end", async () => {
    const { listener } = await serverAt();
    const client = await connectDtls({ host: "127.0.0.1", port: listener.address.port, psk: PSK });
    expect(() => client.send(new Uint8Array(client.maxSend + 1))).toThrow(DtlsError);
    client.send(new Uint8Array(client.maxSend));
    await client.close();
    expect(() => client.send(text("late"))).toThrow(expect.objectContaining({ code: "option" }));
  });

  it("may be closed twice, and then its port is free", async () => {
    const { listener } = await serverAt();
    const client = await connectDtls({ host: "127.0.0.1", port: listener.address.port, psk: PSK });
    await Promise.all([client.close(), client.close()]);
    await checkFree(client.local.port);
  });
});

describe("a handshake over UDP that comes to nothing", () => {
  it("is refused at once where nobody listens", async () => {
    const localPort = await reservePort("udp");
    const holder = await bound({ port: localPort });
    const port = await reservePort("udp");
    await new Promise<void>((resolve) => holder.close(() => resolve()));
    // The virtual clock shows that no retransmission was waited for.
    const error = await refusal({ port, local: { port: localPort }, clock: new VirtualClock() });
    expect(error).toMatchObject({ code: "noAnswer" });
    expect(error.message).toContain(`127.0.0.1:${port}: refused`);
    await checkFree(localPort);
  });

  it("retransmits by the clock it is given, and fails with noAnswer when nothing ever came", async () => {
    const silent = await bound();
    closing.push(() => silent.close());
    const clock = new VirtualClock();
    const sizes: number[] = [];
    silent.on("message", ({ length }) => sizes.push(length));
    const failed = refusal({
      port: silent.address().port,
      clock,
      retransmission: { initialMs: 1_000, maxMs: 60_000, max: 2 },
    });
    const received = async (count: number) => {
      while (sizes.length < count) await once(silent, "message");
    };
    await received(1);
    clock.advance(999);
    clock.advance(1);
    await received(2);
    clock.advance(2_000);
    await received(3);
    clock.advance(4_000);
    expect(await failed).toMatchObject({ code: "noAnswer" });
    expect(sizes).toHaveLength(3);
    expect(clock.nextDue).toBeUndefined();
  });

  it("goes on when the network refuses a datagram later: that may be forged, or the server starts again", async () => {
    const { listener } = await serverAt();
    const relay = await Relay.start(listener.address);
    closing.push(() => relay.close());
    const clock = new VirtualClock();
    const sent: number[] = [];
    // Behind the HelloVerifyRequest nobody is at the port any more.
    relay.passed = (direction) => direction === "toClient" && void relay.leave();
    const connecting = connectDtls({
      host: "127.0.0.1",
      port: relay.address.port,
      psk: PSK,
      clock,
      observe: (seen) => seen.kind === "flight" && seen.direction === "out" && sent.push(seen.flight),
    });
    while (!sent.includes(3)) await turns(1);
    await turns(10);
    relay.passed = () => {};
    await relay.comeBack();
    clock.advance(1_000);
    const client = await connecting;
    closing.push(() => client.close());
    expect(sent).toEqual([1, 3, 3, 5]);
  });

  it("is given up when its signal is aborted, before it began and while it waits", async () => {
    const silent = await bound();
    closing.push(() => silent.close());
    const { port } = silent.address();
    const localPort = await reservePort("udp");
    expect(await refusal({ port, signal: AbortSignal.abort() })).toMatchObject({ code: "aborted" });
    const end = new AbortController();
    const local = { port: localPort };
    const failed = refusal({ port, local, signal: end.signal, clock: new VirtualClock() });
    await once(silent, "message");
    end.abort();
    expect(await failed).toMatchObject({ code: "aborted" });
    await checkFree(localPort);
  });

  it("is not touched by its signal once it is done", async () => {
    const server = await serverAt();
    const end = new AbortController();
    const accepted = server.next();
    const { port } = server.listener.address;
    const client = await connectDtls({ host: "127.0.0.1", port, psk: PSK, signal: end.signal });
    closing.push(() => client.close());
    end.abort();
    const far = new Heard(await accepted);
    client.send(text("still here"));
    await far.until(({ texts }) => texts.length === 1);
    expect(far.texts).toEqual(["still here"]);
  });

  it.each([
    { options: { port: 0 }, code: "option", says: "port 0 is not from 1 to 65535" },
    { options: { psk: { ...PSK, key: new Uint8Array(0) } }, code: "option", says: "psk.key" },
    { options: { host: "does-not-exist.invalid" }, code: "socket", says: "does-not-exist.invalid does not resolve" },
    { options: { host: "none.example", lookup: async () => [] }, code: "socket", says: "none.example has no address" },
    { options: { local: { address: "192.0.2.1" } }, code: "socket", says: "cannot bind 192.0.2.1:0" },
  ])("names what is wrong with $options", async ({ options, code, says }) => {
    const error = await refusal(options);
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(says);
  });

  it("tells a wrong key apart from silence", async () => {
    const server = await serverAt();
    const clock = new VirtualClock();
    const key = PSK.key.map((octet) => octet ^ 1);
    const failed = refusal({ port: server.listener.address.port, psk: { ...PSK, key }, clock });
    let done = false;
    void failed.then(() => {
      done = true;
    });
    while (!done) await clock.advanceAsync(1_000);
    expect(await failed).toMatchObject({ code: "timeout", message: expect.stringContaining("key or identity") });
  });
});

/** Lets the event loop turn: what was sent over loopback has arrived then. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}
