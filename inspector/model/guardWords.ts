/** Why a guard said what it said. */
import type { GuardAnswer } from "../records.ts";
import { listWords, valueWords } from "./words.ts";

/** `isWhole said no: context.spare is true`; of combined guards the parts that decided. */
export function guardWords(guard: GuardAnswer): string {
  if (guard.error !== undefined) return `${guard.name} threw: ${guard.error}`;
  const deciding = decidingParts(guard);
  if (deciding.length > 0) return `${said(guard)}: ${listWords(deciding.map(guardWords))}`;
  const inputs = Object.entries(guard.inputs ?? {}).map(([path, value]) => `${path} is ${valueWords(value)}`);
  if (guard.params !== undefined) inputs.push(`its parameters are ${valueWords(guard.params)}`);
  return inputs.length === 0 ? said(guard) : `${said(guard)}: ${listWords(inputs)}`;
}

function said({ name, result }: GuardAnswer): string {
  return result === undefined ? `${name} was not asked` : `${name} said ${result ? "yes" : "no"}`;
}

/** The parts of `and` that said no, of `or` all when it did, of `not` its own; those that failed in any case. */
function decidingParts({ name, parts, result }: GuardAnswer): readonly GuardAnswer[] {
  if (parts === undefined) return [];
  const failed = parts.filter(({ error }) => error !== undefined);
  if (failed.length > 0) return failed;
  if (name.startsWith("not(")) return parts;
  return parts.filter((part) => part.result === result);
}
