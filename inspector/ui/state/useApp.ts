/** How a component gets at the page's state. */
import { createContext } from "preact";
import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { App } from "../app.ts";

/** The app that the components below look at; beside another run it is that run's. */
export const AppContext = createContext<App | undefined>(undefined);

/** The app; the component is drawn again, at most once a frame, whenever anything changes, records included. */
export function useApp(): App {
  const app = useTheApp();
  const [, redraw] = useState(0);
  useLayoutEffect(() => app.subscribe(() => redraw((count) => count + 1)), [app]);
  return app;
}

/**
 * What `selector` makes of the app; the component is drawn again only when that becomes another value. `equal` says
 * whether two values are the same. Select plain values: a `World` is the same object with other contents.
 */
export function useView<T>(selector: (app: App) => T, equal: (a: T, b: T) => boolean = Object.is): T {
  const app = useTheApp();
  const [, redraw] = useState(0);
  const value = selector(app);
  const latest = useRef({ selector, equal, value });
  latest.current = { selector, equal, value };
  useLayoutEffect(
    () =>
      app.subscribe(() => {
        const { selector, equal, value } = latest.current;
        if (!equal(selector(app), value)) redraw((count) => count + 1);
      }),
    [app],
  );
  return value;
}

/** The app for event handlers: the component is not drawn again for it. */
export function useTheApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error("a view stands outside of an AppContext");
  return app;
}
