/** The end of a connection in the words of a transport. */
import type { CloseReason } from "../../ports/transport.ts";
import type { DtlsClosed } from "./dtlsSocket.ts";

export function closeReasonOf({ by, error }: DtlsClosed): CloseReason {
  if (error === undefined || error.code === "aborted") return { kind: by };
  if (error.code !== "alert") return { kind: "error", detail: error.message };
  return { kind: "peer", ...(error.alertCode !== undefined && { alert: error.alertCode }) };
}
