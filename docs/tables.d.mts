export interface TableSource {
  readonly schema: object;
  readonly scenarios: Readonly<
    Record<
      string,
      { readonly description: string; readonly editions: readonly string[]; readonly charts: readonly string[] }
    >
  >;
  readonly editions: Readonly<Record<string, { readonly policy: object; readonly charts: object }>>;
}

/** Markdown by the name of the markers. */
export function tablesOf(source: TableSource): Readonly<Record<string, string>>;
/** The document with every table that it has markers for. */
export function withTables(document: string, tables: Readonly<Record<string, string>>): string;
/** Paths from the root of the documents that have tables. */
export function documents(): string[];
