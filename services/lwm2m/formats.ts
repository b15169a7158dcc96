/**
 * The data formats, one row each: how a node of the tree becomes a payload and back (OMA LwM2M Core 1.1 §7.4). Decoding
 * checks types and arity; whether a value is within its range is for `checkValue` to say.
 */
import { decodeCborValue, encodeCborValue } from "./cborValue.ts";
import { CONTENT_FORMAT, contentFormatName } from "./contentFormat.ts";
import { Lwm2mError } from "./errors.ts";
import { decodeLwm2mJson, encodeLwm2mJson, encodeTimedLwm2mJson, type TimedNode } from "./lwm2mJson.ts";
import type {
  ContentNode,
  DefinitionLookup,
  ObjectDefinition,
  Path,
  ResourceDefinition,
  ResourceValue,
  SingleValue,
} from "./model.ts";
import { findResource } from "./objects/index.ts";
import { decodeOpaque, encodeOpaque } from "./opaque.ts";
import { formatPath } from "./path.ts";
import { decodePlainText, encodePlainText } from "./plainText.ts";
import { SENML_CBOR } from "./senmlCbor.ts";
import { decodeSenml, encodeSenml, type SenmlForm } from "./senmlFields.ts";
import { SENML_JSON } from "./senmlJson.ts";
import { senmlInstances, senmlRecords } from "./senmlModel.ts";
import type { SenmlRecord } from "./senmlRecord.ts";
import { decodeTlv, encodeTlv } from "./tlv.ts";
import {
  type DecodeOptions,
  encodeObjectTlv,
  instancesOf,
  resourceEntries,
  resourceEntry,
  resourceInstanceEntry,
  resourceInstancesOf,
  resourceOf,
  resourcesOf,
} from "./tlvModel.ts";

export type { TimedNode } from "./lwm2mJson.ts";

export interface Format {
  readonly number: number;
  /** False for the old numbers: they are read, and nothing is ever given in them. */
  readonly writable: boolean;
  /** Whether this format can express the node at all: by its kind and type, not by its value. */
  carries(node: ContentNode): boolean;
  /** Throws `unsupportedFormat` for a node that it does not carry, `typeMismatch` for a wrong value. */
  encode(node: ContentNode): Uint8Array;
  /** The same for nodes of one path, each with the time that it is of; only where the format can say times. */
  encodeTimed?(samples: readonly TimedNode[]): Uint8Array;
  /**
   * What a payload for `path` says. Throws `malformed`, `typeMismatch`, `unknownObject`, `unknownResource`, `tooLarge`,
   * `unsupportedFormat` or `badPath` (a path that takes no content). In TLV, resources for an object's path are an
   * instance without id (Create), and no entries at all an object without instances.
   */
  decode(path: Path, bytes: Uint8Array, lookup: DefinitionLookup, options?: DecodeOptions): ContentNode;
}

interface SingleValueCodec {
  carries(resource: ResourceDefinition): boolean;
  encode(resource: ResourceDefinition, value: SingleValue, path: Path): Uint8Array;
  decode(resource: ResourceDefinition, bytes: Uint8Array, path: Path): SingleValue;
}

const plainText: SingleValueCodec = {
  carries: (resource) => resource.type !== "none",
  encode: encodePlainText,
  decode: decodePlainText,
};

const opaque: SingleValueCodec = {
  carries: (resource) => resource.type === "opaque",
  encode: encodeOpaque,
  decode: decodeOpaque,
};

const cbor: SingleValueCodec = {
  carries: (resource) => resource.type !== "none",
  encode: encodeCborValue,
  decode: decodeCborValue,
};

/** Every format by its number, the old numbers included. */
export const FORMATS: ReadonlyMap<number, Format> = new Map(
  [
    singleValueFormat(CONTENT_FORMAT.text, plainText),
    singleValueFormat(CONTENT_FORMAT.opaque, opaque),
    singleValueFormat(CONTENT_FORMAT.cbor, cbor),
    senmlFormat(CONTENT_FORMAT.senmlJson, SENML_JSON),
    senmlFormat(CONTENT_FORMAT.senmlCbor, SENML_CBOR),
    tlvFormat(CONTENT_FORMAT.tlv),
    lwm2mJsonFormat(CONTENT_FORMAT.json),
    { ...singleValueFormat(CONTENT_FORMAT.oldText, plainText), writable: false },
    { ...tlvFormat(CONTENT_FORMAT.oldTlv), writable: false },
    { ...lwm2mJsonFormat(CONTENT_FORMAT.oldJson), writable: false },
  ].map((format) => [format.number, guarded(format)]),
);

