/** Follows an inspector from Node, as its page does: for `inspect --tail`, for tests, for tools. */
import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import {
  type BreakpointsFrame,
  type CheckpointFrame,
  type Frame,
  type GapFrame,
  type HelloFrame,
  PROTOCOL_VERSION,
  type RecordsFrame,
  type ReplyFrame,
  type Request,
  SOCKET_PATH,
  SUBPROTOCOL,
} from "../protocol.ts";

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;

/** Who follows. What it throws ends the following. */
export interface Follower {
  checkpoint?(frame: CheckpointFrame): void;
  records?(frame: RecordsFrame): void;
  gap?(frame: GapFrame): void;
  breakpoints?(frame: BreakpointsFrame): void;
  /** It is over: the reason that the server gave, or what went wrong. */
  closed?(reason: string): void;
}

export interface FollowOptions {
  /** Where it was before. */
  readonly resume?: { readonly instance: string; readonly after: number };
}

export interface Following {
  readonly hello: HelloFrame;
  /** Rejects with `FollowError` and the server's reason. */
  request(request: WithoutId<Request>): Promise<unknown>;
  close(): void;
}

export type FollowErrorCode = "badAddress" | "refused" | "unreachable" | "otherProtocol" | "requestFailed" | "closed";

export class FollowError extends Error {
  override readonly name = "FollowError";
  readonly code: FollowErrorCode;

  constructor(code: FollowErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Characters of a refusal's reason that are read. */
const MAX_REASON = 1_000;

/** `url` is that of the page. Resolves when the server has said hello; rejects with `FollowError`. */
export function followInspector(url: string, follower: Follower, options: FollowOptions = {}): Promise<Following> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(socketAddress(url), SUBPROTOCOL, { perMessageDeflate: false });
    const fail = (code: FollowErrorCode, message: string, cause?: unknown) => {
      reject(new FollowError(code, message, { cause }));
      socket.terminate();
    };
    const following = new FollowedInspector(socket, follower);
    socket.on("unexpected-response", async (_request, response) =>
      fail("refused", `the inspector refused: ${await reasonOf(response)}`),
    );
    socket.on("error", (error) => fail("unreachable", `no inspector at ${url}: ${error.message}`, error));
    socket.on("message", (data) => {
      try {
        for (const frame of JSON.parse(String(data)) as Frame[]) {
          if (frame.frame !== "hello") following.take(frame);
          else if (frame.protocol !== PROTOCOL_VERSION)
            fail("otherProtocol", `this inspector speaks protocol ${frame.protocol}, not ${PROTOCOL_VERSION}`);
          else resolve(following.begin(frame, options));
        }
      } catch (error) {
        following.end(error instanceof Error ? error.message : String(error));
        fail("closed", "the inspector's message could not be taken", error);
      }
    });
    socket.on("close", (code, reason) => {
      const why = String(reason) || (code === 1006 ? "the connection broke" : `closed with ${code}`);
      reject(new FollowError("closed", why));
      following.end(why);
    });
  });
}

class FollowedInspector {
  readonly #socket: WebSocket;
  readonly #follower: Follower;
  readonly #asked = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #nextId = 0;
  #ended: string | undefined;

  constructor(socket: WebSocket, follower: Follower) {
    this.#socket = socket;
    this.#follower = follower;
  }

  begin(hello: HelloFrame, { resume }: FollowOptions): Following {
    const request = (body: WithoutId<Request>) => this.#request(body);
    // Its end is told by `closed`.
    request({ request: "resume", ...resume }).catch(() => {});
    return { hello, request, close: () => this.#socket.close() };
  }

  take(frame: Exclude<Frame, HelloFrame>): void {
    if (this.#ended !== undefined) return;
    if (frame.frame === "checkpoint") this.#follower.checkpoint?.(frame);
    else if (frame.frame === "records") this.#follower.records?.(frame);
    else if (frame.frame === "gap") this.#follower.gap?.(frame);
    else if (frame.frame === "breakpoints") this.#follower.breakpoints?.(frame);
    else if (frame.frame === "reply") this.#answer(frame);
  }

  /** Once. */
  end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    for (const { reject } of this.#asked.values()) reject(new FollowError("closed", reason));
    this.#asked.clear();
    this.#follower.closed?.(reason);
  }

  #request(body: WithoutId<Request>): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(new FollowError("closed", this.#ended));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, ...body }));
    });
  }

  #answer({ id, ok, value, error }: ReplyFrame): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (ok) asked?.resolve(value);
    else asked?.reject(new FollowError("requestFailed", error ?? "no reason given"));
  }
}

function socketAddress(url: string): URL {
  try {
    const address = new URL(SOCKET_PATH, url.endsWith("/") ? url : `${url}/`);
    if (address.protocol === "http:" || address.protocol === "ws:") {
      address.protocol = "ws:";
      return address;
    }
  } catch {
    // Told below.
  }
  throw new FollowError("badAddress", `${url} is no address of an inspector, http://127.0.0.1:PORT/TOKEN/`);
}

/** As much of it as comes. */
async function reasonOf(response: IncomingMessage): Promise<string> {
  let text = "";
  try {
    for await (const part of response.setEncoding("utf8")) {
      text += part;
      if (text.length > MAX_REASON) break;
    }
  } catch {
    // The server has gone.
  }
  return text.trim().slice(0, MAX_REASON) || `status ${response.statusCode}`;
}
