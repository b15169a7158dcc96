/**
 * Where bytes survive a restart: a folder of files, or memory. Named documents are replaced atomically: after a crash
 * at any instant a reader finds the old bytes or the new ones, never a mixture.
 */
export interface Storage {
  read(name: string): Promise<Uint8Array | undefined>;
  /** Replaces the document. A `secret` one is kept apart and encrypted when the application gave a key. */
  write(name: string, bytes: Uint8Array, options?: { readonly secret?: boolean }): Promise<void>;
  remove(name: string): Promise<void>;
  /** Adds to the end of a document and returns its length then; a torn tail is at most the last append. */
  append(name: string, bytes: Uint8Array): Promise<number>;
  /** Length in octets, 0 when there is none. */
  length(name: string): Promise<number>;
}
