/** What goes wrong in DTLS, and whose doing it is. */
import { ALERTS, type AlertName } from "./alerts.ts";

export type DtlsErrorCode =
  /** An option, key or certificate given by the user cannot be used. */
  | "option"
  /** The peer sent a fatal alert. */
  | "alert"
  /** What the peer sent is not allowed: this side sent the alert. */
  | "protocol"
  /** The peer's credential was refused: this side sent the alert. */
  | "peerCredential"
  /** Not one datagram came. */
  | "noAnswer"
  /** The peer fell silent in the handshake. */
  | "timeout"
  /** Record numbers are used up, or the connection could not go on. */
  | "exhausted"
  /** Given up by this side. */
  | "aborted"
  /** The socket below failed. */
  | "socket";

export class DtlsError extends Error {
  override readonly name = "DtlsError";
  readonly code: DtlsErrorCode;
  /** The alert that was received (`alert`) or sent. */
  readonly alert: AlertName | number | undefined;

  constructor(code: DtlsErrorCode, detail: string, alert?: AlertName | number) {
    super(detail);
    this.code = code;
    this.alert = alert;
  }

  /** The alert's number. */
  get alertCode(): number | undefined {
    return typeof this.alert === "string" ? ALERTS[this.alert].code : this.alert;
  }
}
