/** Commands, answers and notifications as text, both ways: a few lines over the tables. */
import { REDACTED } from "../../../trace/redact.ts";
import type { Command, ParamsOf, ResponseOf } from "./command.ts";
import type { Dialect } from "./dialect.ts";
import { FieldError, type Fields, formatFields, parseFields, type Values } from "./field.ts";
import type { Notification, NotificationValues } from "./notification.ts";
import { type AtNotification, COMMANDS, type CommandTable, NOTIFICATIONS, type NotificationTable } from "./table.ts";
import { lineText } from "./tokens.ts";

/** How a command ended. */
export type FinalResult =
  | { readonly kind: "ok" }
  | { readonly kind: "error" }
  | { readonly kind: "cme"; readonly number: number }
  | { readonly kind: "cms"; readonly number: number };

const ENDS = { exec: "", read: "?", test: "=?", set: "=" } as const;

/** `AT+CFUN=1`, without what ends the line. Throws a `FieldError` for a value that cannot be sent. */
export function formatCommand<C extends Command>(command: C, params: ParamsOf<C>): string {
  return `AT${command.name}${ENDS[command.form]}${formatFields(command.parameters, params as Values<Fields>)}`;
}

/** The same for people: secrets elided, nothing thrown. */
export function showCommand<C extends Command>(command: C, params: ParamsOf<C>): string {
  const head = `AT${command.name}${ENDS[command.form]}`;
  try {
    return `${head}${formatFields(command.parameters, params as Values<Fields>, REDACTED)}`;
  } catch {
    return head;
  }
}

/** A command line in a table: what it is and its parameters, or why it is none. */
export type ParsedCommand<T extends CommandTable = typeof COMMANDS> =
  | {
      [K in keyof T & string]: {
        readonly kind: "command";
        readonly key: K;
        readonly command: T[K];
        readonly params: ParamsOf<T[K]>;
      };
    }[keyof T & string]
  | { readonly kind: "unknown"; readonly name: string }
  | { readonly kind: "badParameters"; readonly name: string; readonly detail: string }
  | { readonly kind: "badSyntax" };

