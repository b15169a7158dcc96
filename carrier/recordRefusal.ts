/** The record of what a server asked for and did not get. */
import type { Trace } from "../ports/trace.ts";
import { formatCode } from "../services/coap/codes.ts";
import type { Refusal } from "../services/lwm2m/device/behaviour.ts";

/** `path` as it came in the request; `detail` of a refusal has no values in it. */
export function recordRefusal(
  trace: Trace | undefined,
  server: number | "bootstrap",
  operation: string | undefined,
  path: readonly string[],
  { code, detail }: Refusal,
): void {
  trace?.record({
    kind: "refused",
    server,
    ...(operation !== undefined && { operation }),
    path: `/${path.join("/")}`,
    code: formatCode(code),
    detail,
  });
}
