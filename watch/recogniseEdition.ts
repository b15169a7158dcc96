/** The edition that a whole log is in, before anything of it is told. */
import type { EditionId } from "../machines/editions/index.ts";
import type { Trace } from "../ports/trace.ts";
import type { EditionBasis } from "./editionGuess.ts";
import { LineClock } from "./lineClock.ts";
import { LogReader } from "./logReader.ts";
import { Watcher } from "./watcher.ts";

/** Reads all chunks; undefined when no event of the library is among them. */
export async function recogniseEdition(
  chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): Promise<{ readonly id: EditionId; readonly basis: EditionBasis } | undefined> {
  const clock = new LineClock();
  const watcher = new Watcher({ clock, trace: silent(), version: "" });
  const reader = new LogReader(clock, watcher);
  for await (const chunk of chunks) {
    reader.push(chunk);
    // Nothing that comes later changes that.
    if (watcher.edition.basis === "words") break;
  }
  reader.end();
  return watcher.events === 0 && watcher.edition.basis === "guess" ? undefined : watcher.edition;
}

function silent(): Trace {
  let seq = 0;
  return {
    record: () => ++seq,
    causedBy: (_, work) => work(),
    cause: undefined,
    detailed: false,
    rawCapture: false,
    get last() {
      return seq;
    },
  };
}
