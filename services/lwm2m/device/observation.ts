/**
 * The observations of one server: what it hears of when (OMA LwM2M Core 1.1 §6.4, §7.3.2; RFC 7641).
 * They outlive a session: what is to be told while none is there is stored, with its time, for the next one (1/x/6).
 */
import type { Clock } from "../../../ports/clock.ts";
import type { Trace } from "../../../ports/trace.ts";
import { CODE } from "../../coap/codes.ts";
import { TimerRecord } from "../../coap/timerRecord.ts";
import type { Endpoint, NotifyOutcome, OutgoingResponse } from "../../coap/types.ts";
import type { Path } from "../model.ts";
import { containsPath } from "../path.ts";
import { isDefaultPeriod, NotificationDefaults } from "./notificationDefaults.ts";
import { NotificationQueue, type StoredNotification, type WaitingNotification } from "./notificationQueue.ts";
import {
  type ObservationState,
  restoredNotifications,
  restoredObservations,
  storedNotification,
  storedObservation,
} from "./observationState.ts";
import { type ObserveTarget, requestOf } from "./observeTarget.ts";
import { hasArrived, keyOf, notify, Observation, timerOf } from "./openObservation.ts";
import type { ObjectTree, TreeChange } from "./tree.ts";
import { MAX_WATCHED_PATHS, type View, WatchedPath } from "./watchedPath.ts";

/** Observations that one server may have. */
export const MAX_OBSERVATIONS = 64;

export interface ObservationsOptions {
  readonly clock: Clock;
  readonly tree: ObjectTree;
  /** Its account has the defaults for what no attribute says. */
  readonly shortServerId: number;
  /** After how many seconds a notification is confirmable again; 0 and below: each. At most a day, the default. */
  readonly confirmableIntervalSeconds?: number;
  /** Notifications that wait for the server at most. Default `MAX_STORED_NOTIFICATIONS`; the oldest give way. */
  readonly storedNotifications?: number;
  /** The server began or ended to observe. */
  onObserve?(path: Path, change: "start" | "stop"): void;
  /** A notification for this path ended so; what was not delivered is sent again when an endpoint is attached. */
  onNotified?(path: Path, outcome: NotifyOutcome): void;
  /** `state()` is another now. */
  onObservationsChanged?(): void;
  /** Has the timers of the observations, where somebody looks closely. */
  readonly trace?: Trace | undefined;
}

/** What the server may look at. */
export interface ObservationSource extends View {
  /**
   * The response that a Read of the target would get now. With a time (seconds since 1970) the values bear it, where the
   * format carries times.
   */
  represent(target: ObserveTarget, timeSeconds?: number): OutgoingResponse;
}

/** RFC 7641 §4.5: so often one must be confirmable, whatever is asked for. */
const DAY_SECONDS = 86_400;
const NEVER_MS = Number.POSITIVE_INFINITY;

export class Observations {
  readonly #options: ObservationsOptions;
  readonly #source: ObservationSource;
  readonly #defaults: NotificationDefaults;
  readonly #confirmableIntervalMs: number;
  #byToken: Map<string, Observation> | undefined;
  #queue: NotificationQueue | undefined;
  /** The stored notification under way: one at a time, in their order. */
  #delivering: WaitingNotification | undefined;
  #endpoint: Endpoint | undefined;
  /** The one before `detach`: its session may be met again, and it still knows what was observed over it. */
  #parked: Endpoint | undefined;
  #turn = 0;
  #stopListening: (() => void) | undefined;
  #paused = false;

  constructor(options: ObservationsOptions, source: ObservationSource) {
    this.#options = options;
    this.#source = source;
    this.#defaults = new NotificationDefaults(options.tree, options.shortServerId);
    this.#confirmableIntervalMs = Math.min(options.confirmableIntervalSeconds ?? DAY_SECONDS, DAY_SECONDS) * 1_000;
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

  /**
   * Where notifications go from now on; those that wait go at once, also when the endpoint is the same. Observations that
   * it does not take end.
   */
  attach(endpoint: Endpoint): void {
    if (this.#endpoint !== endpoint) {
      this.#endpoint = endpoint;
      this.#parked = undefined;
      for (const observation of this.#all()) {
        if (!endpoint.adoptObservation(observation.token, requestOf(observation.target))) this.#end(observation);
      }
    }
    this.#deliver();
    for (const observation of this.#all()) {
      // After a restart an application may yet have to say its values: that is no reason to end the observation.
      if (observation.restored && this.#source.represent(observation.target).code === CODE.CONTENT) {
        for (const watched of observation.watched) watched.pending = true;
      }
      this.#schedule(observation);
    }
  }

  /** The session is gone. What is to be told is stored where the server wants it (1/x/6). */
  detach(): void {
    this.#parked = this.#endpoint ?? this.#parked;
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
      this.#options.onObservationsChanged?.();
    }
  }

