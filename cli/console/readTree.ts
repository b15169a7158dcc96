/** What lies at a path of the device's tree, for people and as JSON. */
import { isRefusal } from "../../services/lwm2m/device/behaviour.ts";
import { BOOTSTRAP_READER, readNode } from "../../services/lwm2m/device/readNode.ts";
import type { ObjectTree } from "../../services/lwm2m/device/tree.ts";
import { parsePath } from "../../services/lwm2m/path.ts";
import { type Answer, CommandError } from "./command.ts";
import { alignRows, describeNode, type Row } from "./contentNode.ts";

/** Throws `CommandError` or `Lwm2mError`. Keys are not in the tree: nothing of them can be read. */
export function readTree(tree: ObjectTree, text: string): Answer {
  const path = parsePath(text);
  if (path.objectId === undefined) return listObjects(tree);
  // What a server may not read the device itself may.
  const node = readNode(tree, path, BOOTSTRAP_READER);
  if (isRefusal(node)) throw new CommandError(node.detail);
  return describeNode(node);
}

/** Paths that begin like `text`, one level at a time. */
export function completePath(tree: ObjectTree, text: string): readonly string[] {
  const ids = text.split("/").slice(1, -1).map(Number);
  if (!text.startsWith("/") || ids.some((id) => !Number.isInteger(id))) return ["/"];
  const [objectId, instanceId] = ids;
  if (objectId === undefined) return tree.objectIds().map((id) => `/${id}`);
  if (instanceId === undefined) return tree.instanceIds(objectId).map((id) => `/${objectId}/${id}`);
  if (ids.length > 2) return [];
  return tree.resources(objectId, instanceId).map(({ id }) => `/${objectId}/${instanceId}/${id}`);
}

function listObjects(tree: ObjectTree): Answer {
  const rows = tree.objectIds().map((id): Row => {
    const instances = tree.instanceIds(id);
    const what =
      instances.length === 0 ? "no instance" : `instance${instances.length > 1 ? "s" : ""} ${instances.join(", ")}`;
    return [`/${id}`, tree.definition(id)?.name ?? "", what];
  });
  return {
    value: Object.fromEntries(tree.objectIds().map((id) => [id, tree.instanceIds(id)])),
    lines: alignRows(rows),
  };
}
