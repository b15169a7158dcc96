/**
 * The modem's side of the line: octets become command lines, as Serial Modem reads them. What stands before `AT` is
 * dropped, quotes too; BS and DEL take back a character, the end of a command inside quotes is data, and raw octets
 * follow a command that asks for them. Octets that come while a command runs wait.
 */
import { COMMAND_END, type Dialect } from "../commands/dialect.ts";
import { lineBytes } from "../commands/tokens.ts";

/** Serial Modem's command buffer. */
export const MAX_COMMAND_OCTETS = 4_096;
/** What may wait while a command runs: a firmware chunk, its command and some more. */
export const MAX_WAITING_OCTETS = 16_384;

/** How raw octets end: after so many, or by `+++`. */
export type RawLength = number | "escape";

export interface AtLineReaderOptions {
  readonly dialect: Dialect;
  /** A command line without its end, one character per octet. Nothing more is read until the promise has settled. */
  readonly onCommand: (text: string) => Promise<void> | void;
  /** A command has become longer than the buffer; it is dropped, and the next `AT` begins another. */
  readonly onOverlong: () => Promise<void> | void;
  /** Raw octets as they come; `done` with the last ones. `+++` is not among them. */
  readonly onRaw: (octets: Uint8Array, done: boolean) => Promise<void> | void;
  /** What is sent back while `echo` is on. */
  readonly onEcho: (octets: Uint8Array) => void;
}

const CR = 0x0d;
const LF = 0x0a;
const BS = 0x08;
const DEL = 0x7f;
const QUOTE = 0x22;
const PREFIX = "AT";
const ESCAPE = "+++";

export class AtLineReader {
  echo = false;
  readonly #options: AtLineReaderOptions;
  #line = "";
  #quoted = false;
  #raw: RawLength | undefined;
  /** How much of `+++` has come. */
  #escape = 0;
  #busy = false;
  #waiting: Uint8Array[] = [];
  #waitingOctets = 0;

  constructor(options: AtLineReaderOptions) {
    this.#options = options;
  }

  /** True while a command line is half typed. */
  get typing(): boolean {
    return this.#line !== "";
  }

  /** True while a command runs or raw octets are expected. */
  get occupied(): boolean {
    return this.#busy || this.#raw !== undefined;
  }

  /** How many octets wait. */
  get waiting(): number {
    return this.#waitingOctets;
  }

  /** Octets that wait for the running command; what is more than `MAX_WAITING_OCTETS` is lost, as on a real line. */
  push(chunk: Uint8Array): void {
    if (this.#waitingOctets + chunk.length > MAX_WAITING_OCTETS) return;
    this.#waiting.push(chunk.slice());
    this.#waitingOctets += chunk.length;
    this.#drain();
  }

  /** The next octets are raw. Called while the command that announces them runs. */
  expectRaw(length: RawLength): void {
    this.#raw = length;
    this.#escape = 0;
  }

  /** Nothing has come for a while: what has come of `+++` is data. */
  silence(): void {
    if (this.#raw !== "escape" || this.#escape === 0 || this.#busy) return;
    const octets = lineBytes(ESCAPE.slice(0, this.#escape));
    this.#escape = 0;
    this.#run(() => this.#options.onRaw(octets, false));
  }

  /** Forgets all, as after a restart. */
  reset(): void {
    this.#forgetLine();
    this.#raw = undefined;
    this.#escape = 0;
    this.#waiting = [];
    this.#waitingOctets = 0;
  }

  #drain(): void {
    while (!this.#busy) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) return;
      this.#waitingOctets -= chunk.length;
      const used = this.#raw === undefined ? this.#takeCommand(chunk) : this.#takeRaw(chunk);
      if (used === chunk.length) continue;
      this.#waiting.unshift(chunk.subarray(used));
      this.#waitingOctets += chunk.length - used;
    }
  }

  /** Reads until a command is complete or the chunk is over. */
  #takeCommand(chunk: Uint8Array): number {
    const end = COMMAND_END[this.#options.dialect];
    for (let at = 0; at < chunk.length; at++) {
      const octet = chunk[at]!;
      if (this.echo) this.#options.onEcho(chunk.subarray(at, at + 1));
      if (octet === BS || octet === DEL) this.#takeBack();
      else if (this.#line.length < PREFIX.length) this.#begin(octet);
      else if (!this.#quoted && this.#isEnd(octet, end)) this.#endCommand();
      else this.#add(octet);
      if (this.#busy || this.#raw !== undefined) return at + 1;
    }
    return chunk.length;
  }

  #isEnd(octet: number, end: string): boolean {
    return end === "\r" ? octet === CR : octet === LF && this.#line.endsWith("\r");
  }

  #begin(octet: number): void {
    const character = String.fromCharCode(octet);
    const isNext = (line: string) => character.toUpperCase() === PREFIX[line.length];
    if (!isNext(this.#line)) this.#line = "";
    if (isNext(this.#line)) this.#line += character;
  }

  #add(octet: number): void {
    if (octet === QUOTE) this.#quoted = !this.#quoted;
    this.#line += String.fromCharCode(octet);
    if (this.#line.length <= MAX_COMMAND_OCTETS) return;
    this.#forgetLine();
    this.#run(() => this.#options.onOverlong());
  }

  #takeBack(): void {
    if (this.#line.endsWith('"')) this.#quoted = !this.#quoted;
    this.#line = this.#line.slice(0, -1);
  }

  #endCommand(): void {
    const line = this.#line.trimEnd();
    this.#forgetLine();
    this.#run(() => this.#options.onCommand(line));
  }

  #forgetLine(): void {
    this.#line = "";
    this.#quoted = false;
  }

  #takeRaw(chunk: Uint8Array): number {
    if (typeof this.#raw === "number") {
      const octets = chunk.subarray(0, this.#raw);
      this.#raw -= octets.length;
      const done = this.#raw === 0;
      if (done) this.#raw = undefined;
      this.#run(() => this.#options.onRaw(octets, done));
      return octets.length;
    }
    let kept = "";
    for (let at = 0; at < chunk.length; at++) {
      const character = String.fromCharCode(chunk[at]!);
      if (character === ESCAPE[this.#escape]) {
        this.#escape++;
        if (this.#escape < ESCAPE.length) continue;
        this.#raw = undefined;
        this.#escape = 0;
        this.#run(() => this.#options.onRaw(lineBytes(kept), true));
        return at + 1;
      }
      kept += ESCAPE.slice(0, this.#escape) + character;
      this.#escape = 0;
    }
    if (kept !== "") this.#run(() => this.#options.onRaw(lineBytes(kept), false));
    return chunk.length;
  }

  /** Runs a handler; what comes meanwhile waits. */
  #run(work: () => Promise<void> | void): void {
    // Before its work: an answer may bring the host's next octets at once.
    this.#busy = true;
    const running = work();
    if (running === undefined) {
      this.#busy = false;
      return;
    }
    const next = () => {
      this.#busy = false;
      this.#drain();
    };
    running.then(next, next);
  }
}
