/**
 * SenML as JSON text, content format 110 (RFC 8428 §5; OMA LwM2M Core 1.1 §7.4.4): a list of records, each a path, a
 * value and perhaps a time. What the records mean for an object is `senmlModel.ts`.
 */
import { exactNumber, formatNumber, parseExactJson } from "./exactJson.ts";
import type { SingleValue } from "./model.ts";
import {
  checkFieldName,
  checkRecordCount,
  decodeSenml,
  encodeSenml,
  malformed,
  type PackedEntry,
  type SenmlFields,
  type SenmlForm,
} from "./senmlFields.ts";
import type { SenmlRecord } from "./senmlRecord.ts";
import { encodeUtf8 } from "./utf8.ts";

const BASE64URL = /^[A-Za-z0-9_-]*$/;

export const SENML_JSON: SenmlForm = {
  write: (entries) => encodeUtf8(`[${entries.map(recordText).join(",")}]`),
  read: readFields,
  number: exactNumber,
  octets: (value) => (typeof value === "string" ? octetsOf(value) : undefined),
};

/** Consecutive records of one object instance share their base name. */
export function encodeSenmlJson(records: readonly SenmlRecord[]): Uint8Array {
  return encodeSenml(SENML_JSON, records);
}

/** Base fields are resolved. Throws `malformed` or `tooLarge`. */
export function decodeSenmlJson(bytes: Uint8Array): SenmlRecord[] {
  return decodeSenml(SENML_JSON, bytes);
}

function recordText({ bn, bt, n, t, u, value }: PackedEntry): string {
  const fields: string[] = [];
  if (bn !== undefined) fields.push(`"bn":"${bn}"`);
  if (bt !== undefined) fields.push(`"bt":${bt}`);
  if (n !== undefined) fields.push(`"n":"${n}"`);
  if (t !== undefined) fields.push(`"t":${t}`);
  if (u !== undefined) fields.push(`"u":${JSON.stringify(u)}`);
  if (value !== undefined) fields.push(valueField(value));
  return `{${fields.join(",")}}`;
}

function valueField(value: SingleValue | null): string {
  if (value === null) return '"v":null';
  if (typeof value === "boolean") return `"vb":${value}`;
  if (typeof value === "string") return `"vs":${JSON.stringify(value)}`;
  if (value instanceof Uint8Array) return `"vd":"${Buffer.from(value).toString("base64url")}"`;
  if (typeof value === "object") return `"vlo":"${value.objectId}:${value.instanceId}"`;
  return `"v":${formatNumber(value)}`;
}

function readFields(bytes: Uint8Array): readonly SenmlFields[] {
  const items = parseExactJson(bytes, "SenML");
  if (!Array.isArray(items)) throw malformed("want a list of records");
  checkRecordCount(items.length);
  for (const [index, item] of items.entries()) {
    if (typeof item !== "object" || item === null || Array.isArray(item)) throw malformed("not an object", index);
    for (const name of Object.keys(item)) checkFieldName(name, index);
  }
  return items;
}

function octetsOf(text: string): Uint8Array | undefined {
  if (!BASE64URL.test(text) || text.length % 4 === 1) return undefined;
  return new Uint8Array(Buffer.from(text, "base64url"));
}
