/** What a transfer's ending is to the FOTA chart: one of the rows of its table. */
import type { DownloadServiceOutcome, VerifyOutcome } from "../machines/fota.ts";
import type { FotaFailure } from "../machines/fotaOutcomes.ts";
import type { ModemErrorCode, ModemErrorShape } from "../ports/modem.ts";
import type { DownloadOutcome, ModemRefused, PushOutcome, RefusalReason } from "../services/firmware/outcome.ts";

/** DFU errors of nRF91 (`NRF_MODEM_DELTA_DFU_*`) while an image is written or ended; others are a lack of room. */
const DFU_FAILURES: Readonly<Record<number, FotaFailure>> = {
  1: "outOfMemory",
  2: "tooLarge",
  3: "unsupportedPackage",
  5: "integrity",
  9: "wrongVersion",
  10: "integrity",
  14: "integrity",
  15: "integrity",
  16: "integrity",
  19: "integrity",
};

const AWAY: ReadonlySet<RefusalReason> = new Set(["unreachable", "nameNotResolved"]);
/** The modem or its line was away for a while. */
const MODEM_AWAY: ReadonlySet<ModemErrorCode> = new Set(["timeout", "lineError", "fault", "notInitialised"]);
/** NRF_MODEM_DELTA_DFU_INTERRUPTED_WRITE: octets were lost on their way, the area takes the image anew. */
const INTERRUPTED_WRITE = 20;

/** @param before octets in the area when the attempt began. */
export function downloadOutcome(outcome: DownloadOutcome, before: number): DownloadServiceOutcome {
  switch (outcome.kind) {
    case "complete":
      return { kind: "complete" };
    case "interrupted":
      return { kind: "interrupted", progressed: outcome.bytes > before };
    case "refused":
      if (outcome.reason === "changed") return { kind: "changed" };
      // A host that has sent a part is there: it is away for a while, and the download goes on when it is back.
      if (before > 0 && AWAY.has(outcome.reason)) return { kind: "interrupted", progressed: false };
      return { kind: "failed", failure: outcome.reason };
    case "modem":
      return modemRefusal(outcome);
    case "aborted":
      return { kind: "interrupted", progressed: false };
  }
}

/** Undefined for an ending that the server asked for. */
export function pushOutcome(outcome: PushOutcome): DownloadServiceOutcome | undefined {
  if (outcome.kind === "reset" || outcome.kind === "aborted") return undefined;
  if (outcome.kind === "interrupted") return { kind: "failed", failure: "connectionLost" };
  const ended = downloadOutcome(outcome, 0);
  if (ended.kind === "interrupted") return { kind: "failed", failure: "connectionLost" };
  return ended.kind === "changed" ? { kind: "failed", failure: "protocol" } : ended;
}

export function verifyFailure({ code, dfu, message }: ModemErrorShape): VerifyOutcome {
  return modemFailure({ kind: "modem", code, detail: message, ...(dfu !== undefined && { dfu }) }, "integrity");
}

/** What the modem did not take while an image came. */
export function modemRefusal(refused: ModemRefused): DownloadServiceOutcome {
  if (MODEM_AWAY.has(refused.code) || refused.dfu === INTERRUPTED_WRITE) {
    return { kind: "interrupted", progressed: false };
  }
  // Over AT commands it gives no number: what it refuses of an image that fits is the image.
  return modemFailure(refused, refused.code === "dfu" ? "integrity" : "noRoom");
}

/** @param otherwise where the modem gives no number of its own. */
function modemFailure({ dfu }: ModemRefused, otherwise: FotaFailure) {
  const failure = DFU_FAILURES[dfu ?? 0] ?? otherwise;
  return { kind: "failed", failure, ...(dfu !== undefined && { modemError: dfu }) } as const;
}
