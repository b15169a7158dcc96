export interface TestOutcome {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
}
export const MATRIX: string;
export function interopReport(
  outcomes: ReadonlyMap<string, readonly TestOutcome[]>,
  files: readonly string[],
  versions: readonly string[],
): string | undefined;
