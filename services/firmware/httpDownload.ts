/**
 * A firmware image over HTTP or HTTPS (RFC 9110), streamed into the firmware area and resumed by range requests.
 * Trust comes from the security tags' CA certificates alone; the host's name is checked.
 */
import { Agent, request } from "undici";
import type { Clock } from "../../ports/clock.ts";
import type { CredentialStore } from "../../ports/modem.ts";
import type { AreaWriter } from "./areaWriter.ts";
import { HostConnection } from "./hostConnection.ts";
import { type HttpFailure, httpFailureOf } from "./httpFailure.ts";
import type { HttpRecorder } from "./httpRecorder.ts";
import { isStrongTag, judgeResponse, type ResponseHeaders } from "./httpResponse.ts";
import { type Complete, type DownloadOutcome, type Interrupted, refused, tidy } from "./outcome.ts";
import { readFirmwareUri, type Scheme } from "./schemes.ts";
import { readTrustedCas } from "./trustedCas.ts";
import { Watchdog } from "./watchdog.ts";

export interface DownloadTimeouts {
  /** Until the connection, TLS included, is there. Default 30 s. */
  readonly connectMs: number;
  /** From then until the response's head. Default 60 s. */
  readonly responseMs: number;
  /** Longest silence within the body. Default 60 s. */
  readonly idleMs: number;
}

export const DEFAULT_TIMEOUTS: DownloadTimeouts = { connectMs: 30_000, responseMs: 60_000, idleMs: 60_000 };

export interface HttpDownload {
  readonly url: URL;
  readonly writer: AreaWriter;
  readonly credentials: CredentialStore;
  readonly caTags: readonly number[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeouts: DownloadTimeouts;
  readonly recorder: HttpRecorder;
  readonly etag: string | undefined;
  held<T>(arrival: Promise<T>): Promise<T>;
  onTotal(total: number): void;
  onEtag(etag: string): void;
}

const MAX_REDIRECTS = 4;
const HTTP_SCHEMES: readonly Scheme[] = ["https:", "http:"];

type Redirect = { readonly kind: "redirect"; readonly url: URL };
type Wait = keyof DownloadTimeouts;

export async function downloadOverHttp(job: HttpDownload): Promise<DownloadOutcome> {
  let { url } = job;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const outcome = await visit(job, url);
    if (outcome.kind !== "redirect") return told(job, url, outcome);
    url = outcome.url;
  }
  return told(job, url, refused("protocol", `more than ${MAX_REDIRECTS} redirections`));
}

/** Readies trust for a host and asks it. */
async function visit(job: HttpDownload, url: URL): Promise<DownloadOutcome | Redirect> {
  const { credentials, caTags, recorder } = job;
  if (url.protocol !== "https:") {
    recorder.connect(url, undefined);
    return exchange(job, url, []);
  }
  const { tags, certificates, problems } = await readTrustedCas(credentials, caTags);
  if (tags.length === 0)
    return refused("noValidTag", `no CA certificate to trust (${problems.join("; ") || "no tags"})`);
  recorder.connect(url, tags);
  // An empty list of CAs would not do: Node then trusts nobody, but only by its present implementation.
  if (certificates.length === 0) return refused("badCertificate", problems.join("; "));
  return exchange(job, url, certificates);
}

async function exchange(job: HttpDownload, url: URL, ca: readonly string[]): Promise<DownloadOutcome | Redirect> {
  const { clock, signal, timeouts, writer, recorder } = job;
  const watchdog = new Watchdog<Wait>(clock, signal);
  const connection = new HostConnection(ca, () => watchdog.expect("responseMs", timeouts.responseMs));
  watchdog.signal.addEventListener("abort", () => connection.close(), { once: true });
  // All waiting is the watchdog's, by the injected clock: undici's own timers are off.
  const agent = new Agent({ connections: 1, headersTimeout: 0, bodyTimeout: 0, connect: connection.connect });
  let etag = job.etag;
  try {
    recorder.request(writer.written);
    watchdog.expect("connectMs", timeouts.connectMs);
    const headers = requestHeaders(writer.written, etag);
    const asked = request(url, { dispatcher: agent, headers, signal: watchdog.signal }).then((response) => {
      // A body that is not read to its end complains when its connection is destroyed.
      response.body.on("error", () => {});
      return response;
    });
    const response = await job.held(asked);
    watchdog.rest();
    recorder.response(response.statusCode);
    const head = { status: response.statusCode, headers: response.headers as ResponseHeaders };
    const verdict = judgeResponse(head.status, head.headers, { offset: writer.written, etag });
    switch (verdict.kind) {
      case "refused":
        return verdict;
      case "later":
        return { ...interrupted(writer, etag, verdict.detail), httpStatus: head.status };
      case "redirect":
        return redirect(url, verdict.location);
      case "nothingLeft":
        return complete(writer, verdict.etag ?? etag);
      case "body":
        etag = verdict.etag ?? etag;
        if (etag !== undefined) job.onEtag(etag);
        return await receive(job, watchdog, response.body, verdict.total, etag);
    }
  } catch (error) {
    return await ending(error, job, watchdog, connection.established, etag);
  } finally {
    watchdog.end();
    connection.close();
    await agent.destroy();
  }
}