/** The format of that number, where this project reads and writes it. */
export function findFormat(number: number): Format | undefined {
  return FORMATS.get(number);
}

/** The same, throwing `unsupportedFormat` where there is none. */
export function formatOf(number: number): Format {
  const format = findFormat(number);
  if (format === undefined) {
    throw new Lwm2mError(
      "unsupportedFormat",
      `content format ${number} (${contentFormatName(number)}) is not supported`,
    );
  }
  return format;
}

/** The numbers of all formats that this project reads and writes, old numbers left out. */
export const SUPPORTED_FORMATS: readonly number[] = [...FORMATS.values()]
  .filter(({ writable }) => writable)
  .map(({ number }) => number);

/** The same, which refuses to encode what it does not carry. */
function guarded(format: Format): Format {
  const { number, carries, encode } = format;
  return {
    ...format,
    encode(node) {
      if (!carries(node)) throw notCarried(number, node.path);
      return encode(node);
    },
  };
}

/** Text, opaque and CBOR: one value of one resource. */
function singleValueFormat(number: number, codec: SingleValueCodec): Format {
  const carries = (node: ContentNode): boolean =>
    (node.kind === "resourceInstance" || (node.kind === "resource" && !node.resource.multiple)) &&
    codec.carries(node.resource);
  return {
    number,
    writable: true,
    carries,
    encode(node) {
      const { resource, value } = node as ContentNode & { kind: "resourceInstance" };
      return codec.encode(resource, value, node.path);
    },
    decode(path, bytes, lookup) {
      const definition = definitionAt(path, lookup);
      if (path.resourceId === undefined) throw notCarried(number, path);
      const resource = resourceAt(definition, path);
      const kind = path.resourceInstanceId === undefined ? "resource" : "resourceInstance";
      if (resource.multiple && kind === "resource") throw notCarried(number, path);
      return { kind, path, definition, resource, value: codec.decode(resource, bytes, path) };
    },
  };
}

function tlvFormat(number: number): Format {
  return {
    number,
    writable: true,
    carries: hasValues,
    encode: encodeTlvNode,
    decode: decodeTlvNode,
  };
}

/** Every record names its place: what comes back is an object's instances by id, never one to be created without. */
function senmlFormat(number: number, form: SenmlForm): Format {
  return {
    number,
    writable: true,
    carries: hasNames,
    encode: (node) => encodeSenml(form, senmlRecords(node)),
    encodeTimed: (samples) => encodeSenml(form, samples.flatMap(timedRecords)),
    decode(path, bytes, lookup, options) {
      const place = placeAt(path, lookup);
      return nodeOfRecords(place, decodeSenml(form, bytes), options);
    },
  };
}

function lwm2mJsonFormat(number: number): Format {
  return {
    number,
    writable: true,
    carries: hasNames,
    encode: encodeLwm2mJson,
    encodeTimed: encodeTimedLwm2mJson,
    decode(path, bytes, lookup, options) {
      const place = placeAt(path, lookup);
      return nodeOfRecords(place, decodeLwm2mJson(path, place.definition, bytes), options);
    },
  };
}

function hasValues(node: ContentNode): boolean {
  return node.kind === "object" || node.kind === "instance" || node.resource.type !== "none";
}

/** An instance whose id the device is to choose has no name for its records. */
function hasNames(node: ContentNode): boolean {
  return hasValues(node) && (node.kind !== "instance" || node.path.instanceId !== undefined);
}

function timedRecords({ node, timeSeconds }: TimedNode): SenmlRecord[] {
  return senmlRecords(node).map((record) => ({ ...record, time: timeSeconds }));
}

interface Place {
  readonly path: Path;
  readonly definition: ObjectDefinition;
  readonly resource?: ResourceDefinition;
}

function placeAt(path: Path, lookup: DefinitionLookup): Place {
  const definition = definitionAt(path, lookup);
  if (path.resourceId === undefined) return { path, definition };
  return { path, definition, resource: resourceAt(definition, path) };
}

