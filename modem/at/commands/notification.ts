/** What an entry of the notification table says: a line that a modem sends unasked, and what follows it. */
import type { BodyLength } from "./command.ts";
import type { Fields, Values } from "./field.ts";

export interface Notification<F extends Fields = Fields> {
  /** What the line begins with, `+CEREG: ` for example; the whole line where there are no fields. */
  readonly prefix: string;
  readonly fields: F;
  /** `line`: the next line belongs to it (+CMT); a function: so many raw octets follow. */
  readonly body?: "line" | BodyLength;
  /** False for the few lines that come without CR LF before them. */
  readonly leadingLineEnd: boolean;
  /** False where nothing ends a body of raw octets. */
  readonly trailingLineEnd: boolean;
}

/** A notification's fields; what followed the line is `data`. */
export type NotificationValues<N> =
  N extends Notification<infer F>
    ? N extends { readonly body: "line" | BodyLength }
      ? Values<F> & { readonly data?: Uint8Array }
      : Values<F>
    : never;

interface Options {
  readonly leadingLineEnd?: boolean;
  readonly trailingLineEnd?: boolean;
}

export function notification<F extends Fields>(prefix: string, fields: F, options: Options = {}): Notification<F> {
  return { prefix, fields, leadingLineEnd: true, trailingLineEnd: true, ...options };
}

/** With a second line: +CMT, +CDS. The line's octets are `data`. */
export function twoLines<F extends Fields>(prefix: string, fields: F): Notification<F> & { readonly body: "line" } {
  return { ...notification(prefix, fields), body: "line" };
}

/** With raw octets behind the line, `data`; `length` gives their number, undefined for a line without. */
export function withOctets<F extends Fields>(
  prefix: string,
  fields: F,
  length: (values: Values<F>) => number | undefined,
  options: Options = {},
): Notification<F> & { readonly body: BodyLength } {
  return { ...notification(prefix, fields, options), body: length as BodyLength };
}
