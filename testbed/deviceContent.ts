/** Payloads of the device management interface: values into a format, answers back into values. */
import { CONTENT_FORMAT } from "../services/lwm2m/contentFormat.ts";
import { findFormat } from "../services/lwm2m/formats.ts";
import type {
  ContentNode,
  DefinitionLookup,
  InstanceValues,
  ResourceValue,
  SingleValue,
} from "../services/lwm2m/model.ts";
import { findResource } from "../services/lwm2m/objects/index.ts";
import { parsePath, pathDepth } from "../services/lwm2m/path.ts";
import type { DeviceAnswer } from "./coapMessage.ts";
import { TestbedError } from "./testbedError.ts";

/** What can be written: a resource's value at `/3/0/14`, an instance's values at `/1/0`. */
export type WritableValue = ResourceValue | InstanceValues;

export interface Content {
  readonly contentFormat: number;
  readonly payload: Uint8Array;
}

/**
 * `value` for `path` in `contentFormat`; by default text for a single value, opaque for a single opaque one, TLV for
 * the rest. Throws `badOption` for a path or object that takes none, `Lwm2mError` for a value of the wrong type.
 */
export function encodeContent(
  pathText: string,
  value: WritableValue,
  lookup: DefinitionLookup,
  contentFormat?: number,
): Content {
  const node = contentNode(pathText, value, lookup);
  return encodeNode(node, contentFormat ?? usualFormat(node));
}

/** What creates an instance of the object at `pathText`. Throws `badOption` for one without an id in another format than TLV. */
export function encodeNewInstance(
  pathText: string,
  values: InstanceValues,
  lookup: DefinitionLookup,
  {
    instanceId,
    contentFormat = CONTENT_FORMAT.tlv,
  }: { instanceId?: number | undefined; contentFormat?: number | undefined },
): Content {
  if (instanceId === undefined) {
    if (contentFormat === CONTENT_FORMAT.tlv) return encodeContent(`${pathText}/0`, values, lookup, contentFormat);
    throw new TestbedError("badOption", `content format ${contentFormat} names the instance: say which id it gets`);
  }
  const path = parsePath(pathText);
  const definition = path.objectId === undefined ? undefined : lookup(path.objectId);
  if (definition === undefined) throw new TestbedError("badOption", `${pathText}: no such object is known here`);
  const instances = new Map([[instanceId, values]]);
  return encodeNode({ kind: "object", path, definition, instances }, contentFormat);
}

/** What an answer says; undefined for a format that is not read here. Throws `badAnswer` for a payload that breaks its. */
export function decodeContent(
  pathText: string,
  answer: DeviceAnswer,
  lookup: DefinitionLookup,
): ContentNode | undefined {
  const number = answer.contentFormat ?? CONTENT_FORMAT.text;
  const format = findFormat(number);
  if (format === undefined) return undefined;
  try {
    return format.decode(parsePath(pathText), answer.payload, lookup, { unknownResources: "skip" });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TestbedError("badAnswer", `${pathText}, content format ${number}: ${reason}`, { cause });
  }
}

/** The value of a node that is a resource or one of its instances. */
export function resourceValue(node: ContentNode | undefined): ResourceValue | undefined {
  return node?.kind === "resource" || node?.kind === "resourceInstance" ? node.value : undefined;
}

function encodeNode(node: ContentNode, contentFormat: number): Content {
  const format = findFormat(contentFormat);
  if (format !== undefined) return { contentFormat, payload: format.encode(node) };
  throw new TestbedError("badOption", `content format ${contentFormat} is not one that is written here`);
}

function contentNode(pathText: string, value: WritableValue, lookup: DefinitionLookup): ContentNode {
  const path = parsePath(pathText);
  const definition = path.objectId === undefined ? undefined : lookup(path.objectId);
  if (definition === undefined) throw new TestbedError("badOption", `${pathText}: no such object is known here`);
  if (pathDepth(path) === 2) return { kind: "instance", path, definition, values: value as InstanceValues };
  const resource = path.resourceId === undefined ? undefined : findResource(definition, path.resourceId);
  if (resource === undefined) throw new TestbedError("badOption", `${pathText}: nothing there takes a value`);
  if (pathDepth(path) === 3) return { kind: "resource", path, definition, resource, value: value as ResourceValue };
  return { kind: "resourceInstance", path, definition, resource, value: value as SingleValue };
}

function usualFormat(node: ContentNode): number {
  const single = node.kind === "resourceInstance" || (node.kind === "resource" && !node.resource.multiple);
  if (!single) return CONTENT_FORMAT.tlv;
  return node.resource.type === "opaque" ? CONTENT_FORMAT.opaque : CONTENT_FORMAT.text;
}
