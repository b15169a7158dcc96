/** A firmware image that the modem fetches itself (AT#XFOTA), in the words of the FOTA chart. */
import type { DownloadServiceOutcome } from "../machines/fota.ts";
import type { FirmwareArea, ModemDownloadOptions, ModemDownloadOutcome, ModemErrorShape } from "../ports/modem.ts";
import { modemRefusal } from "./firmwareOutcomes.ts";

/** What a modem fetches over. */
const OVER_HTTP = /^https?:/i;

/** Undefined where this host has to fetch the image: for this URI, or with this modem. */
export function modemDownload(area: FirmwareArea, uri: string): FirmwareArea["download"] {
  return OVER_HTTP.test(uri) ? area.download?.bind(area) : undefined;
}

/** @param caTag holds the CA certificates that a host over HTTPS is trusted by; nothing else is trusted. */
export async function downloadByModem(
  download: NonNullable<FirmwareArea["download"]>,
  uri: string,
  caTag: number | undefined,
  signal: AbortSignal,
): Promise<DownloadServiceOutcome> {
  const isSecure = uri.toLowerCase().startsWith("https:");
  if (isSecure && caTag === undefined) return { kind: "failed", failure: "noValidTag" };
  let percent: number | undefined;
  let progressed = false;
  const options: ModemDownloadOptions = {
    uri,
    signal,
    ...(isSecure && caTag !== undefined && { securityTag: caTag }),
    onProgress: (now) => {
      progressed ||= percent !== undefined && now > percent;
      percent = now;
    },
  };
  try {
    return outcomeOf(await download(options), progressed);
  } catch (error) {
    const { code, message, dfu } = error as ModemErrorShape;
    return modemRefusal({ kind: "modem", code, detail: message, ...(dfu !== undefined && { dfu }) });
  }
}

function outcomeOf({ kind }: ModemDownloadOutcome, progressed: boolean): DownloadServiceOutcome {
  switch (kind) {
    case "complete":
      return { kind };
    case "interrupted":
      return { kind, progressed };
    case "aborted":
      return { kind: "interrupted", progressed: false };
    case "refused":
      return { kind: "failed", failure: "unreachable" };
    case "rejected":
      return { kind: "failed", failure: "integrity" };
  }
}
