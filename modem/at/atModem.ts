/**
 * An nRF91 modem behind Nordic's Serial Modem application, or the older Serial LTE Modem, on a serial line. It survives
 * a crash or restart of the modem and the loss of its port: what was set is set again, and the network is looked for.
 */
import type { Clock } from "../../ports/clock.ts";
import type { Modem } from "../../ports/modem.ts";
import type { Storage } from "../../ports/storage.ts";
import type { Trace } from "../../ports/trace.ts";
import { ModemError } from "../modemError.ts";
import type { AtApplication, LineSource } from "./atLink.ts";
import { Nrf91 } from "./nrf91.ts";
import { REAL_TIME } from "./realTime.ts";
import { TECHNOLOGIES, type Technology } from "./technology.ts";

/**
 * A port by its path (`/dev/ttyACM0`, `COM3`, `tcp://127.0.0.1:4000`), 115200 baud with flow control by default; or
 * `stream`, the octets themselves. A function that gives a stream is called again when that has ended.
 */
export type AtModemOptions = LineSource & {
  /**
   * `modem` (default): datagrams through the modem's sockets, DTLS in the modem, keys in its tags. `host`: datagrams
   * through this host's network, DTLS here, keys in the storage.
   */
  readonly dataPath?: "host" | "modem";
  /** Holds the keys of data path `host`, and has to be given there. */
  readonly storage?: Storage;
  /** Who fetches a firmware image: this host, which pushes it over the line (default), or the modem. */
  readonly downloads?: "host" | "modem";
  /** Which network is looked for; what the modem is set to already by default. */
  readonly technology?: Technology;
  /** SECRET: the SIM's PIN, 4 to 8 digits, for one that asks for it. One that is refused is not tried again. */
  readonly pin?: string;
  /** Real time by default. */
  readonly clock?: Clock;
  /** Takes a record for each line, secrets elided. */
  readonly trace?: Trace;
};

export interface AtModem extends Modem {
  /** What answers on the line; undefined until it has been opened. */
  readonly application: AtApplication | undefined;
  /**
   * Opens the line and finds out what answers, as `init` does first: a mistake in the port is told before anything
   * begins. The modem itself is left as it is.
   */
  open(): Promise<void>;
}

/**
 * A modem that is shut down; `init`, or `open` before it, opens its line. Throws a `ModemError` with code `incorrectParameters` that names
 * the option which is wrong.
 */
export function atModem(options: AtModemOptions): AtModem {
  const { dataPath = "modem", downloads = "host", clock = REAL_TIME, storage, pin, technology, trace } = options;
  const wrong = mistake(options);
  if (wrong !== undefined) throw new ModemError("incorrectParameters", { detail: wrong });
  return new Nrf91({ source: options, dataPath, downloads, clock, storage, pin, technology, trace });
}

function mistake({ dataPath, storage, pin, technology }: AtModemOptions): string | undefined {
  if (dataPath === "host" && storage === undefined) return 'data path "host" keeps its keys in `storage`: give one';
  if (pin !== undefined && !/^[0-9]{4,8}$/.test(pin)) return "pin is not 4 to 8 digits";
  if (technology === undefined || TECHNOLOGIES.includes(technology)) return undefined;
  return `technology is ${JSON.stringify(technology)}, allowed: ${TECHNOLOGIES.join(", ")}`;
}
