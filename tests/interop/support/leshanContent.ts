/** Values by path, as a test says and compares them, and the forms that Leshan takes and gives them in. */
import type { ObjectLink, ResourceType, SingleValue } from "../../../services/lwm2m/model.ts";

/** `{ "/3/0/0": "Acme", "/3/0/6/1": 5 }`; a time is seconds since 1970. */
export type Values = Readonly<Record<string, SingleValue>>;

/** What a path has where it is empty: an object without instances, an instance without resources, no resource instance. */
export type Emptiness = "object" | "instance" | "resource" | "nothing";

export interface Content {
  /** Null for what is empty. */
  readonly values: Readonly<Record<string, SingleValue | null>>;
  readonly types: Readonly<Record<string, ResourceType | Emptiness>>;
}

/** A node of Leshan, as Jackson writes it. */
export interface LeshanNode {
  readonly id: number;
  readonly type?: string;
  readonly value?: unknown;
  readonly multiInstances?: boolean;
  readonly instances?: Readonly<Record<string, LeshanNode>>;
  readonly resources?: Readonly<Record<string, LeshanNode>>;
}

type Decode = (value: never) => SingleValue;

const TYPES: Readonly<Record<string, { readonly type: ResourceType; readonly decode: Decode }>> = {
  STRING: { type: "string", decode: (value: string) => value },
  INTEGER: { type: "integer", decode: integer },
  UNSIGNED_INTEGER: { type: "unsigned", decode: integer },
  FLOAT: { type: "float", decode: (value: number) => value },
  BOOLEAN: { type: "boolean", decode: (value: boolean) => value },
  OPAQUE: { type: "opaque", decode: (value: string) => new Uint8Array(Buffer.from(value, "base64")) },
  TIME: { type: "time", decode: (ms: number) => ms / 1000 },
  OBJLNK: { type: "objlnk", decode: objectLink },
  CORELINK: { type: "corelnk", decode: (links: readonly string[]) => links.join(",") },
};

/** Leaves of the nodes by path. */
export function contentOf(nodes: Readonly<Record<string, LeshanNode | null>>): Content {
  const values: Record<string, SingleValue | null> = {};
  const types: Record<string, ResourceType | Emptiness> = {};
  const empty = (path: string, what: Emptiness) => {
    values[path] = null;
    types[path] = what;
  };
  const walk = (path: string, node: LeshanNode | null) => {
    if (node === null) return empty(path, "nothing");
    const children = Object.values(node.instances ?? node.resources ?? {});
    for (const child of children) walk(`${path}/${child.id}`, child);
    if (children.length > 0) return;
    if (node.resources !== undefined) return empty(path, "instance");
    if (node.instances !== undefined) return empty(path, node.multiInstances === undefined ? "object" : "resource");
    const known = TYPES[node.type ?? ""];
    if (known === undefined) throw new Error(`Leshan gives ${path} as ${JSON.stringify(node)}`);
    values[path] = known.decode(node.value as never);
    types[path] = known.type;
  };
  for (const [path, node] of Object.entries(nodes)) walk(path, node);
  return { values, types };
}

/** SenML JSON (RFC 8428), from which Leshan makes nodes by its definitions. */
export function senmlOf(values: Values): readonly object[] {
  return Object.entries(values).map(([n, value]) => {
    if (typeof value === "number") return { n, v: value };
    if (typeof value === "string") return { n, vs: value };
    if (typeof value === "boolean") return { n, vb: value };
    if (value instanceof Uint8Array) return { n, vd: Buffer.from(value).toString("base64url") };
    if (typeof value === "bigint") throw new Error(`${n}: JSON.stringify has no integers beyond 2^53`);
    return { n, vlo: `${value.objectId}:${value.instanceId}` };
  });
}

function integer(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

function objectLink(link: { readonly objectId: number; readonly objectInstanceId: number }): ObjectLink {
  return { objectId: link.objectId, instanceId: link.objectInstanceId };
}
