/** Observations that the peer holds of us, and the notifications that go out for them (RFC 7641 §4). */
import { CODE, isSuccess } from "./codes.ts";
import { NO_PAYLOAD, responseOptions } from "./content.ts";
import { encodeMessage } from "./message.ts";
import type { MessageLayer, Transmission, TransmissionOwner } from "./messageLayer.ts";
import { type Representations, sliceBlock } from "./representations.ts";
import { formatToken } from "./token.ts";
import type { TransferKeys } from "./transferKeys.ts";
import type { CoapMessage, Notification, NotifyOutcome } from "./types.ts";

/** RFC 7641 §4.5: at least one confirmable notification in 24 hours. */
const CONFIRM_EVERY_MS = 86_400_000;
/** Non-confirmable notifications whose Reset is still recognised. */
const REMEMBERED_NOTIFICATIONS = 64;
const SEQUENCE_NUMBERS = 0x1000000;

export interface ObservationTarget {
  /** What the representation is kept under for the blocks after the first. */
  readonly keys: TransferKeys;
  readonly blockSize: number;
}

interface Pending {
  notification: Notification;
  settle(outcome: NotifyOutcome): void;
}

/** Ends an observation that the peer reset. */
type OnReset = (token: Uint8Array) => void;

export class Observations {
  readonly #messages: MessageLayer;
  readonly #representations: Representations;
  readonly #keepOnTimeout: boolean;
  readonly #onReset: OnReset;
  readonly #byToken = new Map<string, Observation>();
  /** Recent non-confirmable notifications, by message id. */
  readonly #sent = new Map<number, Observation>();
  #sequence = 0;

