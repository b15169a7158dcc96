/**
 * The modem's end of a serial line: octets in and out at its rate, notifications held back while a command runs, and
 * what can go wrong on the way.
 */
import type { Duplex } from "node:stream";
import type { Dialect } from "../../modem/at/commands/dialect.ts";
import { lineBytes } from "../../modem/at/commands/tokens.ts";
import { AtLineReader, type RawLength } from "../../modem/at/line/atLineReader.ts";
import type { Clock, TimerId } from "../../ports/clock.ts";
import type { Random } from "../../ports/random.ts";
import type { LineFaults } from "./lineFaults.ts";
import { LinePace } from "./linePace.ts";

export interface FrontLineOptions {
  readonly clock: Clock;
  readonly dialect: Dialect;
  /** 0 for a line that takes no time. */
  readonly baudRate: number;
  readonly random: Random;
  readonly faults: LineFaults;
  /** A command line; the next octets are read when the promise has settled. */
  readonly onCommand: (text: string) => Promise<void>;
  /** Octets of data, `done` with the last of them. */
  readonly onData: (octets: Uint8Array, done: boolean) => Promise<void>;
}

/** Serial Modem's buffer for notifications; what does not fit is lost. */
const MAX_HELD_OCTETS = 4_096;
/** What may wait for somebody to read it: a line that nobody reads keeps no more. */
const MAX_UNREAD_OCTETS = 262_144;
/** Input that may be on the way, or wait for a command, before the host is told to wait. */
const MAX_INPUT_OCTETS = 65_536;
/** Given to the reader at a time. */
const PIECE_OCTETS = 4_096;
const GARBAGE_OCTETS = 24;
/** After such a silence what has come of `+++` is data: 4096 octets' time at 115200 baud, and some more. */
const SILENCE_MS = 366;

export class FrontLine {
  readonly #options: FrontLineOptions;
  readonly #reader: AtLineReader;
  readonly #input: LinePace;
  readonly #output: LinePace;
  #stream: Duplex | undefined;
  #release = () => {};
  #isOpen = false;
  #isBusy = false;
  #held = "";
  /** Input for which the reader has no room yet. */
  #unread: Uint8Array[] = [];
  #unreadOctets = 0;
  #silence: TimerId;

