/**
 * Commands that the AT front does not know by itself: firmware, the carrier library. An extension answers one command
 * at a time, as the front does, and sends notifications at any time; the front holds them back while a command runs.
 */
import type { Clock } from "../../ports/clock.ts";
import type { ModemInitResult } from "../../ports/modem.ts";

/** `AT+CFUN`, `AT+CFUN?`, `AT+CFUN=?`, `AT+CFUN=1`. */
export type AtForm = "exec" | "read" | "test" | "set";

export interface AtRequest {
  /** The whole line without its terminator: `AT#XDFUWRITE=1,0,4096`. */
  readonly text: string;
  /** In upper case: `#XDFUWRITE`. */
  readonly name: string;
  readonly form: AtForm;
  /** What follows `=` of a set command, and nothing otherwise. */
  readonly parameters: string;
  /** Aborted when the application is reset, loses its power or gets another line: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** How a command is answered. A command that ends without a final result has done its work: the front says OK. */
export interface AtReply {
  /** An information line: CR LF, the text, CR LF. */
  line(text: string): void;
  /** These octets as they are. Text is Latin-1: an octet a character. */
  raw(octets: Uint8Array | string): void;
  /** The final result OK. What comes later are raw data and notifications. */
  ok(): void;
  /** The final result ERROR, or with a number +CME ERROR where AT+CMEE=1 asks for it. */
  error(cme?: number): void;
  /**
   * Takes the next octets of the line as data, after `ok`: so many, or without a number what comes before `+++`, at most
   * 4096. Resolves with all of them, after `#XDATAMODE: 0` has been sent. Rejects when `signal` is aborted.
   */
  data(octets?: number): Promise<Uint8Array>;
}

/** What the front does for its extensions. */
export interface AtHost {
  readonly clock: Clock;
  /** Sends CR LF, the text, CR LF as soon as no command runs; text is Latin-1. */
  notify(text: string): void;
  /** The same without line ends, for the notifications that have others. */
  notifyRaw(octets: Uint8Array | string): void;
  /** The application starts again of its own accord, as by AT#XRESET: extensions are reset, `Ready` comes again. */
  restart(): void;
}

export interface AtExtension {
  /** True for the names, in upper case, of the commands that this extension answers: `#XCARRIER`. */
  handles(name: string): boolean;
  /** An error thrown is the final result: a `ModemError` with its number, any other as ERROR. */
  execute(request: AtRequest, reply: AtReply): Promise<void>;
  /**
   * The modem has been started, by the boot of the application or AT#XMODEMRESET; `line` sends an information line
   * before what follows, as `#XFOTA: 5,0` before `#XMODEMRESET: 0`.
   */
  modemStarted?(result: ModemInitResult, line: (text: string) => void): void;
  /** The application starts again (AT#XRESET), or has crashed: what it kept in memory is gone. */
  reset?(): void;
  /** Ends it with the front. */
  close?(): Promise<void>;
}

export type AtExtensionFactory = (host: AtHost) => AtExtension;
