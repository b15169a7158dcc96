/** One command line answered: by an extension that knows it, or by the handlers of the command table. */
import type { Command } from "../../modem/at/commands/command.ts";
import { ANSWERED_WITH_CMS } from "../../modem/at/commands/sms.ts";
import { formatResponse, parseCommand } from "../../modem/at/commands/text.ts";
import { isModemError } from "../../modem/index.ts";
import { HANDLERS } from "./commands/index.ts";
import type { Execution } from "./execution.ts";
import type { AtExtension, AtForm, AtReply } from "./extension.ts";
import type { Handler, Unit } from "./unit.ts";

export interface CommandSources {
  readonly unit: Unit;
  readonly extensions: readonly AtExtension[];
}

/** +CME ERROR: incorrect parameters. */
const INCORRECT_PARAMETERS = 50;
/** +CMS ERROR: operation not allowed (3GPP TS 27.005 §3.2.5). */
const SMS_NOT_ALLOWED = 302;

const GRAMMAR = /^AT([+%#][A-Z0-9_]+)(=\?|\?|=|)([\s\S]*)$/i;
const FORMS: Readonly<Record<string, AtForm>> = { "": "exec", "?": "read", "=?": "test", "=": "set" };

/** `+CFUN`, in upper case; empty for plain AT. */
export function nameOf(text: string): string {
  return (GRAMMAR.exec(text)?.[1] ?? "").toUpperCase();
}

/** Sends a final result whatever happens, unless nobody waits for it any more. */
export async function answerCommand(text: string, execution: Execution, sources: CommandSources): Promise<void> {
  const name = nameOf(text);
  try {
    const extension = sources.extensions.find((each) => each.handles(name));
    if (extension === undefined) await handle(text, execution, sources.unit);
    else await extension.execute(requestOf(text, name, execution.signal), replyOf(execution));
    execution.ok();
  } catch (error) {
    refuse(name, error, execution);
  }
}

function replyOf(execution: Execution): AtReply {
  return {
    line: (text) => execution.line(text),
    raw: (octets) => execution.raw(octets),
    ok: () => execution.ok(),
    error: (cme) => execution.error(cme),
    data: (octets) => execution.dataAndExit(octets),
  };
}

function requestOf(text: string, name: string, signal: AbortSignal) {
  const [, , end = "", parameters = ""] = GRAMMAR.exec(text) ?? [];
  return { text, name, form: FORMS[end] ?? "exec", parameters, signal };
}

async function handle(text: string, execution: Execution, unit: Unit): Promise<void> {
  const parsed = parseCommand(text, unit.dialect);
  if (parsed.kind !== "command") {
    const isKnown = parsed.kind === "badParameters" && !parsed.name.startsWith("#");
    execution.error(isKnown ? INCORRECT_PARAMETERS : undefined);
    return;
  }
  const handler = (HANDLERS as Readonly<Record<string, Handler<Command>>>)[parsed.key];
  // Without its extension a firmware command is one that this application does not have.
  if (handler === undefined) return execution.error();
  const response = await handler(parsed.params as never, unit, execution);
  if (!execution.ended) execution.raw(formatResponse(parsed.command as Command, response as never));
}

/** Commands of the application itself have no numbers. */
function refuse(name: string, error: unknown, execution: Execution): void {
  const cme = isModemError(error) && !name.startsWith("#") ? error.cme : undefined;
  if (cme !== undefined && ANSWERED_WITH_CMS.has(name)) execution.cms(SMS_NOT_ALLOWED);
  else execution.error(cme);
}
