/** What is wrong with a configuration file: every key, what it was and what is allowed. */

export type ConfigErrorCode =
  /** The file cannot be read. */
  | "unreadable"
  /** The file is not JSON; `line` and `column` say where. */
  | "syntax"
  /** Keys or values that are not allowed, or not supported yet. */
  | "invalid";

/** One thing that is wrong. Secrets are in none of the fields. */
export interface ConfigProblem {
  /** `servers[0].lifetime`; empty for the file as a whole. */
  readonly key: string;
  /** What it is, for example `is -5`, `is missing`, `is not a known key`. */
  readonly is: string;
  /** What is allowed, which key may have been meant, or why it is refused. */
  readonly hint: string;
}

export interface ConfigErrorDetails {
  readonly problems: readonly ConfigProblem[];
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
  readonly cause?: unknown;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly code: ConfigErrorCode;
  readonly file: string;
  readonly problems: readonly ConfigProblem[];
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(code: ConfigErrorCode, file: string, { problems, line, column, cause }: ConfigErrorDetails) {
    const where = line === undefined ? file : `${file}:${line}:${column}`;
    const lines = problems.map(describeProblem);
    const text = lines.length === 1 ? `${where}: ${lines[0]}` : [`${where}:`, ...lines].join("\n  ");
    super(text, cause === undefined ? undefined : { cause });
    this.code = code;
    this.file = file;
    this.problems = problems;
    this.line = line;
    this.column = column;
  }
}

/** `servers[0].lifetime is -5; allowed is a whole number from 1 to 4294967295` */
export function describeProblem({ key, is, hint }: ConfigProblem): string {
  return `${key === "" ? "the file" : key} ${is}${hint === "" ? "" : `; ${hint}`}`;
}
