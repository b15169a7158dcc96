/** Operations on several places at once, and Send, as a management server writes and reads them (SenML). */
import { type CompositeFormat, findCompositeFormat } from "../services/lwm2m/composite.ts";
import { CONTENT_FORMAT } from "../services/lwm2m/contentFormat.ts";
import { Lwm2mError } from "../services/lwm2m/errors.ts";
import type { DefinitionLookup, SingleValue } from "../services/lwm2m/model.ts";
import { formatPath, parsePath } from "../services/lwm2m/path.ts";
import type { DeviceAnswer } from "./coapMessage.ts";
import type { Content } from "./deviceContent.ts";
import { TestbedError } from "./testbedError.ts";

/** One value that a device told. */
export interface ToldValue {
  /** `/3/0/9`, or `/3/0/7/0`. */
  readonly path: string;
  readonly value: SingleValue;
  /** Seconds: below 2^28 relative to now, from there on since 1970; absent where the device told none. */
  readonly time?: number;
}

/** Null takes a resource instance away, which the ETCH formats (320, 322) can say. */
export type CompositeValues = Readonly<Record<string, SingleValue | null>>;

/** How a composite is written: 110 (the default), 112, 320 or 322; `accept`: 110 or 112. */
export interface CompositeOptions {
  readonly contentFormat?: number;
  readonly accept?: number;
}

/** What a FETCH asks for. */
export function encodePaths(paths: readonly string[], contentFormat: number = CONTENT_FORMAT.senmlJson): Content {
  return { contentFormat, payload: formatOf(contentFormat).encodePaths(paths.map(parsePath)) };
}

/** What an iPATCH writes. Without a format SenML JSON, and its ETCH form where something is taken away. */
export function encodeValues(values: CompositeValues, lookup: DefinitionLookup, contentFormat?: number): Content {
  const writes = Object.entries(values).map(([path, value]) => ({ path: parsePath(path), value }));
  const takesAway = writes.some(({ value }) => value === null);
  const number = contentFormat ?? (takesAway ? CONTENT_FORMAT.senmlEtchJson : CONTENT_FORMAT.senmlJson);
  return { contentFormat: number, payload: formatOf(number).encodeWrites(writes, lookup) };
}

/**
 * The values in SenML, in order; undefined for another format or an object that is not known here. Throws `badAnswer`
 * for a payload that breaks its format's rules.
 */
export function toldValues(
  { contentFormat, payload }: Pick<DeviceAnswer, "contentFormat" | "payload">,
  lookup: DefinitionLookup,
): readonly ToldValue[] | undefined {
  const format = contentFormat === undefined ? undefined : findCompositeFormat(contentFormat);
  if (format?.answers !== true) return undefined;
  try {
    return format
      .decode(payload, lookup)
      .map(({ path, value, time }) => ({ path: formatPath(path), value, ...(time !== undefined && { time }) }));
  } catch (cause) {
    if (!(cause instanceof Lwm2mError)) throw cause;
    if (cause.code === "unknownObject" || cause.code === "unknownResource") return undefined;
    throw new TestbedError("badAnswer", `content format ${contentFormat}: ${cause.message}`, { cause });
  }
}

function formatOf(contentFormat: number): CompositeFormat {
  const format = findCompositeFormat(contentFormat);
  if (format !== undefined) return format;
  throw new TestbedError("badOption", `content format ${contentFormat} is none of a composite: 110, 112, 320 or 322`);
}
