/** Which device a command of the servers is for, and what the device answered. */
import type { Testbed } from "../../testbed/index.ts";
import { type Answer, CommandError } from "./command.ts";

/**
 * The endpoint may be left out where there is one device: then the first word is a path (or what `isPlace` knows), or
 * there is none.
 */
export function addressed(
  { management }: Testbed,
  words: readonly string[],
  isPlace = /^\//,
): readonly [endpoint: string, ...string[]] {
  const [first, ...rest] = words;
  if (first !== undefined && !isPlace.test(first)) return [first, ...rest];
  const [only, ...others] = management.devices;
  if (only === undefined) throw new CommandError("no device is registered");
  if (others.length > 0) throw new CommandError("several devices are registered: say which (devices lists them)");
  return [only.endpoint, ...words];
}

export function completeEndpoint({ management }: Testbed, words: readonly string[]): readonly string[] {
  return words.length === 1 ? management.devices.map(({ endpoint }) => endpoint) : [];
}

/** Throws `CommandError` for a refusal. */
export function coded({ code, payload }: { readonly code: string; readonly payload: Uint8Array }): Answer {
  if (!code.startsWith("2.")) {
    const diagnostics = new TextDecoder().decode(payload);
    throw new CommandError(`${code}${diagnostics === "" ? "" : `: ${diagnostics}`}`);
  }
  return { value: { code }, lines: [code] };
}
