/**
 * Object definitions as OMA's XML files (LWM2M-v1_1.xsd): reading a user's, writing ours for a server. Descriptions are
 * neither kept nor written.
 */
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { Lwm2mError } from "./errors.ts";
import type { ObjectDefinition, Operations, ResourceDefinition, ResourceType } from "./model.ts";
import { formatRangeText, parseRangeText } from "./rangeText.ts";

/** The largest file of the registry has 33 KiB. */
export const MAX_OBJECT_XML_CHARACTERS = 262_144;
export const MAX_RESOURCES = 1_024;
const MAX_NESTED_ELEMENTS = 16;
const MAX_UINT16 = 65_535;
/** A resource id is at most 65534, 65535 is reserved. */
const MAX_RESOURCE_ID = MAX_UINT16 - 1;

const TYPES: ReadonlyMap<string, ResourceType> = new Map([
  ["String", "string"],
  ["Integer", "integer"],
  ["Unsigned Integer", "unsigned"],
  ["Float", "float"],
  ["Boolean", "boolean"],
  ["Opaque", "opaque"],
  ["Time", "time"],
  ["Objlnk", "objlnk"],
  ["Corelnk", "corelnk"],
  ["", "none"],
]);
const TYPE_NAMES = new Map(Array.from(TYPES, ([name, type]) => [type, name]));
const OPERATIONS: readonly string[] = ["", "R", "W", "RW", "E"] satisfies Operations[];
const VERSION = /^\d{1,3}\.\d{1,3}$/;

/** The one object of a file. Throws `badDefinition` with the source, the element and the reason. */
export function loadObjectXml(text: string, source: string): ObjectDefinition {
  const definitions = loadObjectsXml(text, source);
  if (definitions.length !== 1) throw bad(source, "LWM2M", `want one Object, there are ${definitions.length}`);
  return definitions[0]!;
}

/** Every object of a file, at least one. Throws as `loadObjectXml` does. */
export function loadObjectsXml(text: string, source: string): ObjectDefinition[] {
  const root = parseXml(text, source);
  const objects = childrenOf(root, "LWM2M").flatMap((element) => childrenOf(element, "Object"));
  if (objects.length === 0) throw bad(source, "LWM2M/Object", "missing");
  return objects.map((object) => readObject(object, source));
}

/** XML that follows LWM2M-v1_1.xsd (or LWM2M.xsd, where the definition asks for LwM2M 1.0). */
export function exportObjectXml(definition: ObjectDefinition): string {
  const { id, name, urn, version, lwm2mVersion, resources } = definition;
  const schema = lwm2mVersion === "1.0" ? "LWM2M.xsd" : "LWM2M-v1_1.xsd";
  return `<?xml version="1.0" encoding="UTF-8"?>
<LWM2M xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.openmobilealliance.org/tech/profiles/${schema}">
  <Object ObjectType="MODefinition">
    <Name>${escapeXml(name)}</Name>
    <Description1></Description1>
    <ObjectID>${id}</ObjectID>
    <ObjectURN>${escapeXml(urn)}</ObjectURN>
    <LWM2MVersion>${escapeXml(lwm2mVersion)}</LWM2MVersion>
    <ObjectVersion>${escapeXml(version)}</ObjectVersion>
    <MultipleInstances>${definition.multiple ? "Multiple" : "Single"}</MultipleInstances>
    <Mandatory>${definition.mandatory ? "Mandatory" : "Optional"}</Mandatory>
    <Resources>
${resources.map(exportResource).join("\n")}
    </Resources>
    <Description2></Description2>
  </Object>
</LWM2M>
`;
}

function exportResource(resource: ResourceDefinition): string {
  return `      <Item ID="${resource.id}">
        <Name>${escapeXml(resource.name)}</Name>
        <Operations>${resource.operations}</Operations>
        <MultipleInstances>${resource.multiple ? "Multiple" : "Single"}</MultipleInstances>
        <Mandatory>${resource.mandatory ? "Mandatory" : "Optional"}</Mandatory>
        <Type>${TYPE_NAMES.get(resource.type)}</Type>
        <RangeEnumeration>${escapeXml(formatRangeText(resource))}</RangeEnumeration>
        <Units>${escapeXml(resource.units ?? "")}</Units>
        <Description></Description>
      </Item>`;
}

/** An element as the parser gives it: children by name, each in an array, or text. */
type Element = Readonly<Record<string, unknown>>;

function parseXml(text: string, source: string): Element {
  if (text.length > MAX_OBJECT_XML_CHARACTERS) {
    throw bad(source, "file", `longer than ${MAX_OBJECT_XML_CHARACTERS} characters`);
  }
  // A document type could declare entities; none of OMA's files has one.
  if (/<!DOCTYPE/i.test(text)) throw bad(source, "DOCTYPE", "not allowed");
  const xml = text.replace(/^\ufeff/, "");
  const verdict = XMLValidator.validate(xml);
  if (verdict !== true) {
    const { line, col, msg } = verdict.err;
    throw bad(source, `line ${line}, column ${col}`, msg);
  }
  try {
    return new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: "@",
      parseTagValue: false,
      parseAttributeValue: false,
      maxNestedTags: MAX_NESTED_ELEMENTS,
      isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
    }).parse(xml) as Element;
  } catch (cause) {
    throw bad(source, "file", cause instanceof Error ? cause.message : "not XML", cause);
  }
}

