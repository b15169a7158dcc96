/**
 * The fields of SenML records, alike in JSON and CBOR: base fields shared out to the records that follow, and taken
 * together when writing (RFC 8428 §4). What differs between the two is a `SenmlForm`.
 */
import { Lwm2mError } from "./errors.ts";
import type { ObjectLink, Path, SingleValue } from "./model.ts";
import { formatPath, MAX_ID, parsePath } from "./path.ts";
import { MAX_SENML_RECORDS, type SenmlRecord } from "./senmlRecord.ts";

/** Names of the fields and their labels in CBOR (RFC 8428 §6; OMA LwM2M Core 1.1 §7.4.4 for `vlo`). */
export const SENML_LABELS = {
  bn: -2,
  bt: -3,
  bu: -4,
  bv: -5,
  bs: -6,
  bver: -1,
  n: 0,
  u: 1,
  v: 2,
  vs: 3,
  vb: 4,
  s: 5,
  t: 6,
  vd: 8,
  vlo: "vlo",
} as const;

export type SenmlField = keyof typeof SENML_LABELS;

/** A record's fields as they came, unchecked. */
export type SenmlFields = Readonly<Partial<Record<SenmlField, unknown>>>;

/** A record as it goes out. No value: a path alone; null: take away what is there (RFC 8790 §3.2). */
export interface SenmlEntry extends Omit<SenmlRecord, "value"> {
  readonly value?: SingleValue | null;
}

/** The same with its name and time as the fields that say them in a pack. */
export interface PackedEntry {
  readonly bn: string | undefined;
  readonly bt: number | undefined;
  readonly n: string | undefined;
  readonly t: number | undefined;
  readonly u: string | undefined;
  readonly value: SingleValue | null | undefined;
  readonly float: boolean;
}

/** SenML as JSON or as CBOR. */
export interface SenmlForm {
  write(entries: readonly PackedEntry[]): Uint8Array;
  /** Throws `malformed` or `tooLarge`. */
  read(bytes: Uint8Array): readonly SenmlFields[];
  /** A number field's value; undefined for what is none. */
  number(value: unknown): number | bigint | undefined;
  octets(value: unknown): Uint8Array | undefined;
}

export interface SenmlRemoval {
  readonly path: Path;
  readonly value: null;
}

const OBJECT_LINK = /^(\d{1,5}):(\d{1,5})$/;
const MAX_LINK_ID = 65_535;
/** What a record may carry one of. */
const VALUE_FIELDS = ["v", "vs", "vb", "vd", "vlo"] as const;
/** RFC 8428 §4.1: fields that change what a value means and that LwM2M does not use. */
const UNUSED_FIELDS = ["bv", "bs", "s"] as const;
const BASE_FIELDS = ["bn", "bt", "bu", "bver"] as const;
/** RFC 8790 §3.1: in a request for records these would choose among several at one place, which LwM2M does not have. */
const CHOOSING_FIELDS = ["bt", "t", "bu", "u"] as const;
/** RFC 8428 §4.4. */
const VERSION = 10;

export function encodeSenml(form: SenmlForm, entries: readonly SenmlEntry[]): Uint8Array {
  return form.write(pack(entries));
}

/** Base fields are resolved. Throws `malformed` or `tooLarge`. */
export function decodeSenml(form: SenmlForm, bytes: Uint8Array): SenmlRecord[] {
  return resolve(form, bytes, (item, index) => recordValue(form, item, index));
}

/** The same where `"v":null` takes a value away (RFC 8790 §3.2). */
export function decodeSenmlPatch(form: SenmlForm, bytes: Uint8Array): (SenmlRecord | SenmlRemoval)[] {
  return resolve<SingleValue | null>(form, bytes, (item, index) =>
    item.v === null ? null : recordValue(form, item, index),
  ) as (SenmlRecord | SenmlRemoval)[];
}