  constructor(messages: MessageLayer, representations: Representations, keepOnTimeout: boolean, onReset: OnReset) {
    this.#messages = messages;
    // RFC 7641 §4.4: a clock with a resolution of 16 ms keeps numbers rising over sessions, up to 62 notifications a second.
    this.#sequence = Math.floor(messages.clock.wall() / 16) % SEQUENCE_NUMBERS;
    this.#representations = representations;
    this.#keepOnTimeout = keepOnTimeout;
    this.#onReset = onReset;
    messages.onEnd(() => this.#end());
  }

  get size(): number {
    return this.#byToken.size;
  }

  /** The sequence number of the accepting response; undefined when there are too many already. */
  accept(token: Uint8Array, target: ObservationTarget): number | undefined {
    const key = formatToken(token);
    const known = this.#byToken.get(key);
    if (known === undefined && this.#byToken.size >= this.#messages.parameters.maxObservations) return undefined;
    if (known === undefined) {
      this.#byToken.set(key, new Observation(this, token.slice(), target, this.#messages.clock.now()));
    } else {
      known.target = target;
      known.ending = false;
      known.confirmedAt = this.#messages.clock.now();
    }
    return this.nextSequence();
  }

  has(token: Uint8Array): boolean {
    return this.#byToken.has(formatToken(token));
  }

  remove(token: Uint8Array): void {
    const observation = this.#byToken.get(formatToken(token));
    if (observation !== undefined) this.#forget(observation, "reset");
  }

  notify(token: Uint8Array, notification: Notification): Promise<NotifyOutcome> {
    if (this.#messages.ended !== undefined) return Promise.resolve("closed");
    const observation = this.#byToken.get(formatToken(token));
    if (observation === undefined || observation.ending) return Promise.resolve("reset");
    return new Promise((settle) => this.#post(observation, { notification, settle }));
  }

  /** A reset that belongs to no confirmable message; false when to no notification either. */
  resetNotification(messageId: number): boolean {
    const observation = this.#sent.get(messageId);
    if (observation === undefined) return false;
    this.cancelledByPeer(observation);
    return true;
  }

  cancelledByPeer(observation: Observation): void {
    if (!this.#forget(observation, "reset")) return;
    this.#onReset(observation.token);
  }

  /** The notification under way has met its end; the newest one that waits goes out. */
  finished(observation: Observation, outcome: NotifyOutcome): void {
    const current = observation.current;
    observation.current = undefined;
    observation.transmission = undefined;
    const next = observation.waiting;
    observation.waiting = undefined;
    if (observation.ending || (outcome === "timeout" && !this.#keepOnTimeout)) this.#forget(observation, outcome);
    if (outcome === "acknowledged") observation.confirmedAt = this.#messages.clock.now();
    current?.settle(outcome);
    if (next === undefined) return;
    if (this.#byToken.get(formatToken(observation.token)) === observation) this.#post(observation, next);
    else next.settle(outcome);
  }

  /** Encodes the notification in its turn, so that sequence numbers go up with what is sent. */
  encode(observation: Observation, notification: Notification, messageId: number, confirmable: boolean): Uint8Array {
    const { keys, blockSize } = observation.target;
    let content = notification;
    let payload = notification.payload ?? NO_PAYLOAD;
    let block = {};
    if (payload.length > blockSize) {
      // RFC 7959 §2.6: the notification carries the first block, the peer fetches the others.
      const representation = this.#representations.add(keys, { ...notification, payload });
      const first = sliceBlock(payload, 0, blockSize);
      content = representation;
      payload = first?.payload ?? NO_PAYLOAD;
      block = first?.options ?? {};
    }
    // RFC 7641 §4.2: an error response carries no Observe and ends the observation.
    observation.ending = !isSuccess(notification.code);
    const observe = observation.ending ? undefined : this.nextSequence();
    return encodeMessage({
      type: confirmable ? "CON" : "NON",
      code: notification.code,
      messageId,
      token: observation.token,
      options: responseOptions(content, { observe, ...block }),
      payload,
    });
  }

  nextMessageId(): number {
    return this.#messages.nextMessageId();
  }

  replace(transmission: Transmission, messageId: number, datagram: Uint8Array): void {
    this.#messages.replace(transmission, messageId, datagram);
  }

  nextSequence(): number {
    this.#sequence = (this.#sequence + 1) % SEQUENCE_NUMBERS;
    return this.#sequence;
  }

  #post(observation: Observation, pending: Pending): void {
    if (observation.current !== undefined) {
      // RFC 7641 §4.5.2: only the newest state is worth sending.
      const overtaken = observation.waiting;
      observation.waiting = pending;
      if (overtaken !== undefined) {
        const { settle } = pending;
        pending.settle = (outcome) => {
          overtaken.settle(outcome);
          settle(outcome);
        };
      }
      return;
    }
    const { notification } = pending;
    const { clock } = this.#messages;
    const confirmable = notification.confirmable !== false || clock.now() - observation.confirmedAt >= CONFIRM_EVERY_MS;
    const messageId = this.nextMessageId();
    const datagram = this.encode(observation, notification, messageId, confirmable);
    if (confirmable) {
      observation.current = pending;
      observation.transmission = this.#messages.confirm(messageId, datagram, observation);
    } else {
      this.#remember(messageId, observation);
      this.#messages.transmit(datagram);
      if (observation.ending) this.#forget(observation, "sent");
      pending.settle("sent");
    }
  }

  #remember(messageId: number, observation: Observation): void {
    this.#sent.set(messageId, observation);
    if (this.#sent.size <= REMEMBERED_NOTIFICATIONS) return;
    const oldest = this.#sent.keys().next();
    if (oldest.done !== true) this.#sent.delete(oldest.value);
  }

  /** False when it was gone already. */
  #forget(observation: Observation, outcome: NotifyOutcome): boolean {
    const key = formatToken(observation.token);
    if (this.#byToken.get(key) !== observation) return false;
    this.#byToken.delete(key);
    for (const [messageId, sentFor] of this.#sent) if (sentFor === observation) this.#sent.delete(messageId);
    if (observation.transmission !== undefined) this.#messages.cancel(observation.transmission);
    observation.settleAll(outcome);
    return true;
  }

  #end(): void {
    const observations = [...this.#byToken.values()];
    this.#byToken.clear();
    this.#sent.clear();
    for (const observation of observations) observation.settleAll("closed");
  }
}

class Observation implements TransmissionOwner {
  readonly token: Uint8Array;
  target: ObservationTarget;
  /** When the peer last showed that it still listens. */
  confirmedAt: number;
  /** An error response has gone out: nothing follows it. */
  ending = false;
  /** The confirmable notification under way, and the one to follow. */
  current: Pending | undefined = undefined;
  waiting: Pending | undefined = undefined;
  transmission: Transmission | undefined = undefined;
  readonly #observations: Observations;

  constructor(observations: Observations, token: Uint8Array, target: ObservationTarget, now: number) {
    this.#observations = observations;
    this.token = token;
    this.target = target;
    this.confirmedAt = now;
  }

  onAcknowledgement(message: CoapMessage): boolean {
    if (message.code !== CODE.EMPTY) return false;
    this.#observations.finished(this, "acknowledged");
    return true;
  }

  onReset(): void {
    this.transmission = undefined;
    this.#observations.cancelledByPeer(this);
  }

  onTimeout(): void {
    this.#observations.finished(this, "timeout");
  }

  /** RFC 7641 §4.5.2: a retransmission carries the newest state; count and timeout go on. */
  onRetransmit(transmission: Transmission): void {
    const next = this.waiting;
    const overtaken = this.current;
    if (next === undefined || overtaken === undefined) return;
    const { settle } = next;
    this.waiting = undefined;
    this.current = {
      notification: next.notification,
      settle: (outcome) => {
        overtaken.settle(outcome);
        settle(outcome);
      },
    };
    const messageId = this.#observations.nextMessageId();
    const datagram = this.#observations.encode(this, next.notification, messageId, true);
    this.#observations.replace(transmission, messageId, datagram);
  }

  settleAll(outcome: NotifyOutcome): void {
    const { current, waiting } = this;
    this.current = undefined;
    this.waiting = undefined;
    this.transmission = undefined;
    current?.settle(outcome);
    waiting?.settle(outcome);
  }
}
