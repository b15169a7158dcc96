/** An object of our own with a resource of every type, so that each format carries each of them to Leshan and back. */
import type { OwnObject } from "../../../carrier/ownObjects.ts";
import type { ExecuteArguments } from "../../../services/lwm2m/device/executeArguments.ts";
import type { ObjectTree } from "../../../services/lwm2m/device/tree.ts";
import type { ResourceValue, SingleValue } from "../../../services/lwm2m/model.ts";
import { defineObject, instanceValues } from "../../../services/lwm2m/objects/define.ts";
import type { Values } from "./leshanContent.ts";

const TABLE = defineObject({
  id: 26_300,
  name: "Every Type",
  version: "1.0",
  lwm2mVersion: "1.1",
  instances: "multiple",
  presence: "optional",
  resources: [
    [0, "Text", "RW", "single", "optional", "string"],
    [1, "Whole", "RW", "single", "optional", "integer"],
    [2, "Natural", "RW", "single", "optional", "unsigned"],
    [3, "Real", "RW", "single", "optional", "float"],
    [4, "Truth", "RW", "single", "optional", "boolean"],
    [5, "Octets", "RW", "single", "optional", "opaque"],
    [6, "Moment", "RW", "single", "optional", "time"],
    [7, "Link", "RW", "single", "optional", "objlnk"],
    [8, "Links", "RW", "single", "optional", "corelnk"],
    [9, "Run", "E", "single", "optional", "none"],
    [10, "Several", "RW", "multiple", "optional", "integer"],
    [11, "Names", "RW", "multiple", "optional", "string"],
  ],
});

/** A vendor's, by its id (OMA LwM2M Core 1.1 §5.1.1): Leshan takes it under no other name. */
export const PROBE: typeof TABLE = { ...TABLE, urn: "urn:oma:lwm2m:x:26300" };

/** By resource id; an integer beyond 2^53 among them. */
const BEFORE = {
  0: "Grüße, 世界",
  1: -9_007_199_254_740_993n,
  2: 4_294_967_296,
  3: -36.625,
  4: true,
  5: Uint8Array.of(0, 1, 127, 128, 255),
  6: 1_700_000_000,
  7: { objectId: 3, instanceId: 0 },
  8: "</3/0>,</4/0>",
  10: new Map([
    [0, 7],
    [5, -70_000],
  ]),
  11: new Map([[2, "two"]]),
} as const;

/** What every test writes; other values all over. */
const AFTER = {
  0: "",
  1: 2_147_483_648,
  2: 255,
  3: 0.1,
  4: false,
  5: Uint8Array.from({ length: 300 }, (_, index) => index % 256),
  6: 1_234_567_890,
  7: { objectId: 65_535, instanceId: 65_535 },
  8: "</1/0>",
  10: new Map([
    [0, 8],
    [65_534, 1],
  ]),
  11: new Map([
    [0, "zero"],
    [1, "one"],
  ]),
} as const;

export const SINGLE_IDS = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
export const OPAQUE_ID = 5;
export const RUN_ID = 9;
export const SEVERAL_ID = 10;

/** Arguments of the executions so far. */
export const executions: ExecuteArguments[] = [];

export const PROBE_OPTION: OwnObject = {
  definition: PROBE,
  behaviour: {
    resources: {
      [RUN_ID]: {
        execute: (_instanceId, args) => {
          executions.push(args);
          return undefined;
        },
      },
    },
  },
  instances: { 0: BEFORE },
};

/** Instance 0 alone, with its first values. */
export function resetProbe(tree: ObjectTree): void {
  tree.batch(() => {
    for (const id of tree.instanceIds(PROBE.id)) if (id !== 0) tree.delete(PROBE.id, id);
    tree.update(PROBE, 0, BEFORE);
  });
}

/** All its values become others at once. */
export function changeProbe(tree: ObjectTree): void {
  tree.update(PROBE, 0, AFTER);
}

export const afterValues = instanceValues(PROBE, AFTER);

/** `/26300/0/…`: what Leshan is to show of an instance before the change, and after it. */
export const before = (instanceId = 0): Values => flat(BEFORE, instanceId);
export const after = (instanceId = 0): Values => flat(AFTER, instanceId);

/** Those values that lie at or below the paths. */
export function below(values: Values, ...paths: readonly string[]): Values {
  const isBelow = (path: string) => paths.some((above) => path === above || path.startsWith(`${above}/`));
  return Object.fromEntries(Object.entries(values).filter(([path]) => isBelow(path)));
}

/** What an instance of our tree holds, by path. */
export function held(tree: ObjectTree, instanceId = 0): Values {
  const resources = tree.resources(PROBE.id, instanceId).filter(({ type }) => type !== "none");
  return flat(Object.fromEntries(resources.map(({ id }) => [id, tree.get(PROBE.id, instanceId, id)!])), instanceId);
}

function flat(resources: Readonly<Record<number, ResourceValue>>, instanceId: number): Values {
  const entries = Object.entries(resources).flatMap(([id, value]): [string, SingleValue][] => {
    const path = `/${PROBE.id}/${instanceId}/${id}`;
    return value instanceof Map
      ? [...value].map(([at, one]) => [`${path}/${at}`, one])
      : [[path, value as SingleValue]];
  });
  return Object.fromEntries(entries);
}
