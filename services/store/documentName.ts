/** Names of documents, the same rule for every storage. */
import { StoreError } from "./storeError.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Throws a `StoreError` with code `name` for what could leave the folder or be no file name somewhere. */
export function checkDocumentName(name: string): void {
  if (NAME.test(name)) return;
  throw new StoreError("name", {
    file: JSON.stringify(name),
    reason: "this is no document name",
    cure: "use 1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first",
  });
}
