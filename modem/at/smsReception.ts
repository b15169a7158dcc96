/** Short messages that the modem hands to its host: each is acknowledged, and told where it makes sense. */
import type { ModemNotification } from "../../ports/modem.ts";
import type { AtLine } from "./atLine.ts";
import { SMS } from "./commands/sms.ts";
import { decodeSmsDeliver, SmsPduError } from "./smsPdu.ts";

/** A modem waits for the acknowledgement before the next one: more are under way only where it does not answer. */
const MAX_UNANSWERED = 16;

export class SmsReception {
  readonly #line: AtLine;
  readonly #notify: (notification: ModemNotification) => void;
  #unanswered = 0;

  constructor(line: AtLine, notify: (notification: ModemNotification) => void) {
    this.#line = line;
    this.#notify = notify;
  }

  onMessage(pdu: Uint8Array | undefined): void {
    this.acknowledge();
    try {
      const { from, payload } = decodeSmsDeliver(new TextDecoder("latin1").decode(pdu));
      this.#notify({ kind: "sms", from, payload });
    } catch (error) {
      // The network's mistake; the record has the line.
      if (!(error instanceof SmsPduError)) throw error;
    }
  }

  /** A message or status report that is not acknowledged is the last one. */
  acknowledge(): void {
    if (this.#unanswered >= MAX_UNANSWERED) return;
    this.#unanswered++;
    const answered = () => {
      this.#unanswered--;
    };
    this.#line.execute(SMS.cnma, { mode: 1 }).then(answered, answered);
  }
}
