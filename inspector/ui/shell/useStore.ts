/** What the page itself, outside of all contexts, takes from the store. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { ViewState } from "../app.ts";
import type { AppStore } from "../state/appStore.ts";
import { remember } from "../state/remembered.ts";

/** The run to put beside the first one, as long as it is there. */
export function useCompare(store: AppStore): ViewState["compare"] {
  const [compare, setCompare] = useState(store.view.compare);
  useLayoutEffect(() => store.subscribe(() => setCompare(store.view.compare)), [store]);
  return compare;
}

/** Names the browser's tab after the session, and remembers the chosen view. */
export function useTitle(store: AppStore): void {
  useEffect(() => {
    let { view } = store.view;
    return store.subscribe(() => {
      const { title } = store.entry;
      const named = title === "" ? "Inspector" : `${title} – Inspector`;
      if (document.title !== named) document.title = named;
      // Two runs are shown otherwise than one.
      if (view === store.view.view || store.view.compare !== undefined) return;
      view = store.view.view;
      remember("view", view);
    });
  }, [store]);
}
