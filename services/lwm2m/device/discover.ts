/** What Discover and Bootstrap-Discover list (OMA LwM2M Core 1.1 §6.3.2, §6.1.7.4). */
import { CODE } from "../../coap/codes.ts";
import type { Link } from "../linkFormat.ts";
import type { ObjectDefinition, Path, ResourceDefinition, ResourceValue } from "../model.ts";
import { findResource } from "../objects/index.ts";
import { SECURITY } from "../objects/security.ts";
import { SERVER } from "../objects/server.ts";
import { childPath, formatPath } from "../path.ts";
import { needsVersion } from "../registrationLinks.ts";
import type { AttributeStore, Attributes } from "./attributes.ts";
import type { Refusal } from "./behaviour.ts";
import { isMultiple } from "./resourceValue.ts";
import type { ObjectTree } from "./tree.ts";

export const LWM2M_VERSION = "1.1";
export type Lwm2mVersion = "1.0" | "1.1";

/**
 * For an object, instance or resource: itself and what lies below, each with the attributes written there. An object
 * tells its version where a server of this enabler version would assume another.
 */
export function discoverLinks(
  tree: ObjectTree,
  path: Path,
  attributes: AttributeStore,
  enabler: Lwm2mVersion = LWM2M_VERSION,
): readonly Link[] | Refusal {
  const { objectId, instanceId, resourceId } = path;
  const definition = objectId === undefined ? undefined : tree.definition(objectId);
  if (objectId === undefined || definition === undefined) return notFound(path);
  if (instanceId === undefined) {
    const below = tree.instanceIds(objectId).flatMap((id) => instanceLinks(tree, childPath(path, id), attributes));
    return [link(path, { ...version(definition, enabler), ...shown(attributes.at(path)) }), ...below];
  }
  if (!tree.hasInstance(objectId, instanceId)) return notFound(path);
  if (resourceId === undefined) return instanceLinks(tree, path, attributes);
  const resource = findResource(definition, resourceId);
  if (resource === undefined || !tree.resources(objectId, instanceId).includes(resource)) return notFound(path);
  return resourceLinks(tree, path, resource, attributes);
}

/** For `/` or an object: what there is, and which server each account belongs to. */
export function bootstrapDiscoverLinks(tree: ObjectTree, path: Path): readonly Link[] | Refusal {
  if (path.objectId !== undefined && tree.definition(path.objectId) === undefined) return notFound(path);
  const objectIds = path.objectId === undefined ? tree.objectIds() : [path.objectId];
  const links = [link({}, { lwm2m: LWM2M_VERSION })];
  for (const objectId of objectIds) {
    const ver = version(tree.definition(objectId)!);
    const instanceIds = tree.instanceIds(objectId);
    if (instanceIds.length === 0 || "ver" in ver) links.push(link({ objectId }, ver));
    for (const instanceId of instanceIds) {
      links.push(link({ objectId, instanceId }, accountAttributes(tree, objectId, instanceId)));
    }
  }
  return links;
}

function instanceLinks(tree: ObjectTree, path: Path, attributes: AttributeStore): Link[] {
  const { objectId, instanceId } = path as Required<Path>;
  return [
    link(path, shown(attributes.at(path))),
    ...tree.resources(objectId, instanceId).flatMap(({ id, operations }) => {
      // What only the bootstrap server reaches is not a management server's to know.
      if (operations === "") return [];
      const below = childPath(path, id);
      const dim = dimension(tree.get(objectId, instanceId, id));
      return [link(below, { ...dim, ...shown(attributes.at(below)) })];
    }),
  ];
}

/** A resource tells the attributes that count for it, inherited ones too, and its instances. */
function resourceLinks(tree: ObjectTree, path: Path, resource: ResourceDefinition, attributes: AttributeStore): Link[] {
  const { objectId, instanceId } = path as Required<Path>;
  const value = tree.get(objectId, instanceId, resource.id);
  const instances = value !== undefined && isMultiple(value) ? [...value.keys()] : [];
  return [
    link(path, { ...dimension(value), ...shown(attributes.effective(path)) }),
    ...instances.map((id) => link(childPath(path, id), shown(attributes.at(childPath(path, id))))),
  ];
}

/** `ssid`, and `uri` for a server's Security instance; the bootstrap server's own has neither. */
function accountAttributes(tree: ObjectTree, objectId: number, instanceId: number): Record<string, string> {
  const ssid = accountId(tree, objectId, instanceId);
  if (ssid === undefined) return {};
  const uri = objectId === SECURITY.id ? tree.value(SECURITY, instanceId, 0) : undefined;
  return { ssid: String(ssid), ...(uri !== undefined && { uri }) };
}

function accountId(tree: ObjectTree, objectId: number, instanceId: number): number | bigint | undefined {
  if (objectId === SERVER.id) return tree.value(SERVER, instanceId, 0);
  if (objectId !== SECURITY.id || tree.value(SECURITY, instanceId, 1) === true) return undefined;
  return tree.value(SECURITY, instanceId, 10);
}

function link(path: Path, attributes: Record<string, string>): Link {
  return { target: formatPath(path), attributes };
}

function version(definition: ObjectDefinition, enabler: Lwm2mVersion = LWM2M_VERSION): Record<string, string> {
  return needsVersion(definition, enabler) ? { ver: definition.version } : {};
}

function dimension(value: ResourceValue | undefined): Record<string, string> {
  return value !== undefined && isMultiple(value) ? { dim: String(value.size) } : {};
}

function shown(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
}

function notFound(path: Path): Refusal {
  return { code: CODE.NOT_FOUND, detail: `${formatPath(path)} is not there` };
}
