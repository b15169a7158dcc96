/**
 * Finds the beginning of an answer again after one may have been left behind: by questions whose answers cannot be
 * another's. No I/O; the channel asks and says how it went.
 */
import type { Command } from "../commands/command.ts";
import { COMMANDS } from "../commands/table.ts";

export const PROBE_TIMEOUT_MS = 2_000;

/** Each has a line in its answer that no other command has, and every modem that has started knows them. */
const QUESTIONS: readonly Command[] = [
  COMMANDS.cmeeRead,
  COMMANDS.cfunRead,
  COMMANDS.xsystemmodeRead,
  COMMANDS.ceregRead,
  COMMANDS.csconRead,
];

/** A quote ends a string that stands open in the modem because one was lost. It opens one where none was: so, twice. */
const BEFORE = ["", '"', '"', ""] as const;

export interface Probe {
  readonly command: Command;
  /** Sent first, as a line of its own. */
  readonly before: string;
}

export class Resync {
  #givenUp: Command | undefined;
  #attempt = 0;
  /** The first question was not even refused. */
  #wasSilentFirst = false;
  /** True when all questions were in vain: when one is answered after all, the answers to the others are to come. */
  #silent = false;
  /** What the modem still takes for data. */
  #owed: Uint8Array | undefined;
  /** The same for a command that was given up before its OK: only from then on. */
  #owedAfterOk: Uint8Array | undefined;

  /** True until the beginning of an answer has been found. */
  get needed(): boolean {
    return this.#givenUp !== undefined;
  }

  /** An answer may have been left behind, that of this command. */
  need(givenUp: Command): void {
    this.#givenUp = givenUp;
    this.#attempt = 0;
  }

  /** `octets` end the data phase of the command that was given up. */
  owe(octets: Uint8Array, afterOk: boolean): void {
    if (afterOk) this.#owedAfterOk = octets;
    else this.#owed = octets;
  }

  /** What is to be sent before anything else. */
  takeOwed(): Uint8Array | undefined {
    const owed = this.#owed;
    this.#owed = undefined;
    return owed;
  }

  /** A result came for which nobody waits. What is to be sent because of it. */
  lateResult(ok: boolean): Uint8Array | undefined {
    const owed = ok ? this.#owedAfterOk : undefined;
    this.#owedAfterOk = undefined;
    return owed;
  }

  /** What to ask: four questions in turn, each unlike the others and unlike the command that was given up. */
  get probe(): Probe {
    const questions = QUESTIONS.filter(({ name }) => name !== this.#givenUp?.name);
    return { command: questions[this.#attempt] ?? COMMANDS.cmeeRead, before: BEFORE[this.#attempt] ?? "" };
  }

  /** The question was answered. True when it has to be quiet for a while before the next command. */
  answered(): boolean {
    if (!this.#silent) this.found();
    return this.#silent;
  }

  /**
   * The question was not answered, but refused (`onlyErrors`: by nothing but ERROR) or not even that. True when the next
   * one is worth asking. A boot loader, and an application whose modem has not started, refuse every question: then
   * nothing else is on its way, and it is found. Where a string stands open in such a one it hears only the question
   * that begins with a quote.
   */
  unanswered(refused: boolean, onlyErrors: boolean): boolean {
    const closedString = this.#attempt === 1 && this.#wasSilentFirst && refused && onlyErrors;
    if (this.#attempt === 0) this.#wasSilentFirst = !refused;
    this.#attempt++;
    if (!closedString && this.#attempt < BEFORE.length) return true;
    this.#attempt = 0;
    if (refused) this.found();
    else this.#silent = true;
    return false;
  }

  found(): void {
    this.#givenUp = undefined;
    this.#silent = false;
  }
}
