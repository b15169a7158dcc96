/** One page at its WebSocket: says hello, hears where the page was, tells it everything, and takes its requests. */
import type { RawData, WebSocket } from "ws";
import type { TraceRecord } from "../../ports/trace.ts";
import type { Attachment, Inspector, Viewer } from "../options.ts";
import {
  type Breakpoint,
  type Frame,
  PROTOCOL_VERSION,
  type Request,
  type ResumeRequest,
  type SteeringOffer,
} from "../protocol.ts";
import { CLOSE, closeWith, guarded } from "./closeCodes.ts";
import { checkpointText, frameText, messageOf } from "./frameText.ts";
import { Outbox } from "./outbox.ts";
import { readRequest } from "./readRequest.ts";
import { VERSION } from "./version.ts";

/** Requests of one page that are under way at once. */
const MAX_REQUESTS = 64;

export interface PageOptions {
  readonly live: boolean;
}

export class PageConnection {
  readonly #socket: WebSocket;
  readonly #inspector: Inspector;
  readonly #outbox: Outbox;
  #attachment: Attachment | undefined;
  /** Number of the first record that the page, being slow, does not get. */
  #lostFrom: number | undefined;
  #underWay = 0;
  /** The breakpoints that the page was told. */
  #told: readonly Breakpoint[];

  constructor(socket: WebSocket, inspector: Inspector, { live }: PageOptions) {
    this.#socket = socket;
    this.#inspector = inspector;
    this.#outbox = new Outbox(socket, () => this.#catchUp());
    socket.on("message", (data, isBinary) => guarded(socket, () => this.#take(data, isBinary)));
    socket.on("close", () => this.#end());
    // What was wrong is in the code that ws closes with.
    socket.on("error", () => {});
    const { options, instance, breakpoints } = inspector;
    this.#told = breakpoints;
    this.#say({
      frame: "hello",
      protocol: PROTOCOL_VERSION,
      version: VERSION,
      instance,
      title: options.title ?? "inspector",
      live,
      ...(options.steering !== undefined && { steering: offerOf(options.steering, breakpoints) }),
    });
  }

  #take(data: RawData, isBinary: boolean): void {
    if (isBinary) {
      closeWith(this.#socket, CLOSE.unsupported, "a request is text");
      return;
    }
    const read = readRequest(String(data));
    if (read.ok) this.#do(read.request);
    else if (read.id === undefined) closeWith(this.#socket, CLOSE.violation, read.problem);
    else this.#refuse(read.id, read.problem);
  }

  #do(request: Request): void {
    if (request.request === "resume") {
      if (this.#attachment === undefined) this.#resume(request);
      else this.#refuse(request.id, "this page has resumed already");
    } else if (this.#attachment === undefined) {
      closeWith(this.#socket, CLOSE.violation, `the first request is resume, not ${request.request}`);
    } else if (this.#underWay >= MAX_REQUESTS) {
      this.#refuse(request.id, `${MAX_REQUESTS} requests are under way, wait for their replies`);
    } else {
      void this.#steer(request);
    }
  }

  #resume({ id, instance, after }: ResumeRequest & { readonly id: number }): void {
    const viewer: Viewer = {
      ...(instance !== undefined && after !== undefined && { resume: { instance, after } }),
      checkpoint: (records, before) => this.#checkpoint(records, before),
      record: (record, number) => this.#record(record, number),
      gap: (first, count) => this.#gap(first, count),
      breakpoints: (breakpoints) => this.#tellBreakpoints(breakpoints),
    };
    this.#outbox.unbounded(() => {
      this.#attachment = this.#inspector.attach(viewer);
    });
    // Another page may have been quicker since the hello.
    this.#tellBreakpoints(this.#inspector.breakpoints);
    this.#reply(id, { ok: true });
  }

  #tellBreakpoints(breakpoints: readonly Breakpoint[]): void {
    if (breakpoints === this.#told) return;
    this.#told = breakpoints;
    this.#say({ frame: "breakpoints", breakpoints });
  }

  async #steer(request: Request): Promise<void> {
    const { id } = request;
    this.#underWay++;
    try {
      this.#reply(id, { ok: true, value: await this.#inspector.steer(request) });
    } catch (error) {
      this.#refuse(id, messageOf(error));
    } finally {
      this.#underWay--;
    }
  }

  #record(record: TraceRecord, number: number): void {
    if (this.#lostFrom !== undefined || this.#outbox.record(record, number)) return;
    this.#lostFrom = this.#outbox.dropRecords() ?? number;
  }

  #checkpoint(records: readonly TraceRecord[], before: number): void {
    if (this.#lostFrom !== undefined) {
      const first = this.#lostFrom;
      this.#lostFrom = undefined;
      if (before > first) this.#say({ frame: "gap", first, count: before - first });
    }
    this.#put(checkpointText({ frame: "checkpoint", before, records }));
  }

  #gap(first: number, count: number): void {
    // Of what was lost here the gap is told with the checkpoint.
    if (this.#lostFrom === undefined) this.#say({ frame: "gap", first, count });
  }

  #catchUp(): void {
    if (this.#lostFrom !== undefined) this.#attachment?.catchUp();
  }

  #reply(id: number, answer: { readonly ok: boolean; readonly value?: unknown; readonly error?: string }): void {
    this.#say({ frame: "reply", id, ...answer });
  }

  #refuse(id: number, error: string): void {
    this.#reply(id, { ok: false, error });
  }

  #say(frame: Exclude<Frame, { frame: "checkpoint" | "records" }>): void {
    this.#put(frameText(frame));
  }

  #put(text: string): void {
    if (!this.#outbox.frame(text)) closeWith(this.#socket, CLOSE.violation, "this page asks and does not listen");
  }

  #end(): void {
    this.#outbox.close();
    this.#attachment?.detach();
    this.#attachment = undefined;
  }
}

function offerOf(
  { send, fire, freeze, controls }: NonNullable<Inspector["options"]["steering"]>,
  breakpoints: readonly Breakpoint[],
): SteeringOffer {
  return {
    send: send === true,
    // XState's own delayed events can be fired wherever events may be sent.
    fire: fire !== undefined || send === true,
    freeze: freeze !== undefined,
    controls: (controls ?? []).map(({ run: _, ...offer }) => offer),
    ...(breakpoints.length > 0 && { breakpoints }),
  };
}
