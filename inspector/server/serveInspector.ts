/**
 * The inspector's server: the page, and WebSockets for pages and for other inspectors, at one port of this machine
 * and below a random token. Nothing else is listened to, and no address but its own is in what it serves.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Inspector } from "../options.ts";
import { type AdmissionRules, type Admitted, admit, isLoopback, type Refused } from "./admission.ts";
import { PageFiles, sendText } from "./pageFiles.ts";
import { Sockets } from "./sockets.ts";
import { Strangers } from "./strangers.ts";

export interface ServeOptions {
  /** 0: any that is free. Default 0. */
  readonly port?: number;
  /** Default 127.0.0.1. Anything but a loopback address lets other machines in, who then need nothing but the token. */
  readonly host?: string;
  /** At least 16 characters of `A-Z a-z 0-9 - _`. Default: a random one. */
  readonly token?: string;
  /** The built page. Default: that of the package. */
  readonly uiFolder?: string;
  /** Further origins, `http://localhost:3000`, whose pages may attach by the protocols of other inspectors. */
  readonly origins?: readonly string[];
  /** False: what is shown is a recording. Default true. */
  readonly live?: boolean;
  /** WebSockets at once, 1 to 192. Default 32. */
  readonly maxConnections?: number;
}

export interface InspectorServer {
  /** Of the page, token and all. */
  readonly url: string;
  readonly port: number;
  readonly address: string;
  /** To be shown to whoever started it: others can reach it. */
  readonly warning?: string;
  /** Lets go of all pages. The inspector goes on. */
  close(): Promise<void>;
}

export type ServeErrorCode = "badOption" | "portInUse" | "cannotListen";

export class ServeError extends Error {
  override readonly name = "ServeError";
  readonly code: ServeErrorCode;

  constructor(code: ServeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const TOKEN = /^[\w-]{16,}$/;
/** Connections of whatever kind, and those of them that have not shown the token. */
const MAX_TCP = 256;
const MAX_STRANGERS = 64;
/** What then remains. */
const MOST_WEBSOCKETS = MAX_TCP - MAX_STRANGERS;
/** How long a request may take to come, ms, and how often that is looked at. */
const TIMEOUTS = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 2_500 } as const;
const PAGE = fileURLToPath(new URL("../ui/", import.meta.url));

/** Rejects with `ServeError`. */
export async function serveInspector(inspector: Inspector, options: ServeOptions = {}): Promise<InspectorServer> {
  const { port = 0, host = "127.0.0.1", token = randomBytes(16).toString("base64url"), maxConnections = 32 } = options;
  if (!TOKEN.test(token)) throw new ServeError("badOption", "token needs 16 or more of A-Z a-z 0-9 - _");
  if (!Number.isInteger(maxConnections) || maxConnections < 1 || maxConnections > MOST_WEBSOCKETS) {
    throw new ServeError("badOption", `maxConnections is ${maxConnections}, must be 1 to ${MOST_WEBSOCKETS}`);
  }
  const rules: AdmissionRules = { token, host, origins: new Set(options.origins ?? []) };
  const files = await PageFiles.of(options.uiFolder ?? PAGE);
  const sockets = new Sockets(inspector, { live: options.live ?? true, limit: maxConnections });

  const server = createServer(TIMEOUTS);
  const strangers = new Strangers(MAX_STRANGERS);
  const admitted = (request: IncomingMessage) => {
    const found = admit(request, rules);
    if (!("status" in found)) strangers.admit(request.socket);
    return found;
  };
  server.maxConnections = MAX_TCP;
  server.on("connection", (connection) => strangers.add(connection));
  server.on("request", (request, response) => {
    answer(request, response, admitted(request), rules, files).catch(() => response.destroy());
  });
  server.on("upgrade", (request, socket, head) => upgrade(request, socket, head, admitted(request), sockets));
  await listen(server, port, host);

  const { address, port: bound, family } = server.address() as AddressInfo;
  const shownHost = family === "IPv6" ? `[${address}]` : address;
  const url = `http://${shownHost}:${bound}/${token}/`;
  return {
    url,
    port: bound,
    address,
    ...(!isLoopback(address) && { warning: warningOf(address, bound) }),
    async close() {
      await sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function warningOf(address: string, port: number): string {
  return (
    `The inspector listens at ${address}, port ${port}: whoever reaches that and learns the token sees everything ` +
    "and may do what the app allows. Nothing is encrypted. 127.0.0.1 with a tunnel (ssh -L) is safer."
  );
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  admitted: Admitted | Refused,
  { token }: AdmissionRules,
  files: PageFiles,
): Promise<void> {
  if ("status" in admitted) sendText(response, admitted.status, admitted.reason);
  else if (admitted.foreign) sendText(response, 403, "Pages of other origins may not read this one.");
  else if (request.method !== "GET" && request.method !== "HEAD")
    sendText(response, 405, "Only GET and HEAD are answered here.", { Allow: "GET, HEAD" });
  // The page's own addresses are relative to the folder.
  else if (admitted.path === undefined)
    sendText(response, 308, "The page is one slash further.", { Location: `/${token}/` });
  else await files.send(admitted.path, admitted.host, response);
}

function upgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  admitted: Admitted | Refused,
  sockets: Sockets,
): void {
  socket.on("error", () => {}); // A client may be gone at any time.
  const refused = "status" in admitted ? admitted : sockets.take(request, socket, head, admitted);
  if (refused === undefined) return;
  const { status, reason } = refused;
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(reason) + 1}\r\n\r\n${reason}\n`,
    // A client that keeps its side open would keep the server from closing: what is upgraded is no longer Node's.
    () => socket.destroy(),
  );
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Later ones, of connections that cannot be accepted, are no harm to the app.
    server.on("error", (error: NodeJS.ErrnoException) => {
      const where = `${host}, port ${port}`;
      if (error.code === "EADDRINUSE")
        reject(
          new ServeError("portInUse", `port ${port} of ${host} is taken: choose another one, or 0`, { cause: error }),
        );
      else reject(new ServeError("cannotListen", `cannot listen at ${where}: ${error.message}`, { cause: error }));
    });
    server.listen({ port, host, exclusive: true }, resolve);
  });
}
