/** The file of `--keylog`: lines are added, one a handshake, in the format that Wireshark reads (RFC 9850). */
import { closeSync, openSync, writeSync } from "node:fs";

const OWNER_ALONE = 0o600;

export interface KeyLogFile {
  add(line: string): void;
  close(): void;
}

/** Throws Node's own error when the file cannot be opened. @param failed is told once what went wrong later. */
export function openKeyLog(path: string, failed: (reason: string) => void): KeyLogFile {
  const file = openSync(path, "a", OWNER_ALONE);
  let broken = false;
  return {
    add(line) {
      if (broken) return;
      try {
        writeSync(file, `${line}\n`);
      } catch (error) {
        // A handshake does not end because a disk is full.
        broken = true;
        failed(`${path}: ${(error as Error).message}`);
      }
    },
    close: () => closeSync(file),
  };
}
