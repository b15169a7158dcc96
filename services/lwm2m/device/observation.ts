/**
 * The observations of one server: what it hears of when (OMA LwM2M Core 1.1 §6.4, §7.3.2; RFC 7641).
 * They outlive a session: what is to be told while none is there is stored, with its time, for the next one (1/x/6).
 */
import type { Clock, TimerId } from "../../../ports/clock.ts";
import { CODE } from "../../coap/codes.ts";
import type { Endpoint, NotifyOutcome, OutgoingResponse } from "../../coap/types.ts";
import type { Path } from "../model.ts";
import { containsPath } from "../path.ts";
import type { AttributeStore } from "./attributes.ts";
import { isDefaultPeriod, NotificationDefaults } from "./notificationDefaults.ts";
import { NotificationQueue, type StoredNotification } from "./notificationQueue.ts";
import {
  type ObservationState,
  restoredNotifications,
  restoredObservations,
  storedObservation,
} from "./observationState.ts";
import { type ObserveTarget, requestOf } from "./observeTarget.ts";
import type { ObjectTree, TreeChange } from "./tree.ts";
import { WatchedPath } from "./watchedPath.ts";

/** Observations that one server may have. */
export const MAX_OBSERVATIONS = 64;

export interface ObservationsOptions {
  readonly clock: Clock;
  readonly tree: ObjectTree;
  readonly attributes: AttributeStore;
  /** Instance of object 1 that holds the server's defaults. */
  serverInstanceId(): number | undefined;
  /**
   * The response that a Read of the target would get now. With a time (seconds since 1970) the values bear it, where the
   * format carries times.
   */
  represent(target: ObserveTarget, timeSeconds?: number): OutgoingResponse;
  /** After how many seconds a notification is confirmable again; 0 and below: each. Default one day. */
  readonly confirmableIntervalSeconds?: number;
  /** Notifications that wait for the server at most. Default `MAX_STORED_NOTIFICATIONS`; the oldest give way. */
  readonly storedLimit?: number;
  /** The server began or ended to observe. */
  onObserve?(path: Path, change: "start" | "stop"): void;
  /** A notification for this path ended so; what was not delivered is sent again when an endpoint is attached. */
  onNotified?(path: Path, outcome: NotifyOutcome): void;
  /** `state()` is another now. */
  onStateChanged?(): void;
}

interface Observation {
  readonly token: Uint8Array;
  readonly target: ObserveTarget;
  readonly watched: readonly WatchedPath[];
  sentAtMs: number;
  confirmedAtMs: number;
  /** A notification is under way; the next one waits (RFC 7641 §4.5.1). */
  sending: boolean;
  /** It came from a store: what the server was told last is not known. */
  restored: boolean;
  timer: TimerId | undefined;
}

const DAY_SECONDS = 86_400;
const NEVER_MS = Number.POSITIVE_INFINITY;

export class Observations {
  readonly #options: ObservationsOptions;
  readonly #defaults: NotificationDefaults;
  readonly #confirmableIntervalMs: number;
  #byToken: Map<string, Observation> | undefined;
  #queue: NotificationQueue | undefined;
  /** The stored notification under way: one at a time, in their order. */
  #delivering: StoredNotification | undefined;
  #endpoint: Endpoint | undefined;
  #stopListening: (() => void) | undefined;
  #paused = false;

  constructor(options: ObservationsOptions) {
    this.#options = options;
    this.#defaults = new NotificationDefaults(options.tree, options.serverInstanceId);
    this.#confirmableIntervalMs = (options.confirmableIntervalSeconds ?? DAY_SECONDS) * 1_000;
  }

  get size(): number {
    return this.#byToken?.size ?? 0;
  }

  /** Notifications stored for the server. */
  get waiting(): number {
    return this.#queue?.size ?? 0;
  }

  /** Stored notifications that gave way to newer ones. */
  get dropped(): number {
    return this.#queue?.dropped ?? 0;
  }