  /** Those there are. */
  get held(): ReadonlySet<Observation> {
    return new Set(this.#all());
  }

  /**
   * The server has accepted Register: what it observed under an earlier registration ends, unless it was disabled.
   * `earlier` is what was held when the Register was sent: what it observes since then belongs to the new one.
   */
  renew(earlier: ReadonlySet<Observation> = this.held): void {
    if (!this.#paused) for (const observation of this.#all()) if (earlier.has(observation)) this.#forget(observation);
    this.#paused = false;
    this.#options.onObservationsChanged?.();
  }

  /** Takes an observation that a response accepts; false when there are too many. One of the same token ends. */
  add(token: Uint8Array, target: ObserveTarget): boolean {
    const previous = this.#byToken?.get(keyOf(token));
    // The endpoint does itself what becomes of the one that it knows by this token.
    if (previous !== undefined) this.#release(previous);
    const isTaken = this.#hasRoomFor(target);
    if (isTaken) this.#schedule(this.#begin(token.slice(), target));
    if (isTaken || previous !== undefined) this.#options.onObservationsChanged?.();
    return isTaken;
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
    for (const observation of this.#all()) this.#forget(observation);
    this.#options.onObservationsChanged?.();
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
      waiting: [...(this.#queue ?? [])].map(storedNotification),
      paused: this.#paused,
    };
  }

  /** Takes the place of what was there. What changed since is not known: each observation is told of once. */
  restore(state: ObservationState): void {
    this.close();
    for (const { token, target } of restoredObservations(state)) {
      if (!this.#hasRoomFor(target) || this.#byToken?.has(keyOf(token)) === true) continue;
      this.#begin(token, target).restored = true;
    }
    for (const notification of restoredNotifications(state)) {
      if (this.#byToken?.has(keyOf(notification.token)) === true) this.#store(notification);
    }
    this.#paused = state?.paused === true && this.size > 0;
  }

  #store(notification: StoredNotification, turn = this.#turn++): void {
    this.#queue ??= new NotificationQueue(this.#options.storedNotifications);
    this.#queue.add({ ...notification, turn });
  }

  #all(): Iterable<Observation> {
    return this.#byToken === undefined ? [] : [...this.#byToken.values()];
  }

  #hasRoomFor({ paths }: ObserveTarget): boolean {
    let watched = paths.length;
    for (const { target } of this.#all()) watched += target.paths.length;
    return this.size < MAX_OBSERVATIONS && watched <= MAX_WATCHED_PATHS;
  }

  #begin(token: Uint8Array, target: ObserveTarget): Observation {
    const { clock, tree } = this.#options;
    const now = clock.now();
    const watched = target.paths.map((path) => new WatchedPath(tree, this.#source, path, now));
    const observation = new Observation(token, target, watched, now);
    this.#byToken ??= new Map();
    this.#byToken.set(keyOf(token), observation);
    this.#stopListening ??= tree.onChange((changes) => this.#onChange(changes));
    for (const path of target.paths) this.#options.onObserve?.(path, "start");
    return observation;
  }

  #end(observation: Observation): void {
    this.#forget(observation);
    this.#options.onObservationsChanged?.();
  }

  /** The endpoint has room for another one. */
  #forget(observation: Observation): void {
    this.#release(observation);
    (this.#endpoint ?? this.#parked)?.forgetObservation(observation.token);
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
    this.#arm(observation, dueMs - now, dueMs === toTellMs);
  }

  #tell(observation: Observation): void {
    const endpoint = this.#endpoint;
    observation.sentAtMs = this.#options.clock.now();
    observation.turn = this.#turn++;
    observation.restored = false;
    for (const watched of observation.watched) watched.remember();
    if (endpoint !== undefined && this.waiting === 0) {
      this.#send(observation, endpoint);
      return;
    }
    this.#store(this.#timed(observation), observation.turn);
    this.#options.onObservationsChanged?.();
    this.#deliver();
    this.#schedule(observation);
  }

  #send(observation: Observation, endpoint: Endpoint): void {
    const source = this.#source;
    const response = source.represent(observation.target);
    const asked = observation.watched.some(({ path }) => source.attributes.effective(path).con === 1);
    const confirmable = asked || observation.sentAtMs - observation.confirmedAtMs >= this.#confirmableIntervalMs;
    // Only what is to be acknowledged can turn out not to have arrived.
    const timed = confirmable && this.#defaults.storing ? this.#timed(observation) : undefined;
    observation.sending = true;
    if (confirmable) observation.confirmedAtMs = observation.sentAtMs;
    void notify(endpoint, observation.token, { ...response, confirmable }).then((outcome) => {
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
        this.#store(timed ?? this.#timed(observation), observation.turn);
        this.#options.onObservationsChanged?.();
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
    void notify(endpoint, stored.token, { ...stored.response, confirmable: true }).then((outcome) => {
      this.#delivering = undefined;
      observation.sending = false;
      this.#onNotified(observation, outcome);
      const arrived = hasArrived(outcome);
      if (arrived && this.#queue?.remove(stored) === true) this.#options.onObservationsChanged?.();
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
    return { token, response: this.#source.represent(target, this.#options.clock.wall() / 1_000) };
  }

  #isOpen(observation: Observation): boolean {
    return this.#byToken?.get(keyOf(observation.token)) === observation;
  }

  #onNotified({ target }: Observation, outcome: NotifyOutcome): void {
    for (const path of target.paths) this.#options.onNotified?.(path, outcome);
  }

  #arm(observation: Observation, delay: number, isToTell: boolean): void {
    const { clock, trace, shortServerId } = this.#options;
    if (trace?.detailed !== true) {
      observation.timer = clock.setTimeout(() => this.#schedule(observation), delay);
      return;
    }
    const due = (work: () => void) => {
      clock.clearTimeout(observation.timer);
      observation.timer = undefined;
      observation.timerRecord = undefined;
      trace.causedBy(record?.fired(), work);
    };
    const fire = () => due(() => (isToTell ? this.#tell(observation) : this.#look(observation)));
    const record = TimerRecord.set(trace, { ...timerOf(observation, isToTell, shortServerId), delay, fire });
    observation.timerRecord = record;
    observation.timer = clock.setTimeout(() => due(() => this.#schedule(observation)), delay);
  }

  #look(observation: Observation): void {
    for (const watched of observation.watched) watched.evaluate(this.#options.clock.now());
    this.#schedule(observation);
  }

  #disarm(observation: Observation): void {
    if (observation.timer !== undefined) this.#options.clock.clearTimeout(observation.timer);
    observation.timerRecord?.cleared();
    observation.timer = undefined;
    observation.timerRecord = undefined;
  }
}
