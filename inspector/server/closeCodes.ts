/** How a WebSocket is closed, and what is told then. */
import type { WebSocket } from "ws";

/** Why a WebSocket is closed (RFC 6455 §7.4.1). ws itself closes with 1007 for text that is none and 1009 for too much. */
export const CLOSE = { goingAway: 1001, unsupported: 1003, violation: 1008, failed: 1011 } as const;

/** Octets of a reason: what a control frame holds, less the code (RFC 6455 §5.5). */
const LONGEST_REASON = 123;

export function closeWith(socket: WebSocket, code: (typeof CLOSE)[keyof typeof CLOSE], reason: string): void {
  let cut = reason;
  while (Buffer.byteLength(cut) > LONGEST_REASON) cut = cut.slice(0, -1);
  socket.close(code, cut);
}

/** Whatever goes wrong in `work` costs this connection, and not the app that runs beside it. */
export function guarded(socket: WebSocket, work: () => void): void {
  try {
    work();
  } catch (error) {
    closeWith(socket, CLOSE.failed, `the inspector failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}