function nodeOfRecords(
  { path, definition, resource }: Place,
  records: readonly SenmlRecord[],
  options: DecodeOptions = {},
): ContentNode {
  const instances = senmlInstances(definition, path, records, options);
  if (path.instanceId === undefined) return { kind: "object", path, definition, instances };
  const values = instances.get(path.instanceId) ?? new Map<number, ResourceValue>();
  if (resource === undefined) return { kind: "instance", path, definition, values };
  const value = values.get(resource.id) ?? (resource.multiple ? new Map<number, SingleValue>() : undefined);
  const { resourceInstanceId } = path;
  const single = value instanceof Map && resourceInstanceId !== undefined ? value.get(resourceInstanceId) : value;
  if (single === undefined) throw new Lwm2mError("malformed", `there is no value for ${formatPath(path)}`, { path });
  if (resourceInstanceId === undefined) return { kind: "resource", path, definition, resource, value: single };
  return { kind: "resourceInstance", path, definition, resource, value: single as SingleValue };
}

function encodeTlvNode(node: ContentNode): Uint8Array {
  const { path } = node;
  switch (node.kind) {
    case "object":
      return encodeObjectTlv(node.definition, node.instances);
    case "instance":
      return encodeTlv(resourceEntries(node.definition, node.values, path));
    case "resource":
      return encodeTlv([resourceEntry(node.resource, node.value, path)]);
    case "resourceInstance":
      return encodeTlv([resourceInstanceEntry(node.resource, path.resourceInstanceId!, node.value, path)]);
  }
}

function decodeTlvNode(
  path: Path,
  bytes: Uint8Array,
  lookup: DefinitionLookup,
  options: DecodeOptions = {},
): ContentNode {
  const definition = definitionAt(path, lookup);
  const entries = decodeTlv(bytes);
  const first = entries[0];
  if (path.instanceId === undefined) {
    return first === undefined || first.kind === "objectInstance"
      ? { kind: "object", path, definition, instances: instancesOf(definition, entries, options) }
      : { kind: "instance", path, definition, values: resourcesOf(definition, entries, path, options) };
  }
  if (path.resourceId === undefined) {
    // The instance's own entry may be there although the path names it.
    const resources =
      first?.kind === "objectInstance" && only(first.id, path.instanceId, entries.length, path)
        ? first.entries
        : entries;
    return { kind: "instance", path, definition, values: resourcesOf(definition, resources, path, options) };
  }
  const resource = resourceAt(definition, path);
  if (path.resourceInstanceId === undefined) {
    // A multiple resource may come without its own entry, also when it is empty.
    if (resource.multiple && (first === undefined || first.kind === "resourceInstance")) {
      return { kind: "resource", path, definition, resource, value: resourceInstancesOf(resource, entries, path) };
    }
    only(first?.id, path.resourceId, entries.length, path);
    return { kind: "resource", path, definition, resource, value: resourceOf(resource, first!, path) };
  }
  const holder = first?.kind === "multipleResource" && only(first.id, path.resourceId, entries.length, path);
  const inner = holder ? first.entries : entries;
  only(inner[0]?.id, path.resourceInstanceId, inner.length, path);
  const { resourceInstanceId, ...resourcePath } = path;
  const value = resourceInstancesOf(resource, inner, resourcePath).get(resourceInstanceId!)!;
  return { kind: "resourceInstance", path, definition, resource, value };
}

/** True when the payload is one entry with the id of the path; throws otherwise. */
function only(id: number | undefined, wanted: number, count: number, path: Path): true {
  if (count === 1 && id === wanted) return true;
  const found = count === 1 ? `one with id ${id}` : `${count}`;
  throw new Lwm2mError("malformed", `${formatPath(path)} wants one TLV entry with id ${wanted}, got ${found}`, {
    path,
  });
}

function definitionAt(path: Path, lookup: DefinitionLookup): ObjectDefinition {
  if (path.objectId === undefined) throw new Lwm2mError("badPath", "/ takes no content of its own", { path });
  const definition = lookup(path.objectId);
  if (definition === undefined) throw new Lwm2mError("unknownObject", `there is no object ${path.objectId}`, { path });
  return definition;
}

function resourceAt(definition: ObjectDefinition, path: Path): ResourceDefinition {
  const resource = findResource(definition, path.resourceId!);
  if (resource === undefined) {
    throw new Lwm2mError("unknownResource", `object ${definition.id} has no resource ${path.resourceId}`, { path });
  }
  if (path.resourceInstanceId !== undefined && !resource.multiple) {
    throw new Lwm2mError("badPath", `${formatPath(path)}: the resource is not multiple`, { path });
  }
  return resource;
}

function notCarried(number: number, path: Path): Lwm2mError {
  const reason = `content format ${number} (${contentFormatName(number)}) cannot carry ${formatPath(path)}`;
  return new Lwm2mError("unsupportedFormat", reason, { path });
}
