/** Options as named values, both ways: what the endpoint reads and writes of a message's option list. */
import { type Block, decodeBlock, encodeBlock } from "./block.ts";
import {
  decodeText,
  decodeUint,
  encodeText,
  encodeUint,
  isCritical,
  OPTION,
  type OptionDefinition,
  optionDefinition,
} from "./options.ts";
import type { CoapOption } from "./types.ts";

export interface OptionFields {
  uriHost?: string | undefined;
  etags?: readonly Uint8Array[] | undefined;
  observe?: number | undefined;
  locationPath?: readonly string[] | undefined;
  path?: readonly string[] | undefined;
  contentFormat?: number | undefined;
  maxAge?: number | undefined;
  query?: readonly string[] | undefined;
  accept?: number | undefined;
  block2?: Block | undefined;
  block1?: Block | undefined;
  size2?: number | undefined;
  size1?: number | undefined;
}

/** What was read of an option list. */
export class ReadOptions implements OptionFields {
  uriHost: string | undefined = undefined;
  etags: Uint8Array[] = [];
  observe: number | undefined = undefined;
  locationPath: string[] = [];
  path: string[] = [];
  contentFormat: number | undefined = undefined;
  maxAge: number | undefined = undefined;
  query: string[] = [];
  accept: number | undefined = undefined;
  block2: Block | undefined = undefined;
  block1: Block | undefined = undefined;
  size2: number | undefined = undefined;
  size1: number | undefined = undefined;
  /** Proxy-Uri or Proxy-Scheme was there. */
  proxy = false;
  /** Number of the first critical option that was not understood (RFC 7252 §5.4.1). */
  unrecognised: number | undefined = undefined;
  /** A Block option with the reserved SZX 7 (RFC 7959 §2.2). */
  reservedBlock = false;
}

/** The options in ascending order of number. */
export function encodeOptions(fields: OptionFields): CoapOption[] {
  const options: CoapOption[] = [];
  const text = (definition: OptionDefinition, values: readonly string[] | undefined) => {
    if (values === undefined) return;
    for (const value of values) options.push({ number: definition.number, value: encodeText(value) });
  };
  const uint = (definition: OptionDefinition, value: number | undefined) => {
    if (value !== undefined) options.push({ number: definition.number, value: encodeUint(value) });
  };
  if (fields.uriHost !== undefined) text(OPTION.uriHost, [fields.uriHost]);
  if (fields.etags !== undefined) {
    for (const value of fields.etags) options.push({ number: OPTION.etag.number, value });
  }
  uint(OPTION.observe, fields.observe);
  text(OPTION.locationPath, fields.locationPath);
  text(OPTION.uriPath, fields.path);
  uint(OPTION.contentFormat, fields.contentFormat);
  uint(OPTION.maxAge, fields.maxAge);
  text(OPTION.uriQuery, fields.query);
  uint(OPTION.accept, fields.accept);
  if (fields.block2 !== undefined) uint(OPTION.block2, encodeBlock(fields.block2));
  if (fields.block1 !== undefined) uint(OPTION.block1, encodeBlock(fields.block1));
  uint(OPTION.size2, fields.size2);
  uint(OPTION.size1, fields.size1);
  return options;
}

/** Elective options that are unknown, of a wrong length or repeated against the rule are passed over. */
export function readOptions(options: readonly CoapOption[]): ReadOptions {
  const read = new ReadOptions();
  let previous = -1;
  for (let at = 0; at < options.length; at++) {
    const option = options[at]!;
    // RFC 7252 §5.4.5: a supernumerary option is treated like an unrecognised one; so is one of a wrong length (§5.4.3).
    const definition = optionDefinition(option.number);
    const understood =
      definition !== undefined &&
      option.value.length >= definition.min &&
      option.value.length <= definition.max &&
      (option.number !== previous || definition.repeatable === true) &&
      take(read, option);
    if (!understood && isCritical(option.number)) read.unrecognised ??= option.number;
    previous = option.number;
  }
  return read;
}

/** False when the endpoint does not serve the option or its value is malformed. */
function take(read: ReadOptions, { number, value }: CoapOption): boolean {
  switch (number) {
    case OPTION.uriHost.number:
      read.uriHost = decodeText(value);
      return read.uriHost !== undefined;
    case OPTION.etag.number:
      read.etags.push(value);
      return true;
    case OPTION.observe.number:
      read.observe = decodeUint(value);
      return true;
    case OPTION.uriPort.number:
    case OPTION.locationQuery.number:
      return true;
    case OPTION.locationPath.number:
      return addText(read.locationPath, value);
    case OPTION.uriPath.number:
      return addText(read.path, value);
    case OPTION.contentFormat.number:
      read.contentFormat = decodeUint(value);
      return true;
    case OPTION.maxAge.number:
      read.maxAge = decodeUint(value);
      return true;
    case OPTION.uriQuery.number:
      return addText(read.query, value);
    case OPTION.accept.number:
      read.accept = decodeUint(value);
      return true;
    case OPTION.block2.number:
      read.block2 = decodeBlock(decodeUint(value));
      read.reservedBlock ||= read.block2 === undefined;
      return true;
    case OPTION.block1.number:
      read.block1 = decodeBlock(decodeUint(value));
      read.reservedBlock ||= read.block1 === undefined;
      return true;
    case OPTION.size2.number:
      read.size2 = decodeUint(value);
      return true;
    case OPTION.size1.number:
      read.size1 = decodeUint(value);
      return true;
    case OPTION.proxyUri.number:
    case OPTION.proxyScheme.number:
      read.proxy = true;
      return true;
    default:
      // If-Match and If-None-Match: critical, and no resource here is conditional.
      return false;
  }
}

function addText(list: string[], value: Uint8Array): boolean {
  const text = decodeText(value);
  if (text === undefined) return false;
  list.push(text);
  return true;
}
