import { spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { type Duplex, PassThrough } from "node:stream";
import { afterEach, describe, expect, it } from "@jest/globals";
import { openPort, type PortOptions } from "../../modem/at/port/openPort.ts";
import { PortError, portErrorOf } from "../../modem/at/port/portError.ts";
import { PortStream } from "../../modem/at/port/portStream.ts";
import { openPty, type Pty } from "../../testbed/at/pty.ts";
import { itWith, itWithTerminal } from "../support/terminalPrograms.ts";

const BINDINGS = ["serialport", "tty"] as const;
const EVERY_OCTET = Uint8Array.from({ length: 256 }, (_, octet) => octet);

const open: { close(): void | Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

describe.each(BINDINGS)("a port opened by %s", (binding) => {
  itWithTerminal("carries every octet unchanged in both directions", async () => {
    const pty = await terminal();
    const port = await opened({ path: pty.path, binding });
    const arrived = octetsOf(port, 256);
    const sent = octetsOf(pty.stream, 256);
    pty.stream.write(EVERY_OCTET);
    port.write(EVERY_OCTET);
    expect(await arrived).toEqual(EVERY_OCTET);
    expect(await sent).toEqual(EVERY_OCTET);
  });

  itWithTerminal.each([115_200, 1_000_000])("takes %d baud, with flow control and without", async (baudRate) => {
    const { path } = await terminal();
    for (const flowControl of [true, false]) {
      const port = await openPort({ path, baudRate, flowControl, binding });
      await closed(port);
    }
  });

  itWithTerminal.each(BINDINGS)("is busy for whoever opens it by %s, until it is closed", async (other) => {
    const { path } = await terminal();
    const port = await opened({ path, binding });
    const refusal = await refusalOf({ path, binding: other });
    expect(refusal.code).toBe("busy");
    expect(refusal.message).toBe(`${path} is in use: close the other program (a terminal, ModemManager) and try again`);
    await closed(port);
    await opened({ path, binding: other });
  });

  it("says what to do where there is no such device, or it is none", async () => {
    const folder = tmpdir();
    expect((await refusalOf({ path: "/dev/ttyMODEM0", binding })).message).toMatch(
      /^\/dev\/ttyMODEM0 is not there: connect the device, or give another port/,
    );
    expect((await refusalOf({ path: folder, binding })).message).toBe(
      `${folder} is no serial port: give the modem's, /dev/ttyACM0 for example`,
    );
    expect(await refusalOf({ path: "/dev/null", binding })).toMatchObject({ code: "notATerminal" });
  });
});

itWith("python3")("goes on while its device takes no octets", async () => {
  const device = await deafTerminal(2_000);
  const port = await opened({ path: device, binding: "tty" });
  const began = performance.now();
  port.write(new Uint8Array(100_000));
  await new Promise(setImmediate);
  expect(performance.now() - began).toBeLessThan(1_500);
  await closed(port);
});

it("the other end of a pseudo terminal is no port, nor is an empty path", async () => {
  expect(await refusalOf({ path: "/dev/ptmx" })).toMatchObject({ code: "notATerminal" });
  expect((await refusalOf({ path: "" })).message).toMatch(/^"" is not there/);
});

itWithTerminal("a pseudo terminal that nobody reads is closed all the same", async () => {
  const pty = await terminal();
  const port = await opened({ path: pty.path });
  const lost = new Promise((resolve) => port.once("error", resolve));
  port.write(new Uint8Array(500_000));
  await idle(() => pty.stream.taken);
  await pty.close();
  expect(await lost).toMatchObject({ code: "lost" });
});

describe("a device that is gone", () => {
  itWithTerminal("ends its port with an error that says so", async () => {
    const pty = await terminal();
    const port = await opened({ path: pty.path });
    const ended = new Promise((resolve) => port.once("error", resolve));
    await pty.close();
    expect(await ended).toMatchObject({ name: "PortError", code: "lost", path: pty.path });
    expect(port.destroyed).toBe(true);
  });

  it.each(["close", "error", "end"])("is noticed by the %s of its stream, and given back once", (event) => {
    const stream = new PassThrough();
    let given = 0;
    const port = new PortStream(
      {
        stream,
        close: (done) => {
          given++;
          done();
        },
      },
      "/dev/ttyACM0",
    );
    const ended = new Promise((resolve) => port.once("error", resolve));
    stream.emit(event, new Error("Disconnected"));
    stream.emit("close");
    return ended.then((error) => {
      expect(error).toMatchObject({ code: "lost" });
      expect(given).toBe(1);
    });
  });
});

itWithTerminal("names the rate that a device does not do", async () => {
  const { path } = await terminal();
  const refusal = await refusalOf({ path, baudRate: 1_234, binding: "tty" });
  expect(refusal.message).toBe(`${path} does not do 1234 baud: give the rate that AT+IPR of the modem is set to`);
  expect(await refusalOf({ path, baudRate: -1 })).toMatchObject({ code: "baudRate" });
  expect(await refusalOf({ path, baudRate: 1e12 })).toMatchObject({ code: "baudRate" });
});

it.each([
  [
    "EACCES: permission denied, open '/dev/ttyACM0'",
    "no permission for /dev/x: add the user to the group that owns it, dialout for example",
  ],
  [
    "Error: Permission denied, cannot open /dev/x",
    "no permission for /dev/x: add the user to the group that owns it, dialout for example",
  ],
  [
    "Error Resource temporarily unavailable Cannot lock port",
    "/dev/x is in use: close the other program (a terminal, ModemManager) and try again",
  ],
  ["Opening COM3: Access denied", "/dev/x is in use: close the other program (a terminal, ModemManager) and try again"],
  ["Opening COM3: File not found", "/dev/x is not there: connect the device, or give another port"],
  [
    "EACCES: permission denied, open 'P is in use'",
    "no permission for P is in use: add the user to the group that owns it, dialout for example",
    "P is in use",
  ],
  ["ENOTDIR: not a directory, stat '/dev/x'", "/dev/x is not there: connect the device, or give another port"],
  ["something else", "/dev/x could not be used (something else): check the device and its driver"],
])("turns %j into a sentence that says what to do", (message, sentence, path = "/dev/x") => {
  expect(portErrorOf(new Error(message), path).message).toBe(sentence);
});

describe("a port over TCP", () => {
  it("carries octets in both directions and ends when the other side does", async () => {
    const { path, connection } = await tcpServer();
    const port = await opened({ path });
    const peer = await connection;
    const arrived = octetsOf(port, 256);
    const sent = octetsOf(peer, 256);
    peer.write(EVERY_OCTET);
    port.write(EVERY_OCTET);
    expect(await arrived).toEqual(EVERY_OCTET);
    expect(await sent).toEqual(EVERY_OCTET);
    const ended = new Promise((resolve) => port.once("error", resolve));
    peer.destroy();
    expect(await ended).toMatchObject({ code: "lost" });
  });

  it("says where nobody answers", async () => {
    const { path, server } = await tcpServer();
    await new Promise((resolve) => server.close(resolve));
    expect((await refusalOf({ path })).message).toMatch(
      /^nobody answers at tcp:\/\/127.+ECONNREFUSED.+: start the modem/,
    );
    expect(await refusalOf({ path: "tcp://127.0.0.1" })).toMatchObject({ code: "unreachable" });
  });
});

/** Resolves when the number has stayed the same for a while. */
async function idle(number: () => number): Promise<void> {
  for (let turns = 0, last = -1; turns < 5_000; turns++) {
    if (number() !== last) turns = 0;
    last = number();
    await new Promise(setImmediate);
  }
}

/** A terminal whose other end is held for so long, and nobody reads there. */
async function deafTerminal(heldMs: number): Promise<string> {
  const script = `import os, pty, time, tty
master, slave = pty.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
time.sleep(${heldMs / 1_000})`;
  const helper = spawn("python3", ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
  open.push({ close: () => void helper.kill() });
  return new Promise((resolve) => helper.stdout.once("data", (path: Buffer) => resolve(String(path).trim())));
}

async function terminal(): Promise<Pty> {
  const pty = await openPty();
  open.push(pty);
  return pty;
}

async function opened(options: PortOptions): Promise<Duplex> {
  const port = await openPort(options);
  open.push({ close: () => closed(port) });
  return port;
}

async function refusalOf(options: PortOptions): Promise<PortError> {
  const port = await openPort(options).catch((error: unknown) => error);
  if (port instanceof PortError) return port;
  throw new Error(`${options.path} was opened, or refused with ${String(port)}`);
}

function closed(port: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (port.closed) return resolve();
    port.once("close", () => resolve());
    port.destroy();
  });
}

function octetsOf(stream: Duplex, count: number): Promise<Uint8Array> {
  const all = new Uint8Array(count);
  let length = 0;
  return new Promise((resolve) => {
    const take = (octets: Uint8Array) => {
      all.set(octets.subarray(0, count - length), length);
      length += octets.length;
      if (length < count) return;
      stream.off("data", take);
      resolve(all);
    };
    stream.on("data", take);
  });
}

async function tcpServer(): Promise<{ path: string; server: Server; connection: Promise<Socket> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({ close: () => void server.close() });
  const connection = new Promise<Socket>((resolve) => server.once("connection", resolve));
  return { path: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, server, connection };
}
