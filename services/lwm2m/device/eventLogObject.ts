/** Object 20, Event Log: a server starts and stops what the application writes to it (object version 2.1). */
import type { ResourceValue } from "../model.ts";
import { EVENT_LOG } from "../objects/eventLog.ts";
import type { ResourceBehaviours } from "./behaviour.ts";
import type { ExecuteArguments } from "./executeArguments.ts";
import type { ObjectTree } from "./tree.ts";

/** Bits of 20/x/4013. */
export const LOG_STATUS = { stopped: 1, hasData: 2 } as const;

/** 20/x/4014. */
const LOG_DATA = 4014;
const NOTHING = new Uint8Array(0);
/** Argument 0 of Start and Stop: `1` is the other thing than their default. */
const OTHERWISE = "1";

interface Context {
  readonly tree: ObjectTree;
  /** Instances whose data collection is stopped; shared while there is none. */
  stopped: ReadonlySet<number>;
}

const RESOURCES: ResourceBehaviours<Context> = {
  /** Data are emptied, or go on. */
  4011: {
    execute(instanceId, args, context) {
      setStopped(context, instanceId, false, argumentOf(args) !== OTHERWISE);
      return undefined;
    },
  },
  /** Data are kept, or emptied. */
  4012: {
    execute(instanceId, args, context) {
      setStopped(context, instanceId, true, argumentOf(args) === OTHERWISE);
      return undefined;
    },
  },
  4013: {
    read(instanceId, { tree, stopped }) {
      const data = tree.get(EVENT_LOG.id, instanceId, LOG_DATA);
      return (stopped.has(instanceId) ? LOG_STATUS.stopped : 0) | (isEmpty(data) ? 0 : LOG_STATUS.hasData);
    },
  },
};

const NONE: ReadonlySet<number> = new Set();

export function addEventLogObject(tree: ObjectTree): void {
  tree.add(EVENT_LOG, { resources: RESOURCES, context: { tree, stopped: NONE }, cleared: goOn });
}

function goOn(instanceId: number, context: Context): void {
  if (context.stopped.has(instanceId)) context.stopped = without(context.stopped, instanceId);
}

/** The application has log data; false when a server has stopped the collection, and they were not taken. */
export function putLogData(tree: ObjectTree, instanceId: number, data: Uint8Array): boolean {
  const status = Number(tree.get(EVENT_LOG.id, instanceId, 4013) ?? 0);
  if ((status & LOG_STATUS.stopped) !== 0) return false;
  tree.set(EVENT_LOG.id, instanceId, LOG_DATA, data);
  tellStatus(tree, instanceId);
  return true;
}

function setStopped(context: Context, instanceId: number, isStopped: boolean, empties: boolean): void {
  const { tree, stopped } = context;
  context.stopped = isStopped ? new Set([...stopped, instanceId]) : without(stopped, instanceId);
  tree.batch(() => {
    if (empties && !isEmpty(tree.get(EVENT_LOG.id, instanceId, LOG_DATA))) {
      tree.set(EVENT_LOG.id, instanceId, LOG_DATA, NOTHING);
    }
    tellStatus(tree, instanceId);
  });
}

function tellStatus(tree: ObjectTree, instanceId: number): void {
  if (tree.behaviour(EVENT_LOG.id)?.resources?.[4013] !== undefined) tree.touch(EVENT_LOG.id, instanceId, 4013);
}

function argumentOf(args: ExecuteArguments): string | true | undefined {
  return args.get(0);
}

function isEmpty(value: ResourceValue | undefined): boolean {
  return !(value instanceof Uint8Array) || value.length === 0;
}

function without(ids: ReadonlySet<number>, id: number): ReadonlySet<number> {
  const others = new Set([...ids].filter((other) => other !== id));
  return others.size === 0 ? NONE : others;
}
