/**
 * The observations of one server: what it hears of when (OMA LwM2M Core 1.1 §6.4, §7.3.2; RFC 7641).
 * They outlive a session: while no endpoint is attached, changes wait for the next one.
 */
import type { Clock, TimerId } from "../../../ports/clock.ts";
import { CODE } from "../../coap/codes.ts";
import type { Endpoint, NotifyOutcome, OutgoingResponse } from "../../coap/types.ts";
import type { Path, ResourceValue, SingleValue } from "../model.ts";
import { SERVER } from "../objects/server.ts";
import { containsPath, pathIds } from "../path.ts";
import type { AttributeStore } from "./attributes.ts";
import { crossesLimit } from "./notificationConditions.ts";
import type { ObjectTree, TreeChange } from "./tree.ts";

/** Observations that one server may have. */
export const MAX_OBSERVATIONS = 64;

export interface ObservationsOptions {
  readonly clock: Clock;
  readonly tree: ObjectTree;
  readonly attributes: AttributeStore;
  /** Instance of object 1 that holds the server's defaults. */
  serverInstanceId(): number | undefined;
  /** The response that a Read of the path would get now. */
  represent(path: Path, accept: number | undefined): OutgoingResponse;
  /** After how many seconds a notification is confirmable again; 0 and below: each. Default one day. */
  readonly confirmableIntervalSeconds?: number;
  /** The server began or ended to observe. */
  onObserve?(path: Path, change: "start" | "stop"): void;
  /** A notification ended so; what was not delivered is sent again when an endpoint is attached. */
  onNotified?(path: Path, outcome: NotifyOutcome): void;
}

interface Observation {
  readonly token: Uint8Array;
  readonly path: Path;
  readonly accept: number | undefined;
  /** What the server was told last; only for a resource or resource instance. */
  told: ResourceValue | undefined;
  sentAtMs: number;
  confirmedAtMs: number;
  /** Something is to be told. */
  pending: boolean;
  /** The last notification did not arrive: the next endpoint gets it again. */
  undelivered: boolean;
  /** A notification is under way; the next one waits (RFC 7641 §4.5.1). */
  sending: boolean;
  timer: TimerId | undefined;
}

const DAY_SECONDS = 86_400;

export class Observations {
  readonly #options: ObservationsOptions;
  readonly #confirmableIntervalMs: number;
  #byToken: Map<string, Observation> | undefined;
  #endpoint: Endpoint | undefined;
  #stopListening: (() => void) | undefined;

  constructor(options: ObservationsOptions) {
    this.#options = options;
    this.#confirmableIntervalMs = (options.confirmableIntervalSeconds ?? DAY_SECONDS) * 1_000;
  }

  get size(): number {
    return this.#byToken?.size ?? 0;
  }