  /** Where notifications go from now on; those that wait go at once, also when the endpoint is the same. */
  attach(endpoint: Endpoint): void {
    if (this.#endpoint !== endpoint) {
      this.#endpoint = endpoint;
      for (const { token, target } of this.#all()) endpoint.adoptObservation(token, requestOf(target));
    }
    this.#deliver();
    for (const observation of this.#all()) {
      // After a restart an application may yet have to say its values: that is no reason to end the observation.
      if (observation.restored && this.#options.represent(observation.target).code === CODE.CONTENT) {
        for (const watched of observation.watched) watched.pending = true;
      }
      this.#schedule(observation);
    }
  }

  /** The session is gone. What is to be told is stored where the server wants it (1/x/6). */
  detach(): void {
    this.#endpoint = undefined;
    for (const observation of this.#all()) {
      if (!this.#defaults.storing) for (const watched of observation.watched) watched.pending = false;
      this.#schedule(observation);
    }
  }

  /** The server is disabled (1/x/4): its observations go on when it is registered with anew, where it wants that (1/x/6). */
  pause(): void {
    this.detach();
    if (!this.#defaults.storing) this.clear();
    else if (this.size > 0) {
      this.#paused = true;
      this.#options.onStateChanged?.();
    }
  }

  /** The server has accepted Register: what it observed under an earlier registration ends, unless it was disabled. */
  renew(): void {
    if (!this.#paused) this.clear();
    else {
      this.#paused = false;
      this.#options.onStateChanged?.();
    }
  }

  /** Takes an observation that a response accepts; false when there are too many. A known token is replaced. */
  add(token: Uint8Array, target: ObserveTarget): boolean {
    const previous = this.#byToken?.get(keyOf(token));
    if (previous === undefined && this.size >= MAX_OBSERVATIONS) return false;
    if (previous !== undefined) this.#end(previous);
    const observation = this.#begin(token.slice(), target);
    this.#schedule(observation);
    this.#options.onStateChanged?.();
    return true;
  }

  /** Ends an observation; false when the token is none of ours. */
  cancel(token: Uint8Array): boolean {
    const observation = this.#byToken?.get(keyOf(token));
    if (observation === undefined) return false;
    this.#end(observation);
    return true;
  }

  /** Ends all: the server was registered with anew, or is gone. */
  clear(): void {
    this.#paused = false;
    for (const observation of this.#all()) this.#release(observation);
    this.#options.onStateChanged?.();
  }

  /** Lets go of clock and tree; what `state()` gave stays good for a restart. */
  close(): void {
    for (const observation of this.#all()) this.#release(observation);
  }

  /** The attributes at or above this path are others now. */
  attributesChanged(path: Path): void {
    for (const observation of this.#all()) {
      for (const watched of observation.watched) {
        if (containsPath(path, watched.path) || containsPath(watched.path, path)) watched.learn();
      }
      this.#schedule(observation);
    }
  }

  /** What a restart goes on with. */
  state(): ObservationState {
    return {
      observations: [...this.#all()].map(storedObservation),
      waiting: [...(this.#queue ?? [])],
      paused: this.#paused,
    };
  }

  /** Takes the place of what was there. What changed since is not known: each observation is told of once. */
  restore(state: ObservationState): void {
    this.close();
    for (const { token, target } of restoredObservations(state)) {
      if (this.size >= MAX_OBSERVATIONS || this.#byToken?.has(keyOf(token)) === true) continue;
      this.#begin(token, target).restored = true;
    }
    for (const notification of restoredNotifications(state)) {
      if (this.#byToken?.has(keyOf(notification.token)) === true) this.#stored.push(notification);
    }
    this.#paused = state?.paused === true && this.size > 0;
  }

  get #stored(): NotificationQueue {
    this.#queue ??= new NotificationQueue(this.#options.storedLimit);
    return this.#queue;
  }

  #all(): Iterable<Observation> {
    return this.#byToken === undefined ? [] : [...this.#byToken.values()];
  }

  #begin(token: Uint8Array, target: ObserveTarget): Observation {
    const { clock, tree, attributes, onObserve } = this.#options;
    const now = clock.now();
    const watched = target.paths.map((path) => new WatchedPath(tree, attributes, path, now));
    const observation: Observation = {
      token,
      target,
      watched,
      sentAtMs: now,
      confirmedAtMs: now,
      sending: false,
      restored: false,
      timer: undefined,
    };
    this.#byToken ??= new Map();
    this.#byToken.set(keyOf(token), observation);
    this.#stopListening ??= tree.onChange((changes) => this.#onChange(changes));
    for (const path of target.paths) onObserve?.(path, "start");
    return observation;
  }

  #end(observation: Observation): void {
    this.#release(observation);
    this.#options.onStateChanged?.();
  }

  #release(observation: Observation): void {
    this.#disarm(observation);
    this.#byToken?.delete(keyOf(observation.token));
    this.#queue?.forget(observation.token);
    if (this.size === 0) {
      this.#byToken = undefined;
      this.#stopListening?.();
      this.#stopListening = undefined;
    }
    for (const path of observation.target.paths) this.#options.onObserve?.(path, "stop");
  }

  #onChange(changes: readonly TreeChange[]): void {
    if (this.#endpoint === undefined && !this.#defaults.storing) return;
    const hasNewDefaults = changes.some(isDefaultPeriod);
    for (const observation of this.#all()) {
      let noted = hasNewDefaults;
      for (const watched of observation.watched) noted = watched.note(changes) || noted;
      if (noted) this.#schedule(observation);
    }
  }

  /** Looks and tells now where it is time to, else sets the timer for the moment at which it is. */
  #schedule(observation: Observation): void {
    this.#disarm(observation);
    if (observation.sending || (this.#endpoint === undefined && !this.#defaults.storing)) return;
    const { clock } = this.#options;
    const now = clock.now();
    for (const watched of observation.watched) if (watched.evaluationDueMs() <= now) watched.evaluate(now);
    const toTellMs = Math.min(
      ...observation.watched.map((watched) => watched.tellingDueMs(observation.sentAtMs, this.#defaults)),
    );
    if (toTellMs <= now) {
      this.#tell(observation);
      return;
    }
    const dueMs = Math.min(toTellMs, ...observation.watched.map((watched) => watched.evaluationDueMs()));
    if (dueMs === NEVER_MS) return;
    observation.timer = clock.setTimeout(() => this.#schedule(observation), dueMs - now);
  }

  #tell(observation: Observation): void {
    const endpoint = this.#endpoint;
    observation.sentAtMs = this.#options.clock.now();
    observation.restored = false;
    for (const watched of observation.watched) watched.remember();
    if (endpoint !== undefined && this.waiting === 0) {
      this.#send(observation, endpoint);
      return;
    }
    this.#stored.push(this.#timed(observation));
    this.#options.onStateChanged?.();
    this.#deliver();
    this.#schedule(observation);
  }

  #send(observation: Observation, endpoint: Endpoint): void {
    const { attributes, represent } = this.#options;
    const response = represent(observation.target);
    const asked = observation.watched.some(({ path }) => attributes.effective(path).con === 1);
    const confirmable = asked || observation.sentAtMs - observation.confirmedAtMs >= this.#confirmableIntervalMs;
    // Only what is to be acknowledged can turn out not to have arrived.
    const timed = confirmable && this.#defaults.storing ? this.#timed(observation) : undefined;
    observation.sending = true;
    if (confirmable) observation.confirmedAtMs = observation.sentAtMs;
    void endpoint.notify(observation.token, { ...response, confirmable }).then((outcome) => {
      observation.sending = false;
      this.#onNotified(observation, outcome);
      if (!this.#isOpen(observation)) return;
      const arrived = hasArrived(outcome);
      const kept = !arrived && outcome !== "reset" && this.#defaults.storing;
      // RFC 7641 §4.2: a notification with an error code is the last one; §3.6: so is one that was answered Reset.
      if (outcome === "reset" || (response.code !== CODE.CONTENT && !kept)) {
        this.#end(observation);
        return;
      }
      // A peer that does not answer is left alone until something is to be told again.
      if (kept) {
        this.#stored.unshift(timed ?? this.#timed(observation));
        this.#options.onStateChanged?.();
      }
      if (arrived || this.#endpoint !== endpoint) this.#deliver();
      this.#schedule(observation);
    });
  }

  /** Sends the oldest stored notification and, when it has arrived, the next. */
  #deliver(): void {
    const endpoint = this.#endpoint;
    const stored = this.#queue?.first;
    if (endpoint === undefined || stored === undefined || this.#delivering !== undefined) return;
    const observation = this.#byToken?.get(keyOf(stored.token));
    if (observation === undefined || observation.sending) return;
    this.#delivering = stored;
    observation.sending = true;
    void endpoint.notify(stored.token, { ...stored.response, confirmable: true }).then((outcome) => {
      this.#delivering = undefined;
      observation.sending = false;
      this.#onNotified(observation, outcome);
      const arrived = hasArrived(outcome);
      if (arrived && this.#queue?.remove(stored) === true) this.#options.onStateChanged?.();
      if (this.#isOpen(observation)) {
        if (arrived) observation.confirmedAtMs = this.#options.clock.now();
        if (outcome === "reset" || (arrived && stored.response.code !== CODE.CONTENT)) this.#end(observation);
      }
      if (arrived || outcome === "reset" || this.#endpoint !== endpoint) this.#deliver();
      if (this.#isOpen(observation)) this.#schedule(observation);
    });
  }

  /** What a Read would get, with its time. */
  #timed({ token, target }: Observation): StoredNotification {
    const { represent, clock } = this.#options;
    return { token, response: represent(target, clock.wall() / 1_000) };
  }

  #isOpen(observation: Observation): boolean {
    return this.#byToken?.get(keyOf(observation.token)) === observation;
  }

  #onNotified({ target }: Observation, outcome: NotifyOutcome): void {
    for (const path of target.paths) this.#options.onNotified?.(path, outcome);
  }

  #disarm(observation: Observation): void {
    if (observation.timer !== undefined) this.#options.clock.clearTimeout(observation.timer);
    observation.timer = undefined;
  }
}

function hasArrived(outcome: NotifyOutcome): boolean {
  return outcome === "acknowledged" || outcome === "sent";
}

function keyOf(token: Uint8Array): string {
  return String.fromCharCode(...token);
}
