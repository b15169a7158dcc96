/** Single values as CBOR, content format 60 (OMA LwM2M Core 1.1 §7.4.3 and Appendix C, column "CBOR format"). */
import { CborReader } from "./cborReader.ts";
import { CborWriter } from "./cborWriter.ts";
import { checkType, named } from "./checkValue.ts";
import { Lwm2mError } from "./errors.ts";
import type { ObjectLink, Path, ResourceDefinition, ResourceType, SingleValue } from "./model.ts";
import { parseObjectLink } from "./senmlFields.ts";

/** RFC 8949 §3.4.1, §3.4.2: a date as text, and seconds since 1970. */
const DATE_TEXT = 0;
const EPOCH_SECONDS = 1;
const DATE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d):([0-5]\d|60)(?:\.\d{1,9})?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Throws `typeMismatch` when the value is not of the resource's type. */
export function encodeCborValue(resource: ResourceDefinition, value: SingleValue, path?: Path): Uint8Array {
  checkType(resource, value, path);
  const writer = new CborWriter();
  CODECS[resource.type].write(writer, value);
  return writer.finish();
}

/** Throws `malformed` for octets that are not one item of CBOR, `typeMismatch` for an item of another type. */
export function decodeCborValue(resource: ResourceDefinition, bytes: Uint8Array, path?: Path): SingleValue {
  const reader = new CborReader(bytes);
  const value = read(reader, resource, path);
  reader.end();
  checkType(resource, value, path);
  return value;
}

function read(reader: CborReader, resource: ResourceDefinition, path?: Path): SingleValue {
  try {
    const value = CODECS[resource.type].read(reader);
    if (value !== undefined) return value;
  } catch (cause) {
    if (!(cause instanceof Lwm2mError) || cause.code !== "typeMismatch") throw cause;
  }
  throw new Lwm2mError("typeMismatch", `${named(resource, path)}: the CBOR item is no ${resource.type}`, { path });
}

interface CborCodec {
  write(writer: CborWriter, value: SingleValue): void;
  /** Undefined, or a thrown `typeMismatch`, when the item is no such value. */
  read(reader: CborReader): SingleValue | undefined;
}

const textCodec: CborCodec = {
  write: (writer, value) => writer.text(value as string),
  read: (reader) => reader.text(),
};

const integerCodec: CborCodec = {
  write: (writer, value) => writer.integer(value as number | bigint),
  read: (reader) => reader.integer(),
};

const CODECS: Readonly<Record<ResourceType, CborCodec>> = {
  string: textCodec,
  corelnk: textCodec,
  integer: integerCodec,
  unsigned: integerCodec,
  float: {
    write: (writer, value) => writer.float(value as number),
    // Servers that take 48 for a number do not tell it from 48.0.
    read: (reader) => (reader.kind === "float" ? reader.float() : Number(reader.integer())),
  },
  boolean: { write: (writer, value) => writer.boolean(value as boolean), read: (reader) => reader.boolean() },
  opaque: { write: (writer, value) => writer.bytes(value as Uint8Array), read: (reader) => reader.bytes() },
  time: {
    write: (writer, value) => writer.tag(EPOCH_SECONDS).integer(value as number | bigint),
    read: readTime,
  },
  objlnk: {
    write(writer, value) {
      const { objectId, instanceId } = value as ObjectLink;
      writer.text(`${objectId}:${instanceId}`);
    },
    read: (reader) => parseObjectLink(reader.text()),
  },
  none: { write() {}, read: () => undefined },
};

function readTime(reader: CborReader): SingleValue | undefined {
  if (reader.kind !== "tag") return reader.integer();
  return reader.tag((tag) => {
    if (tag === DATE_TEXT) return parseDate(reader.text());
    if (tag !== EPOCH_SECONDS) return undefined;
    return reader.kind === "float" ? reader.float() : reader.integer();
  });
}

/** RFC 3339; a fraction of a second is dropped. */
function parseDate(text: string): number | undefined {
  const [, minutes, seconds, sign, offsetHours, offsetMinutes] = DATE.exec(text.toUpperCase()) ?? [];
  if (minutes === undefined) return undefined;
  const atMinute = Date.parse(`${minutes}Z`);
  // `Date` takes 31 February for 2 March.
  if (Number.isNaN(atMinute) || !new Date(atMinute).toISOString().startsWith(minutes)) return undefined;
  const offset = Number(offsetHours ?? 0) * 3600 + Number(offsetMinutes ?? 0) * 60;
  return atMinute / 1000 + Number(seconds) - (sign === "-" ? -offset : offset);
}
