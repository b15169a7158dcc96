/**
 * What a CoAP payload of LwM2M says, for people: values by path in whatever format they came, links, text. Secrets are
 * replaced, and of octets that may hold one nothing is shown but how many they are.
 */
import { isSecretPath, REDACTED } from "../../trace/redact.ts";
import { type Block, blockOffset } from "../coap/block.ts";
import { CODE, isRequest, isSuccess } from "../coap/codes.ts";
import { readOptions } from "../coap/optionFields.ts";
import type { CoapMessage, MessageTarget, PayloadDescriber } from "../coap/types.ts";
import { type CompositeFormat, findCompositeFormat } from "./composite.ts";
import { CONTENT_FORMAT, contentFormatName } from "./contentFormat.ts";
import { findFormat } from "./formats.ts";
import { decodeLinks } from "./linkFormat.ts";
import type { ContentNode, DefinitionLookup, Path, ResourceValue, SingleValue } from "./model.ts";
import { findResource } from "./objects/index.ts";
import { OSCORE } from "./objects/oscore.ts";
import { SECURITY } from "./objects/security.ts";
import { formatPath, parsePathSegments } from "./path.ts";
import { type ShownValue, shownOctets, shownText, shownValue } from "./shownValue.ts";

/** Values, links and paths of one payload that are shown. */
const MAX_SHOWN = 200;

export interface DescribedPayload {
  /** Of this message. */
  readonly octets: number;
  /** Media type, where the message or its place says one. */
  readonly format?: string;
  /** Which octets of the whole representation these are, where it goes block by block. */
  readonly block?: { readonly from: number; readonly to: number; readonly more: boolean };
  readonly values?: Readonly<Record<string, ShownValue | null>>;
  /** Values with their times: seconds since 1970, or relative to now. */
  readonly samples?: readonly { readonly path: string; readonly value: ShownValue; readonly time?: number }[];
  /** What a composite read asks for. */
  readonly paths?: readonly string[];
  readonly links?: readonly { readonly target: string; readonly attributes: Readonly<Record<string, string | true>> }[];
  readonly text?: string;
  /** Beginning of what is not decoded. */
  readonly hex?: string;
  /** How many values, links or paths are not shown. */
  readonly more?: number;
  /** Why it could not be decoded. */
  readonly error?: string;
}

type Content = Omit<DescribedPayload, "octets" | "format">;

/** @param lookup the definitions that the device has. */
export function payloadDescriber(lookup: DefinitionLookup): PayloadDescriber {
  return (message, target) => {
    const read = readOptions(message.options);
    const place = { message, target, lookup, contentFormat: read.contentFormat };
    const block = isRequest(message.code) ? read.block1 : read.block2;
    const isPart = block !== undefined && (block.num > 0 || block.more);
    const content = isPart ? partOf(place, block) : contentOf(place);
    const octets = message.payload.length;
    return {
      octets,
      ...(read.contentFormat !== undefined && { format: contentFormatName(read.contentFormat) }),
      ...content,
    } satisfies DescribedPayload;
  };
}

interface Place {
  readonly message: CoapMessage;
  readonly target: MessageTarget | undefined;
  readonly lookup: DefinitionLookup;
  readonly contentFormat: number | undefined;
}

function partOf(place: Place, block: Block): Content {
  const from = blockOffset(block);
  const { payload } = place.message;
  return { block: { from, to: from + payload.length, more: block.more }, ...octetsOf(place) };
}

function contentOf(place: Place): Content {
  const { message, target, contentFormat } = place;
  // RFC 7252 §5.5.2: an error carries a diagnostic message.
  if (!isRequest(message.code) && !isSuccess(message.code)) return { text: textOf(message) };
  try {
    return decoded(place) ?? octetsOf(place);
  } catch (error) {
    // What was wrong with a key is not for everyone.
    const why = mayHoldSecrets(target, contentFormat) ? "not decoded" : (error as Error).message;
    return { ...octetsOf(place), error: shownText(why) };
  }
}

function decoded(place: Place): Content | undefined {
  const { message, target, lookup, contentFormat } = place;
  if (contentFormat === CONTENT_FORMAT.link) return linksOf(textOf(message));
  const composite = contentFormat === undefined ? undefined : findCompositeFormat(contentFormat);
  if (composite !== undefined) return compositeContent(composite, place);
  const path = target === undefined ? undefined : parsePathSegments(target.path);
  if (path?.objectId === undefined)
    return contentFormat === CONTENT_FORMAT.text ? { text: textOf(message) } : undefined;
  if (path.resourceId !== undefined && target?.method === CODE.POST && isRequest(message.code)) {
    // §6.3.8: an Execute's arguments are text.
    return { text: isSecretPath(formatPath(path)) ? REDACTED : textOf(message) };
  }
  const format = findFormat(contentFormat ?? CONTENT_FORMAT.text);
  if (format === undefined) return undefined;
  return valuesOf(leavesOf(format.decode(path, message.payload, lookup, { unknownResources: "skip" })));
}

