/**
 * LwM2M JSON, content format 11543, the form of LwM2M 1.0 (OMA LwM2M Core 1.1 §7.4.6, TS 1.0.2 §6.4.4): one base name
 * and base time, and a list of entries below them.
 *
 *     {"bn":"/3/0/","bt":1700000000,"e":[{"n":"9","v":80},{"n":"7/0","v":3800,"t":-5},{"n":"16","sv":"U"}]}
 */
import { Lwm2mError } from "./errors.ts";
import { exactNumber, formatNumber, parseExactJson } from "./exactJson.ts";
import type { ContentNode, ObjectDefinition, Path, SingleValue } from "./model.ts";
import { findResource } from "./objects/index.ts";
import { containsPath, formatPath, MAX_ID, parsePath } from "./path.ts";
import { parseObjectLink, sumOfTimes } from "./senmlFields.ts";
import { senmlRecords } from "./senmlModel.ts";
import { MAX_SENML_RECORDS, type SenmlRecord } from "./senmlRecord.ts";
import { encodeUtf8 } from "./utf8.ts";

/** A node as it was at a time. */
export interface TimedNode {
  readonly node: ContentNode;
  /** Since 1970. */
  readonly timeSeconds: number;
}

const VALUE_FIELDS = ["v", "sv", "bv", "ov"] as const;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

type Fields = Readonly<Record<string, unknown>>;

export function encodeLwm2mJson(node: ContentNode): Uint8Array {
  return encodeDocument(baseName(node), undefined, entriesOf(node));
}

/** Nodes of one path; the newest time is the base time, others are told by their distance to it. */
export function encodeTimedLwm2mJson(samples: readonly TimedNode[]): Uint8Array {
  const [first] = samples;
  if (first === undefined) return encodeDocument(undefined, undefined, []);
  const newest = Math.max(...samples.map(({ timeSeconds }) => timeSeconds));
  const entries = samples.flatMap(({ node, timeSeconds }) => entriesOf(node, timeSeconds - newest));
  return encodeDocument(baseName(first.node), newest, entries);
}

/**
 * The records that a document gives for `path`, base name and base time resolved. Throws `malformed`, `tooLarge` or
 * `unknownResource`.
 */
export function decodeLwm2mJson(path: Path, definition: ObjectDefinition, bytes: Uint8Array): SenmlRecord[] {
  const document = fieldsOf(parseExactJson(bytes, "LwM2M JSON"));
  const { e: entries } = document;
  if (!Array.isArray(entries)) throw malformed('"e" is no list of entries');
  if (entries.length > MAX_SENML_RECORDS) {
    throw new Lwm2mError("tooLarge", `LwM2M JSON: ${entries.length} entries, allowed are ${MAX_SENML_RECORDS}`);
  }
  const name = textField(document, "bn") ?? "";
  const baseTime = timeField(document, "bt");
  return entries.map((entry, index) => {
    const fields = fieldsOf(entry, index);
    const at = pathAt(path, name + (textField(fields, "n", index) ?? ""), index);
    const time = sumOfTimes(baseTime, timeField(fields, "t", index));
    const value = entryValue(fields, definition, at, index);
    return time === undefined ? { path: at, value } : { path: at, value, time };
  });
}

function encodeDocument(bn: string | undefined, bt: number | undefined, entries: readonly string[]): Uint8Array {
  const base = [...(bn === undefined ? [] : [`"bn":"${bn}"`]), ...(bt === undefined ? [] : [`"bt":${bt}`])];
  return encodeUtf8(`{${[...base, `"e":[${entries.join(",")}]`].join(",")}}`);
}

/** Names in the list go on from here: after a slash, but for the one value of a single resource. */
function baseName(node: ContentNode): string {
  const name = formatPath(node.path);
  return isOneValue(node) ? name : `${name}/`;
}

function isOneValue(node: ContentNode): boolean {
  return node.kind === "resourceInstance" || (node.kind === "resource" && !node.resource.multiple);
}

function entriesOf(node: ContentNode, offset = 0): string[] {
  const base = baseName(node);
  // To the millisecond, which is what clocks tell.
  const time = offset === 0 ? [] : [`"t":${Math.round(offset * 1000) / 1000}`];
  return senmlRecords(node).map(({ path, value }) => {
    const name = isOneValue(node) ? [] : [`"n":"${formatPath(path).slice(base.length)}"`];
    return `{${[...name, ...time, valueField(value)].join(",")}}`;
  });
}

function valueField(value: SingleValue): string {
  if (typeof value === "boolean") return `"bv":${value}`;
  if (typeof value === "string") return `"sv":${JSON.stringify(value)}`;
  if (value instanceof Uint8Array) return `"sv":"${Buffer.from(value).toString("base64")}"`;
  if (typeof value === "object") return `"ov":"${value.objectId}:${value.instanceId}"`;
  return `"v":${formatNumber(value)}`;
}

function fieldsOf(item: unknown, index?: number): Fields {
  if (typeof item === "object" && item !== null && !Array.isArray(item)) return item as Fields;
  throw malformed("not an object", index);
}

/** What a text means is for the resource's type to say: octets are base64. */
function entryValue(fields: Fields, definition: ObjectDefinition, path: Path, index: number): SingleValue {
  const [name, more] = VALUE_FIELDS.filter((field) => Object.hasOwn(fields, field));
  if (name === undefined) throw malformed("no value", index);
  if (more !== undefined) throw malformed("more than one value", index);
  const opaque = findResource(definition, path.resourceId!)?.type === "opaque";
  const value = readValue(name, fields[name], opaque);
  if (value === undefined) throw malformed(`"${name}" is not what it has to be`, index);
  return value;
}

function readValue(name: (typeof VALUE_FIELDS)[number], value: unknown, opaque: boolean): SingleValue | undefined {
  if (name === "v") return exactNumber(value);
  if (name === "bv") return typeof value === "boolean" ? value : undefined;
  if (typeof value !== "string") return undefined;
  if (name === "ov") return parseObjectLink(value);
  if (!opaque) return value;
  return BASE64.test(value) ? new Uint8Array(Buffer.from(value, "base64")) : undefined;
}

/** A name without a leading slash is relative to the path asked for, as drafts and some servers have it. */
function pathAt(asked: Path, name: string, index: number): Path {
  const whole = name.startsWith("/") ? name : [formatPath(asked), ...(name === "" ? [] : [name])].join("/");
  try {
    const path = parsePath(whole);
    if (path.resourceId !== undefined && containsPath(asked, path)) return path;
  } catch (cause) {
    if (!(cause instanceof Lwm2mError)) throw cause;
  }
  throw malformed(`its name is no path of a resource in ${formatPath(asked)} with ids 0 to ${MAX_ID}`, index);
}

function textField(fields: Fields, name: string, index?: number): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === undefined || typeof value === "string") return value;
  throw malformed(`"${name}" is not text`, index);
}

function timeField(fields: Fields, name: string, index?: number): number | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
  throw malformed(`"${name}" is no time`, index);
}

function malformed(reason: string, index?: number): Lwm2mError {
  return new Lwm2mError("malformed", `LwM2M JSON${index === undefined ? "" : `, entry ${index}`}: ${reason}`);
}
