/** What a server's account says of notifications, for where no attribute says otherwise (OMA LwM2M Core 1.1 Appendix E.2). */
import { SERVER } from "../objects/server.ts";
import { serverInstanceId } from "./accounts.ts";
import type { ObjectTree, TreeChange } from "./tree.ts";

const MINIMUM_PERIOD = 2;
const MAXIMUM_PERIOD = 3;
const NOTIFICATION_STORING = 6;

export class NotificationDefaults {
  readonly #tree: ObjectTree;
  readonly #shortServerId: number;

  constructor(tree: ObjectTree, shortServerId: number) {
    this.#tree = tree;
    this.#shortServerId = shortServerId;
  }

  /** 1/x/2 Default Minimum Period. */
  get minimumSeconds(): number {
    return Number(this.#value(MINIMUM_PERIOD) ?? 0);
  }

  /** 1/x/3 Default Maximum Period; 0 for none. */
  get maximumSeconds(): number {
    return Number(this.#value(MAXIMUM_PERIOD) ?? 0);
  }

  /** 1/x/6 Notification Storing: true unless the server says no. */
  get storing(): boolean {
    return this.#value(NOTIFICATION_STORING) !== false;
  }

  #value(resourceId: 2 | 3 | 6): number | bigint | boolean | undefined {
    const instanceId = serverInstanceId(this.#tree, this.#shortServerId);
    return instanceId === undefined ? undefined : this.#tree.value(SERVER, instanceId, resourceId);
  }
}

/** Whether a change may be one of a default period. */
export function isDefaultPeriod({ objectId, resourceId }: TreeChange): boolean {
  return objectId === SERVER.id && (resourceId === MINIMUM_PERIOD || resourceId === MAXIMUM_PERIOD);
}
