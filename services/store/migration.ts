/** Brings a versioned document to the version that this release knows, one version at a time. */
import { StoreError } from "./storeError.ts";

export type VersionedDocument = Record<string, unknown>;

/** `[n]` takes a document of version n and returns one of version n + 1; the version itself is set by `migrate`. */
export type MigrationTable = Readonly<Record<number, (document: VersionedDocument) => VersionedDocument>>;

/** @param file names the document in errors. */
export function migrate(
  document: VersionedDocument,
  table: MigrationTable,
  to: number,
  file: string,
): VersionedDocument {
  const found = document.version;
  if (!Number.isSafeInteger(found)) {
    throw new StoreError("corrupt", {
      file,
      position: "/version",
      reason: "the document has no version",
      cure: "restore the document from a copy, or remove it to start afresh",
    });
  }
  if ((found as number) > to) {
    throw new StoreError("version", {
      file,
      position: "/version",
      reason: `the document has version ${found}, this release knows ${to}`,
      cure: "use the release that wrote it, or remove the document to start afresh",
    });
  }
  let current = document;
  for (let version = found as number; version < to; version++) {
    const step = table[version];
    if (step === undefined) {
      throw new StoreError("version", {
        file,
        position: "/version",
        reason: `nothing leads from version ${version} to ${version + 1}`,
        cure: "use a release that still reads it, or remove the document to start afresh",
      });
    }
    current = { ...step(current), version: version + 1 };
  }
  return current;
}
