/** Short ways to ask `validatePath` about certificates of the test authority. */
import { type PathOutcome, type PathRequest, validatePath } from "../../../services/pki/validatePath.ts";
import type { Issued } from "../../support/certificateAuthority.ts";

export interface Question extends Partial<Omit<PathRequest, "chain" | "trust">> {
  readonly pin?: PathRequest["trust"]["pin"];
}

/** By default as a client judges a server, now, by whatever name. */
export function judge(chain: readonly Issued[], anchors: readonly Issued[], question: Question = {}): PathOutcome {
  const { pin, ...rest } = question;
  const trust = { anchors: anchors.map(({ der }) => der), ...(pin && { pin }) };
  return validatePath({ purpose: "serverAuth", now: Date.now(), ...rest, chain: chain.map(({ der }) => der), trust });
}

/** `ok`, or the alert and the detail in one text. */
export function verdict(...question: Parameters<typeof judge>): string {
  const outcome = judge(...question);
  return outcome.ok ? "ok" : `${outcome.alert}: ${outcome.detail}`;
}
