/** Keys of the whole page. What a view or a field has taken is not the page's. */
import { useEffect } from "preact/hooks";
import type { App } from "../app.ts";
import { commandFor, type ShellActions } from "./commands.ts";

const TYPED_INTO = "input, textarea, select, [contenteditable], dialog";

export function useKeys(app: App, shell: ShellActions): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const { target } = event;
      if (target instanceof Element && target.closest(TYPED_INTO) !== null) return;
      const command = commandFor(event.key);
      if (command === undefined) return;
      event.preventDefault();
      command.run(app, shell);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [app, shell]);
}
