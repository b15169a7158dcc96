/** An observation of a device's resource, on node-coap's stream of notifications (RFC 7641). */
import type { IncomingMessage, ObserveReadStream } from "coap";
import { type DeviceAnswer, deviceAnswer, succeeded } from "./coapMessage.ts";

/** RFC 7641 §4.4: sequence numbers have 24 bits; half the space ahead is newer. */
const SEQUENCE_SPACE = 1 << 24;

export class Observation {
  /** The answer to the request: the first value, or the refusal. */
  readonly answer: DeviceAnswer;
  /** Whether the device took the observation on. */
  readonly accepted: boolean;
  readonly #token: Buffer;
  readonly #cancelRequest: (token: Buffer) => Promise<DeviceAnswer>;
  readonly #stream: ObserveReadStream | undefined;
  #sequence: number | undefined;
  #active: boolean;

  constructor(
    response: IncomingMessage,
    token: Buffer,
    onNotification: (answer: DeviceAnswer) => void,
    cancelRequest: (token: Buffer) => Promise<DeviceAnswer>,
  ) {
    this.answer = deviceAnswer(response);
    this.#sequence = sequenceOf(response);
    this.accepted = succeeded(this.answer) && this.#sequence !== undefined;
    this.#active = this.accepted;
    this.#token = token;
    this.#cancelRequest = cancelRequest;
    // node-coap makes a stream of every answer but 4.04.
    if (!("append" in response)) return;
    this.#stream = response as ObserveReadStream;
    if (this.accepted) this.#listen(this.#stream, onNotification);
    else this.#stream.close();
  }

  /** Whether notifications are still expected. */
  get active(): boolean {
    return this.#active;
  }

  /** Tells the device with Observe 1 (RFC 7641 §3.6); resolves with its answer. */
  async cancel(): Promise<DeviceAnswer> {
    this.forget();
    return this.#cancelRequest(this.#token);
  }

  /** Tells the device nothing: its next notification is answered by Reset. */
  forget(): void {
    if (!this.#active) return;
    this.#active = false;
    this.#stream?.close();
  }

  #listen(stream: ObserveReadStream, onNotification: (answer: DeviceAnswer) => void): void {
    // Its own filter swallows a final error, which carries no Observe option, and reads the system's clock.
    stream._disableFiltering = true;
    let first = true;
    stream.on("data", (payload: Buffer) => {
      const isAnswer = first;
      first = false;
      if (isAnswer || !this.#active || !this.#isNews(stream)) return;
      const notification = deviceAnswer(stream, payload);
      if (!succeeded(notification)) this.forget();
      onNotification(notification);
    });
  }

  /** False for what the network repeated or delivered late (RFC 7641 §3.4). */
  #isNews(stream: ObserveReadStream): boolean {
    const sequence = sequenceOf(stream);
    if (sequence === undefined || this.#sequence === undefined) return true;
    const ahead = (sequence - this.#sequence + SEQUENCE_SPACE) % SEQUENCE_SPACE;
    const isNews = ahead > 0 && ahead < SEQUENCE_SPACE / 2;
    if (isNews) this.#sequence = sequence;
    return isNews;
  }
}

function sequenceOf(message: IncomingMessage): number | undefined {
  const sequence = message.headers.Observe;
  return typeof sequence === "number" ? sequence : undefined;
}