  constructor(options: FrontLineOptions) {
    const { clock, dialect, baudRate, onCommand, onData } = options;
    this.#options = options;
    this.#input = new LinePace(clock, baudRate, (octets) => this.#arrived(octets));
    this.#output = new LinePace(clock, baudRate, (octets) => this.#write(octets));
    this.#reader = new AtLineReader({
      dialect,
      onCommand: (text) => onCommand(text),
      onOverlong: () => this.answer("\r\nERROR\r\n", ""),
      onRaw: (octets, done) => onData(octets, done).finally(() => this.#readOn()),
      onEcho: (octets) => this.#output.push(octets.slice()),
    });
  }

  /** Speaks on this line, in place of one before; what was on the way there is lost. */
  attach(stream: Duplex): void {
    this.detach();
    const onData = (octets: Uint8Array) => {
      this.#input.push(octets);
      this.#control();
    };
    // Whoever attached a line hears of its failure.
    const onError = () => {};
    stream.on("data", onData);
    stream.on("error", onError);
    this.#stream = stream;
    this.#release = () => {
      stream.off("data", onData);
    };
    this.#control();
  }

  detach(): void {
    this.#release();
    this.#release = () => {};
    this.#stream = undefined;
    this.#clear();
  }

  /** Hears the host and speaks from now on. */
  open(): void {
    this.#isOpen = true;
    this.#control();
  }

  /** Deaf and mute, and all that was on the way is lost; a host with flow control waits. */
  close(): void {
    this.#isOpen = false;
    this.#isBusy = false;
    this.#reader.echo = false;
    this.#clear();
    this.#control();
  }

  set echo(on: boolean) {
    this.#reader.echo = on;
  }

  /** From the next octet on; a line that takes no time goes on taking none. */
  set baudRate(baudRate: number) {
    if (this.#input.baudRate === 0) return;
    this.#input.baudRate = baudRate;
    this.#output.baudRate = baudRate;
  }

  expectRaw(length: RawLength): void {
    this.#reader.expectRaw(length);
  }

  /** A command runs: notifications wait. */
  busy(): void {
    this.#isBusy = true;
  }

  /** The command is over: what waited is sent. */
  idle(): void {
    this.#isBusy = false;
    this.#flush();
    this.#readOn();
  }

  /** An answer to the command of this name. */
  answer(text: string, command: string): void {
    const { faults } = this.#options;
    const garbage = faults.strike("garbage", command) === undefined ? "" : this.#garbage();
    const middle = text.length >> 1;
    const isShort = faults.strike("lostByte", command) !== undefined;
    this.#output.push(lineBytes(garbage + (isShort ? text.slice(0, middle) + text.slice(middle + 1) : text)));
  }

  /** What belongs to the command under way, after its answer. */
  send(text: string): void {
    this.#output.push(lineBytes(text));
  }

  /** Sends it when no command runs and none is half typed. */
  notify(text: string): void {
    if (!this.#isOpen) return;
    if (this.#held === "" || this.#held.length + text.length <= MAX_HELD_OCTETS) this.#held += text;
    this.#flush();
  }

  /** Resolves when all that the host has sent is here. */
  arrived(): Promise<void> {
    return this.#input.idle();
  }

  /** Resolves when all that was sent has left. */
  sent(): Promise<void> {
    return this.#output.idle();
  }

  #arrived(octets: Uint8Array): void {
    this.#unread.push(octets);
    this.#unreadOctets += octets.length;
    this.#feed();
    this.#flush();
    this.#control();
    const { clock } = this.#options;
    clock.clearTimeout(this.#silence);
    // What has come may be read later: it waits while a command runs.
    if (this.#reader.occupied) this.#silence = clock.setTimeout(() => this.#reader.silence(), SILENCE_MS);
  }

  /** Gives the reader what waits, when it has gone on with what it has. */
  #readOn(): void {
    if (this.#unread.length === 0) return;
    setImmediate(() => {
      this.#feed();
      this.#control();
    });
  }

  /** What does not fit the reader waits until it has read some. */
  #feed(): void {
    for (let next = this.#unread[0]; next !== undefined; next = this.#unread[0]) {
      if (this.#reader.waiting >= PIECE_OCTETS) break;
      const piece = next.subarray(0, PIECE_OCTETS);
      if (piece.length === next.length) this.#unread.shift();
      else this.#unread[0] = next.subarray(PIECE_OCTETS);
      this.#unreadOctets -= piece.length;
      this.#reader.push(piece);
    }
  }

  #flush(): void {
    const waits = this.#isBusy || (this.#reader.echo && this.#reader.typing);
    if (waits || this.#held === "") return;
    const text = this.#held;
    this.#held = "";
    this.#output.push(lineBytes(text));
  }

  #write(octets: Uint8Array): void {
    const stream = this.#stream;
    if (stream === undefined || !stream.writable || stream.writableLength > MAX_UNREAD_OCTETS) return;
    stream.write(octets);
  }

  /** Lets the host send as long as somebody hears it. */
  #control(): void {
    if (this.#isOpen && this.#input.queued + this.#unreadOctets < MAX_INPUT_OCTETS) this.#stream?.resume();
    else this.#stream?.pause();
  }

  #clear(): void {
    this.#options.clock.clearTimeout(this.#silence);
    this.#input.clear();
    this.#output.clear();
    this.#reader.reset();
    this.#unread = [];
    this.#unreadOctets = 0;
    this.#held = "";
  }

  #garbage(): string {
    const octets = this.#options.random.bytes(GARBAGE_OCTETS);
    return `${String.fromCharCode(...octets)}\r\n${String.fromCharCode(...octets.subarray(0, 3))}`;
  }
}
