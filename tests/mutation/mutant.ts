/** A check of the sources that is taken out, and the test that has to notice. */
export interface Mutant {
  /** What is so with it, and not without. */
  readonly check: string;
  /** Path from the checkout's root. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly text: string;
  readonly replacement: string;
  /** Path of the test file from the checkout's root. */
  readonly test: string;
  /** Part of the full names (describe and test) of tests that all pass with the check and all fail without. */
  readonly name: string;
}

/** Mutants of one source file, below `services`, that one test file has to notice, below `tests/dtls`. */
export function mutantsOf(source: string, test: string, rows: readonly Omit<Mutant, "file" | "test">[]): Mutant[] {
  return rows.map((row) => ({ ...row, file: `services/${source}.ts`, test: `tests/dtls/${test}.test.ts` }));
}
