/** Whether a transition's event descriptor covers an event (XState: `*`, and `link.*` for `link` and all below it). */
export function matchesEvent(descriptor: string, type: string): boolean {
  if (descriptor === type || descriptor === "*") return true;
  if (!descriptor.endsWith(".*")) return false;
  const family = descriptor.slice(0, -2);
  return type === family || type.startsWith(`${family}.`);
}
