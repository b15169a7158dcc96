/** A firmware host on a loopback port: a real HTTP or HTTPS server whose answers a test writes. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { HostCertificate } from "./testPki.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export class FirmwareHost {
  readonly requests: IncomingMessage[] = [];
  readonly origin: string;
  readonly port: number;
  readonly #server: ReturnType<typeof createServer>;

  private constructor(server: ReturnType<typeof createServer>, scheme: string) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.origin = `${scheme}://127.0.0.1:${this.port}`;
  }

  static async start(handler: Handler, certificate?: HostCertificate): Promise<FirmwareHost> {
    const answer: Handler = (request, response) => {
      host.requests.push(request);
      handler(request, response);
    };
    const server = certificate ? createSecureServer({ ...certificate }, answer) : createServer(answer);
    // A client that refuses the certificate is what some tests are about.
    server.on("tlsClientError", () => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const host = new FirmwareHost(server, certificate ? "https" : "http");
    return host;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export interface ServeOptions {
  /** Undefined for a host that tells none. */
  readonly etag?: string | undefined;
  /** A host that does not know ranges sends everything each time. */
  readonly ranges?: boolean;
  /** Destroys the connection after so many octets of the first body. */
  readonly breakAfter?: number;
}

/** Serves an image as a static file server does. */
export function serve(image: Uint8Array, { etag = '"v2"', ranges = true, breakAfter }: ServeOptions = {}): Handler {
  let broken = false;
  return (request, response) => {
    if (etag !== undefined) response.setHeader("ETag", etag);
    const first = ranges ? rangeStart(request, etag) : undefined;
    if (first !== undefined && first >= image.length) {
      response.writeHead(416, { "Content-Range": `bytes */${image.length}` }).end();
      return;
    }
    const body = image.subarray(first ?? 0);
    response.setHeader("Content-Length", body.length);
    if (first === undefined) response.writeHead(200);
    else response.writeHead(206, { "Content-Range": `bytes ${first}-${image.length - 1}/${image.length}` });
    if (breakAfter === undefined || broken) {
      response.end(body);
      return;
    }
    broken = true;
    response.write(body.subarray(0, breakAfter), () => response.socket?.destroy());
  };
}

function rangeStart(request: IncomingMessage, etag: string | undefined): number | undefined {
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const condition = request.headers["if-range"];
  return match === null || (condition !== undefined && condition !== etag) ? undefined : Number(match[1]);
}

/** Octets that differ at every place that a wrong offset could confuse. */
export function makeImage(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7 + (index >> 16)) & 0xff);
}