function readObject(object: Element, source: string): ObjectDefinition {
  const read = (name: string) => textOf(object, name, source, `Object/${name}`);
  const id = integer(read("ObjectID"), MAX_UINT16, source, "Object/ObjectID");
  const items = childrenOf(object, "Resources").flatMap((element) => childrenOf(element, "Item"));
  if (items.length > MAX_RESOURCES) throw bad(source, "Object/Resources", `more than ${MAX_RESOURCES} resources`);
  const resources = items.map((item) => readResource(item, source));
  const ids = new Set<number>();
  for (const resource of resources) {
    if (ids.has(resource.id)) throw bad(source, `Object/Resources/Item[@ID=${resource.id}]`, "comes twice");
    ids.add(resource.id);
  }
  return {
    id,
    name: nonEmpty(read("Name"), source, "Object/Name"),
    urn: nonEmpty(read("ObjectURN"), source, "Object/ObjectURN"),
    version: version(object, "ObjectVersion", source),
    lwm2mVersion: version(object, "LWM2MVersion", source),
    multiple: choice(read("MultipleInstances"), ["Single", "Multiple"], source, "Object/MultipleInstances") === 1,
    mandatory: choice(read("Mandatory"), ["Optional", "Mandatory"], source, "Object/Mandatory") === 1,
    resources,
  };
}

function readResource(item: Element, source: string): ResourceDefinition {
  const idText = item["@ID"];
  const id = integer(typeof idText === "string" ? idText : "", MAX_RESOURCE_ID, source, "Object/Resources/Item/@ID");
  const at = (name: string) => `Object/Resources/Item[@ID=${id}]/${name}`;
  const read = (name: string) => textOf(item, name, source, at(name));
  const operations = OPERATIONS[choice(read("Operations"), OPERATIONS, source, at("Operations"))] as Operations;
  const type = TYPES.get(read("Type"));
  if (type === undefined) throw bad(source, at("Type"), `not one of ${[...TYPES.keys()].filter(Boolean).join(", ")}`);
  const executable = operations === "E";
  if (type === "none" && !executable) throw bad(source, at("Type"), "missing, only an executable resource has none");
  const units = optionalTextOf(item, "Units", source, at("Units"));
  return {
    id,
    name: nonEmpty(read("Name"), source, at("Name")),
    operations,
    multiple: choice(read("MultipleInstances"), ["Single", "Multiple"], source, at("MultipleInstances")) === 1,
    mandatory: choice(read("Mandatory"), ["Optional", "Mandatory"], source, at("Mandatory")) === 1,
    type: executable ? "none" : type,
    ...parseRangeText(type, optionalTextOf(item, "RangeEnumeration", source, at("RangeEnumeration"))),
    ...(units === "" ? {} : { units }),
  };
}

/** Child elements of that name; one without content or attributes counts as empty. */
function childrenOf(element: Element, name: string): Element[] {
  const children = Object.hasOwn(element, name) ? element[name] : undefined;
  if (!Array.isArray(children)) return [];
  return children.map((child: unknown) => (typeof child === "object" && child !== null ? (child as Element) : {}));
}

/** The text of the one child of that name, blanks collapsed. */
function textOf(element: Element, name: string, source: string, at: string): string {
  if (!Object.hasOwn(element, name)) throw bad(source, at, "missing");
  return optionalTextOf(element, name, source, at);
}

function optionalTextOf(element: Element, name: string, source: string, at: string): string {
  const children: unknown = Object.hasOwn(element, name) ? element[name] : [""];
  if (!Array.isArray(children) || children.length !== 1) throw bad(source, at, "comes more than once");
  const child: unknown = children[0];
  const text = typeof child === "object" && child !== null ? (child as Element)["#text"] : child;
  if (text === undefined) return "";
  if (typeof text !== "string") throw bad(source, at, "want text");
  return text.trim().replace(/\s+/g, " ");
}

/** A missing or empty version is 1.0. */
function version(object: Element, name: string, source: string): string {
  const text = optionalTextOf(object, name, source, `Object/${name}`) || "1.0";
  if (!VERSION.test(text)) throw bad(source, `Object/${name}`, "not a version such as 1.0");
  return text;
}

function integer(text: string, max: number, source: string, at: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= max)) throw bad(source, at, `not a whole number from 0 to ${max}`);
  return value;
}

function nonEmpty(text: string, source: string, at: string): string {
  if (text === "") throw bad(source, at, "empty");
  return text;
}

/** The index of the text among the words allowed. */
function choice(text: string, allowed: readonly string[], source: string, at: string): number {
  const index = allowed.indexOf(text);
  if (index < 0) throw bad(source, at, `not one of ${allowed.filter(Boolean).join(", ")}`);
  return index;
}

function escapeXml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function bad(source: string, element: string, reason: string, cause?: unknown): Lwm2mError {
  return new Lwm2mError("badDefinition", `${source}: ${element}: ${reason}`, { cause });
}