async function receive(
  { writer, recorder, timeouts, onTotal }: HttpDownload,
  watchdog: Watchdog<Wait>,
  body: AsyncIterable<Uint8Array>,
  total: number | undefined,
  etag: string | undefined,
): Promise<DownloadOutcome> {
  if (total !== undefined && total > writer.size) {
    return refused("tooLarge", `${total} octets do not fit the ${writer.size} of the firmware area`);
  }
  if (total !== undefined) onTotal(total);
  recorder.begin(writer.received, total ?? writer.size);
  watchdog.expect("idleMs", timeouts.idleMs);
  for await (const chunk of body) {
    // While the modem writes, it is not the host that keeps us waiting.
    watchdog.rest();
    const refusal = await writer.push(chunk);
    if (refusal) return refusal;
    recorder.progress(writer.received);
    watchdog.expect("idleMs", timeouts.idleMs);
  }
  watchdog.rest();
  const refusal = await writer.flush();
  if (refusal) return refusal;
  return total !== undefined && writer.written < total
    ? interrupted(writer, etag, `the host ended after ${writer.written} of ${total} octets`)
    : complete(writer, etag);
}

/** What a failed exchange comes to. What arrived is written first, so that the next attempt begins right behind it. */
async function ending(
  error: unknown,
  { writer, signal, timeouts }: HttpDownload,
  watchdog: Watchdog<Wait>,
  connected: boolean,
  etag: string | undefined,
): Promise<DownloadOutcome> {
  if (signal.aborted) return { kind: "aborted" };
  const { failure, detail } = watchdog.expired
    ? tardiness(watchdog.expired, timeouts)
    : httpFailureOf(error, connected);
  if (failure !== "lost") return refused(failure, detail);
  return (await writer.flush()) ?? interrupted(writer, etag, detail);
}

function tardiness(wait: Wait, timeouts: DownloadTimeouts): { failure: HttpFailure; detail: string } {
  if (wait === "connectMs") return { failure: "unreachable", detail: `no connection within ${timeouts.connectMs} ms` };
  const what = wait === "responseMs" ? "response" : "data";
  return { failure: "lost", detail: `no ${what} for ${timeouts[wait]} ms` };
}

function requestHeaders(offset: number, etag: string | undefined): Record<string, string> {
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (offset === 0) return headers;
  headers.range = `bytes=${offset}-`;
  if (etag !== undefined && isStrongTag(etag)) headers["if-range"] = etag;
  return headers;
}

function redirect(from: URL, location: string): DownloadOutcome | Redirect {
  if (!URL.canParse(location, from.href)) return refused("protocol", "a redirection to no URL");
  const target = readFirmwareUri(new URL(location, from.href).href, HTTP_SCHEMES);
  if (target.kind === "refused") return refused("protocol", `a redirection to a URL that is refused: ${target.detail}`);
  // A host that was authenticated must not hand over to one that cannot be.
  if (from.protocol === "https:" && target.scheme === "http:") {
    return refused("protocol", "a redirection from https to http");
  }
  return { kind: "redirect", url: target.url };
}

function complete(writer: AreaWriter, etag: string | undefined): Complete {
  return { kind: "complete", bytes: writer.written, ...(etag === undefined ? {} : { etag }) };
}

function interrupted(writer: AreaWriter, etag: string | undefined, detail: string): Interrupted {
  return { kind: "interrupted", bytes: writer.written, ...(etag === undefined ? {} : { etag }), detail: tidy(detail) };
}

function told({ recorder, writer }: HttpDownload, url: URL, outcome: DownloadOutcome): DownloadOutcome {
  if (outcome.kind === "complete") recorder.end(outcome.bytes);
  else recorder.error(url, writer.written, outcome.kind === "aborted" ? "aborted" : outcome.detail);
  return outcome;
}
