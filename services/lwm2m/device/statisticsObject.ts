/** Object 7, Connectivity Statistics: what goes over the device's sessions from Start to Stop (object version 1.0). */
import type { Clock } from "../../../ports/clock.ts";
import { CONNECTIVITY_STATISTICS } from "../objects/connectivityStatistics.ts";
import type { ResourceBehaviours } from "./behaviour.ts";
import type { ObjectTree } from "./tree.ts";

const KILOBYTE = 1_000;

/** Counts datagrams while a server wants it. */
export class Traffic {
  readonly #clock: Pick<Clock, "now">;
  #counting = false;
  #endsAtMs = Number.POSITIVE_INFINITY;
  sentBytes = 0;
  receivedBytes = 0;
  messages = 0;
  largestBytes = 0;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** From zero, for a time or until it is stopped. */
  start(seconds: number | undefined): void {
    this.sentBytes = 0;
    this.receivedBytes = 0;
    this.messages = 0;
    this.largestBytes = 0;
    this.#counting = true;
    this.#endsAtMs = seconds === undefined ? Number.POSITIVE_INFINITY : this.#clock.now() + 1_000 * seconds;
  }

  stop(): void {
    this.#counting = false;
  }

  sent(bytes: number): void {
    if (this.#count(bytes)) this.sentBytes += bytes;
  }

  received(bytes: number): void {
    if (this.#count(bytes)) this.receivedBytes += bytes;
  }

  #count(bytes: number): boolean {
    if (!this.#counting || this.#clock.now() >= this.#endsAtMs) return false;
    this.messages++;
    this.largestBytes = Math.max(this.largestBytes, bytes);
    return true;
  }
}

interface Context {
  readonly tree: ObjectTree;
  readonly traffic: Traffic;
}

const RESOURCES: ResourceBehaviours<Context> = {
  2: { read: (_instanceId, { traffic }) => Math.round(traffic.sentBytes / KILOBYTE) },
  3: { read: (_instanceId, { traffic }) => Math.round(traffic.receivedBytes / KILOBYTE) },
  4: { read: (_instanceId, { traffic }) => traffic.largestBytes },
  5: {
    read: (_instanceId, { traffic: { sentBytes, receivedBytes, messages } }) =>
      messages === 0 ? 0 : Math.round((sentBytes + receivedBytes) / messages),
  },
  6: {
    execute(instanceId, _args, { tree, traffic }) {
      const seconds = Number(tree.value(CONNECTIVITY_STATISTICS, instanceId, 8) ?? 0);
      traffic.start(seconds > 0 ? seconds : undefined);
      return undefined;
    },
  },
  7: {
    execute(_instanceId, _args, { traffic }) {
      traffic.stop();
      return undefined;
    },
  },
};

export function addStatisticsObject(tree: ObjectTree, traffic: Traffic): void {
  tree.add(CONNECTIVITY_STATISTICS, { resources: RESOURCES, context: { tree, traffic } });
  tree.create(CONNECTIVITY_STATISTICS.id, 0);
}
