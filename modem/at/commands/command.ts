/** What an entry of the command table says: 3GPP TS 27.007 syntax, as nRF91 modems and their applications have it. */
import type { Dialect } from "./dialect.ts";
import type { Fields, Values } from "./field.ts";
import type { NotificationKey } from "./table.ts";

/** `AT+CFUN=1` set, `AT+CFUN?` read, `AT+CFUN=?` test, `AT+CGMR` exec. */
export type Form = "exec" | "set" | "read" | "test";

/** How many information lines come before the result; `maybe` is one or none. */
export type LineCount = "one" | "maybe" | "many";

/** Raw octets that follow a line: how many there are, or undefined where that line has none. */
export type BodyLength = (values: Readonly<Record<string, unknown>>) => number | undefined;

export interface LineResponse<F extends Fields, N extends LineCount, B extends boolean> {
  readonly count: N;
  /** What a line begins with, `+CFUN: ` for example; empty for bare text as of AT+CGMR. */
  readonly prefix: string;
  readonly fields: F;
  readonly hasBody: B;
  readonly body?: BodyLength;
  /** True where a quoted string of the line may have line ends in it. */
  readonly multiline: boolean;
}

export type AnyResponse = LineResponse<Fields, LineCount, boolean> | undefined;

/** What a host sends after OK, and what ends it. */
export interface DataPhase {
  /** Octets that the command has announced; without them `+++` ends the phase. */
  readonly length: (values: Readonly<Record<string, unknown>>) => number | undefined;
  /** Notifications that must come, in any order, before the command is over. */
  readonly completedBy: readonly NotificationKey[];
}

export interface Command<F extends Fields = Fields, R extends AnyResponse = AnyResponse> {
  /** With its sign, in upper case: `+CFUN`, `%CMNG`, `#XSOCKET`; empty for plain AT. */
  readonly name: string;
  readonly form: Form;
  readonly parameters: F;
  readonly response: R;
  readonly timeoutMs: number;
  readonly dialects: readonly Dialect[];
  readonly data?: DataPhase;
}

export type ParamsOf<C> = C extends { readonly parameters: infer F extends Fields } ? Values<F> : never;

type LinesOf<R> =
  R extends LineResponse<infer F, infer N, infer B>
    ? Counted<B extends true ? Values<F> & { readonly data: Uint8Array } : Values<F>, N>
    : undefined;
type Counted<V, N extends LineCount> = N extends "one" ? V : N extends "maybe" ? V | undefined : readonly V[];

/** What a command gives: one object, one or undefined, a list, or undefined where OK is all. */
export type ResponseOf<C> = C extends { readonly response: infer R } ? LinesOf<R> : never;

export interface CommandOptions<R extends AnyResponse> {
  readonly response?: R;
  /** 10 s where nothing is said. */
  readonly timeoutMs?: number;
  /** Both where nothing is said. */
  readonly dialects?: readonly Dialect[];
  readonly data?: DataPhase;
}

interface LineOptions {
  /** The command's name, a colon and a space where nothing is said. */
  readonly prefix?: string;
  readonly multiline?: boolean;
}

const DEFAULT_TIMEOUT_MS = 10_000;
const BOTH: readonly Dialect[] = ["serialModem", "slm"];
/** Stands for the command's own name until the command is made. */
const OWN_PREFIX = "\u0000";

const line = <F extends Fields, N extends LineCount>(count: N, fields: F, options: LineOptions) => ({
  count,
  fields,
  prefix: options.prefix ?? OWN_PREFIX,
  multiline: options.multiline ?? false,
  hasBody: false as const,
});

/** Exactly one information line. */
export function one<F extends Fields>(fields: F, options: LineOptions = {}): LineResponse<F, "one", false> {
  return line("one", fields, options);
}

/** One information line or none. */
export function maybe<F extends Fields>(fields: F, options: LineOptions = {}): LineResponse<F, "maybe", false> {
  return line("maybe", fields, options);
}

/** Any number of information lines. */
export function many<F extends Fields>(fields: F, options: LineOptions = {}): LineResponse<F, "many", false> {
  return line("many", fields, options);
}

/** A line with raw octets behind it, which the answer has as `data`. */
export function withBody<F extends Fields, N extends LineCount>(
  response: LineResponse<F, N, false>,
  body: (values: Values<F>) => number | undefined,
): LineResponse<F, N, true> {
  return { ...response, hasBody: true, body: body as BodyLength };
}

export function set<F extends Fields, R extends AnyResponse = undefined>(
  name: string,
  parameters: F,
  options: CommandOptions<R> = {},
): Command<F, R> {
  return make(name, "set", parameters, options);
}

export function read<R extends AnyResponse>(
  name: string,
  response: R,
  options: CommandOptions<R> = {},
): Command<Record<never, never>, R> {
  return make(name, "read", {}, { ...options, response });
}

export function test<R extends AnyResponse>(
  name: string,
  response: R,
  options: CommandOptions<R> = {},
): Command<Record<never, never>, R> {
  return make(name, "test", {}, { ...options, response });
}

export function exec<R extends AnyResponse = undefined>(
  name: string,
  options: CommandOptions<R> = {},
): Command<Record<never, never>, R> {
  return make(name, "exec", {}, options);
}

function make<F extends Fields, R extends AnyResponse>(
  name: string,
  form: Form,
  parameters: F,
  options: CommandOptions<R>,
): Command<F, R> {
  const { response, timeoutMs = DEFAULT_TIMEOUT_MS, dialects = BOTH, data } = options;
  const prefix = response?.prefix === OWN_PREFIX ? `${name}: ` : response?.prefix;
  return {
    name,
    form,
    parameters,
    response: (response === undefined ? undefined : { ...response, prefix }) as R,
    timeoutMs,
    dialects,
    ...(data && { data }),
  };
}
