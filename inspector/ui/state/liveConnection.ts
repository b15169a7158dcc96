/**
 * The page's line to the inspector's server (protocol.ts): resumes where it was, and comes back after it broke, each
 * time after a longer wait. No DOM in here.
 */
import type {
  BreakpointsFrame,
  CheckpointFrame,
  Frame,
  GapFrame,
  HelloFrame,
  RecordsFrame,
  ReplyFrame,
} from "../../protocol.ts";
import { SUBPROTOCOL } from "../../protocol.ts";
import type { RequestBody } from "../app.ts";

/** As much of a WebSocket as is used. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface LiveConnectionOptions {
  readonly url: string;
  readonly open: (url: string, subprotocol: string) => Socket;
  readonly later: (work: () => void, ms: number) => void;
  /** 0 to 1: pages that lost one server do not come back all at once. */
  readonly random: () => number;
  readonly handlers: LiveHandlers;
}

/** What is told of what came. */
export interface LiveHandlers {
  /** `anew`: the server is another run than before; what the page has is not of it. */
  hello(frame: HelloFrame, anew: boolean): void;
  /** `more`: the message was full, so that another one probably follows at once. */
  checkpoint(frame: CheckpointFrame, more: boolean): void;
  records(frame: RecordsFrame, more: boolean): void;
  gap(frame: GapFrame): void;
  breakpoints(frame: BreakpointsFrame): void;
  /** The line broke, `reason` where the server told one; `retryInMs` until it is tried again. */
  lost(reason: string, retryInMs: number): void;
  /** The server sent what this page does not understand. */
  problem(text: string): void;
}

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 8_000;
/** Characters of a message to which the server would have added more if there had been any: it fills them up to 64 KiB. */
const FULL = 32_768;

export class LiveConnection {
  readonly #options: LiveConnectionOptions;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #socket: Socket | undefined;
  #instance: string | undefined;
  /** Number of the newest record that came. */
  #newest: number | undefined;
  #requestId = 0;
  #failures = 0;
  #greeted = false;
  #ended = false;

  constructor(options: LiveConnectionOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Asks for something; rejects with the server's reason, or when the line breaks before it has answered. */
  request(body: RequestBody): Promise<unknown> {
    const socket = this.#socket;
    if (socket === undefined || !this.#greeted) return Promise.reject(new Error("The connection to the app is lost."));
    this.#requestId += 1;
    const id = this.#requestId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ ...body, id }));
    });
  }

  /** Ends it for good. */
  close(): void {
    this.#ended = true;
    this.#socket?.close();
  }

  #connect(): void {
    if (this.#ended) return;
    const socket = this.#options.open(this.#options.url, SUBPROTOCOL);
    this.#socket = socket;
    this.#greeted = false;
    socket.onopen = () => {
      this.#requestId += 1;
      const where =
        this.#instance !== undefined && this.#newest !== undefined
          ? { instance: this.#instance, after: this.#newest }
          : {};
      socket.send(JSON.stringify({ id: this.#requestId, request: "resume", ...where }));
    };
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code, reason }) => this.#closed(socket, code, reason);
  }

  #closed(socket: Socket, code: number, reason: string): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error("The connection broke before the app answered."));
    this.#waiting.clear();
    if (this.#ended) return;
    const wait = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS);
    const retryInMs = Math.round(wait * (0.75 + 0.5 * this.#options.random()));
    this.#failures += 1;
    this.#options.handlers.lost(reason !== "" ? reason : code === 1001 ? "the app has ended" : "", retryInMs);
    this.#options.later(() => this.#connect(), retryInMs);
  }

  #take(data: unknown): void {
    let frames: unknown;
    try {
      frames = typeof data === "string" ? JSON.parse(data) : undefined;
    } catch {
      frames = undefined;
    }
    if (!Array.isArray(frames)) {
      this.#options.handlers.problem("The server sent a message that this page cannot read.");
      return;
    }
    const more = String(data).length > FULL;
    for (const frame of frames) this.#takeFrame(frame as Frame, more);
  }

  #takeFrame(frame: Frame, more: boolean): void {
    const { handlers } = this.#options;
    switch (frame.frame) {
      case "hello": {
        const anew = this.#instance !== undefined && this.#instance !== frame.instance;
        if (this.#instance !== frame.instance) this.#newest = undefined;
        this.#instance = frame.instance;
        this.#greeted = true;
        this.#failures = 0;
        handlers.hello(frame, anew);
        return;
      }
      case "checkpoint":
        this.#newest = frame.before - 1;
        handlers.checkpoint(frame, more);
        return;
      case "records":
        this.#takeRecords(frame, more);
        return;
      case "gap":
        this.#newest = frame.first + frame.count - 1;
        handlers.gap(frame);
        return;
      case "breakpoints":
        handlers.breakpoints(frame);
        return;
      case "reply":
        this.#answer(frame);
        return;
      default:
        handlers.problem(
          `The server sent something newer than this page: ${String((frame as { frame: unknown }).frame)}.`,
        );
    }
  }

  /** What it has already is left out: a server may begin a little early. */
  #takeRecords(frame: RecordsFrame, more: boolean): void {
    const known = this.#newest === undefined ? 0 : Math.max(0, this.#newest + 1 - frame.first);
    if (known >= frame.records.length) return;
    this.#newest = frame.first + frame.records.length - 1;
    this.#options.handlers.records(
      known === 0 ? frame : { ...frame, first: frame.first + known, records: frame.records.slice(known) },
      more,
    );
  }

  #answer(frame: ReplyFrame): void {
    const asked = this.#waiting.get(frame.id);
    if (asked === undefined) return;
    this.#waiting.delete(frame.id);
    if (frame.ok) asked.resolve(frame.value);
    else asked.reject(new Error(frame.error ?? "The app refused without a reason."));
  }
}
