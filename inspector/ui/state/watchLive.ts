/** The app that served the page as a session of the store. */
import { Session } from "../../model/session.ts";
import { PROTOCOL_VERSION } from "../../protocol.ts";
import type { SessionEntry } from "../app.ts";
import type { AppStore } from "./appStore.ts";
import { type BookmarkMemory, KeptMarks } from "./keptMarks.ts";
import { letGo } from "./letGo.ts";
import { LiveConnection, type Socket } from "./liveConnection.ts";

export interface WatchOptions {
  readonly open: (url: string, subprotocol: string) => Socket;
  readonly later: (work: () => void, ms: number) => void;
  readonly random: () => number;
  /** Records that are kept at most. */
  readonly most?: number;
  /** Keeps bookmarks for when the page is loaded again. */
  readonly memory?: BookmarkMemory;
  /** Whether somebody answers there who does not know this page's address: the app was started anew. */
  readonly isStranger?: () => Promise<boolean>;
}

/** ms; a history that takes longer is drawn while it comes. */
const FILLING_MS = 200;

/** Watches until the page goes. `address` is the socket's with the page's scheme. */
export function watchLive(store: AppStore, address: URL, options: WatchOptions): LiveConnection {
  let session = new Session();
  let entry: SessionEntry = { title: "", session, state: "connecting" };
  store.add(entry);
  let greeted = false;
  /** The server's run. */
  let run: string | undefined;
  /** Whether what was before the page came is there; drawing what is over already would keep the page from the rest. */
  let filled: boolean | undefined;
  /** The notice that the line is broken. */
  let complaint: number | undefined;
  /** Told in one notice, however many gaps there are. */
  let missing: { records: number; notice?: number } = { records: 0 };
  const { most, memory, isStranger, ...line } = options;
  const marks = new KeptMarks(store, () => entry, memory);
  const draw = (more: boolean) => {
    if (!more) filled = true;
    else if (filled === undefined) {
      filled = false;
      line.later(() => draw(false), FILLING_MS);
    }
    if (filled === true) store.recordsCame();
  };
  /** Says that the line is broken, instead of what was said of it before. */
  const complain = (text: string) => {
    if (complaint !== undefined) store.dismiss(complaint);
    complaint = store.notify(text, "bad");
  };
  const lookWhoAnswers = async () => {
    if (complaint === undefined || (await isStranger?.()) !== true) return;
    const { title } = entry;
    const app = title === "" ? "The app" : title;
    if (complaint !== undefined)
      complain(`${app} was started anew and has another page now: open the address that it prints.`);
  };
  const connection = new LiveConnection({
    ...line,
    url: address.href.replace(/^http/, "ws"),
    handlers: {
      hello({ title, live, steering, protocol, instance }, anew) {
        if (anew) {
          marks.share();
          const lookedAt = store.entry === entry;
          entry = store.replace(entry, { title: `${entry.title} (earlier run)`, session, state: "lost" });
          session = new Session();
          entry = { title: "", session, state: "connecting" };
          missing = { records: 0 };
          const index = store.add(entry);
          if (lookedAt) store.update({ session: index });
        }
        greeted = true;
        if (complaint !== undefined) store.dismiss(complaint);
        complaint = undefined;
        const { steering: _, ...rest } = entry;
        const next = { ...rest, title, state: live ? "live" : "file", ...(steering && { steering }) } as const;
        // Somebody may have closed it while the line was down.
        const isThere = store.sessions.includes(entry);
        if (isThere) store.replace(entry, next);
        else store.add(next);
        entry = next;
        if (run !== instance || !isThere) marks.begin(instance);
        run = instance;
        if (protocol > PROTOCOL_VERSION) {
          store.notify(`${title} is newer than this page, which may not understand all of it: load it again.`, "bad");
        }
      },
      checkpoint({ records, before }, more) {
        marks.through(() => session.checkpoint(records, before));
        draw(more);
      },
      records({ records, first }, more) {
        session.append(records, first);
        marks.findAgain();
        const gone = letGo(session, most);
        if (gone > 0) store.recordsWent(entry, gone);
        draw(more);
      },
      gap({ first, count }) {
        session.gap(first, count);
        store.recordsCame();
        if (session.length === 0) return;
        missing.records += count;
        if (missing.notice !== undefined) store.dismiss(missing.notice);
        missing.notice = store.notify(
          `${missing.records} records are missing: they came too fast for this page, or while it was away.`,
        );
      },
      breakpoints({ breakpoints }) {
        const { steering } = entry;
        if (steering !== undefined) entry = store.replace(entry, { ...entry, steering: { ...steering, breakpoints } });
      },
      lost(reason) {
        if (!greeted && entry.state === "connecting") {
          complain(`The app does not answer${reason === "" ? "" : `: ${reason}`}. The page keeps trying.`);
        }
        // A recording that the page has already does not go stale.
        if (entry.state === "live") {
          const { steering: _, ...rest } = entry;
          entry = store.replace(entry, { ...rest, state: "lost" });
          complain(
            `The connection to ${entry.title} is lost${reason === "" ? "" : `: ${reason}`}. The page keeps trying.`,
          );
        }
        // Nobody answers at all: that is told already.
        lookWhoAnswers().catch(() => {});
      },
      problem: (text) => store.notify(text, "bad"),
    },
  });
  store.setRequester((request) => connection.request(request));
  return connection;
}
