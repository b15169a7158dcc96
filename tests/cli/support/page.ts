/** A page as a test plays it: attached to the address that a command prints, with everything it was told. */

import { Session } from "../../../inspector/model/session.ts";
import { type Following, followInspector } from "../../../inspector/server/followInspector.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import type { Captured } from "./cli.ts";

export interface Page extends Following {
  /** Every frame that came, as text. */
  readonly text: string;
  readonly session: Session;
  readonly records: readonly TraceRecord[];
  /** Resolves at the first record for which it holds, one that is there already included. */
  until(holds: (record: TraceRecord) => boolean): Promise<TraceRecord>;
  /** Resolves with the reason when the server has ended. */
  readonly closed: Promise<string>;
}

const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//;

/** The address of the page, once it is printed. */
export async function pageAddress(printed: Captured): Promise<string> {
  await printed.until(ADDRESS);
  return ADDRESS.exec(printed.text)?.[0] ?? "";
}

export async function attach(url: string): Promise<Page> {
  const session = new Session();
  const records: TraceRecord[] = [];
  const texts: string[] = [];
  let waiting: readonly ((record: TraceRecord) => void)[] = [];
  let end = (_reason: string) => {};
  const closed = new Promise<string>((resolve) => {
    end = resolve;
  });
  const take = (record: TraceRecord) => {
    records.push(record);
    for (const tell of waiting) tell(record);
  };
  const following = await followInspector(url, {
    checkpoint(frame) {
      texts.push(JSON.stringify(frame));
      session.checkpoint(frame.records, frame.before);
      for (const record of frame.records) take(record);
    },
    records(frame) {
      texts.push(JSON.stringify(frame));
      session.append(frame.records, frame.first);
      for (const record of frame.records) take(record);
    },
    closed: (reason) => end(reason),
  });
  texts.push(JSON.stringify(following.hello));
  return {
    ...following,
    session,
    records,
    closed,
    get text() {
      return texts.join("\n");
    },
    until(holds) {
      const found = records.find(holds);
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve) => {
        const tell = (record: TraceRecord) => {
          if (!holds(record)) return;
          waiting = waiting.filter((other) => other !== tell);
          resolve(record);
        };
        waiting = [...waiting, tell];
      });
    },
  };
}
