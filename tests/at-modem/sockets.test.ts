/** The modem's sockets behind AT, bridged by the front to real UDP on this host, and to our DTLS as the modem's. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "@jest/globals";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import type { ModemSocket } from "../../ports/modem.ts";
import { listenDtls } from "../../services/dtls/index.ts";
import { type Bench, registeredBench, startedBench, utf8 } from "./bench.ts";

const TAG = 25;
const KEY = "00112233445566778899aabbccddeeff";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Sends back what it gets, turned round. */
async function udpPeer(): Promise<number> {
  const socket = createSocket("udp4");
  socket.on("message", (bytes, { port, address }) => socket.send(Uint8Array.from(bytes).reverse(), port, address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  closing.push(() => new Promise<void>((done) => socket.close(() => done())));
  return socket.address().port;
}

async function dtlsPeer() {
  const accepted: { readonly resumed: boolean; readonly connectionId: boolean; close(): void }[] = [];
  const listener = await listenDtls({
    port: 0,
    clock: new SystemClock(),
    psk: (identity) => (new TextDecoder().decode(identity) === "device" ? Buffer.from(KEY, "hex") : undefined),
    connectionId: 4,
    onConnection: (socket) => {
      const { resumed, connectionId } = socket.info;
      accepted.push({ resumed, connectionId: connectionId !== undefined, close: () => void socket.close() });
      socket.attach({ onData: (bytes) => socket.send(Uint8Array.from(bytes).reverse()), onClose: () => {} });
    },
  });
  closing.push(() => listener.close());
  return { port: listener.address.port, accepted };
}

interface Talk {
  readonly socket: ModemSocket;
  readonly received: Uint8Array[];
  readonly closed: string[];
}

function attach(socket: ModemSocket): Talk {
  const talk: Talk = { socket, received: [], closed: [] };
  socket.onDatagram((bytes) => talk.received.push(bytes));
  socket.onClose((detail) => talk.closed.push(detail));
  return talk;
}

async function connect(
  { modem, settle }: Bench,
  options: Parameters<NonNullable<Bench["modem"]["sockets"]>["connect"]>[0],
) {
  if (modem.sockets === undefined) throw new Error("the modem has no sockets");
  return attach(await settle(modem.sockets.connect(options)));
}

/** With a key in the modem's tag. */
async function secured(): Promise<Bench> {
  const made = await startedBench();
  await made.settle(made.modem.credentials.write(TAG, "psk", utf8(KEY)));
  await made.settle(made.modem.credentials.write(TAG, "pskIdentity", utf8("device")));
  await made.settle(made.modem.setFunctionalMode("normal"));
  await made.until(() => made.modem.registration === "home");
  return made;
}

describe.each(["serialModem", "slm"] as const)("a socket in a modem behind %s", (dialect) => {
  it("carries datagrams of any size there and back", async () => {
    const made = await registeredBench({ dialect });
    const { socket, received } = await connect(made, { host: "127.0.0.1", port: await udpPeer() });
    expect(socket.peer).toMatchObject({ address: "127.0.0.1" });
    const datagrams = [1, 2, 255, 256, 257, 1_024, 1_152].map((length) =>
      Uint8Array.from({ length }, (_, index) => (index * 7 + length) & 0xff),
    );
    for (const datagram of datagrams) {
      socket.send(datagram);
      await made.until(() => received.length > 0);
      expect(received.splice(0)).toEqual([datagram.toReversed()]);
    }
  });

  it("carries what looks like the line's own words", async () => {
    const made = await registeredBench({ dialect });
    const { socket, received } = await connect(made, { host: "127.0.0.1", port: await udpPeer() });
    for (const text of [
      "\r\nOK\r\n",
      "\r\nERROR\r\n#XAPOLL: 0,1\r\n",
      '"a","b"\r',
      "AT+CFUN=0\r\n",
      "\x1a\x08\x7f\0",
      "++a",
      "+",
    ]) {
      socket.send(utf8(text).reverse());
      await made.until(() => received.length > 0);
      expect(received.splice(0)).toEqual([utf8(text)]);
    }
    expect(made.modem.functionalMode).toBe("normal");
  });

  it("keeps two peers apart, and names are resolved by the modem", async () => {
    const made = await registeredBench({ dialect });
    const one = await connect(made, { host: "localhost", port: await udpPeer() });
    const two = await connect(made, { host: "127.0.0.1", port: await udpPeer() });
    for (let number = 0; number < 5; number++) {
      one.socket.send(Uint8Array.of(1, number));
      two.socket.send(Uint8Array.of(2, number));
    }
    await made.until(() => one.received.length === 5 && two.received.length === 5);
    expect(one.received.map(([number]) => number)).toEqual([0, 1, 2, 3, 4]);
    expect(two.received.every((bytes) => bytes[1] === 2)).toBe(true);
    one.socket.close();
    two.socket.send(Uint8Array.of(2, 5));
    await made.until(() => two.received.length === 6);
  });

  it("does DTLS with the keys of a tag", async () => {
    const made = await startedBench({ dialect });
    await made.settle(made.modem.credentials.write(TAG, "psk", utf8(KEY)));
    await made.settle(made.modem.credentials.write(TAG, "pskIdentity", utf8("device")));
    await made.settle(made.modem.setFunctionalMode("normal"));
    await made.until(() => made.modem.registration === "home");
    const { port, accepted } = await dtlsPeer();
    const options = { host: "127.0.0.1", port, securityTag: TAG, serverName: "server.example", connectionId: true };
    const { socket, received } = await connect(made, options);
    socket.send(utf8("abc"));
    await made.until(() => received.length > 0);
    expect(received).toEqual([utf8("cba")]);
    expect(accepted).toHaveLength(1);
    expect(accepted[0]?.connectionId).toBe(dialect === "serialModem");
  });
});

describe("a DTLS socket in the modem", () => {
  it("that is parked goes on without a handshake, also after the radio was off", async () => {
    const made = await secured();
    const { port, accepted } = await dtlsPeer();
    const options = { host: "127.0.0.1", port, securityTag: TAG, connectionId: true };
    const first = await connect(made, options);
    first.socket.park?.();
    const second = await connect(made, options);
    second.socket.send(utf8("xy"));
    await made.until(() => second.received.length > 0);
    second.socket.park?.();
    await made.settle(made.modem.setFunctionalMode("offline"));
    await made.settle(made.modem.setFunctionalMode("normal"));
    await made.until(() => made.modem.registration === "home");
    const third = await connect(made, options);
    third.socket.send(utf8("pq"));
    await made.until(() => third.received.length > 0);
    expect(accepted).toHaveLength(1);
    expect([first.received, second.received, third.received]).toEqual([[], [utf8("yx")], [utf8("qp")]]);
  });

  it("that is parked is not another peer's, nor another tag's, and few are kept", async () => {
    const made = await secured();
    const peers = await Promise.all([dtlsPeer(), dtlsPeer(), dtlsPeer()]);
    for (let round = 0; round < 2; round++) {
      for (const { port } of peers) {
        const { socket } = await connect(made, { host: "127.0.0.1", port, securityTag: TAG, connectionId: true });
        socket.park?.();
      }
    }
    // Two are kept, and the one that waited longest made room each time.
    expect(peers.map(({ accepted }) => accepted.length)).toEqual([2, 2, 2]);
  });

  it("without Connection ID is closed when it is parked", async () => {
    const made = await secured();
    const { port, accepted } = await dtlsPeer();
    const options = { host: "127.0.0.1", port, securityTag: TAG };
    (await connect(made, options)).socket.park?.();
    await connect(made, options);
    expect(accepted).toHaveLength(2);
  });

  it("whose peer ends it says so", async () => {
    const made = await secured();
    const { port, accepted } = await dtlsPeer();
    const { closed } = await connect(made, { host: "127.0.0.1", port, securityTag: TAG });
    accepted[0]?.close();
    await made.until(() => closed.length > 0);
    expect(closed).toEqual(["the peer has ended it"]);
  });

  it("is refused where the tag holds no key, and leaves no socket behind", async () => {
    const made = await secured();
    const { port } = await dtlsPeer();
    for (let time = 0; time < 10; time++) {
      const refused = connect(made, { host: "127.0.0.1", port, securityTag: 99 });
      await expect(refused).rejects.toMatchObject({ name: "ModemError", code: "refused" });
    }
    await connect(made, { host: "127.0.0.1", port, securityTag: TAG });
  });
});

describe.each(["serialModem", "slm"] as const)("sockets in a modem behind %s", (dialect) => {
  it("are eight at most", async () => {
    const made = await registeredBench({ dialect });
    const port = await udpPeer();
    const talks = [];
    for (let number = 0; number < 8; number++) talks.push(await connect(made, { host: "127.0.0.1", port }));
    await expect(connect(made, { host: "127.0.0.1", port })).rejects.toMatchObject({ code: "refused" });
    talks[3]?.socket.close();
    await connect(made, { host: "127.0.0.1", port });
  });

  it("end when the radio goes off, when the modem crashes, and when the line is lost, and leave nothing behind", async () => {
    const made = await registeredBench({ dialect });
    const port = await udpPeer();
    const fill = async () => {
      const talks = [];
      for (let number = 0; number < 8; number++) talks.push(await connect(made, { host: "127.0.0.1", port }));
      return talks;
    };
    const ended = async (talks: readonly Talk[]) => {
      await made.until(() => talks.every(({ closed }) => closed.length === 1));
      for (const { socket } of talks) socket.send(Uint8Array.of(1));
      await made.until(() => made.modem.registration === "home");
      return talks[0]?.closed[0];
    };
    const first = await fill();
    await made.settle(made.modem.setFunctionalMode("offline"));
    await made.settle(made.modem.setFunctionalMode("normal"));
    expect(await ended(first)).toBe("the radio is off");
    const second = await fill();
    made.front.inject({ name: "crash", times: 1, command: "%XVBAT" });
    expect(await made.settle(made.modem.batteryVoltage())).toEqual({ millivolts: expect.any(Number) });
    expect(await ended(second)).toBe("the modem crashed");
    const third = await fill();
    made.unplug();
    expect(await ended(third)).toMatch(/the port was closed/);
    await fill();
  });

  it("of a host that was restarted do not stay", async () => {
    const made = await registeredBench({ dialect });
    const port = await udpPeer();
    for (let number = 0; number < 8; number++) await connect(made, { host: "127.0.0.1", port });
    await made.settle(made.modem.reset());
    await made.settle(made.modem.setFunctionalMode("normal"));
    await made.until(() => made.modem.registration === "home");
    for (let number = 0; number < 8; number++) await connect(made, { host: "127.0.0.1", port });
  });

  it("are given up with their signal", async () => {
    const made = await registeredBench({ dialect });
    const port = await udpPeer();
    const aborted = AbortSignal.abort();
    const refused = connect(made, { host: "127.0.0.1", port, signal: aborted });
    await expect(refused).rejects.toMatchObject({ name: "ModemError", code: "notAllowed" });
    const late = new AbortController();
    made.front.inject({ name: "lateAnswer", times: 1, delayMs: 5_000, command: "#XCONNECT" });
    const begun = connect(made, { host: "127.0.0.1", port, signal: late.signal });
    begun.catch(() => {});
    await made.clock.advanceAsync(1_000);
    late.abort();
    await expect(begun).rejects.toMatchObject({ name: "ModemError", code: "notAllowed" });
    for (let number = 0; number < 8; number++) await connect(made, { host: "127.0.0.1", port });
  });

  it("do not find a name that there is not", async () => {
    const made = await registeredBench({ dialect });
    const refused = connect(made, { host: "no-such-name.invalid", port: 5_683 });
    await expect(refused).rejects.toMatchObject({ name: "ModemError" });
  });
});

describe("a socket in a modem that has to be asked", () => {
  it("is asked soon after something was said and seldom when nothing is", async () => {
    const made = await registeredBench({ dialect: "slm" });
    const { socket, received } = await connect(made, { host: "127.0.0.1", port: await udpPeer() });
    const asked = () => made.records.filter(({ kind, line }) => kind === "at" && String(line).startsWith("AT#XPOLL"));
    await made.clock.advanceAsync(3_600_000);
    const idle = asked().length;
    expect(idle).toBeLessThan(800);
    socket.send(utf8("said"));
    await made.until(() => received.length > 0);
    const quick = asked().length;
    await made.clock.advanceAsync(2_000);
    expect(asked().length - quick).toBeGreaterThan(3);
  });
});
