/** Opens files that were dropped or chosen, one after the other. */
import type { AppStore } from "../state/appStore.ts";

/** Octets from which on reading takes long enough to be told. */
const LONG = 4 * 1024 * 1024;

export async function openAll(store: AppStore, files: readonly File[]): Promise<void> {
  for (const file of files) {
    const told = file.size > LONG ? store.notify(`${file.name} is being read …`) : undefined;
    try {
      const text = await file.text();
      // Reading keeps the page busy: what was told has to be drawn before.
      if (told !== undefined) await drawn();
      store.open(file.name, text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      store.notify(`${file.name} could not be read: ${reason}.`, "bad");
    }
    if (told !== undefined) store.dismiss(told);
  }
}

function drawn(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}
