/** The WebSockets of the server: which path leads to what, who may use it, and how many there are. */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Inspector } from "../options.ts";
import { LARGEST_REQUEST, SOCKET_PATH, SUBPROTOCOL } from "../protocol.ts";
import type { Admitted } from "./admission.ts";
import { AppNames } from "./appNames.ts";
import { CLOSE, closeWith, guarded } from "./closeCodes.ts";
import { receiveFromStately, sendToLegacy, sendToStately } from "./foreignSockets.ts";
import { PageConnection } from "./pageConnection.ts";

/** A connection that nothing passes on is asked for a sign of life by the system, ms. */
const KEEP_ALIVE_MS = 30_000;
/** Octets of one message of an app: a definition, or a snapshot with its context. */
const LARGEST_FRAME = 4_194_304;
/** How long a page has to take its leave, ms. */
const FAREWELL_MS = 1_000;
const FAREWELL = "the inspector has ended";

export interface SocketsOptions {
  readonly live: boolean;
  /** Connections at once. */
  readonly limit: number;
}

interface Path {
  /** Subprotocol that has to be offered. */
  readonly subprotocol?: string;
  /** Octets of one message at most. */
  readonly largest: number;
  /** Pages of allowed origins may use it. */
  readonly foreign: boolean;
  readonly connect: (socket: WebSocket) => void;
}

export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

export class Sockets {
  readonly #open = new Set<WebSocket>();
  readonly #limit: number;
  readonly #paths: ReadonlyMap<string, Path & { readonly server: WebSocketServer }>;
  #ended = false;

  constructor(inspector: Inspector, { live, limit }: SocketsOptions) {
    this.#limit = limit;
    const names = new AppNames();
    const paths: Readonly<Record<string, Path>> = {
      [SOCKET_PATH]: {
        subprotocol: SUBPROTOCOL,
        largest: LARGEST_REQUEST,
        foreign: false,
        connect: (socket) => new PageConnection(socket, inspector, { live }),
      },
      stately: {
        largest: LARGEST_FRAME,
        foreign: true,
        connect: (socket) => receiveFromStately(socket, inspector, names),
      },
      "stately-out": {
        largest: LARGEST_REQUEST,
        foreign: true,
        connect: (socket) => sendToStately(socket, inspector),
      },
      "xstate-inspect": {
        largest: LARGEST_REQUEST,
        foreign: true,
        connect: (socket) => sendToLegacy(socket, inspector),
      },
    };
    this.#paths = new Map(Object.entries(paths).map(([name, path]) => [name, { ...path, server: serverOf(path) }]));
  }

  /** Takes the connection over, or says why not. */
  take(request: IncomingMessage, connection: Duplex, head: Buffer, admitted: Admitted): Refusal | undefined {
    if (this.#ended) return { status: 503, reason: FAREWELL };
    const path = this.#paths.get(admitted.path ?? "");
    if (path === undefined) return { status: 404, reason: `WebSockets are at ${[...this.#paths.keys()].join(", ")}` };
    if (admitted.foreign && !path.foreign) return { status: 403, reason: "pages of other origins may not attach here" };
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
    if (path.subprotocol !== undefined && !offered.includes(path.subprotocol))
      return { status: 400, reason: `the subprotocol here is ${path.subprotocol}` };
    if (this.#open.size >= this.#limit)
      return { status: 503, reason: `${this.#limit} are attached already: close a page` };
    (connection as Socket).setKeepAlive(true, KEEP_ALIVE_MS);
    path.server.handleUpgrade(request, connection, head, (socket) => {
      this.#open.add(socket);
      socket.on("close", () => this.#open.delete(socket));
      guarded(socket, () => path.connect(socket));
    });
    return undefined;
  }

  /** Tells everybody that it is over; whoever comes from now on, as pages do that try again, is told so too. */
  async close(): Promise<void> {
    this.#ended = true;
    await Promise.all([...this.#open].map(farewell));
  }
}

function serverOf({ subprotocol, largest }: Path): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: largest,
    perMessageDeflate: false,
    handleProtocols: () => subprotocol ?? false,
  });
}

function farewell(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => socket.terminate(), FAREWELL_MS);
    socket.on("close", () => {
      clearTimeout(late);
      resolve();
    });
    closeWith(socket, CLOSE.goingAway, FAREWELL);
  });
}
