/** SenML as CBOR, content format 112 (RFC 8428 §6; OMA LwM2M Core 1.1 §7.4.5): the records of `senmlJson.ts`, labelled by number. */
import { CborReader } from "./cborReader.ts";
import { CborWriter } from "./cborWriter.ts";
import type { SingleValue } from "./model.ts";
import {
  checkFieldName,
  checkRecordCount,
  decodeSenml,
  encodeSenml,
  malformed,
  type PackedEntry,
  SENML_LABELS,
  type SenmlField,
  type SenmlFields,
  type SenmlForm,
} from "./senmlFields.ts";
import type { SenmlRecord } from "./senmlRecord.ts";

const FIELDS: ReadonlyMap<unknown, SenmlField> = new Map(
  Object.entries(SENML_LABELS).map(([name, label]) => [label, name as SenmlField]),
);
/** Stands for an item that no field can be. */
const NO_FIELD_VALUE = Object.freeze({});
/** RFC 8949 §3.4.4. */
const DECIMAL_FRACTION = 4;
const MAX_DECIMAL_EXPONENT = 400;

export const SENML_CBOR: SenmlForm = {
  write: writeFields,
  read: readFields,
  number: (value) => (typeof value === "number" || typeof value === "bigint" ? value : undefined),
  octets: (value) => (value instanceof Uint8Array ? value : undefined),
};

/** Consecutive records of one object instance share their base name; a Float is a float whatever its value. */
export function encodeSenmlCbor(records: readonly SenmlRecord[]): Uint8Array {
  return encodeSenml(SENML_CBOR, records);
}

/** Base fields are resolved. Throws `malformed` or `tooLarge`. */
export function decodeSenmlCbor(bytes: Uint8Array): SenmlRecord[] {
  return decodeSenml(SENML_CBOR, bytes);
}

function writeFields(entries: readonly PackedEntry[]): Uint8Array {
  const writer = new CborWriter().array(entries.length);
  for (const { bn, bt, n, t, u, value, float } of entries) {
    writer.map(count(bn) + count(bt) + count(n) + count(t) + count(u) + count(value));
    if (bn !== undefined) writer.integer(SENML_LABELS.bn).text(bn);
    if (bt !== undefined) writeNumber(writer.integer(SENML_LABELS.bt), bt);
    if (n !== undefined) writer.integer(SENML_LABELS.n).text(n);
    if (t !== undefined) writeNumber(writer.integer(SENML_LABELS.t), t);
    if (u !== undefined) writer.integer(SENML_LABELS.u).text(u);
    if (value !== undefined) writeValue(writer, value, float);
  }
  return writer.finish();
}

function count(field: unknown): 0 | 1 {
  return field === undefined ? 0 : 1;
}

function writeValue(writer: CborWriter, value: SingleValue | null, float: boolean): void {
  if (value === null) writer.integer(SENML_LABELS.v).null();
  else if (typeof value === "boolean") writer.integer(SENML_LABELS.vb).boolean(value);
  else if (typeof value === "string") writer.integer(SENML_LABELS.vs).text(value);
  else if (value instanceof Uint8Array) writer.integer(SENML_LABELS.vd).bytes(value);
  else if (typeof value === "object") writer.text(SENML_LABELS.vlo).text(`${value.objectId}:${value.instanceId}`);
  else if (float) writer.integer(SENML_LABELS.v).float(Number(value));
  else writeNumber(writer.integer(SENML_LABELS.v), value);
}

function writeNumber(writer: CborWriter, value: number | bigint): void {
  const whole = typeof value === "bigint" || (Number.isSafeInteger(value) && !Object.is(value, -0));
  if (whole) writer.integer(value);
  else writer.float(value);
}

function readFields(bytes: Uint8Array): readonly SenmlFields[] {
  const reader = new CborReader(bytes);
  if (reader.kind !== "array") throw malformed("want a list of records");
  const items: SenmlFields[] = [];
  reader.eachItem((index) => {
    checkRecordCount(index + 1);
    items.push(readRecord(reader, index));
  });
  reader.end();
  return items;
}

function readRecord(reader: CborReader, index: number): SenmlFields {
  if (reader.kind !== "map") throw malformed("not a map", index);
  const fields: Partial<Record<SenmlField, unknown>> = {};
  reader.eachEntry(() => {
    const name = FIELDS.get(readLabel(reader, index));
    // RFC 8949 §5.6.
    if (name !== undefined && fields[name] !== undefined) throw malformed(`"${name}" comes twice`, index);
    if (name === undefined) reader.skip();
    else fields[name] = readFieldValue(reader, index);
  });
  return fields;
}

/** RFC 8428 §6: an integer for a field of the RFC, text for any other. */
function readLabel(reader: CborReader, index: number): unknown {
  const { kind } = reader;
  if (kind === "unsigned" || kind === "negative") return reader.integer();
  if (kind !== "text") throw malformed("a label that is neither an integer nor text", index);
  const label = reader.text();
  checkFieldName(label, index);
  return label;
}

function readFieldValue(reader: CborReader, index: number): unknown {
  switch (reader.kind) {
    case "unsigned":
    case "negative":
      return reader.integer();
    case "float":
      return reader.float();
    case "text":
      return reader.text();
    case "bytes":
      return reader.bytes();
    case "boolean":
      return reader.boolean();
    case "null":
      return reader.null();
    case "tag":
      return reader.tag((tag) => readDecimalFraction(reader, tag, index));
    default:
      reader.skip();
      return NO_FIELD_VALUE;
  }
}

/** RFC 8428 §6: numbers may also be decimal fractions, an exponent of ten and a mantissa. */
function readDecimalFraction(reader: CborReader, tag: number | bigint, index: number): number {
  const parts: (number | bigint)[] = [];
  if (tag !== DECIMAL_FRACTION || reader.kind !== "array") throw malformed("a tag that is none of a number", index);
  reader.eachItem(() => {
    if (reader.kind !== "unsigned" && reader.kind !== "negative") throw malformed("a fraction of no integers", index);
    parts.push(reader.integer());
  });
  const [exponent, mantissa] = parts;
  if (exponent === undefined || mantissa === undefined || parts.length > 2) throw malformed("no fraction", index);
  if (Math.abs(Number(exponent)) > MAX_DECIMAL_EXPONENT) throw malformed("a fraction out of range", index);
  return Number(`${mantissa}e${exponent}`);
}
