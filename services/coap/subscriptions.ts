/** Observations that we hold of the peer's resources (RFC 7641 §3). */
import { type Answer, BlockwiseRequest, readAnswer } from "./blockwiseRequest.ts";
import { isSuccess } from "./codes.ts";
import { NO_PAYLOAD, requestOptions } from "./content.ts";
import { guarded } from "./guarded.ts";
import type { MessageLayer } from "./messageLayer.ts";
import type { Requests } from "./requests.ts";
import { readOwnToken } from "./token.ts";
import type { CoapMessage, CoapRequest, CoapResponse, RequestOutcome } from "./types.ts";

/** Observe in a request (RFC 7641 §2). */
const REGISTER = 0;
const DEREGISTER = 1;

/** RFC 7641 §3.4: after this long any notification is newer than the one before. */
const FRESH_AFTER_MS = 128_000;
const HALF_SEQUENCE = 0x800000;

export interface Subscription {
  readonly outcome: RequestOutcome;
  cancel(): Promise<RequestOutcome>;
}

interface Observed {
  readonly token: number;
  readonly transfer: BlockwiseRequest;
  readonly onNotification: (response: CoapResponse) => void;
  sequence: number;
  arrivedAt: number;
  /** Counts notifications, so that a slow block-wise one gives way to a newer. */
  generation: number;
}

export class Subscriptions {
  readonly #messages: MessageLayer;
  readonly #requests: Requests;
  readonly #byToken = new Map<number, Observed>();

  constructor(messages: MessageLayer, requests: Requests) {
    this.#messages = messages;
    this.#requests = requests;
    messages.onEnd(() => this.#byToken.clear());
  }

  get size(): number {
    return this.#byToken.size;
  }

  /** The first response of an observation arrives as `outcome`, all others go to `onNotification`. */
  async observe(
    request: CoapRequest,
    blockSize: number,
    onNotification: (response: CoapResponse) => void,
  ): Promise<Subscription> {
    const token = this.#requests.drawToken();
    // Blocks after the first are fetched without Observe (RFC 7959 §2.6).
    const transfer = new BlockwiseRequest(this.#messages, this.#requests, request, blockSize);
    const answer = await this.#ask(request, token, REGISTER, (message, read) => {
      if (read.observe === undefined || !isSuccess(message.code)) return;
      this.#requests.reserve(token);
      this.#byToken.set(token, {
        token,
        transfer,
        onNotification,
        sequence: read.observe,
        arrivedAt: this.#messages.clock.now(),
        generation: 0,
      });
    });
    if (answer.kind !== "answer") return { outcome: answer, cancel: () => Promise.resolve(answer) };
    const outcome = await transfer.collect(answer);
    return { outcome, cancel: () => this.#cancel(request, token, transfer, outcome) };
  }

  has(token: Uint8Array): boolean {
    const own = readOwnToken(token);
    return own !== undefined && this.#byToken.has(own);
  }

  /** Takes a message with the token of an observation. */
  deliver(answer: Answer & { kind: "answer" }): void {
    const { message, read } = answer;
    const token = readOwnToken(message.token);
    const observed = token === undefined ? undefined : this.#byToken.get(token);
    if (observed === undefined) return;
    if (read.observe === undefined || !isSuccess(message.code)) {
      // RFC 7641 §3.2, §4.2: a response without Observe is the last one.
      this.#forget(observed.token);
    } else {
      const now = this.#messages.clock.now();
      if (!isNewer(observed, read.observe, now)) return;
      observed.sequence = read.observe;
      observed.arrivedAt = now;
    }
    this.#hand(observed, answer);
  }

  #hand(observed: Observed, answer: Answer & { kind: "answer" }): void {
    const generation = ++observed.generation;
    observed.transfer.collect(answer).then((outcome) => {
      if (outcome.kind !== "response" || generation !== observed.generation) return;
      const { response } = outcome;
      guarded(() => observed.onNotification(response));
    });
  }

  async #cancel(
    request: CoapRequest,
    token: number,
    transfer: BlockwiseRequest,
    outcome: RequestOutcome,
  ): Promise<RequestOutcome> {
    if (this.#messages.ended !== undefined) return { kind: "closed", reason: this.#messages.ended };
    const observed = this.#byToken.get(token);
    if (observed === undefined) return outcome;
    // What is still on its way is no news any more.
    observed.generation = Number.POSITIVE_INFINITY;
    this.#byToken.delete(token);
    const answer = await this.#ask(request, token, DEREGISTER, () => {});
    this.#requests.release(token);
    return answer.kind === "answer" ? transfer.collect(answer) : answer;
  }

  /** Sends the request with the observation's token; `onAnswer` runs before anything else can arrive. */
  #ask(
    request: CoapRequest,
    token: number,
    observe: number,
    onAnswer: (message: CoapMessage, read: (Answer & { kind: "answer" })["read"]) => void,
  ): Promise<Answer> {
    return new Promise((resolve) => {
      const { signal } = request;
      if (observe === REGISTER && signal?.aborted === true) {
        resolve({ kind: "aborted" });
        return;
      }
      const settle = (answer: Answer) => {
        signal?.removeEventListener("abort", abort);
        if (answer.kind === "answer") onAnswer(answer.message, answer.read);
        resolve(answer);
      };
      const abort = () => {
        this.#requests.abandon(exchange);
        settle({ kind: "aborted" });
      };
      const exchange = this.#requests.send(
        {
          method: request.method,
          options: requestOptions(request, { observe }),
          payload: request.payload instanceof Uint8Array ? request.payload : NO_PAYLOAD,
          confirmable: request.confirmable !== false,
          token,
          ignoresNotifications: observe === DEREGISTER,
        },
        { onResponse: (message) => settle(readAnswer(message)), onFailure: settle },
      );
      if (this.#messages.ended === undefined) signal?.addEventListener("abort", abort, { once: true });
    });
  }

  #forget(token: number): void {
    this.#byToken.delete(token);
    this.#requests.release(token);
  }
}

/** RFC 7641 §3.4. */
export function isNewer(last: { sequence: number; arrivedAt: number }, sequence: number, now: number): boolean {
  const { sequence: before } = last;
  return (
    (before < sequence && sequence - before < HALF_SEQUENCE) ||
    (before > sequence && before - sequence > HALF_SEQUENCE) ||
    now > last.arrivedAt + FRESH_AFTER_MS
  );
}
