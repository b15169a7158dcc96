/** What one observation is of: a place in the tree, or several at once (OMA LwM2M Core 1.1 §6.4.1, §6.4.3). */
import { CODE } from "../../coap/codes.ts";
import type { ObservedTarget } from "../../coap/types.ts";
import type { Path } from "../model.ts";
import { pathIds } from "../path.ts";

export interface ObserveTarget {
  /** One, unless the observation is composite. */
  readonly paths: readonly Path[];
  /** Made by FETCH, with the paths in its payload. */
  readonly composite: boolean;
  readonly accept?: number;
  /** Of the paths of a composite observation. */
  readonly contentFormat?: number;
  /** The payload that named the paths: a server fetches the blocks of a large notification with it again. */
  readonly payload?: Uint8Array;
}

/** The observation of one place. */
export function singleTarget(path: Path, accept: number | undefined): ObserveTarget {
  return { paths: [path], composite: false, ...(accept !== undefined && { accept }) };
}

/** The request that made the observation, for an endpoint that takes it over. */
export function requestOf({ paths, composite, accept, contentFormat, payload }: ObserveTarget): ObservedTarget {
  return {
    method: composite ? CODE.FETCH : CODE.GET,
    path: composite ? [] : pathIds(paths[0]!).map(String),
    ...(accept !== undefined && { accept }),
    ...(contentFormat !== undefined && { contentFormat }),
    ...(payload !== undefined && { payload }),
  };
}
