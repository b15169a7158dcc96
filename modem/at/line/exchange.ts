/** One command under way: what has come of its answer, and when it is over. No I/O and no clock. */
import type { ModemErrorShape } from "../../../ports/modem.ts";
import { ModemError } from "../../modemError.ts";
import type { Command, ParamsOf } from "../commands/command.ts";
import type { Field, Fields, Values } from "../commands/field.ts";
import { ANSWERED_WITH_CMS } from "../commands/sms.ts";
import {
  type FinalResult,
  formatCommand,
  parseNotification,
  parseResponseLine,
  showCommand,
} from "../commands/text.ts";
import { lineBytes } from "../commands/tokens.ts";
import { errorOfResult } from "./atError.ts";

/** What a final result leads to. */
export type Step =
  | { readonly kind: "answered"; readonly response: unknown }
  | { readonly kind: "failed"; readonly error: ModemErrorShape }
  /** The result may be another command's. */
  | { readonly kind: "lost"; readonly error: ModemErrorShape }
  /** OK: the data goes out now. */
  | { readonly kind: "send"; readonly data: Uint8Array; readonly escape: boolean };

export interface Candidate {
  readonly line: string;
  readonly body: Uint8Array | undefined;
  readonly values: Values<Fields>;
}

export class Exchange {
  readonly command: Command;
  /** As it goes out, without what ends the line. */
  readonly text: string;
  /** For people: secrets elided. */
  readonly shown: string;
  /** True where command or answer have what no record may have: then nor may what is left of them on a bad line. */
  readonly hasSecrets: boolean;
  readonly #params: Readonly<Record<string, unknown>>;
  readonly #data: Uint8Array | undefined;
  readonly #announced: number | undefined;
  /** Lines of the command that a modem with echo gives back. */
  readonly #echo: string[];
  #lines: Candidate[] = [];
  /** Notifications that a data phase still waits for; undefined before it. */
  #awaited: Set<string> | undefined;
  #failure: ModemErrorShape | undefined;
  /** True when a line came that nobody knows: it may have been the answer. */
  #strange = false;

  /** Throws a `ModemError` with code `incorrectParameters` for what cannot be sent. */
  constructor(command: Command, params: ParamsOf<Command>, data: Uint8Array | undefined) {
    this.command = command;
    this.shown = showCommand(command, params);
    this.#params = params;
    this.#data = data;
    try {
      this.text = formatCommand(command, params);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ModemError("incorrectParameters", { detail: `${this.shown}: ${why}` });
    }
    this.#announced = command.data?.length(params);
    this.#checkData();
    const { parameters, response } = command;
    const fields = [
      ...Object.values<Field<unknown>>(parameters),
      ...Object.values<Field<unknown>>(response?.fields ?? {}),
    ];
    this.hasSecrets = response?.hasBody === true || fields.some((field) => field.secret);
    this.#echo = this.text.split(/[\r\n]+/).filter((line) => line !== "");
  }

  /** True where only data is missing from the command. */
  get inData(): boolean {
    return this.#awaited !== undefined;
  }

