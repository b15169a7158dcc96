/** What a panel is told of the other one of two runs that stand beside each other. */
import { createContext } from "preact";
import type { App } from "../app.ts";

export type RunName = "A" | "B";

export interface Beside {
  /** The run that the panel is about. */
  readonly name: RunName;
  readonly other: { readonly name: RunName; readonly app: App };
}

/** Undefined where one run stands alone. */
export const BesideContext = createContext<Beside | undefined>(undefined);