/** Every record of these formats names its own place. */
function compositeContent(format: CompositeFormat, { message, target, lookup }: Place): Content {
  const { payload, code } = message;
  if (isRequest(code) && code === CODE.FETCH) {
    const paths = format.decodePaths(payload).map(formatPath);
    return { paths: paths.slice(0, MAX_SHOWN), ...moreThan(paths.length) };
  }
  if (isRequest(code) && target?.method === CODE.IPATCH) {
    return valuesOf(
      format
        .decodeWrites(payload, lookup)
        .map(({ path, value }) => [path, value === null ? null : show(path, value, lookup)]),
    );
  }
  const records = format.decode(payload, lookup);
  if (records.every(({ time }) => time === undefined)) {
    return valuesOf(records.map(({ path, value }) => [path, show(path, value, lookup)]));
  }
  const samples = records.slice(0, MAX_SHOWN).map(({ path, value, time }) => ({
    path: formatPath(path),
    value: show(path, value, lookup),
    ...(time !== undefined && { time }),
  }));
  return { samples, ...moreThan(records.length) };
}

type ShownLeaf = readonly [path: Path, value: ShownValue | null];

function valuesOf(leaves: readonly ShownLeaf[]): Content {
  const shown = leaves.slice(0, MAX_SHOWN).map(([path, value]) => [formatPath(path), value] as const);
  return { values: Object.fromEntries(shown), ...moreThan(leaves.length) };
}

function leavesOf(node: ContentNode): ShownLeaf[] {
  const { path, definition } = node;
  const lookup = () => definition;
  const resource = (at: Path, value: ResourceValue): ShownLeaf[] => {
    if (!(value instanceof Map)) return [[at, show(at, value as SingleValue, lookup)]];
    return Array.from(value as ReadonlyMap<number, SingleValue>, ([resourceInstanceId, single]) => {
      const below = { ...at, resourceInstanceId };
      return [below, show(below, single, lookup)];
    });
  };
  const instance = (at: Path, values: ReadonlyMap<number, ResourceValue>): ShownLeaf[] =>
    // An instance that is to be created has no id yet; it is shown as the first.
    Array.from(values).flatMap(([resourceId, value]) =>
      resource({ objectId: definition.id, instanceId: at.instanceId ?? 0, resourceId }, value),
    );
  switch (node.kind) {
    case "object":
      return Array.from(node.instances).flatMap(([instanceId, values]) => instance({ ...path, instanceId }, values));
    case "instance":
      return instance(path, node.values);
    default:
      return resource(path, node.value);
  }
}

function show(path: Path, value: SingleValue, lookup: DefinitionLookup): ShownValue {
  if (isSecretPath(formatPath(path))) return REDACTED;
  const definition = path.objectId === undefined ? undefined : lookup(path.objectId);
  const resource = definition && path.resourceId !== undefined && findResource(definition, path.resourceId);
  return shownValue(resource ? resource.type : "opaque", value);
}

function linksOf(text: string): Content {
  const links = decodeLinks(text);
  return { links: links.slice(0, MAX_SHOWN), ...moreThan(links.length) };
}

function octetsOf({ message, target, contentFormat }: Place): Content {
  return mayHoldSecrets(target, contentFormat) ? {} : { hex: shownOctets(message.payload).hex };
}

/** Content of the objects of keys, of several objects, and of a place that is not known. */
function mayHoldSecrets(target: MessageTarget | undefined, contentFormat: number | undefined): boolean {
  if (target === undefined) return true;
  if (contentFormat === CONTENT_FORMAT.link) return false;
  const path = parsePathSegments(target.path);
  if (path === undefined) return false;
  return path.objectId === undefined || path.objectId === SECURITY.id || path.objectId === OSCORE.id;
}

function textOf({ payload }: CoapMessage): string {
  return shownText(new TextDecoder().decode(payload));
}

function moreThan(count: number): { readonly more?: number } {
  return count > MAX_SHOWN ? { more: count - MAX_SHOWN } : {};
}
