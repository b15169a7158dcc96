/** How actions are called where they are shown: their name, or for those of XState what they do: `assign`, `raise(open)`. */

interface BuiltInAction {
  readonly type?: unknown;
  readonly resolve?: unknown;
  readonly event?: unknown;
  readonly id?: unknown;
  readonly sendId?: unknown;
}

/** XState's own timers of `after`: the state's edges say the same. */
const TIMER = "xstate.after.";

/** Undefined for the actions that XState makes itself. */
export function actionName(action: unknown): string | undefined {
  if (typeof action === "string") return action;
  if (typeof action === "object" && action !== null && "type" in action) return String(action.type);
  if (typeof action !== "function") return undefined;
  const { type, resolve, event, id, sendId } = action as BuiltInAction;
  if (resolve === undefined || typeof type !== "string") return shownName(action.name);
  if (isTimer(id) || isTimer(sendId)) return undefined;
  const name = type.replace(/^xstate\./, "");
  if (typeof sendId === "string") return `${name}(${sendId})`;
  const sent = typeof event === "object" && event !== null && "type" in event ? String(event.type) : undefined;
  return sent === undefined ? name : `${name}(${sent})`;
}

function isTimer(id: unknown): boolean {
  return typeof id === "string" && id.startsWith(TIMER);
}

/** A function that is a property's value is called like the property. */
function shownName(name: string): string {
  return name === "" || name === "actions" || name === "entry" || name === "exit" ? "inline" : name;
}
