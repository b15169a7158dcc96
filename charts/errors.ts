/** What can be wrong with a chart, its bindings, or the way a check is asked for. */

/** A chart that is not mscgen. `line` and `column` count from 1. */
export class ChartSyntaxError extends Error {
  override readonly name = "ChartSyntaxError";
  readonly code = "syntax";
  readonly line: number;
  readonly column: number;
  /** What could have stood there. */
  readonly expected: string;

  constructor(
    where: { readonly line: number; readonly column: number },
    expected: string,
    found: string,
    chart = "chart",
  ) {
    super(`${chart}:${where.line}:${where.column}: expected ${expected}, found ${found}`);
    this.line = where.line;
    this.column = where.column;
    this.expected = expected;
  }
}

export type ChartErrorCode = "unknownChart" | "unboundLabel" | "unboundLifeline" | "unlabelled" | "notInEdition";

/** A chart that cannot be checked: nothing says what its labels mean, or the edition does not run as it. */
export class ChartError extends Error {
  override readonly name = "ChartError";
  readonly code: ChartErrorCode;

  constructor(code: ChartErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