  /**
   * What ends its data phase when it is given up: the modem takes everything for data until it has what was announced,
   * or sees +++. Line ends that are too many do no harm.
   */
  get dataEnd(): Uint8Array | undefined {
    if (this.command.data === undefined) return undefined;
    return lineBytes(this.#announced === undefined ? "+++" : "\r".repeat(this.#announced));
  }

  /** True once for each line of the command, before any of the answer. Of a long one its beginning alone may come. */
  isEcho(line: string): boolean {
    const [expected] = this.#echo;
    if (expected === undefined) return false;
    if (expected === line) this.#echo.shift();
    else if (line.startsWith("AT") && this.text.startsWith(line)) this.#echo.length = 0;
    else return false;
    return true;
  }

  /** How many raw octets follow a line of the answer. */
  bodyOf(line: string): number | undefined {
    const { response } = this.command;
    if (response?.body === undefined || this.inData) return undefined;
    const values = parseResponseLine(this.command, line);
    return values === undefined ? undefined : response.body(values);
  }

  mayGoOn(line: string): boolean {
    const { response } = this.command;
    return response?.multiline === true && line.startsWith(response.prefix);
  }

  /**
   * Takes a line that may be of the answer. Of an answer with one line the last that came counts, because it and the
   * result come in one piece: what looked like it before was a notification and is given back.
   */
  take(line: string, body: Uint8Array | undefined): { readonly taken: boolean; readonly displaced?: Candidate } {
    const { response } = this.command;
    if (response === undefined || this.inData) return { taken: false };
    if (response.prefix === "" && parseNotification(line).key !== "unknown") return { taken: false };
    const values = parseResponseLine(this.command, line);
    if (values === undefined || (response.hasBody && body === undefined) || this.#isOfAnother(values)) {
      return { taken: false };
    }
    this.#echo.length = 0;
    const candidate = { line, body, values };
    if (response.count === "many") {
      this.#lines.push(candidate);
      return { taken: true };
    }
    const displaced = this.#lines[0];
    this.#lines = [candidate];
    return displaced === undefined ? { taken: true } : { taken: true, displaced };
  }

  /** A line came that nobody knows. */
  noteStrange(): void {
    this.#strange = true;
  }

  /** True for a final result that belongs to another: +CMS ERROR outside SMS commands is a notification. */
  isForeign(result: FinalResult): boolean {
    return result.kind === "cms" && !ANSWERED_WITH_CMS.has(this.command.name);
  }

  /** The newest line of the answer. */
  get last(): Values<Fields> | undefined {
    return this.#lines.at(-1)?.values;
  }

  get hasLines(): boolean {
    return this.#lines.length > 0;
  }

  /** The lines of the answer that have come. */
  get lines(): readonly Candidate[] {
    return this.#lines;
  }

  finish(result: FinalResult): Step {
    if (result.kind !== "ok") {
      const mayBeTold = this.command.response?.count === "one" && !this.hasSecrets;
      const said = mayBeTold ? this.#lines[0]?.line : undefined;
      return { kind: "failed", error: errorOfResult(result, this.shown, said) };
    }
    if (this.inData) return { kind: "lost", error: this.#disturbed("a result came while data was sent") };
    const { data, response } = this.command;
    if (data !== undefined) {
      this.#awaited = new Set<string>(data.completedBy);
      return { kind: "send", data: this.#data ?? new Uint8Array(0), escape: this.#announced === undefined };
    }
    if (response === undefined) return { kind: "answered", response: undefined };
    const values = this.#lines.map(({ values, body }) => (response.hasBody ? { ...values, data: body } : values));
    if (values.length === 0 && (response.count === "one" || this.#strange)) {
      return { kind: "lost", error: this.#disturbed(`OK came without ${response.prefix.trim() || "its line"}`) };
    }
    if (response.count === "many") return { kind: "answered", response: values };
    return { kind: "answered", response: values[0] };
  }

  /** A notification came; the step is the end of a data phase that waited for it. */
  notified(
    key: string,
    values: Readonly<Record<string, unknown>>,
  ): Exclude<Step, { kind: "send" | "lost" }> | undefined {
    if (!this.#awaited?.delete(key)) return undefined;
    const { result } = values;
    if (typeof result === "number" && result !== 0) this.#failure ??= this.#dataFailed(key, result);
    if (this.#awaited.size > 0) return undefined;
    if (this.#failure !== undefined) return { kind: "failed", error: this.#failure };
    return { kind: "answered", response: undefined };
  }

  /** True for a line of a socket that was not asked, or of octets in the other form: automatic reception. */
  #isOfAnother(values: Values<Fields>): boolean {
    return SAME_AS_ASKED.some((name) => {
      const [asked, answered] = [this.#params[name], (values as Readonly<Record<string, unknown>>)[name]];
      return asked !== undefined && answered !== undefined && asked !== answered;
    });
  }

  #dataFailed(key: string, result: number): ModemErrorShape {
    if (key === "xdfu") return new ModemError("dfu", { detail: `${this.shown} was answered ${result}` });
    return new ModemError("refused", { detail: `${this.shown}: the data was answered ${result}` });
  }

  #disturbed(what: string): ModemErrorShape {
    return new ModemError("lineError", { detail: `${this.shown}: ${what}` });
  }

  #checkData(): void {
    const octets = this.#data?.length ?? 0;
    if (this.command.data === undefined && octets === 0) return;
    let wrong: string | undefined;
    if (this.command.data === undefined) wrong = "the command takes no data";
    else if (this.#announced !== undefined && this.#announced !== octets)
      wrong = `${octets} octets of data, ${this.#announced} announced`;
    else if (this.#announced === undefined && includesEscape(this.#data ?? new Uint8Array(0)))
      wrong = "the data has +++ in it, so its length must be announced";
    if (wrong !== undefined) throw new ModemError("incorrectParameters", { detail: `${this.shown}: ${wrong}` });
  }
}

/** What an answer repeats of its command. */
const SAME_AS_ASKED = ["handle", "mode"] as const;

const PLUS = 0x2b;

function includesEscape(data: Uint8Array): boolean {
  for (let at = data.indexOf(PLUS); at >= 0; at = data.indexOf(PLUS, at + 1)) {
    if (data[at + 1] === PLUS && data[at + 2] === PLUS) return true;
  }
  return false;
}
