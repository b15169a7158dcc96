/** The object list of a Register or Update (OMA LwM2M Core 1.1 §6.2.1, §7.2). */
import type { Link } from "./linkFormat.ts";
import type { ObjectDefinition } from "./model.ts";

/** An object that the device has, its instances by id. */
export interface RegisteredObject {
  readonly definition: ObjectDefinition;
  /** May be empty: the object is listed all the same, it may get instances. */
  readonly instanceIds: readonly number[];
}

export interface RegistrationLinkOptions {
  /** The enabler version that the client registers with. */
  readonly lwm2mVersion: "1.0" | "1.1";
  /** Content formats that the client can send and take, in order of preference; a hint for the server. */
  readonly contentFormats?: readonly number[];
}

/** Security and OSCORE: they hold keys and are never listed. */
const UNLISTED: ReadonlySet<number> = new Set([0, 21]);

/** Whether a Register or Update tells servers of the object. */
export function isListed(objectId: number): boolean {
  return !UNLISTED.has(objectId);
}

/** Versions that a server assumes for an object listed without one; 1.0 where the table is silent. */
const DEFAULT_VERSIONS: Readonly<Record<"1.0" | "1.1", ReadonlyMap<number, string>>> = {
  "1.0": new Map(),
  "1.1": new Map([
    [1, "1.1"],
    [3, "1.1"],
    [4, "1.2"],
  ]),
};

/** `</>;rt="oma.lwm2m";ct="110 11542",</1/0>,</3>;ver=1.2,</3/0>,</16>;…`, objects and instances in order of id. */
export function registrationLinks(objects: readonly RegisteredObject[], options: RegistrationLinkOptions): Link[] {
  const { lwm2mVersion, contentFormats = [] } = options;
  const ct = contentFormats.length === 0 ? {} : { ct: contentFormats.join(" ") };
  const links: Link[] = [{ target: "/", attributes: { rt: "oma.lwm2m", ...ct } }];
  for (const { definition, instanceIds } of objects.toSorted((a, b) => a.definition.id - b.definition.id)) {
    if (!isListed(definition.id)) continue;
    const target = `/${definition.id}`;
    if (needsVersion(definition, lwm2mVersion)) {
      links.push({ target, attributes: { ver: definition.version } });
    } else if (instanceIds.length === 0) {
      links.push({ target, attributes: {} });
    }
    for (const id of instanceIds.toSorted((a, b) => a - b)) links.push({ target: `${target}/${id}`, attributes: {} });
  }
  return links;
}

/** Whether a server would assume another version if none were listed. */
export function needsVersion(definition: ObjectDefinition, lwm2mVersion: "1.0" | "1.1"): boolean {
  return definition.version !== (DEFAULT_VERSIONS[lwm2mVersion].get(definition.id) ?? "1.0");
}
