/** What is said on the line, as records: secrets elided, raw octets counted, nothing shown that is no line of a modem. */
import type { Trace } from "../../../ports/trace.ts";
import { REDACTED } from "../../../trace/redact.ts";
import type { Command } from "../commands/command.ts";
import { type Field, FieldError, type Fields, formatFields, type Values } from "../commands/field.ts";

type Way = "toModem" | "fromModem";

export class AtTrace {
  readonly #trace: Trace | undefined;

  constructor(trace: Trace | undefined) {
    this.#trace = trace;
  }

  /** `line` must have no secret in it. */
  line(way: Way, line: string, cause?: number): number | undefined {
    return this.#trace?.record({ kind: "at", ...(cause !== undefined && { cause }), ...ENDS[way], line });
  }

  octets(way: Way, octets: number, cause?: number): void {
    this.#trace?.record({
      kind: "at",
      ...(cause !== undefined && { cause }),
      ...ENDS[way],
      line: `[${octets} octets]`,
      octets,
    });
  }

  /** A line that is part of an answer: its secrets are elided. */
  answer(command: Command, line: string, values: Values<Fields>, cause?: number): void {
    const { response } = command;
    if (this.#trace === undefined || response === undefined) return;
    const hides = Object.values<Field<unknown>>(response.fields).some((field) => field.secret);
    const shown = hides ? shownFields(response.fields, values) : line;
    if (shown === undefined) this.octets("fromModem", line.length, cause);
    else this.line("fromModem", hides ? `${response.prefix}${shown}` : shown, cause);
  }

  /** A line that nothing is known of. What does not look like one may be the rest of a secret: it is counted. */
  unknown(line: string, cause?: number): void {
    if (LOOKS_LIKE_A_LINE.test(line)) this.line("fromModem", line, cause);
    else this.octets("fromModem", line.length, cause);
  }

  /** What happens now is caused by this record. */
  get cause(): number | undefined {
    return this.#trace?.cause;
  }
}

const ENDS = {
  toModem: { from: "library", to: "modem" },
  fromModem: { from: "modem", to: "library" },
} as const;

const LOOKS_LIKE_A_LINE = /^[+%#][A-Z][A-Z0-9_]*: [\x20-\x7e]{0,200}$/;

/** Undefined for what a modem may say and nobody may send: a line end in quotes. */
function shownFields(fields: Fields, values: Values<Fields>): string | undefined {
  try {
    return formatFields(fields, values, REDACTED);
  } catch (error) {
    if (error instanceof FieldError) return undefined;
    throw error;
  }
}