/** Each path by its whole name, without a value. */
export function encodeSenmlPaths(form: SenmlForm, paths: readonly Path[]): Uint8Array {
  const none = { bn: undefined, bt: undefined, t: undefined, u: undefined, value: undefined, float: false };
  return form.write(paths.map((path) => ({ ...none, n: formatPath(path) })));
}

/** The paths of a pack without values, `/` included. Throws `malformed` or `tooLarge`. */
export function decodeSenmlPaths(form: SenmlForm, bytes: Uint8Array): Path[] {
  let base = "";
  return form.read(bytes).map((item, index) => {
    checkFields(item, index);
    if (valueFieldOf(item, index) !== undefined) throw malformed("a value where a path alone belongs", index);
    const choosing = CHOOSING_FIELDS.find((field) => item[field] !== undefined);
    if (choosing !== undefined) throw malformed(`"${choosing}" chooses nothing in LwM2M`, index);
    const [bn, n] = [textField(item, "bn", index), textField(item, "n", index)];
    if (bn === undefined && n === undefined) throw malformed("neither a name nor a base name", index);
    base = bn ?? base;
    return pathAt(base + (n ?? ""), index);
  });
}

/** Consecutive records of one object instance share a base name; where all have a time, equal ones share a base time. */
function pack(entries: readonly SenmlEntry[]): PackedEntry[] {
  const timed = entries.every(({ time }) => time !== undefined);
  return entries.map(({ path, value, time, unit, float }, index) => {
    const before = entries[index - 1];
    const followed = sameInstance(path, entries[index + 1]?.path);
    const following = sameInstance(path, before?.path);
    const base = `/${path.objectId}/${path.instanceId}/`;
    const { resourceId, resourceInstanceId } = path;
    const name = resourceInstanceId === undefined ? `${resourceId}` : `${resourceId}/${resourceInstanceId}`;
    return {
      bn: following ? undefined : followed ? base : base + name,
      bt: timed && time !== before?.time ? time : undefined,
      n: followed || following ? name : undefined,
      t: timed ? undefined : time,
      u: unit,
      value,
      float: float === true,
    };
  });
}

function resolve<V extends SingleValue | null>(
  form: SenmlForm,
  bytes: Uint8Array,
  valueAt: (item: SenmlFields, index: number) => V | undefined,
): { path: Path; value: V; time?: number; unit?: string }[] {
  const items = form.read(bytes);
  const records: { path: Path; value: V; time?: number; unit?: string }[] = [];
  let name = "";
  let baseTime: number | undefined;
  let baseUnit: string | undefined;
  for (const [index, item] of items.entries()) {
    checkFields(item, index);
    name = textField(item, "bn", index) ?? name;
    baseTime = timeField(item, "bt", index) ?? baseTime;
    baseUnit = textField(item, "bu", index) ?? baseUnit;
    const value = valueAt(item, index);
    if (value === undefined) continue;
    const record: (typeof records)[number] = {
      path: pathAt(name + (textField(item, "n", index) ?? ""), index, "resource"),
      value,
    };
    const time = sumOfTimes(baseTime, timeField(item, "t", index));
    if (time !== undefined) record.time = time;
    const unit = textField(item, "u", index) ?? baseUnit;
    if (unit !== undefined) record.unit = unit;
    records.push(record);
  }
  return records;
}

/** Throws `tooLarge`. */
export function checkRecordCount(count: number): void {
  if (count <= MAX_SENML_RECORDS) return;
  throw new Lwm2mError("tooLarge", `SenML: ${count} records, allowed are ${MAX_SENML_RECORDS}`);
}

/** RFC 8428 §4.4: a field whose name ends with `_` has to be understood. */
export function checkFieldName(name: string, index: number): void {
  if (name.endsWith("_")) throw malformed("a field that has to be understood is not", index);
}

