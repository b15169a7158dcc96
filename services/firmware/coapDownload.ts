/** A firmware image over CoAP, block by block (RFC 7959), streamed into the firmware area and resumed by offset and ETag. */
import type { OpenFailure } from "../../ports/transport.ts";
import { CODE, formatCode } from "../coap/codes.ts";
import { CoapDownloadError, CoapUriError } from "../coap/errors.ts";
import type { CoapDownload, Endpoint, RequestOutcome } from "../coap/types.ts";
import { type CoapUri, parseCoapUri } from "../coap/uri.ts";
import type { AreaWriter } from "./areaWriter.ts";
import { type DownloadOutcome, type RefusalReason, refused, tidy } from "./outcome.ts";

/** The way to a CoAP host. `release` is called once, when the download has ended however. */
export type CoapOpening =
  | { readonly kind: "open"; readonly endpoint: Pick<Endpoint, "download" | "heard">; release(): void }
  | OpenFailure;
export type OpenCoap = (uri: string, signal: AbortSignal) => Promise<CoapOpening>;

export interface CoapFirmwareDownload {
  readonly url: URL;
  readonly writer: AreaWriter;
  readonly openCoap: OpenCoap;
  readonly signal: AbortSignal;
  /** Hexadecimal. */
  readonly etag: string | undefined;
  onTotal(total: number): void;
  onEtag(etag: string): void;
}

/** TLS alerts 42 to 49 without 47: what is wrong is the certificate or its issuer (RFC 5246 §7.2.2). */
const CERTIFICATE_ALERTS: ReadonlySet<number> = new Set([42, 43, 44, 45, 46, 48, 49]);

/** Answers in place of the image; any other is a protocol error. */
const ANSWERS: Readonly<Record<number, RefusalReason | "later">> = {
  [CODE.NOT_FOUND]: "notFound",
  [CODE.PRECONDITION_FAILED]: "changed",
  [CODE.BAD_GATEWAY]: "later",
  [CODE.SERVICE_UNAVAILABLE]: "later",
  [CODE.GATEWAY_TIMEOUT]: "later",
};

export async function downloadOverCoap(job: CoapFirmwareDownload): Promise<DownloadOutcome> {
  const { url, signal } = job;
  let uri: CoapUri;
  try {
    uri = parseCoapUri(url.href);
  } catch (error) {
    if (!(error instanceof CoapUriError)) throw error;
    return refused("invalidUri", `a URI that CoAP cannot carry (${error.code})`);
  }
  const opening = await job.openCoap(url.href, signal);
  if (opening.kind !== "open") {
    if (signal.aborted) return { kind: "aborted" };
    return refused(reasonOf(opening), opening.detail);
  }
  try {
    return await transfer(job, opening.endpoint, uri);
  } finally {
    opening.release();
  }
}

async function transfer(
  job: CoapFirmwareDownload,
  endpoint: Pick<Endpoint, "download" | "heard">,
  { named, host, path, query }: CoapUri,
): Promise<DownloadOutcome> {
  const { writer, signal } = job;
  const resumed = writer.written > 0;
  // The last octet that is there is asked for again: of a whole image there is no block behind it.
  const offset = resumed ? writer.written - 1 : 0;
  const outcome = await endpoint.download({ ...(named ? { host } : {}), path, query, offset, signal });
  if (outcome.kind !== "download") return unopened(job, endpoint, outcome);
  const { download } = outcome;
  const etag = download.etag === undefined ? job.etag : hex(download.etag);
  if (resumed && job.etag !== undefined && job.etag !== etag) {
    return refused("changed", "the image at the host is another one now (ETag)");
  }
  if (etag !== undefined) job.onEtag(etag);
  if (download.size !== undefined) {
    if (download.size > writer.size) {
      return refused("tooLarge", `${download.size} octets do not fit the ${writer.size} of the firmware area`);
    }
    job.onTotal(download.size);
  }
  return receive(job, download, resumed, etag);
}

async function receive(
  { writer, signal }: CoapFirmwareDownload,
  { chunks }: CoapDownload,
  resumed: boolean,
  etag: string | undefined,
): Promise<DownloadOutcome> {
  const tag = etag === undefined ? {} : { etag };
  let known = resumed ? 1 : 0;
  try {
    for await (const chunk of chunks) {
      const refusal = await writer.push(known > 0 ? chunk.subarray(known) : chunk);
      if (refusal) return refusal;
      if (chunk.length > 0) known = 0;
    }
  } catch (error) {
    if (!(error instanceof CoapDownloadError)) throw error;
    if (signal.aborted) return { kind: "aborted" };
    const answer = error.responseCode === undefined ? undefined : ANSWERS[error.responseCode];
    if (error.code === "changed" || answer === "changed") return refused("changed", error.message);
    if (error.code === "protocol") return refused("protocol", error.message);
    return (
      (await writer.flush()) ?? { kind: "interrupted", bytes: writer.written, ...tag, detail: tidy(error.message) }
    );
  }
  return (await writer.flush()) ?? { kind: "complete", bytes: writer.written, ...tag };
}

/** The first block did not come. */
function unopened(
  { writer, etag, signal }: CoapFirmwareDownload,
  endpoint: Pick<Endpoint, "heard">,
  outcome: RequestOutcome,
): DownloadOutcome {
  if (signal.aborted || outcome.kind === "aborted") return { kind: "aborted" };
  const interrupted = (detail: string): DownloadOutcome => {
    return { kind: "interrupted", bytes: writer.written, ...(etag === undefined ? {} : { etag }), detail };
  };
  switch (outcome.kind) {
    case "response": {
      const { code } = outcome.response;
      const detail = `the host answers ${formatCode(code)}`;
      const answer = ANSWERS[code] ?? "protocol";
      return answer === "later" ? interrupted(detail) : refused(answer, detail);
    }
    case "timeout":
      // A host that never said anything is not there; one that did has gone silent.
      return endpoint.heard ? interrupted("the host does not answer any more") : refused("unreachable", "no answer");
    case "closed":
      return interrupted(`the session ended (${outcome.reason.kind})`);
    case "reset":
      return refused("protocol", "the host answers with Reset");
    case "protocolError":
      return refused("protocol", outcome.detail);
  }
}

function reasonOf(failure: OpenFailure): RefusalReason {
  if (failure.kind === "credential") return "noValidTag";
  const alert = failure.kind === "handshakeFailed" ? failure.alert : undefined;
  return alert !== undefined && CERTIFICATE_ALERTS.has(alert) ? "badCertificate" : "unreachable";
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
