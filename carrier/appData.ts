/**
 * The Binary App Data Container (object 19) as the application's channel: it hears what servers write there, and that
 * they begin and end to observe it.
 */
import type { SemanticEvent } from "../machines/semanticEvent.ts";
import type { ResourceBehaviours, StoredWrite } from "../services/lwm2m/device/behaviour.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import type { Path } from "../services/lwm2m/model.ts";
import { BINARY_APP_DATA_CONTAINER } from "../services/lwm2m/objects/binaryAppDataContainer.ts";
import { formatPath } from "../services/lwm2m/path.ts";

export type AppDataEvent = Extract<SemanticEvent, { type: "app.data" }>;

type Tell = (event: AppDataEvent) => void;

const DATA = 0;
const NOTHING = new Uint8Array(0);

const RESOURCES: ResourceBehaviours<Tell> = { [DATA]: { written: tellWrite } };

export function addAppDataObject(tree: ObjectTree, tell: Tell): void {
  tree.add(BINARY_APP_DATA_CONTAINER, { resources: RESOURCES, context: tell });
}

/** Undefined for what lies elsewhere. */
export function appDataObserved(path: Path, change: "start" | "stop"): AppDataEvent | undefined {
  if (path.objectId !== BINARY_APP_DATA_CONTAINER.id) return undefined;
  const operation = change === "start" ? "observeStart" : "observeStop";
  return { type: "app.data", operation, path: formatPath(path), data: NOTHING };
}

/** Each resource instance that was written, with the same octets again or others: what was not is the same array. */
function tellWrite({ instanceId, now, before, caller }: StoredWrite, tell: Tell): void {
  if (caller !== "server" || !(now instanceof Map)) return;
  for (const [resourceInstanceId, data] of now) {
    if (before instanceof Map && before.get(resourceInstanceId) === data) continue;
    const path = { objectId: BINARY_APP_DATA_CONTAINER.id, instanceId, resourceId: DATA, resourceInstanceId };
    if (data instanceof Uint8Array) tell({ type: "app.data", operation: "write", path: formatPath(path), data });
  }
}