const GRAMMAR = /^AT([+%#][A-Z0-9_]+|E[01]|)(=\?|\?|=|)([\s\S]*)$/i;

/** Reads a command line without its end, for a modem's side. */
export function parseCommand<T extends CommandTable = typeof COMMANDS>(
  text: string,
  dialect: Dialect,
  table: T = COMMANDS as unknown as T,
): ParsedCommand<T> {
  const [, sign = "", end = "", rest = ""] = GRAMMAR.exec(text.trimEnd()) ?? ["", "?"];
  if (sign === "?" || (end !== "=" && rest !== "")) return { kind: "badSyntax" };
  const name = sign.toUpperCase();
  let detail: string | undefined;
  for (const [key, command] of Object.entries(table)) {
    if (command.name !== name || ENDS[command.form] !== end || !command.dialects.includes(dialect)) continue;
    try {
      const params = parseFields(command.parameters, rest, true);
      return { kind: "command", key, command, params } as unknown as ParsedCommand<T>;
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      detail = error.message;
    }
  }
  return detail === undefined ? { kind: "unknown", name } : { kind: "badParameters", name, detail };
}

/** The information lines of an answer as a modem sends them, line ends included; empty where there are none. */
export function formatResponse<C extends Command>(command: C, response: ResponseOf<C>): string {
  const shape = command.response;
  if (shape === undefined || response === undefined) return "";
  const values = (shape.count === "many" ? response : [response]) as readonly (Values<Fields> & {
    readonly data?: Uint8Array;
  })[];
  if (values.length === 0) return "";
  const lines = values.map((each) => `${shape.prefix}${formatFields(shape.fields, each)}`);
  // The modem's own lines come in one piece, those of its application one by one (but for its list of commands).
  const separator = command.name.startsWith("#") && shape.prefix !== "" ? "\r\n\r\n" : "\r\n";
  const data = values[0]?.data;
  return `\r\n${lines.join(separator)}\r\n${data === undefined ? "" : lineText(data)}`;
}

/** One information line of the command's answer, or undefined when it is none. */
export function parseResponseLine<C extends Command>(command: C, line: string): Values<Fields> | undefined {
  const shape = command.response;
  if (shape === undefined) return undefined;
  return parseAfter(shape.prefix, shape.fields, line);
}

/** The answer from its information lines, or undefined where they do not make one. */
export function parseResponse<C extends Command>(
  command: C,
  lines: readonly string[],
): { readonly response: ResponseOf<C> } | undefined {
  const { response: shape } = command;
  if (shape === undefined) return lines.length === 0 ? { response: undefined as ResponseOf<C> } : undefined;
  const values = lines.map((line) => parseResponseLine(command, line));
  if (values.includes(undefined)) return undefined;
  if (shape.count === "many") return { response: values as unknown as ResponseOf<C> };
  if (values.length > 1 || (values.length === 0 && shape.count === "one")) return undefined;
  return { response: values[0] as ResponseOf<C> };
}

/** A final result as a modem sends it. */
export function formatFinal(result: FinalResult): string {
  switch (result.kind) {
    case "ok":
      return "\r\nOK\r\n";
    case "error":
      return "\r\nERROR\r\n";
    default:
      return `\r\n+${result.kind.toUpperCase()} ERROR: ${result.number}\r\n`;
  }
}

export function parseFinal(line: string): FinalResult | undefined {
  if (line === "OK") return { kind: "ok" };
  if (line === "ERROR") return { kind: "error" };
  const [, kind, number] = /^\+(CM[ES]) ERROR: ([0-9]{1,5})$/.exec(line) ?? [];
  if (kind === undefined) return undefined;
  return { kind: kind === "CME" ? "cme" : "cms", number: Number(number) };
}

/** A notification as a modem sends it, line ends and what follows included. */
export function formatNotification<N extends Notification>(notification: N, values: NotificationValues<N>): string {
  const { prefix, fields, body, leadingLineEnd, trailingLineEnd } = notification;
  const { data } = values as { readonly data?: Uint8Array };
  const head = `${leadingLineEnd ? "\r\n" : ""}${prefix}${formatFields(fields, values as Values<Fields>)}\r\n`;
  if (body === undefined || data === undefined) return head;
  return `${head}${lineText(data)}${trailingLineEnd ? "\r\n" : ""}`;
}

/** What a line notifies of. `data` is what followed the line. */
export function parseNotification<T extends NotificationTable = typeof NOTIFICATIONS>(
  line: string,
  data?: Uint8Array,
  table: T = NOTIFICATIONS as unknown as T,
): AtNotification<T> {
  for (const [key, { prefix, fields }] of Object.entries(table)) {
    const values = parseAfter(prefix, fields, line);
    if (values === undefined) continue;
    return { key, values: data === undefined ? values : { ...values, data } } as unknown as AtNotification<T>;
  }
  return { key: "unknown", line };
}

/** What a modem says when it starts: no line end comes before it. */
const STARTING_LINES = Object.values<Notification>(NOTIFICATIONS)
  .filter(({ leadingLineEnd, fields }) => !leadingLineEnd && Object.keys(fields).length === 0)
  .map(({ prefix }) => prefix);

/**
 * What a modem has said that starts, without what stands before it on the same line: the beginning of a line that it had
 * no time to end, or octets that its port makes when it is switched on.
 */
export function startingLine(line: string): string | undefined {
  return STARTING_LINES.find((each) => line.endsWith(each));
}

/** What belongs to a notification's line: so many raw octets, the next line, or nothing. */
export function bodyOfNotification(line: string): number | "line" | undefined {
  const table: NotificationTable = NOTIFICATIONS;
  const body = Object.values(table).find(({ prefix, body }) => body !== undefined && line.startsWith(prefix))?.body;
  if (body === undefined || body === "line") return body;
  const parsed = parseNotification(line);
  return parsed.key === "unknown" ? undefined : body({ ...parsed.values });
}

function parseAfter(prefix: string, fields: Fields, line: string): Values<Fields> | undefined {
  if (!line.startsWith(prefix)) return undefined;
  const rest = line.slice(prefix.length);
  if (prefix !== "" && Object.keys(fields).length === 0 && rest !== "") return undefined;
  try {
    return parseFields(fields, rest, false);
  } catch (error) {
    if (error instanceof FieldError) return undefined;
    throw error;
  }
}
