/** Notification attributes of one server and their inheritance (OMA LwM2M Core 1.1 §7.3). */
import { CODE } from "../../coap/codes.ts";
import type { Path, ResourceDefinition, ResourceType } from "../model.ts";
import { containsPath, formatPath, parentPath, parsePath, pathDepth, samePath } from "../path.ts";
import type { Refusal } from "./behaviour.ts";

/** Places in the tree that one server may give attributes. */
export const MAX_ATTRIBUTED_PATHS = 256;

interface AttributeDefinition {
  /** `seconds`: a whole number from 0; `number`: any decimal; `flag`: 0 or 1. */
  readonly value: "seconds" | "number" | "flag";
  /** Only for resources with a numeric value, and their instances. */
  readonly numeric: boolean;
}

const ATTRIBUTES = {
  pmin: { value: "seconds", numeric: false },
  pmax: { value: "seconds", numeric: false },
  epmin: { value: "seconds", numeric: false },
  epmax: { value: "seconds", numeric: false },
  gt: { value: "number", numeric: true },
  lt: { value: "number", numeric: true },
  st: { value: "number", numeric: true },
  /** OMA LwM2M Core 1.2 §7.3.2: 1 asks for confirmable notifications. */
  con: { value: "flag", numeric: false },
} as const satisfies Record<string, AttributeDefinition>;

export type AttributeName = keyof typeof ATTRIBUTES;
export type Attributes = Readonly<Partial<Record<AttributeName, number>>>;
/** For the store: attributes by path. */
export type AttributeState = Readonly<Record<string, Attributes>>;

const NUMERIC_TYPES: ReadonlySet<ResourceType> = new Set(["integer", "unsigned", "float", "time"]);
const SYNTAX = { seconds: /^\d{1,9}$/, number: /^-?\d{1,18}(?:\.\d{1,18})?$/, flag: /^[01]$/ } as const;
const NONE: Attributes = {};

export class AttributeStore {
  #byPath: Map<string, Attributes> | undefined;

  /** Takes Write-Attributes, `pmin=10` to set and `pmin` to remove: all of it or nothing. */
  write(path: Path, resource: ResourceDefinition | undefined, query: readonly string[]): Refusal | undefined {
    const next: Partial<Record<AttributeName, number>> = { ...this.at(path) };
    for (const parameter of query) {
      const separator = parameter.indexOf("=");
      const name = separator < 0 ? parameter : parameter.slice(0, separator);
      if (!isAttributeName(name)) return badRequest("no such attribute");
      const { value, numeric } = ATTRIBUTES[name];
      if (numeric && (resource === undefined || !NUMERIC_TYPES.has(resource.type))) {
        return badRequest(`${name} is for numeric resources`);
      }
      if (separator < 0) delete next[name];
      else if (SYNTAX[value].test(parameter.slice(separator + 1))) next[name] = Number(parameter.slice(separator + 1));
      else return badRequest(`${name} takes ${value}`);
    }
    if (next.st !== undefined && next.st <= 0) return badRequest("st must be above 0");
    if (!this.#hold(path, next)) return badRequest("lt + 2 * st must be below gt");
    return this.#put(formatPath(path), next);
  }

  /** Whether what counts at the path and below it would go together, were `next` written there. */
  #hold(path: Path, next: Attributes): boolean {
    if (!hold({ ...this.#inherited(path), ...next })) return false;
    for (const [below, attributes] of this.below(path)) {
      // A resource instance takes from its resource what it does not have itself.
      if (!samePath(below, path) && !hold({ ...next, ...attributes })) return false;
    }
    return true;
  }

  /** What was written at exactly this path. */
  at(path: Path): Attributes {
    return this.#byPath?.get(formatPath(path)) ?? NONE;
  }

  /** What counts at this path: each attribute from the nearest level at or above it that has it. */
  effective(path: Path): Attributes {
    if (this.#byPath === undefined) return NONE;
    return { ...this.#inherited(path), ...this.at(path) };
  }

  /** What was written at a path or below it. */
  *below(path: Path): Generator<readonly [Path, Attributes]> {
    for (const [key, attributes] of this.#byPath ?? []) {
      const at = parsePath(key);
      if (containsPath(path, at)) yield [at, attributes];
    }
  }

  /** Drops what is written at or below a path, when that has gone. */
  forget(path: Path): void {
    for (const key of this.#byPath?.keys() ?? []) if (containsPath(path, parsePath(key))) this.#byPath?.delete(key);
  }

  serialise(): AttributeState {
    return Object.fromEntries(this.#byPath ?? []);
  }

  /** Puts back what `serialise` gave; entries that are none of ours are left out. */
  restore(state: AttributeState): void {
    this.#byPath = undefined;
    for (const [key, attributes] of Object.entries(state)) {
      const known = Object.entries(attributes).filter(
        ([name, value]) => isAttributeName(name) && Number.isFinite(value),
      );
      if (pathDepth(parsePath(key)) > 0) this.#put(key, Object.fromEntries(known));
    }
  }

  #inherited(path: Path): Attributes {
    let attributes = NONE;
    for (let above = parentPath(path); above !== undefined; above = parentPath(above)) {
      attributes = { ...this.at(above), ...attributes };
    }
    return attributes;
  }

  #put(key: string, attributes: Attributes): Refusal | undefined {
    this.#byPath ??= new Map();
    if (Object.keys(attributes).length === 0) this.#byPath.delete(key);
    else if (this.#byPath.size >= MAX_ATTRIBUTED_PATHS && !this.#byPath.has(key)) {
      return badRequest(`attributes on ${MAX_ATTRIBUTED_PATHS} paths at most`);
    } else this.#byPath.set(key, attributes);
    return undefined;
  }
}

/** §7.3.2: lt must lie below gt, by more than two steps where there is a step. */
function hold({ gt, lt, st = 0 }: Attributes): boolean {
  return gt === undefined || lt === undefined || lt + 2 * st < gt;
}

function isAttributeName(name: string): name is AttributeName {
  return Object.hasOwn(ATTRIBUTES, name);
}

function badRequest(detail: string): Refusal {
  return { code: CODE.BAD_REQUEST, detail };
}