  /** Where notifications go from now on; those that wait go at once. */
  attach(endpoint: Endpoint): void {
    if (this.#endpoint === endpoint) return;
    this.#endpoint = endpoint;
    for (const observation of this.#all()) {
      const { token, path, accept } = observation;
      endpoint.adoptObservation(token, { path: pathSegments(path), ...(accept !== undefined && { accept }) });
      observation.pending ||= observation.undelivered;
      this.#schedule(observation);
    }
  }

  /** The session is gone. Changes are kept where the server wants it (1/x/6). */
  detach(): void {
    this.#endpoint = undefined;
    for (const observation of this.#all()) {
      this.#disarm(observation);
      if (!this.#storing()) observation.pending = false;
    }
  }

  /** Takes an observation that a response accepts; false when there are too many. A known token is replaced. */
  add(token: Uint8Array, path: Path, accept: number | undefined): boolean {
    this.#byToken ??= new Map();
    const key = keyOf(token);
    const previous = this.#byToken.get(key);
    if (previous === undefined && this.#byToken.size >= MAX_OBSERVATIONS) return false;
    if (previous !== undefined) this.#end(key, previous);
    const now = this.#options.clock.now();
    const observation: Observation = {
      token: token.slice(),
      path,
      accept,
      told: this.#valueAt(path),
      sentAtMs: now,
      confirmedAtMs: now,
      pending: false,
      undelivered: false,
      sending: false,
      timer: undefined,
    };
    this.#byToken.set(key, observation);
    this.#stopListening ??= this.#options.tree.onChange((changes) => this.#onChange(changes));
    this.#options.onObserve?.(path, "start");
    this.#schedule(observation);
    return true;
  }

  /** Ends an observation; false when the token is none of ours. */
  cancel(token: Uint8Array): boolean {
    const key = keyOf(token);
    const observation = this.#byToken?.get(key);
    if (observation === undefined) return false;
    this.#end(key, observation);
    return true;
  }

  /** Ends all: the server was registered with anew, or is gone. */
  clear(): void {
    for (const [key, observation] of [...(this.#byToken ?? [])]) this.#end(key, observation);
  }

  /** The attributes at or above this path are others now. */
  attributesChanged(path: Path): void {
    for (const observation of this.#all()) {
      if (containsPath(path, observation.path)) this.#schedule(observation);
    }
  }

  #all(): Iterable<Observation> {
    return this.#byToken === undefined ? [] : [...this.#byToken.values()];
  }

  #end(key: string, observation: Observation): void {
    this.#disarm(observation);
    this.#byToken?.delete(key);
    if (this.size === 0) {
      this.#byToken = undefined;
      this.#stopListening?.();
      this.#stopListening = undefined;
    }
    this.#options.onObserve?.(observation.path, "stop");
  }

  #onChange(changes: readonly TreeChange[]): void {
    for (const observation of this.#all()) {
      if (observation.pending || !changes.some((change) => concerns(observation.path, change))) continue;
      if (!this.#deservesTelling(observation)) continue;
      observation.pending = this.#endpoint !== undefined || this.#storing();
      this.#schedule(observation);
    }
  }

  #deservesTelling({ path, told }: Observation): boolean {
    if (path.resourceId === undefined) return true;
    return crossesLimit(this.#options.attributes.effective(path), told, this.#valueAt(path));
  }

  /** Sends now, or sets the timer for the moment at which to. */
  #schedule(observation: Observation): void {
    this.#disarm(observation);
    if (this.#endpoint === undefined || observation.sending) return;
    const { clock } = this.#options;
    const { pminMs, pmaxMs } = this.#periods(observation.path);
    const dueMs = observation.sentAtMs + (observation.pending ? pminMs : pmaxMs);
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const delayMs = dueMs - clock.now();
    if (observation.pending && delayMs <= 0) this.#send(observation);
    else observation.timer = clock.setTimeout(() => this.#send(observation), Math.max(0, delayMs));
  }

  #send(observation: Observation): void {
    this.#disarm(observation);
    const endpoint = this.#endpoint;
    if (endpoint === undefined) return;
    const { clock, represent, attributes } = this.#options;
    const now = clock.now();
    const response = represent(observation.path, observation.accept);
    const asked = attributes.effective(observation.path).con;
    const confirmable = asked === 1 || now - observation.confirmedAtMs >= this.#confirmableIntervalMs;
    observation.told = this.#valueAt(observation.path);
    observation.pending = false;
    observation.undelivered = false;
    observation.sending = true;
    observation.sentAtMs = now;
    if (confirmable) observation.confirmedAtMs = now;
    void endpoint
      .notify(observation.token, { ...response, confirmable })
      .then((outcome) => this.#onNotified(observation, endpoint, response.code, outcome));
  }

  #onNotified(observation: Observation, endpoint: Endpoint, code: number, outcome: NotifyOutcome): void {
    observation.sending = false;
    this.#options.onNotified?.(observation.path, outcome);
    const key = keyOf(observation.token);
    if (this.#byToken?.get(key) !== observation) return;
    // RFC 7641 §4.2: a notification with an error code is the last one; §3.6: so is one that was answered Reset.
    if (outcome === "reset" || code !== CODE.CONTENT) {
      this.#end(key, observation);
      return;
    }
    // A peer that does not answer is left alone until something changes or pmax is over.
    if (outcome === "timeout" || outcome === "closed") observation.undelivered = this.#storing();
    if (this.#endpoint !== endpoint) observation.pending ||= observation.undelivered;
    this.#schedule(observation);
  }

  #disarm(observation: Observation): void {
    if (observation.timer !== undefined) this.#options.clock.clearTimeout(observation.timer);
    observation.timer = undefined;
  }

  #periods(path: Path): { pminMs: number; pmaxMs: number } {
    const { pmin, pmax } = this.#options.attributes.effective(path);
    const minimum = pmin ?? this.#default(2) ?? 0;
    const maximum = pmax ?? this.#default(3) ?? 0;
    // §7.3.2: a pmax below pmin is ignored, and 0 stands for none.
    const pmaxMs = maximum > 0 && maximum >= minimum ? maximum * 1_000 : Number.POSITIVE_INFINITY;
    return { pminMs: minimum * 1_000, pmaxMs };
  }

  /** 1/x/2 Default Minimum Period, 1/x/3 Default Maximum Period. */
  #default(resourceId: 2 | 3): number | undefined {
    const instanceId = this.#options.serverInstanceId();
    const value = instanceId === undefined ? undefined : this.#options.tree.value(SERVER, instanceId, resourceId);
    return value === undefined ? undefined : Number(value);
  }

  /** 1/x/6: true unless the server says no. */
  #storing(): boolean {
    const instanceId = this.#options.serverInstanceId();
    return instanceId === undefined || this.#options.tree.value(SERVER, instanceId, 6) !== false;
  }

  #valueAt({ objectId, instanceId, resourceId, resourceInstanceId }: Path): ResourceValue | undefined {
    if (objectId === undefined || instanceId === undefined || resourceId === undefined) return undefined;
    const value = this.#options.tree.get(objectId, instanceId, resourceId);
    if (resourceInstanceId === undefined) return value;
    return (value as ReadonlyMap<number, SingleValue> | undefined)?.get(resourceInstanceId);
  }
}

/** Whether a change lies on the way to the observed place, at it, or below it. */
function concerns(path: Path, change: TreeChange): boolean {
  return (
    path.objectId === change.objectId &&
    (path.instanceId === undefined || change.instanceId === undefined || path.instanceId === change.instanceId) &&
    (path.resourceId === undefined || change.resourceId === undefined || path.resourceId === change.resourceId)
  );
}

function pathSegments(path: Path): string[] {
  return pathIds(path).map(String);
}

function keyOf(token: Uint8Array): string {
  return String.fromCharCode(...token);
}
