/** What a Read tells of one place in a tree, for people and as JSON. */
import type {
  ContentNode,
  InstanceValues,
  ObjectDefinition,
  Path,
  ResourceDefinition,
  ResourceValue,
  SingleValue,
} from "../../services/lwm2m/model.ts";
import { findResource } from "../../services/lwm2m/objects/index.ts";
import { childPath, formatPath } from "../../services/lwm2m/path.ts";
import type { Answer } from "./command.ts";
import { plainValue, showSingle } from "./resourceValues.ts";

export type Row = readonly [path: string, name: string, value: string];

export function describeNode(node: ContentNode): Answer {
  const rows = rowsOf(node);
  return { value: plainNode(node), lines: rows.length === 0 ? ["there is nothing in it"] : alignRows(rows) };
}

function plainNode(node: ContentNode): unknown {
  switch (node.kind) {
    case "object":
      return Object.fromEntries([...node.instances].map(([id, values]) => [id, plainInstance(values)]));
    case "instance":
      return plainInstance(node.values);
    default:
      return plainValue(node.value);
  }
}

function plainInstance(values: InstanceValues): Record<string, unknown> {
  return Object.fromEntries([...values].map(([id, value]) => [id, plainValue(value)]));
}

function rowsOf(node: ContentNode): Row[] {
  switch (node.kind) {
    case "object":
      return [...node.instances].flatMap(([id, values]) =>
        instanceRows(childPath(node.path, id), node.definition, values),
      );
    case "instance":
      return instanceRows(node.path, node.definition, node.values);
    case "resource":
      return resourceRows(node.path, node.resource, node.value);
    case "resourceInstance":
      return [[formatPath(node.path), node.resource.name, showSingle(node.resource, node.value)]];
  }
}

function instanceRows(path: Path, definition: ObjectDefinition, values: InstanceValues): Row[] {
  return [...values].flatMap(([id, value]) => {
    const resource = findResource(definition, id);
    return resource === undefined ? [] : resourceRows(childPath(path, id), resource, value);
  });
}

function resourceRows(path: Path, resource: ResourceDefinition, value: ResourceValue): Row[] {
  if (!(value instanceof Map)) return [[formatPath(path), resource.name, showSingle(resource, value as SingleValue)]];
  return [...(value as ReadonlyMap<number, SingleValue>)].map(([id, single]) => [
    formatPath(childPath(path, id)),
    resource.name,
    showSingle(resource, single),
  ]);
}

export function alignRows(rows: readonly Row[]): string[] {
  const [path, name] = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)) + 2);
  return rows.map((row) => `${row[0].padEnd(path!)}${row[1].padEnd(name!)}${row[2]}`);
}
