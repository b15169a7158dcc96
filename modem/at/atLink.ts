/**
 * The line to the modem over its life: opened, synchronised, the application at its other end found out, and opened
 * again when the port was lost.
 *
 *   closed --open--> synchronising --> open --port lost--> reopening --> open
 */
import type { Duplex } from "node:stream";
import type { Clock } from "../../ports/clock.ts";
import type { ModemErrorShape } from "../../ports/modem.ts";
import type { Trace } from "../../ports/trace.ts";
import { isModemError, ModemError } from "../modemError.ts";
import { type AtLine, isRefusal, unlessRefused } from "./atLine.ts";
import type { Dialect } from "./commands/dialect.ts";
import { GENERAL } from "./commands/general.ts";
import type { AtNotification } from "./commands/table.ts";
import { AtChannel } from "./line/atChannel.ts";
import { openPort } from "./port/openPort.ts";
import { PortError } from "./port/portError.ts";
import { reopen } from "./port/reopen.ts";

/** A port by its path, or the octets themselves; a function gives them anew when they have ended. */
export type LineSource =
  | { readonly path: string; readonly baudRate?: number; readonly flowControl?: boolean }
  | { readonly stream: Duplex | (() => Promise<Duplex>) };

/** The application that answers on the line. */
export interface AtApplication {
  readonly dialect: Dialect;
  readonly version: string;
  /** `lwm2m_carrier` where Nordic's carrier library is built in. */
  readonly customer?: string;
}

export interface AtLinkOptions {
  readonly source: LineSource;
  readonly clock: Clock;
  readonly trace?: Trace | undefined;
  readonly onNotification: (notification: AtNotification) => void;
  /** The line has gone; true when it is wanted again. */
  readonly onLost: (error: ModemErrorShape) => boolean;
  /** It is back: the modem may have gone on, or have restarted. */
  readonly onReopened: () => void;
  /** It was waiting for a piece of a firmware image, and has got anything in its place. */
  readonly onImageSpoilt: () => void;
}

/** A modem that has just started answers after a second; one whose line is garbled after its next line end. */
const SYNCHRONISE_TIMEOUT_MS = 1_000;
const SYNCHRONISE_ATTEMPTS = 2;
/** Longest data that a command announces: of #XSEND and #XDFUWRITE. */
const MAX_DATA_OCTETS = 4_096;
/** So long the line is silent after `+++`, which else is data. */
const ESCAPE_SILENCE_MS = 1_000;

export class AtLink implements AtLine {
  readonly #options: AtLinkOptions;
  #channel: AtChannel | undefined;
  /** Not yet known to be a modem's. */
  #connecting: AtChannel | undefined;
  #application: AtApplication | undefined;
  #background: AbortController | undefined;
  /** Never rejects. */
  #reopening: Promise<void> | undefined;
  #closed = false;

  constructor(options: AtLinkOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#channel !== undefined;
  }

  get application(): AtApplication | undefined {
    return this.#application;
  }

  get dialect(): Dialect {
    return this.#application?.dialect ?? "serialModem";
  }

