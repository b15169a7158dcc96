/** Types of importDirections.mjs for the tests, which are TypeScript. */
export interface Room {
  readonly imports: readonly string[];
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
}

export declare function checkImportDirections(
  root: string,
  rooms?: Readonly<Record<string, Room>>,
): { files: number; problems: string[] };
