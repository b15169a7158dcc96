/** Values as text, content format 0 (OMA LwM2M Core 1.1 §7.4.1 and Appendix C, column "Text format"). */
import { checkType, named } from "./checkValue.ts";
import { Lwm2mError } from "./errors.ts";
import type { ObjectLink, Path, ResourceDefinition, ResourceType, SingleValue } from "./model.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/** Throws `typeMismatch` when the value is not of the resource's type. */
export function encodePlainText(resource: ResourceDefinition, value: SingleValue, path?: Path): Uint8Array {
  return encodeUtf8(formatValue(resource, value, path));
}

/** Throws `malformed` for octets that are no UTF-8, `typeMismatch` for text that is no value of the type. */
export function decodePlainText(resource: ResourceDefinition, bytes: Uint8Array, path?: Path): SingleValue {
  return parseValue(resource, decodeUtf8(bytes), path);
}

/** The same as a string: also what people read and type. */
export function formatValue(resource: ResourceDefinition, value: SingleValue, path?: Path): string {
  checkType(resource, value, path);
  return FORMATS[resource.type].format(value);
}

export function parseValue(resource: ResourceDefinition, text: string, path?: Path): SingleValue {
  const { parse, wants } = FORMATS[resource.type];
  const value = parse(text);
  if (value === undefined) throw new Lwm2mError("typeMismatch", `${named(resource, path)} wants ${wants}`, { path });
  checkType(resource, value, path);
  return value;
}

interface TextFormat {
  readonly wants: string;
  format(value: SingleValue): string;
  /** Undefined when the text is no such value. */
  parse(text: string): SingleValue | undefined;
}

const SIGNED = /^[+-]?\d{1,20}$/;
const UNSIGNED = /^\+?\d{1,20}$/;
const DECIMAL = /^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,3})?$/;
const OBJECT_LINK = /^(\d{1,5}):(\d{1,5})$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const integerFormat: TextFormat = {
  wants: "a decimal integer",
  format: String,
  parse: (text) => (SIGNED.test(text) ? exactInteger(text) : undefined),
};

const textFormat: TextFormat = { wants: "text", format: (value) => value as string, parse: (text) => text };

const FORMATS: Readonly<Record<ResourceType, TextFormat>> = {
  string: textFormat,
  corelnk: textFormat,
  integer: integerFormat,
  time: { ...integerFormat, wants: "whole seconds since 1970" },
  unsigned: {
    wants: "a decimal integer without sign",
    format: String,
    parse: (text) => (UNSIGNED.test(text) ? exactInteger(text) : undefined),
  },
  float: {
    wants: "a decimal number",
    format: (value) => (Object.is(value, -0) ? "-0" : String(value)),
    parse: (text) => (DECIMAL.test(text) ? Number(text) : undefined),
  },
  boolean: {
    wants: "0 or 1",
    format: (value) => (value === true ? "1" : "0"),
    parse: (text) => (text === "1" ? true : text === "0" ? false : undefined),
  },
  opaque: {
    wants: "base64",
    format: (value) => Buffer.from(value as Uint8Array).toString("base64"),
    parse: (text) => (BASE64.test(text) ? new Uint8Array(Buffer.from(text, "base64")) : undefined),
  },
  objlnk: {
    wants: "an object link such as 66:0",
    format: (value) => `${(value as ObjectLink).objectId}:${(value as ObjectLink).instanceId}`,
    parse: parseObjectLink,
  },
  none: { wants: "no value: it can only be executed", format: () => "", parse: () => undefined },
};

/** A number where it is exact, a bigint beyond. */
function exactInteger(text: string): number | bigint {
  const number = Number(text);
  // BigInt() takes no plus sign.
  return Number.isSafeInteger(number) ? number + 0 : BigInt(text.replace(/^\+/, ""));
}

function parseObjectLink(text: string): ObjectLink | undefined {
  const match = OBJECT_LINK.exec(text);
  return match === null ? undefined : { objectId: Number(match[1]), instanceId: Number(match[2]) };
}
