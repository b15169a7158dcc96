/** A simulated modem behind an AT front in virtual time, and a terminal on its line that knows nothing of our tables. */
import type { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { seededRandom } from "../../../carrier/random.ts";
import { createSimulatedModem, type SimulatedModem, type SimulatedModemOptions } from "../../../modem/index.ts";
import { createMemoryStorage } from "../../../services/store/memoryStorage.ts";
import { type AtFront, type AtFrontOptions, createAtFront } from "../../../testbed/at/front.ts";
import { duplexPair } from "../../support/duplexPair.ts";

import { VirtualClock } from "../../support/virtualClock.ts";

const FINAL = /\r\n(?:OK|ERROR|\+CM[ES] ERROR: \d+)\r\n/;

export interface Setting extends Partial<Omit<AtFrontOptions, "modem" | "clock" | "stream">> {
  readonly simulated?: Partial<SimulatedModemOptions>;
}

export class Terminal {
  readonly clock = new VirtualClock();
  readonly modem: SimulatedModem;
  readonly front: AtFront;
  #line: Duplex;
  readonly #end: string;
  /** What has come and was not taken yet, an octet a character. */
  #came = "";
  #more = () => {};

  private constructor({ simulated, dialect = "serialModem", ...options }: Setting) {
    const [line, stream] = this.#pair();
    this.#line = line;
    this.#end = dialect === "slm" ? "\r\n" : "\r";
    this.modem = createSimulatedModem({
      clock: this.clock,
      random: seededRandom(1),
      storage: createMemoryStorage(),
      timing: "instant",
      ...simulated,
    });
    this.front = createAtFront({ modem: this.modem, clock: this.clock, stream, dialect, ...options });
  }

  /** Up, `Ready` taken. */
  static async start(setting: Setting = {}): Promise<Terminal> {
    const terminal = new Terminal(setting);
    await terminal.until(/^(?:Ready|INIT ERROR)\r\n/);
    return terminal;
  }

  /** Another line in place of this one. */
  replug(): void {
    const [line, stream] = this.#pair();
    this.#line.destroy();
    this.#line = line;
    this.front.attach(stream);
  }

  write(octets: string | Uint8Array): void {
    this.#line.write(typeof octets === "string" ? Buffer.from(octets, "latin1") : octets);
  }

  /** Types a command and gives its whole answer, what came before it included. */
  say(command: string): Promise<string> {
    this.write(`${command}${this.#end}`);
    return this.until(FINAL);
  }

  /** Several commands that are all answered with OK. */
  async obeyed(...commands: readonly string[]): Promise<void> {
    for (const command of commands) {
      const answer = await this.say(command);
      if (!answer.endsWith("\r\nOK\r\n")) throw new Error(`${command}: ${JSON.stringify(answer)}`);
    }
  }

  /** All that has come up to the end of what matches. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#came);
      if (found !== null) {
        const end = found.index + found[0].length;
        const text = this.#came.slice(0, end);
        this.#came = this.#came.slice(end);
        return text;
      }
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
  }

  /** All that comes when nothing more is to be done, virtual time aside. */
  async rest(): Promise<string> {
    for (let turns = 0; turns < 20; turns++) await turn();
    const text = this.#came;
    this.#came = "";
    return text;
  }

  async passes(ms: number): Promise<void> {
    await this.clock.advanceAsync(ms);
  }

  /** In normal mode and registered; what was told meanwhile is taken. */
  async register(): Promise<void> {
    await this.obeyed("AT+CFUN=1");
    await this.passes(0);
    await this.rest();
  }

  async close(): Promise<void> {
    await this.front.close();
    await this.modem.close();
    this.#line.destroy();
  }

  #pair(): readonly [Duplex, Duplex] {
    const pair = duplexPair();
    pair[0].on("data", (octets: Buffer) => {
      this.#came += octets.toString("latin1");
      this.#more();
    });
    return pair;
  }
}
