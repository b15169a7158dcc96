/**
 * A serial port of Linux without the package: a file descriptor under Node's `tty`, set up by stty(1) and locked by
 * flock(1) as the package locks it.
 */
import { spawn } from "node:child_process";
import { close, constants, open } from "node:fs";
import { isatty, ReadStream } from "node:tty";
import { promisify } from "node:util";
import { PortError } from "./portError.ts";
import type { PortHandle } from "./portStream.ts";

export interface LineSettings {
  readonly path: string;
  readonly baudRate: number;
  /** RTS and CTS stop whoever is too fast. */
  readonly flowControl: boolean;
}

export async function openTty(settings: LineSettings): Promise<PortHandle> {
  const { path } = settings;
  // What a program gets as its input no longer returns at once when the device takes no more: it gets one of its own.
  const lockFd = await openDevice(path);
  try {
    if (!isatty(lockFd)) throw new PortError("notATerminal", path);
    await lock(lockFd, path);
    await setUp(lockFd, settings);
    const fd = await openDevice(path);
    const stream = await streamOf(fd);
    return {
      stream,
      close: (done) => {
        const free = () => close(fd, () => close(lockFd, () => done()));
        if (stream.closed) return free();
        stream.once("close", free);
        stream.destroy();
      },
    };
  } catch (error) {
    await promisify(close)(lockFd);
    throw error;
  }
}

/** Without O_NONBLOCK a port waits for a carrier signal. */
function openDevice(path: string): Promise<number> {
  return promisify(open)(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
}

/** `tty` opens the device anew, for itself and in the place of `fd`, which stays ours. */
async function streamOf(fd: number): Promise<ReadStream> {
  try {
    return new ReadStream(fd);
  } catch (error) {
    await promisify(close)(fd);
    throw error;
  }
}

/** The lock belongs to the open file, so it outlives the program that takes it; a system without flock(1) has none. */
async function lock(fd: number, path: string): Promise<void> {
  const { missing, status } = await runOn(fd, "flock", ["--exclusive", "--nonblock", "0"]);
  if (!missing && status !== 0) throw new PortError("busy", path);
}

async function setUp(fd: number, { path, baudRate, flowControl }: LineSettings): Promise<void> {
  const flow = flowControl ? "crtscts" : "-crtscts";
  const modes = ["raw", "-echo", "clocal", "cread", flow, String(baudRate)];
  const { missing, status, complaint } = await runOn(fd, "stty", modes);
  if (missing) throw new PortError("noBinding", path, ", because stty is missing");
  if (status === 0) return;
  if (complaint.includes(String(baudRate))) throw new PortError("baudRate", path, String(baudRate));
  throw new PortError("failed", path, ` (${complaint.trim()})`);
}

const MAX_COMPLAINT_CHARACTERS = 400;

interface Ended {
  /** There is no such program. */
  readonly missing: boolean;
  readonly status: number;
  readonly complaint: string;
}

/** Runs a program whose standard input is the port. */
function runOn(fd: number, program: string, parameters: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, parameters, { stdio: [fd, "ignore", "pipe"], env: { ...process.env, LC_ALL: "C" } });
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(0, MAX_COMPLAINT_CHARACTERS);
    });
    child.once("error", (error) => resolve({ missing: true, status: -1, complaint: error.message }));
    child.once("close", (status) => resolve({ missing: false, status: status ?? -1, complaint }));
  });
}
