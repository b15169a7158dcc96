/** The ways in which a connection fails, in words. */
import { ALERTS, type AlertName } from "./alerts.ts";
import { DecodeError } from "./bytes.ts";
import { DtlsError } from "./errors.ts";
import { MESSAGES, type MessageType } from "./messages/messageType.ts";
import type { DropCounters } from "./types.ts";

/** The peer's alert ended it. */
export function endedByAlert(alert: AlertName | number): DtlsError {
  const meaning = typeof alert === "string" ? `${alert}: ${ALERTS[alert].meaning}` : `alert ${alert}`;
  return new DtlsError("alert", `the peer ended the connection, ${meaning}`, alert);
}

/** Retransmissions are used up. What was dropped hints at why. */
export function silent(heard: boolean, keysSent: boolean, dropped: DropCounters): DtlsError {
  if (!heard) return new DtlsError("noAnswer", "the peer did not answer");
  const counts = Object.entries(dropped).filter(([, count]) => count > 0);
  const what = counts.length === 0 ? "" : ` (dropped: ${counts.map(([why, count]) => `${count} ${why}`).join(", ")})`;
  return keysSent
    ? new DtlsError(
        "timeout",
        `the peer fell silent after our last flight: most likely the key or identity is wrong, or our certificate is not accepted${what}`,
      )
    : new DtlsError("timeout", `the peer fell silent in the handshake${what}`);
}

export function unexpectedMessage(type: MessageType | undefined, where: string): DtlsError {
  const name = type === undefined ? "an unknown message" : MESSAGES[type].name;
  return new DtlsError("protocol", `${name} ${where}`, "unexpected_message");
}

export function asDtlsError(error: unknown): DtlsError {
  if (error instanceof DtlsError) return error;
  return error instanceof DecodeError
    ? new DtlsError("protocol", `a message cannot be decoded: ${error.message}`, "decode_error")
    : new DtlsError("protocol", `internal error: ${(error as Error).message}`, "internal_error");
}
