/** The app that served the page as a session of the store. */
import { Session } from "../../model/session.ts";
import type { SessionView } from "../../model/sessionContract.ts";
import { PROTOCOL_VERSION } from "../../protocol.ts";
import type { SessionEntry, ViewState } from "../app.ts";
import type { AppStore } from "./appStore.ts";
import { letGo } from "./letGo.ts";
import { LiveConnection, type Socket } from "./liveConnection.ts";

export interface WatchOptions {
  readonly open: (url: string, subprotocol: string) => Socket;
  readonly later: (work: () => void, ms: number) => void;
  readonly random: () => number;
  /** Records that are kept at most. */
  readonly most?: number;
}

/** ms; a history that takes longer is drawn while it comes. */
const FILLING_MS = 200;

/** Watches until the page goes. `address` is the socket's with the page's scheme. */
export function watchLive(store: AppStore, address: URL, options: WatchOptions): LiveConnection {
  let session = new Session();
  let entry: SessionEntry = { title: "", session, state: "connecting" };
  store.add(entry);
  let greeted = false;
  let lost: LostPlaces | undefined;
  /** Whether what was before the page came is there; drawing what is over already would keep the page from the rest. */
  let filled: boolean | undefined;
  /** The notice that the line is broken. */
  let complaint: number | undefined;
  const { most, ...line } = options;
  const draw = (more: boolean) => {
    if (!more) filled = true;
    else if (filled === undefined) {
      filled = false;
      line.later(() => draw(false), FILLING_MS);
    }
    if (filled === true) store.recordsCame();
  };
  const connection = new LiveConnection({
    ...line,
    url: address.href.replace(/^http/, "ws"),
    handlers: {
      hello({ title, live, steering, protocol }, anew) {
        if (anew) {
          const lookedAt = store.entry === entry;
          entry = store.replace(entry, { title: `${entry.title} (earlier run)`, session, state: "lost" });
          session = new Session();
          lost = undefined;
          entry = { title: "", session, state: "connecting" };
          const index = store.add(entry);
          if (lookedAt) store.update({ session: index });
        }
        greeted = true;
        if (complaint !== undefined) store.dismiss(complaint);
        complaint = undefined;
        const { steering: _, ...rest } = entry;
        const next = { ...rest, title, state: live ? "live" : "file", ...(steering && { steering }) } as const;
        // Somebody may have closed it while the line was down.
        if (store.sessions.includes(entry)) store.replace(entry, next);
        else store.add(next);
        entry = next;
        if (protocol > PROTOCOL_VERSION) {
          store.notify(`${title} is newer than this page, which may not understand all of it: load it again.`, "bad");
        }
      },
      checkpoint({ records, before }, more) {
        const { length } = session;
        const places = store.entry === entry ? new LostPlaces(entry, store.view) : undefined;
        session.checkpoint(records, before);
        if (places !== undefined && session.length < length) {
          lost = places;
          store.update({ cursor: { index: "live" }, selected: undefined, bookmarks: [] });
        }
        draw(more);
      },
      records({ records, first }, more) {
        session.append(records, first);
        if (store.entry === entry) lost?.findAgain(store);
        const gone = letGo(session, most);
        if (gone > 0) store.recordsWent(entry, gone);
        draw(more);
      },
      gap({ first, count }) {
        session.gap(first, count);
        store.recordsCame();
        if (session.length > 0)
          store.notify(`${count} records are missing: they came too fast for this page, or while it was away.`);
      },
      lost(reason) {
        if (!greeted && entry.state === "connecting") {
          complaint = store.notify(
            `The app does not answer${reason === "" ? "" : `: ${reason}`}. The page keeps trying.`,
            "bad",
          );
        }
        // A recording that the page has already does not go stale.
        if (entry.state === "live") {
          const { steering: _, ...rest } = entry;
          entry = store.replace(entry, { ...rest, state: "lost" });
          complaint = store.notify(
            `The connection to ${entry.title} is lost${reason === "" ? "" : `: ${reason}`}. The page keeps trying.`,
            "bad",
          );
        }
      },
      problem: (text) => store.notify(text, "bad"),
    },
  });
  store.setRequester((request) => connection.request(request));
  return connection;
}

/** A record by its name, which it keeps when its place becomes another. */
interface RecordName {
  readonly device: string;
  readonly seq: number;
}

/** Bookmarks and cursor of a session that has forgotten its records: they go back to them as those come again. */
class LostPlaces {
  readonly #session: SessionView;
  #marks: readonly (RecordName & { readonly label: string })[];
  #cursor: RecordName | undefined;

  constructor({ session }: SessionEntry, { bookmarks, cursor }: ViewState) {
    this.#session = session;
    const nameOf = (index: number): RecordName => {
      const { device, seq } = session.at(index);
      return { device, seq };
    };
    const isHere = (index: number) => index < session.length;
    this.#marks = bookmarks
      .filter(({ index }) => isHere(index))
      .map(({ index, label }) => ({ ...nameOf(index), label }));
    this.#cursor = cursor.index !== "live" && isHere(cursor.index) ? nameOf(cursor.index) : undefined;
  }

  findAgain(store: AppStore): void {
    const found: { readonly index: number; readonly label: string }[] = [];
    this.#marks = this.#marks.filter(({ device, seq, label }) => {
      const index = this.#session.indexOf(device, seq);
      if (index !== undefined) found.push({ index, label });
      return index === undefined;
    });
    if (found.length > 0) {
      const bookmarks = [...store.view.bookmarks, ...found].sort((a, b) => a.index - b.index);
      store.update({ bookmarks });
    }
    const index = this.#cursor && this.#session.indexOf(this.#cursor.device, this.#cursor.seq);
    if (index === undefined) return;
    this.#cursor = undefined;
    // Somebody may have gone elsewhere in the meantime.
    if (store.view.cursor.index === "live") store.select(index);
  }
}
