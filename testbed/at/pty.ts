/**
 * A pseudo terminal: a device path for programs that want a serial port, with a stream for the modem's side. Node
 * cannot make one, so a helper process holds the master: a few lines of Python, or else socat.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { Duplex, type Readable, type Writable } from "node:stream";
import { TestbedError } from "../testbedError.ts";

export interface Pty {
  /** What another program opens: `/dev/pts/3`. */
  readonly path: string;
  /** The modem's side. Ends when the helper process does. */
  readonly stream: PtyStream;
  /** Resolves when the helper process has ended, by `close` or by itself: nobody can open the device any more. */
  readonly gone: Promise<void>;
  close(): Promise<void>;
}

export type PtyHelper = keyof typeof HELPERS;

/**
 * Raw mode, so that no octet is echoed or changed; the slave stays open, so that the device outlives whoever opened it.
 * Ends when its standard input does or its parent is gone. The path goes to standard error, where socat writes it too.
 */
const PYTHON = `
import os, pty, select, sys, tty
MOST = 65536
master, slave = pty.openpty()
tty.setraw(slave)
os.set_blocking(master, False)
parent = os.getppid()
sys.stderr.write("PTY is " + os.ttyname(slave) + "\\n")
sys.stderr.flush()
held = b""
while os.getppid() == parent:
    sources = [master] if len(held) >= MOST else [master, 0]
    readable, writable, _ = select.select(sources, [master] if held else [], [], 5)
    if master in readable:
        octets = memoryview(os.read(master, MOST))
        while octets:
            octets = octets[os.write(1, octets):]
    if 0 in readable:
        octets = os.read(0, MOST)
        if not octets:
            break
        held += octets
    if master in writable:
        held = held[os.write(master, held):]
`;

const HELPERS = {
  python: { command: ["python3", "-c", PYTHON], says: /PTY is (\S+)\n/ },
  // It names the path before it has made the line raw.
  socat: {
    command: ["socat", "-d", "-d", "-b", "65536", "-", "PTY,rawer,ignoreeof"],
    says: /PTY is (\S+)\n[\s\S]*starting data transfer loop/,
  },
} as const;

/** Of the helper's start, ms: an interpreter on a slow machine. */
const START_MS = 20_000;
/** What a helper may say before its path. */
const MAX_WORDS = 4096;

export interface PtyOptions {
  /** In the order in which they are tried: python, socat. */
  readonly helpers?: readonly PtyHelper[];
  /** Environment of the helper: its `PATH` is where it is looked for. This process's by default. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Rejects with a `TestbedError` `transport` that says what to install when no helper starts. */
export async function openPty({ helpers = ["python", "socat"], env = process.env }: PtyOptions = {}): Promise<Pty> {
  const failures: string[] = [];
  for (const helper of helpers) {
    try {
      return await openWith(helper, env);
    } catch (error) {
      failures.push(`${HELPERS[helper].command[0]}: ${(error as Error).message}`);
    }
  }
  const reasons = failures.join("; ");
  throw new TestbedError(
    "transport",
    `no pseudo terminal: install python3 or socat, or use TCP in its place (${reasons})`,
  );
}

type Helper = ChildProcessByStdio<Writable, Readable, Readable>;

async function openWith(name: PtyHelper, env: NodeJS.ProcessEnv): Promise<Pty> {
  const { command: words, says } = HELPERS[name];
  const [command, ...args] = words;
  // In a process group of its own: Ctrl-C is for this process, which says goodbye over the line before it ends.
  const helper = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env, detached: true });
  const gone = new Promise<void>((resolve) => {
    helper.once("close", () => resolve());
    helper.once("error", () => resolve());
  });
  let slave: number | undefined;
  try {
    const path = await pathFrom(helper, says);
    // While nobody has the slave open, a read of the master fails.
    slave = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    const stream = new PtyStream(helper);
    const held = slave;
    return {
      path,
      stream,
      gone,
      close: async () => {
        stream.destroy();
        helper.kill("SIGKILL");
        await gone;
        closeOnce(held);
      },
    };
  } catch (error) {
    helper.kill("SIGKILL");
    await gone;
    if (slave !== undefined) closeSync(slave);
    throw error;
  }

  function closeOnce(fd: number): void {
    if (slave === undefined) return;
    slave = undefined;
    closeSync(fd);
  }
}

/** Both helpers say it on standard error. */
function pathFrom(helper: Helper, says: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let words = "";
    const late = setTimeout(() => failed(new Error("did not start in time")), START_MS);
    const failed = (error: Error) => {
      clearTimeout(late);
      reject(error);
    };
    helper.once("error", failed);
    helper.once("exit", (code) => failed(new Error(words.trim().split("\n").at(-1) || `ended with ${code}`)));
    helper.stderr.on("data", (octets: Buffer) => {
      if (words.length > MAX_WORDS) return;
      words += octets.toString("latin1");
      const path = says.exec(words)?.[1];
      if (path === undefined) return;
      clearTimeout(late);
      resolve(path);
    });
  });
}

/** The master's octets, through the helper's standard input and output. */
export class PtyStream extends Duplex {
  readonly #helper: Helper;
  /** Octets handed to the helper, and taken from it, so far. */
  written = 0;
  taken = 0;

  constructor(helper: Helper) {
    super();
    this.#helper = helper;
    helper.stdout.on("data", (octets: Buffer) => {
      this.taken += octets.length;
      if (!this.push(octets)) helper.stdout.pause();
    });
    helper.stdout.once("end", () => this.push(null));
    helper.once("exit", () => this.destroy());
    // A helper that has ended says so by `exit`.
    helper.stdin.on("error", () => {});
  }

  override _read(): void {
    this.#helper.stdout.resume();
  }

  override _write(octets: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.written += octets.length;
    this.#helper.stdin.write(octets, done);
  }

  override _final(done: () => void): void {
    this.#helper.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // A helper has ended only when what it has said was read, or nobody wants it any more.
    this.#helper.stdout.destroy();
    done(error);
  }
}
