/**
 * Opens a modem's port: a serial device or pseudo terminal by its path, or `tcp://host:port` where a serial server or
 * another program answers.
 */
import { realpath, stat } from "node:fs/promises";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { listPorts } from "./listPorts.ts";
import { openWithPackage, serialPortPackage } from "./packageBinding.ts";
import { PortError, portErrorOf } from "./portError.ts";
import { PortStream } from "./portStream.ts";
import { type LineSettings, openTty } from "./ttyBinding.ts";

export interface PortOptions {
  /** `/dev/ttyACM0`, `COM3`, `tcp://127.0.0.1:4000`. */
  readonly path: string;
  /** Baud, 115200 by default: that of the Serial Modem application unless AT+IPR changed it. Meaningless over TCP. */
  readonly baudRate?: number;
  /** RTS/CTS, on by default as in the Serial Modem application. */
  readonly flowControl?: boolean;
  /**
   * What opens a serial device; by default the package where it is installed, else `tty`, which Linux alone has. A
   * pseudo terminal is opened by `tty`: the package does not notice when its other end is closed.
   */
  readonly binding?: "serialport" | "tty";
}

export const DEFAULT_BAUD_RATE = 115_200;
/** More than the UARTs of the nRF91 do. */
const MAX_BAUD_RATE = 4_000_000;
/** Device number 5, 2 of Linux: the other end of a pseudo terminal, a new one each time it is opened. */
const PTY_MASTER = 0x502;
const TCP_CONNECT_TIMEOUT_MS = 10_000;

/**
 * Rejects with a `PortError` and nothing else. The stream ends with a `PortError` of code `lost` when the device goes.
 */
export async function openPort(options: PortOptions): Promise<PortStream> {
  const { path, baudRate = DEFAULT_BAUD_RATE, flowControl = true, binding } = options;
  if (!Number.isSafeInteger(baudRate) || baudRate <= 0 || baudRate > MAX_BAUD_RATE)
    throw new PortError("baudRate", path, String(baudRate));
  try {
    if (path.startsWith("tcp:")) return await openTcp(path);
    if (process.platform !== "win32") await checkDevice(path);
    return new PortStream(await openSerial({ path, baudRate, flowControl }, binding), path);
  } catch (error) {
    const refusal = portErrorOf(error, path);
    throw refusal.code === "notFound" ? await withChoice(refusal) : refusal;
  }
}

async function openSerial(settings: LineSettings, binding: PortOptions["binding"]) {
  const chosen = binding ?? ((await isPseudoTerminal(settings.path)) ? "tty" : undefined);
  const serialport = chosen === "tty" ? undefined : await serialPortPackage();
  if (serialport !== undefined) return openWithPackage(serialport, settings);
  if (binding === "serialport" || process.platform !== "linux") {
    throw new PortError("noBinding", settings.path, binding === undefined ? ` on ${process.platform}` : "");
  }
  return openTty(settings);
}

/** What the package would say in other words. */
async function checkDevice(path: string): Promise<void> {
  const device = await stat(path);
  const isMaster = process.platform === "linux" && device.rdev === PTY_MASTER;
  if (!device.isCharacterDevice() || isMaster) throw new PortError("notATerminal", path);
}

async function isPseudoTerminal(path: string): Promise<boolean> {
  return process.platform === "linux" && (await realpath(path)).startsWith("/dev/pts/");
}

async function openTcp(path: string): Promise<PortStream> {
  const url = URL.canParse(path) ? new URL(path) : undefined;
  const port = Number(url?.port);
  if (url === undefined || url.hostname === "" || !Number.isInteger(port) || port < 1) {
    throw new PortError("unreachable", path, " (tcp://HOST:PORT is needed)");
  }
  const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ""), port, noDelay: true });
  const signal = AbortSignal.timeout(TCP_CONNECT_TIMEOUT_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
      signal.addEventListener("abort", () => reject(new Error("no connection in time")), { once: true });
    });
  } catch (error) {
    socket.destroy();
    throw new PortError("unreachable", path, ` (${(error as Error).message})`, error);
  }
  return new PortStream({ stream: socket, close: (done) => (socket.closed ? done() : endSocket(socket, done)) }, path);
}

function endSocket(socket: Duplex, done: () => void): void {
  socket.once("close", done);
  socket.destroy();
}

async function withChoice(refusal: PortError): Promise<PortError> {
  const ports = (await listPorts()).map(({ path }) => path);
  if (ports.length === 0) return refusal;
  return new PortError("notFound", refusal.path, `, of ${ports.slice(0, MAX_PORTS_NAMED).join(", ")}`, refusal.cause);
}

const MAX_PORTS_NAMED = 6;
