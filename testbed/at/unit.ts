/** What stands behind the AT front, as the commands' handlers see it: a modem, its settings, the sockets. */
import type { Command, ParamsOf, ResponseOf } from "../../modem/at/commands/command.ts";
import type { Dialect } from "../../modem/at/commands/dialect.ts";
import type { NotificationValues } from "../../modem/at/commands/notification.ts";
import type { NOTIFICATIONS, NotificationKey } from "../../modem/at/commands/table.ts";
import type { ModemFaultName, SimulatedModem } from "../../modem/index.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ModemSettings } from "./modemSettings.ts";
import type { PdnContexts } from "./pdnContexts.ts";
import type { SmsClient } from "./smsClient.ts";
import type { SocketTable } from "./sockets/socketTable.ts";

/** Tells the host something unasked. */
export type Notify = <K extends NotificationKey>(key: K, values: NotificationValues<(typeof NOTIFICATIONS)[K]>) => void;

export interface Unit {
  readonly modem: SimulatedModem;
  readonly clock: Clock;
  readonly dialect: Dialect;
  /** What AT#XSMVER or AT#XSLMVER says. */
  readonly version: ApplicationVersion;
  readonly settings: ModemSettings;
  readonly contexts: PdnContexts;
  readonly sms: SmsClient;
  readonly sockets: SocketTable;
  readonly line: LineSettings;
  readonly notify: Notify;
  /** EMM cause with which the network refused the modem last. */
  rejectCause(): number | undefined;
  clearFault(name: ModemFaultName): void;
  /** A host listens to domain events now: it hears those that came before. */
  tellDomainEvents(): void;
  /** Restarts the modem alone, AT#XMODEMRESET. Resolves with the step that failed and its errno. */
  resetModem(): Promise<{ readonly step: "ok" | "shutdown" | "init"; readonly error?: number }>;
  /** Starts the application and the modem again, as power does. */
  restart(): Promise<void>;
  /** Off until power comes again. */
  sleep(): Promise<void>;
}

export interface ApplicationVersion {
  readonly version: string;
  readonly libraryVersion: string;
  /** `lwm2m_carrier` where the carrier library is built in. */
  readonly customer?: string;
}

/** Of the application's own line; a restart sets them to these values. */
export interface LineSettings {
  echo: boolean;
  baudRate: number;
  /** The socket that the older application has selected. */
  selected: number | undefined;
  /** As AT#XDATACTRL has it, ms. Kept and told: data in data mode go when their length or `+++` has come. */
  dataTimeLimitMs: number;
}

/** One command under way. */
export interface Call {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** An information line before an error; what a command is answered with is what its handler returns. */
  line(text: string): void;
  /** The final result, before data or before what `after` does. */
  ok(): void;
  /** Data after `ok`: so many octets, or without a number what comes before `+++`. */
  data(octets?: number): Promise<Uint8Array>;
  /** Done when the answer has left. */
  after(work: () => void | Promise<void>): void;
}

export type Handler<C> = (params: ParamsOf<C>, unit: Unit, call: Call) => Result<ResponseOf<C>>;
type Result<R> = [R] extends [undefined] ? void | Promise<void> : R | Promise<R>;

/** One handler for each command of a part of the table. */
export type HandlersOf<T extends Readonly<Record<string, Command>>> = { readonly [K in keyof T]: Handler<T[K]> };
