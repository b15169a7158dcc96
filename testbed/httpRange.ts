/** Range requests for one byte range (RFC 9110 §14). */

export type RangeOutcome =
  /** The whole representation: no range was asked for, or one that is to be ignored. */
  | { readonly kind: "whole" }
  /** `from` to `to`, both included. */
  | { readonly kind: "part"; readonly from: number; readonly to: number }
  | { readonly kind: "unsatisfiable" };

const BYTE_RANGE = /^bytes=(\d{0,15})-(\d{0,15})$/;

/** Several ranges at once are ignored, as a server may (§14.2). */
export function resolveRange(range: string | undefined, length: number): RangeOutcome {
  const match = BYTE_RANGE.exec(range?.trim() ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (match === null || (first === "" && last === "")) return { kind: "whole" };
  if (first === "") {
    const suffix = Math.min(Number(last), length);
    return suffix === 0 ? { kind: "unsatisfiable" } : { kind: "part", from: length - suffix, to: length - 1 };
  }
  const from = Number(first);
  const to = last === "" ? length - 1 : Math.min(Number(last), length - 1);
  if (last !== "" && Number(last) < from) return { kind: "whole" };
  return from >= length ? { kind: "unsatisfiable" } : { kind: "part", from, to };
}

/** Whether a range counts: there is no If-Range, or it names this very representation (§13.1.5). */
export function rangeApplies(ifRange: string | undefined, etag: string): boolean {
  return ifRange === undefined || (ifRange === etag && !ifRange.startsWith("W/"));
}
