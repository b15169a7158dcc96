/** One response of a firmware host: status, range, and the body, which may break off or dawdle. */
import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../ports/clock.ts";
import { rangeApplies, resolveRange } from "./httpRange.ts";

/** Octets handed to the socket at a time. */
const CHUNK = 65_536;

export interface HostedImage {
  readonly body: Uint8Array;
  /** With its quotes; by default made from the body. */
  readonly etag?: string;
  /** Closes the connection after so many octets of the body, for the next `times` responses (default 1). */
  readonly breakAfter?: { readonly bytes: number; readonly times?: number };
  /** Sends `chunkBytes` every `intervalMs` of the clock. */
  readonly slow?: { readonly chunkBytes: number; readonly intervalMs: number };
  /** Answers with this status and no body. */
  readonly status?: number;
  /** Sends the whole image whatever range is asked for. */
  readonly ignoreRange?: boolean;
}

/** An image as it is served: with its ETag, and how many responses are still to break off. */
export interface ServedImage {
  readonly image: HostedImage;
  readonly etag: string;
  breaksLeft: number;
}

/** What became of a response: octets of the body, and `broken` by the host, or `aborted` by the client. */
export interface SentBody {
  readonly bytes: number;
  readonly end: "complete" | "broken" | "aborted";
}

export function servedImage(image: HostedImage): ServedImage {
  const etag = image.etag ?? `"${createHash("sha256").update(image.body).digest("hex").slice(0, 32)}"`;
  return { image, etag, breaksLeft: image.breakAfter ? (image.breakAfter.times ?? 1) : 0 };
}

/** Answers GET and HEAD for an image, or for none. */
export async function serveImage(
  request: IncomingMessage,
  response: ServerResponse,
  served: ServedImage | undefined,
  clock: Clock,
): Promise<SentBody> {
  const { method, headers } = request;
  const endWith = (status: number, fields: Record<string, string> = {}): SentBody => {
    response.writeHead(status, { "content-length": "0", ...fields }).end();
    return { bytes: 0, end: "complete" };
  };
  if (served === undefined) return endWith(404);
  if (method !== "GET" && method !== "HEAD") return endWith(405, { allow: "GET, HEAD" });
  const { image, etag } = served;
  if (image.status !== undefined) return endWith(image.status);

  const { body } = image;
  const counts = !image.ignoreRange && rangeApplies(headers["if-range"] as string | undefined, etag);
  const range = resolveRange(counts ? headers.range : undefined, body.length);
  if (range.kind === "unsatisfiable") return endWith(416, { "content-range": `bytes */${body.length}` });
  const part = range.kind === "part" ? body.subarray(range.from, range.to + 1) : body;
  response.writeHead(range.kind === "part" ? 206 : 200, {
    "content-type": "application/octet-stream",
    "content-length": String(part.length),
    etag,
    ...(image.ignoreRange ? {} : { "accept-ranges": "bytes" }),
    ...(range.kind === "part" ? { "content-range": `bytes ${range.from}-${range.to}/${body.length}` } : {}),
  });
  if (method === "GET") return sendBody(response, part, served, clock);
  response.end();
  return { bytes: 0, end: "complete" };
}

async function sendBody(
  response: ServerResponse,
  body: Uint8Array,
  served: ServedImage,
  clock: Clock,
): Promise<SentBody> {
  const { slow, breakAfter } = served.image;
  const breaks = breakAfter !== undefined && served.breaksLeft > 0 && breakAfter.bytes < body.length;
  if (breaks) served.breaksLeft--;
  const end = breaks ? breakAfter.bytes : body.length;
  for (let sent = 0; sent < end; ) {
    const chunk = body.subarray(sent, Math.min(end, sent + (slow?.chunkBytes ?? CHUNK)));
    if (!(await written(response, chunk))) return { bytes: sent, end: "aborted" };
    sent += chunk.length;
    if (slow && sent < end && !(await waited(response, slow.intervalMs, clock))) return { bytes: sent, end: "aborted" };
  }
  if (breaks) {
    // All octets are with the kernel: they arrive, and then the connection ends.
    response.destroy();
    return { bytes: end, end: "broken" };
  }
  response.end();
  return { bytes: end, end: "complete" };
}

/** Resolves when the chunk is with the kernel; false when the client went away. */
function written(response: ServerResponse, chunk: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const gone = () => resolve(false);
    if (response.destroyed) return gone();
    response.once("close", gone);
    response.write(chunk, (error) => {
      response.off("close", gone);
      resolve(!error);
    });
  });
}

/** False when the client went away meanwhile. */
function waited(response: ServerResponse, delayMs: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const gone = () => {
      clock.clearTimeout(timer);
      resolve(false);
    };
    const timer = clock.setTimeout(() => {
      response.off("close", gone);
      resolve(true);
    }, delayMs);
    response.once("close", gone);
  });
}
