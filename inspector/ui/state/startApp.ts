/** The page's state as it begins: a recording that the address names, or the line to the app that served the page. */
import { SOCKET_PATH } from "../../protocol.ts";
import type { ViewName } from "../app.ts";
import { AppStore } from "./appStore.ts";
import { bookmarkMemory } from "./bookmarkMemory.ts";
import type { Socket } from "./liveConnection.ts";
import { openText } from "./openText.ts";
import { isOneOf, onRemembered, remember, remembered } from "./remembered.ts";
import { type WatchOptions, watchLive } from "./watchLive.ts";

const BOOKMARKS = "bookmarks";

const BROWSER: WatchOptions = {
  open: (url, subprotocol) => new WebSocket(url, subprotocol) as unknown as Socket,
  later: (work, ms) => void setTimeout(work, ms),
  random: Math.random,
  memory: bookmarkMemory({
    read: () => remembered<readonly unknown[]>(BOOKMARKS, [], Array.isArray),
    write: (runs) => remember(BOOKMARKS, runs),
    onOther: (listener) => onRemembered(BOOKMARKS, listener),
  }),
  isStranger: async () => (await fetch(location.href, { cache: "no-store" })).status === 403,
};

/** `?open=life.jsonl` shows a recording from beside the page, wherever that is served from. */
export function startApp(): AppStore {
  const store = new AppStore({
    nextFrame: (work) => void requestAnimationFrame(work),
    read: openText,
    view: { view: remembered<ViewName>("view", "split", isOneOf("chart", "sequence", "split")) },
  });
  const file = new URL(location.href).searchParams.get("open");
  if (file === null) watchLive(store, new URL(SOCKET_PATH, location.href), BROWSER);
  else void openBeside(store, file);
  return store;
}

async function openBeside(store: AppStore, file: string): Promise<void> {
  try {
    const address = new URL(file, location.href);
    if (address.origin !== location.origin) throw new Error("it is not from where the page is from");
    const response = await fetch(address);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    store.open(file.split("/").at(-1) ?? file, await response.text());
  } catch (error) {
    store.notify(`${file} could not be opened: ${error instanceof Error ? error.message : String(error)}.`, "bad");
  }
}