  readonly execute: AtChannel["execute"] = (command, ...rest) => {
    if (this.#channel !== undefined) return this.#channel.execute(command, ...rest);
    return Promise.reject(new ModemError(this.#closed ? "closed" : "lineError", NOT_OPEN));
  };

  /** Does nothing when it is open. Rejects with a `ModemError` that says what is wrong with the port or the device. */
  async open(): Promise<void> {
    // One that is being opened again in the background would be in use.
    this.#background?.abort();
    await this.#reopening;
    if (this.#channel !== undefined) return;
    try {
      this.#adopt(await this.#connect());
    } catch (error) {
      throw lineErrorOf(error);
    }
    if (this.#closed) throw new ModemError("closed");
  }

  /** Whatever waits is rejected with `closed`. */
  close(): void {
    this.#closed = true;
    this.#background?.abort();
    this.#connecting?.close();
    this.#channel?.close();
    this.#channel = undefined;
  }

  async #connect(): Promise<AtChannel> {
    const stream = await this.#openStream();
    const channel = new AtChannel({
      stream,
      clock: this.#options.clock,
      trace: this.#options.trace,
      dialect: this.#application?.dialect,
    });
    this.#connecting = channel;
    const stopListening = channel.subscribe(({ key }) => {
      if (key === "xdfu") this.#options.onImageSpoilt();
    });
    try {
      if (this.#closed) throw new ModemError("closed");
      this.#application = await this.#synchronise(channel, stream);
      channel.dialect = this.#application.dialect;
      return channel;
    } catch (error) {
      channel.close();
      throw error;
    } finally {
      stopListening();
      this.#connecting = undefined;
    }
  }

  #adopt(channel: AtChannel): void {
    if (this.#closed) {
      channel.close();
      return;
    }
    channel.subscribe(this.#options.onNotification);
    this.#channel = channel;
    channel.onClose((error) => this.#lose(error));
  }

  #openStream(): Duplex | Promise<Duplex> {
    const { source } = this.#options;
    if ("path" in source) return openPort(source);
    if (typeof source.stream === "function") return source.stream();
    if (!source.stream.destroyed) return source.stream;
    throw new ModemError("lineError", { meaning: "the stream to the modem has ended", cure: "make a new driver" });
  }

  /** Echo goes off, so that nothing but the modem's own words comes back. */
  async #synchronise(channel: AtChannel, stream: Duplex): Promise<AtApplication> {
    let last: unknown;
    for (let attempt = 0; attempt < SYNCHRONISE_ATTEMPTS; attempt++) {
      try {
        await channel.execute(GENERAL.echoOff, {}, { timeoutMs: SYNCHRONISE_TIMEOUT_MS });
        // An OK may be what another host has left; the version is not.
        return await applicationOf(channel);
      } catch (error) {
        if (channel.closed !== undefined || isNoSuchModem(error)) throw error;
        last = error;
        if (attempt === 0 && !isRefusal(error)) await this.#endData(stream);
      }
    }
    const { source } = this.#options;
    throw new PortError("notAModem", "path" in source ? source.path : "the stream", "", last);
  }

  /**
   * A host that died may have left the modem waiting for its data: without announced length they end with `+++`, else
   * when all have come. To a modem that waits for a command all of it is nothing.
   */
  async #endData(stream: Duplex): Promise<void> {
    const { clock } = this.#options;
    stream.write("+++");
    await new Promise<void>((resolve) => {
      const end = () => {
        clock.clearTimeout(timer);
        stream.off("close", end);
        resolve();
      };
      const timer = clock.setTimeout(end, ESCAPE_SILENCE_MS);
      stream.once("close", end);
    });
    if (!stream.destroyed) stream.write("\r".repeat(MAX_DATA_OCTETS));
  }

  #lose(error: ModemErrorShape): void {
    this.#channel = undefined;
    if (this.#closed || !this.#options.onLost(error)) return;
    const { source, clock } = this.#options;
    if ("stream" in source && typeof source.stream !== "function") return;
    this.#background = new AbortController();
    this.#reopening = this.#reopen(clock, this.#background.signal);
  }

  async #reopen(clock: Clock, signal: AbortSignal): Promise<void> {
    const channel = await reopen({ open: () => this.#connect(), clock, signal }, (late) => late.close());
    if (channel === undefined) return;
    this.#adopt(channel);
    if (!this.#closed) this.#options.onReopened();
  }
}

const NOT_OPEN = { detail: "the line is not open" };

function isNoSuchModem(error: unknown): boolean {
  return isModemError(error) && error.code === "notSupported";
}

/** Serial Modem, else the older Serial LTE Modem. */
async function applicationOf(channel: AtChannel): Promise<AtApplication> {
  const newer = await unlessRefused(channel.execute(GENERAL.xsmver));
  if (newer !== undefined) return { dialect: "serialModem", ...versionOf(newer) };
  const older = await unlessRefused(channel.execute(GENERAL.xslmver));
  if (older !== undefined) return { dialect: "slm", ...versionOf(older) };
  throw new ModemError("notSupported", {
    meaning: "the device answers AT but knows neither AT#XSMVER nor AT#XSLMVER",
    cure: "load Nordic's Serial Modem application into it",
  });
}

function versionOf({ version, customer }: { readonly version: string; readonly customer?: string | undefined }) {
  return { version, ...(customer !== undefined && { customer }) };
}

/** A port's sentence says what is wrong and, after its colon, what to do. */
function lineErrorOf(error: unknown): ModemErrorShape {
  if (!(error instanceof PortError)) return error as ModemErrorShape;
  const [meaning = "", ...cure] = error.message.split(/: (?=[^:]*$)/);
  return new ModemError("lineError", { meaning, cure: cure.join(": "), cause: error });
}
