/**
 * A board that runs the original library, without its serial line: the carrier extension on a simulated modem, in the
 * memory network of a `World`. What it says is text, as on the line.
 */
import type { Carrier } from "../../../carrier/createCarrier.ts";
import type { FunctionalMode } from "../../../ports/modem.ts";
import { type CarrierExtensionOptions, carrierExtension } from "../../../testbed/at/carrier/carrierExtension.ts";
import type { AtExtension, AtHost, AtReply } from "../../../testbed/at/extension.ts";
import { World, type WorldOptions } from "../../carrier/support/world.ts";

const DEVICE_ADDRESS = "198.51.100.7";
const FUNCTIONAL_MODES: Readonly<Record<string, FunctionalMode>> = { "0": "powerOff", "1": "normal", "4": "offline" };

export interface BoardOptions extends Omit<CarrierExtensionOptions, "modem" | "onCarrier" | "onProblem"> {
  readonly world?: WorldOptions;
  /** Nothing is built in. */
  readonly withoutBootstrap?: boolean;
}

export class Board {
  readonly world: World;
  /** Notifications since the beginning, each as it stood on the line. */
  readonly wire: string[] = [];
  /** Of every start of the library. */
  readonly carriers: Carrier[] = [];
  /** Why the library could not start. */
  readonly problems: string[] = [];
  /** What a host sends in data mode. */
  dataMode: Uint8Array = new Uint8Array(0);
  readonly #extension: AtExtension;

  private constructor(world: World, { world: _, withoutBootstrap, ...options }: BoardOptions) {
    this.world = world;
    const host: AtHost = {
      clock: world.clock,
      notify: (text) => void this.wire.push(`\r\n${text}\r\n`),
      notifyRaw: (octets) => void this.wire.push(typeof octets === "string" ? octets : latin1(octets)),
      restart: () => void this.restart(),
    };
    const { bootstrap } = world;
    this.#extension = carrierExtension({
      modem: world.modem,
      onCarrier: (carrier) => this.carriers.push(carrier),
      onProblem: ({ message }) => this.problems.push(message),
      ...options,
      carrier: {
        endpoint: "dev",
        transport: world.transport(DEVICE_ADDRESS),
        storage: world.storage,
        ...(!withoutBootstrap && { bootstrap: { uri: bootstrap.uri, security: { mode: "none" } } }),
        ...options.carrier,
      },
    })(host);
  }

  /** Booted: the modem is started, and the library with it. */
  static async boot(options: BoardOptions = {}): Promise<Board> {
    const board = new Board(await World.make(options.world), options);
    await board.#start();
    return board;
  }

  static async registered(options: BoardOptions = {}): Promise<Board> {
    const board = await Board.boot(options);
    await board.hears("#XCARRIEREVT: 5,0");
    return board;
  }

  /** A library without a server of its own: a host has to name it. */
  static async withoutServer(options: BoardOptions = {}): Promise<Board> {
    return Board.boot({ autoStartup: false, ...options });
  }

  get carrier(): Carrier {
    const last = this.carriers.at(-1);
    if (last === undefined) throw new Error("the library has not started");
    return last;
  }

  /** What came after `#XCARRIEREVT: `, line by line. */
  get events(): string[] {
    return this.wire.filter((line) => line.includes(PREFIX)).map((line) => line.trim().slice(PREFIX.length));
  }

  /** A command line without its terminator; gives what the board answers, line by line. */
  async at(text: string): Promise<string[]> {
    const mode = FUNCTIONAL_MODES[/^AT\+CFUN=(\d)$/.exec(text)?.[1] ?? ""];
    if (mode !== undefined) return this.world.result(this.world.modem.setFunctionalMode(mode).then(() => ["OK"]));
    const answer: string[] = [];
    let final: string | undefined;
    const finish = (result: string) => {
      final ??= result;
    };
    const reply: AtReply = {
      line: (line) => void answer.push(line),
      raw: () => {},
      ok: () => finish("OK"),
      error: () => finish("ERROR"),
      data: async () => this.dataMode,
    };
    const [, name = "", parameters] = /^AT(#\w+)(?:=(.*))?$/s.exec(text) ?? [];
    if (!this.#extension.handles(name)) return ["ERROR"];
    const form = parameters === undefined ? (text.endsWith("?") ? "read" : "exec") : "set";
    const { signal } = new AbortController();
    const request = { text, name, form, parameters: parameters ?? "", signal } as const;
    await this.world.result(this.#extension.execute(request, reply));
    return [...answer, final ?? "OK"];
  }

  /** Moves time until this line comes, or has come after `from` lines. */
  async hears(line: string, from = this.wire.length): Promise<void> {
    await this.world.reaches(line, () => this.wire.slice(from).some((each) => each.trim() === line));
  }

  /** AT#XRESET. */
  async restart(): Promise<void> {
    this.#extension.reset?.();
    await this.world.modem.shutdown();
    this.wire.push("Ready\r\n");
    await this.#start();
  }

  async close(): Promise<void> {
    await this.world.result(this.#extension.close?.() ?? Promise.resolve());
  }

  async #start(): Promise<void> {
    this.#extension.modemStarted?.(await this.world.modem.init(), () => {});
  }
}

const PREFIX = "#XCARRIEREVT: ";

function latin1(octets: Uint8Array): string {
  return String.fromCharCode(...octets);
}
