/** A state's value, given as JSON, in few words. */
export function stateText(json: string): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return json;
  }
  const leaves: string[] = [];
  const descend = (value: unknown, path: string): void => {
    if (typeof value === "string") leaves.push(path === "" ? value : `${path}.${value}`);
    else if (typeof value === "object" && value !== null) {
      for (const [key, below] of Object.entries(value)) descend(below, key);
    }
  };
  descend(value, "");
  return leaves.length === 0 ? json : leaves.join(" + ");
}
