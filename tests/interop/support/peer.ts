/** A program of another implementation, in a process of its own that is ended by its id. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { reservePort } from "../../../testbed/reservePort.ts";
import { keep } from "./keep.ts";
import { patiently } from "./patience.ts";

/** The Debian package of each program. */
const PACKAGES = {
  openssl: "openssl",
  "gnutls-serv": "gnutls-bin",
  "gnutls-cli": "gnutls-bin",
  "coap-server-gnutls": "libcoap3-bin",
  "coap-server-openssl": "libcoap3-bin",
  "coap-client-gnutls": "libcoap3-bin",
  "coap-client-openssl": "libcoap3-bin",
  tshark: "tshark",
} as const;

export type Program = keyof typeof PACKAGES;

/** Somebody else may take a port between its choice and its use. */
const MAX_TRIES = 5;

export class Peer {
  /** Of standard output and standard error, as they came. */
  readonly lines: string[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #command: string;
  readonly #ended: Promise<number | NodeJS.Signals>;
  #waiting: { readonly pattern: RegExp; readonly resolve: (line: string) => void }[] = [];

  /** `program` may be any command; throws with what to install when one of `PACKAGES` is missing. */
  constructor(program: string, args: readonly string[]) {
    requireInstalled(program);
    this.#command = [program, ...args].join(" ");
    this.#child = spawn(program, args);
    for (const input of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input }).on("line", (line) => this.#take(line));
    }
    this.#child.stdin.on("error", () => {}); // It may end while it is written to.
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => resolve((code ?? signal) as number | NodeJS.Signals));
    });
    this.#ended.catch(() => {});
    keep(this);
  }

  /** The first line that matches, of those so far or to come; fails when the program ends without it. */
  async line(pattern: RegExp): Promise<string> {
    const found = this.lines.find((line) => pattern.test(line));
    if (found !== undefined) return found;
    const coming = new Promise<string>((resolve) => this.#waiting.push({ pattern, resolve }));
    const ended = this.#ended.then((code): never => {
      throw new Error(`it ended with ${code} without a line like ${pattern}: ${this.#transcript}`);
    });
    ended.catch(() => {});
    return patiently(Promise.race([coming, ended]), () => `a line like ${pattern}: ${this.#transcript}`);
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Ends its standard input, at which most clients close their connection. */
  finish(): void {
    this.#child.stdin.end();
  }

  /** Its exit code, or the signal that ended it. */
  get ended(): Promise<number | NodeJS.Signals> {
    return patiently(this.#ended, () => `the end of ${this.#transcript}`);
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended.catch(() => {});
  }

  get #transcript(): string {
    return [this.#command, ...this.lines].join("\n  ");
  }

  #take(line: string): void {
    this.lines.push(line);
    const met = this.#waiting.filter(({ pattern }) => pattern.test(line));
    this.#waiting = this.#waiting.filter((waiting) => !met.includes(waiting));
    for (const { resolve } of met) resolve(line);
  }
}

export interface ServerPeer {
  readonly peer: Peer;
  readonly port: number;
}

/** Starts a server on a free port and waits for the line with which it says that it listens. */
export async function startServer(
  program: Program,
  args: (port: number) => readonly string[],
  ready: RegExp,
): Promise<ServerPeer> {
  for (let tries = 1; ; tries++) {
    const port = await reservePort("udp", "0.0.0.0");
    const peer = new Peer(program, args(port));
    try {
      await peer.line(ready);
      return { peer, port };
    } catch (error) {
      await peer.close();
      if (tries === MAX_TRIES || !/in use/i.test(String(error))) throw error;
    }
  }
}

/** Whether the program is on the path. */
export function isInstalled(program: Program): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));
}

function requireInstalled(program: string): void {
  if (!(program in PACKAGES) || isInstalled(program as Program)) return;
  const debianPackage = PACKAGES[program as Program];
  throw new Error(`${program} is not installed; Debian has it in ${debianPackage}: apt-get install ${debianPackage}`);
}