export function malformed(reason: string, index?: number): Lwm2mError {
  return new Lwm2mError("malformed", `SenML${index === undefined ? "" : `, record ${index}`}: ${reason}`);
}

/** "66:0"; undefined for what is none. */
export function parseObjectLink(text: string): ObjectLink | undefined {
  const [, objectId, instanceId] = OBJECT_LINK.exec(text)?.map(Number) ?? [];
  if (objectId === undefined || instanceId === undefined) return undefined;
  return objectId <= MAX_LINK_ID && instanceId <= MAX_LINK_ID ? { objectId, instanceId } : undefined;
}

/** A base time and what is added to it, to the microsecond: a sum of fractions would show more digits than it has. */
export function sumOfTimes(base: number | undefined, offset: number | undefined): number | undefined {
  if (base === undefined || offset === undefined) return base ?? offset;
  const sum = base + offset;
  return Number.isInteger(base) && Number.isInteger(offset) ? sum : Math.round(sum * 1e6) / 1e6;
}

function checkFields(item: SenmlFields, index: number): void {
  const unused = UNUSED_FIELDS.find((name) => item[name] !== undefined);
  if (unused !== undefined) throw malformed(`"${unused}" is not used in LwM2M`, index);
  const version = numberField(item, "bver", index);
  if (version !== undefined && version > VERSION) throw malformed(`"bver" is above ${VERSION}`, index);
}

/** Undefined for a record of base fields alone. */
function recordValue(form: SenmlForm, item: SenmlFields, index: number): SingleValue | undefined {
  const name = valueFieldOf(item, index);
  if (name === undefined) {
    if (BASE_FIELDS.some((field) => item[field] !== undefined)) return undefined;
    throw malformed("neither a value nor a base field", index);
  }
  const value = readValue(form, name, item[name]);
  if (value === undefined) throw malformed(`"${name}" is not what it has to be`, index);
  return value;
}

function valueFieldOf(item: SenmlFields, index: number): (typeof VALUE_FIELDS)[number] | undefined {
  let found: (typeof VALUE_FIELDS)[number] | undefined;
  for (const field of VALUE_FIELDS) {
    if (item[field] === undefined) continue;
    if (found !== undefined) throw malformed("more than one value", index);
    found = field;
  }
  return found;
}

function readValue(form: SenmlForm, name: (typeof VALUE_FIELDS)[number], value: unknown): SingleValue | undefined {
  if (name === "v") return form.number(value);
  if (name === "vb") return typeof value === "boolean" ? value : undefined;
  if (name === "vd") return form.octets(value);
  if (typeof value !== "string") return undefined;
  return name === "vlo" ? parseObjectLink(value) : value;
}

function textField(item: SenmlFields, name: SenmlField, index: number): string | undefined {
  const value = item[name];
  if (value === undefined || typeof value === "string") return value;
  throw malformed(`"${name}" is not text`, index);
}

function numberField(item: SenmlFields, name: SenmlField, index: number): number | undefined {
  const value = item[name];
  if (value === undefined || typeof value === "number") return value;
  throw malformed(`"${name}" is not a number`, index);
}

function timeField(item: SenmlFields, name: SenmlField, index: number): number | undefined {
  const time = numberField(item, name, index);
  if (time !== undefined && !Number.isFinite(time)) throw malformed(`"${name}" is out of range`, index);
  return time;
}

function pathAt(name: string, index: number, least: "any" | "resource" = "any"): Path {
  try {
    const path = parsePath(name);
    if (least === "any" || path.resourceId !== undefined) return path;
  } catch (cause) {
    if (!(cause instanceof Lwm2mError)) throw cause;
  }
  const what = least === "any" ? "path" : "path of a resource";
  throw malformed(`its name is no ${what} with ids 0 to ${MAX_ID}`, index);
}

function sameInstance(a: Path, b: Path | undefined): boolean {
  return b !== undefined && a.objectId === b.objectId && a.instanceId === b.instanceId;
}
