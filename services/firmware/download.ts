/**
 * Downloads a firmware image from a package URI (LwM2M 5/0/1) into the modem's firmware area, going on at the area's
 * offset. One attempt: whether to try again, to erase or to give up is the statechart's to decide.
 */
import type { Clock } from "../../ports/clock.ts";
import type { CredentialStore, FirmwareArea } from "../../ports/modem.ts";
import type { Trace } from "../../ports/trace.ts";
import { AreaWriter } from "./areaWriter.ts";
import { downloadOverCoap, type OpenCoap } from "./coapDownload.ts";
import { DEFAULT_TIMEOUTS, type DownloadTimeouts, downloadOverHttp } from "./httpDownload.ts";
import { HttpRecorder } from "./httpRecorder.ts";
import { areaRefusal } from "./modemRefusal.ts";
import { type DownloadOutcome, refused } from "./outcome.ts";
import { readFirmwareUri, SCHEMES, type Scheme } from "./schemes.ts";

export interface DownloadOptions {
  /** `https:`, `http:`, and `coap:` where `openCoap` is given. */
  readonly uri: string;
  /** Where the image goes; a part of it that is there already is not fetched again. */
  readonly area: FirmwareArea;
  readonly credentials: CredentialStore;
  /** Tags whose CA certificates a host over HTTPS is trusted by; nothing else is trusted. */
  readonly caTags: readonly number[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly trace?: Trace | undefined;
  /** Of the image that the area holds a part of, as the outcome of the attempt before told it. */
  readonly etag?: string | undefined;
  readonly timeouts?: Partial<DownloadTimeouts> | undefined;
  /** Opens the way to a CoAP host. */
  readonly openCoap?: OpenCoap | undefined;
  /** What is served; by default HTTPS, HTTP and, with `openCoap`, CoAP. `coaps:` needs an `openCoap` that can. */
  readonly schemes?: readonly Scheme[] | undefined;
  /** Gives back what an HTTP host answers, or how asking it failed, once the run goes on; by default at once. */
  held?<T>(arrival: Promise<T>): Promise<T>;
  /** The entity tag, before the first octet is written: kept, it lets a download go on after a loss of power. */
  onEtag?(etag: string): void;
  /** Octets in the area, and those of the whole image where the host tells. */
  onProgress?(bytes: number, total?: number): void;
}

/** Resolves for every ending that can be expected; an exception is a bug. */
export async function downloadFirmware(options: DownloadOptions): Promise<DownloadOutcome> {
  const { area, signal, openCoap, etag } = options;
  // The caller's cause holds for what it calls now, not for what goes on after an await.
  const recorder = new HttpRecorder(options.trace);
  if (signal.aborted) return { kind: "aborted" };
  const uri = readFirmwareUri(options.uri, options.schemes ?? defaultSchemes(openCoap));
  if (uri.kind === "refused") return uri;

  let offset: number;
  let size: number;
  try {
    offset = await area.offset();
    size = await area.size();
  } catch (error) {
    return areaRefusal(error);
  }
  let total: number | undefined;
  const writer = new AreaWriter({
    area,
    offset,
    size,
    onWritten: (bytes) => (total === undefined ? options.onProgress?.(bytes) : options.onProgress?.(bytes, total)),
  });
  const job = {
    url: uri.url,
    writer,
    signal,
    etag,
    onTotal: (octets: number) => {
      total = octets;
    },
    onEtag: (tag: string) => options.onEtag?.(tag),
  };
  if (SCHEMES[uri.scheme].over === "coap") {
    if (openCoap === undefined) return refused("unsupportedScheme", "there is no way to a CoAP host");
    return downloadOverCoap({ ...job, openCoap });
  }
  const { credentials, caTags, clock } = options;
  return downloadOverHttp({
    ...job,
    credentials,
    caTags,
    clock,
    recorder,
    held: (arrival) => options.held?.(arrival) ?? arrival,
    timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
  });
}

function defaultSchemes(openCoap: OpenCoap | undefined): readonly Scheme[] {
  return openCoap === undefined ? ["https:", "http:"] : ["https:", "http:", "coap:"];
}
