/** Ids of the active nodes out of a state's value, as XState writes it: `"idle"`, `{ alive: { link: {}, work: "idle" } }`. */

/** Ancestors included, the root (`""`) first. */
export function activeNodes(value: unknown): string[] {
  const ids = [""];
  collect(value, "", ids);
  return ids;
}

/** Those of these nodes that no other one lies in; the root is none. */
export function innermostNodes(ids: readonly string[]): string[] {
  return ids.filter((id) => id !== "" && !ids.some((other) => other.startsWith(`${id}.`)));
}

function collect(value: unknown, parent: string, ids: string[]): void {
  const below = (key: string) => (parent === "" ? key : `${parent}.${key}`);
  if (typeof value === "string") ids.push(below(value));
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      ids.push(below(key));
      collect(inner, below(key), ids);
    }
  }
}
