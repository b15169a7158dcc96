/** What an object does beyond holding values: data beside the tree (OMA LwM2M Core 1.1 §6.1.6, §6.3). */
import type { UploadSink } from "../../coap/types.ts";
import type { ResourceValue } from "../model.ts";
import type { ExecuteArguments } from "./executeArguments.ts";

/** On whose behalf the tree is touched: a management server, the bootstrap server, or the device itself. */
export type Caller = "server" | "bootstrap" | "device";

/** An operation that was not done, nothing of it. `detail` goes to the peer as diagnostic payload: no values in it. */
export interface Refusal {
  readonly code: number;
  readonly detail: string;
}

export function isRefusal(result: object): result is Refusal {
  return "detail" in result;
}

/**
 * Everything is optional: without `read` and `write` the tree holds the value, without `execute` there is nothing to
 * run. `context` is what the object was added with, so that many devices share one table.
 */
export interface ResourceBehaviour<Context = unknown> {
  /** The value of this moment; undefined while there is none. */
  read?(instanceId: number, context: Context): ResourceValue | undefined;
  /** Asked before anything of a write is applied, with a value that has the right type and range. */
  check?(instanceId: number, value: ResourceValue, caller: Caller, context: Context): Refusal | undefined;
  /** Takes the value; the tree does not store it. It was checked and may not fail. */
  write?(instanceId: number, value: ResourceValue, caller: Caller, context: Context): void;
  /** A peer has written the stored value, perhaps the same again; told when the whole operation is done. */
  written?(write: StoredWrite, context: Context): void;
  /** Takes a large opaque value piece by piece (Block1), before which nothing of it is held. */
  upload?(instanceId: number, context: Context): UploadSink | Refusal;
  /** Answered 2.04 unless refused. The response leaves after this returns: begin what ends the session later. */
  execute?(instanceId: number, args: ExecuteArguments, context: Context): Refusal | undefined;
}

export interface StoredWrite {
  readonly instanceId: number;
  readonly now: ResourceValue;
  readonly before: ResourceValue | undefined;
  readonly caller: Caller;
}

export type ResourceBehaviours<Context = unknown> = Readonly<Record<number, ResourceBehaviour<Context>>>;

export interface ObjectBehaviour<Context = unknown> {
  readonly resources?: ResourceBehaviours<Context>;
  /** Handed to every function. */
  readonly context?: Context;
  /** Create and Delete by a server are refused although the object may have several instances. */
  readonly fixedInstances?: boolean;
  /** An instance was deleted, or is about to be replaced whole. */
  cleared?(instanceId: number, context: Context): void;
}
