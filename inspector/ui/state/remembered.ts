/** What the browser remembers for the next time: sizes, theme, view. Without storage the page works all the same. */

const PREFIX = "lwm2m-inspector.";

export function remembered<T>(name: string, fallback: T, accepts: (value: unknown) => value is T): T {
  try {
    const text = localStorage.getItem(PREFIX + name);
    if (text === null) return fallback;
    const value: unknown = JSON.parse(text);
    return accepts(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Private windows and full storages refuse: nothing is lost but the memory.
  }
}

/** Calls `listener` whenever another page of this address has remembered something under the name. */
export function onRemembered(name: string, listener: () => void): void {
  addEventListener("storage", ({ key }) => {
    if (key === PREFIX + name) listener();
  });
}

export function isOneOf<T extends string>(...choices: readonly T[]): (value: unknown) => value is T {
  return (value): value is T => choices.includes(value as T);
}

export function isFraction(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}

export function isFlag(value: unknown): value is boolean {
  return typeof value === "boolean";
}
