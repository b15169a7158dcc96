/** Commands that are given to something that runs, one a line: what one is, and what it answers. */
import { nearest } from "../../carrier/config/nearest.ts";
import { splitWords } from "./words.ts";

/** What a command came to. */
export interface Answer {
  /** For programs: plain data, octets as `Uint8Array`. */
  readonly value?: unknown;
  /** For people, a line each; `done` where there is nothing to say. */
  readonly lines?: readonly string[];
}

export interface Command<Target> {
  /** `set PATH VALUE` */
  readonly usage: string;
  readonly text: string;
  /** How many words may follow the name. */
  readonly words: readonly [least: number, most: number];
  /** Throws `CommandError`, or an error of the rooms below. */
  run(target: Target, words: readonly string[]): Answer | Promise<Answer>;
  /** What may stand in place of the last of these words. */
  complete?(target: Target, words: readonly string[]): readonly string[];
}

export type Commands<Target> = Readonly<Record<string, Command<Target>>>;

/** A command that cannot be done; the message says why and what could be. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Longest line that is looked at, in characters. */
const MAX_LINE_CHARACTERS = 65_536;

/** Does what a line says; undefined for a line without a word. Rejects with an `Error` whose message is the answer. */
export async function execute<Target>(
  commands: Commands<Target>,
  target: Target,
  line: string,
): Promise<Answer | undefined> {
  if (line.length > MAX_LINE_CHARACTERS) throw new CommandError(`a line has at most ${MAX_LINE_CHARACTERS} characters`);
  const all = splitWords(line);
  if (all === undefined) throw new CommandError("a quote is left open");
  const [name, ...words] = all;
  if (name === undefined || name.startsWith("#")) return undefined;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw unknownCommand(name, Object.keys(commands));
  const [least, most] = command.words;
  if (words.length < least || words.length > most) throw new CommandError(`usage: ${command.usage}`);
  return command.run(target, words);
}

/** What may stand where a line ends, and the word that it would take the place of (node:readline's completer). */
export function complete<Target>(commands: Commands<Target>, target: Target, line: string): [string[], string] {
  const words = line.split(/\s+/);
  const last = words.at(-1) ?? "";
  const [name = "", ...rest] = words;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  const candidates = words.length === 1 ? namesOf(commands) : (command?.complete?.(target, rest) ?? []);
  return [candidates.filter((candidate) => candidate.startsWith(last)), last];
}

/** With a space behind those that take words. */
function namesOf(commands: Commands<never>): readonly string[] {
  return Object.entries(commands).map(([name, { words }]) => (words[1] > 0 ? `${name} ` : name));
}

function unknownCommand(name: string, known: readonly string[]): CommandError {
  const near = nearest(name, known);
  const hint = near === undefined ? `there are ${known.join(", ")}` : `did you mean ${near}?`;
  return new CommandError(`there is no command ${name}; ${hint}`);
}
