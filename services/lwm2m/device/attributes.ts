/** Notification attributes of one server and their inheritance (OMA LwM2M Core 1.1 §7.3). */
import { CODE } from "../../coap/codes.ts";
import type { Path, ResourceDefinition, ResourceType } from "../model.ts";
import { containsPath, formatPath, parentPath, parsePath, parsePathSegments, samePath } from "../path.ts";
import type { Refusal } from "./behaviour.ts";
import { isTable } from "./isTable.ts";
import { hasCondition } from "./notificationConditions.ts";

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
/** What such a value is once it is read. */
const STORED: Readonly<Record<AttributeDefinition["value"], (value: unknown) => boolean>> = {
  seconds: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 1e9,
  number: (value) => Number.isFinite(value) && Math.abs(Number(value)) <= 1e18,
  flag: (value) => value === 0 || value === 1,
};
const NONE: Attributes = {};

interface Attributed {
  readonly path: Path;
  readonly attributes: Attributes;
}

export class AttributeStore {
  #byPath: Map<string, Attributed> | undefined;
  #hasConditions = false;

  /** Whether `gt`, `lt` or `st` was written anywhere. */
  get hasConditions(): boolean {
    return this.#hasConditions;
  }

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
    return this.#byPath?.get(formatPath(path))?.attributes ?? NONE;
  }

  /** What counts at this path: each attribute from the nearest level at or above it that has it. */
  effective(path: Path): Attributes {
    if (this.#byPath === undefined) return NONE;
    return { ...this.#inherited(path), ...this.at(path) };
  }

  /** What was written at a path or below it. */
  *below(path: Path): Generator<readonly [Path, Attributes]> {
    for (const { path: at, attributes } of this.#byPath?.values() ?? []) {
      if (containsPath(path, at)) yield [at, attributes];
    }
  }

  /** Drops what is written at or below a path, when that has gone. */
  forget(path: Path): void {
    for (const [key, { path: at }] of this.#byPath ?? []) if (containsPath(path, at)) this.#byPath?.delete(key);
    this.#look();
  }

  serialise(): AttributeState {
    return Object.fromEntries(Array.from(this.#byPath ?? [], ([key, { attributes }]) => [key, attributes]));
  }

  /** Puts back what `serialise` gave. Returns the places of what `write` would not have taken: that is left out. */
  restore(state: AttributeState): readonly string[] {
    this.#byPath = undefined;
    this.#look();
    if (!isTable(state)) return ["/"];
    return Object.entries(state).flatMap(([key, attributes]) => this.#restoreAt(key, attributes));
  }

  #restoreAt(key: string, attributes: unknown): readonly string[] {
    const path = key.startsWith("/") ? parsePathSegments(key.slice(1).split("/")) : undefined;
    if (path === undefined || !isTable(attributes)) return [key];
    const all = Object.entries(attributes);
    const wrong = all.filter(([name, value]) => !isAttribute(name, value)).map(([name]) => `${key}?${name}`);
    const known: Attributes = Object.fromEntries(all.filter(([name, value]) => isAttribute(name, value)));
    return this.#hold(path, known) && this.#put(key, known) === undefined ? wrong : [key];
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
    } else this.#byPath.set(key, { path: parsePath(key), attributes });
    this.#look();
    return undefined;
  }

  #look(): void {
    this.#hasConditions = false;
    for (const { attributes } of this.#byPath?.values() ?? []) this.#hasConditions ||= hasCondition(attributes);
  }
}

/** §7.3.2: lt must lie below gt, by more than two steps where there is a step. */
function hold({ gt, lt, st = 0 }: Attributes): boolean {
  return gt === undefined || lt === undefined || lt + 2 * st < gt;
}

/** Whether it may have been written, but for the kind of resource that it was written to. */
function isAttribute(name: string, value: unknown): boolean {
  return isAttributeName(name) && (name !== "st" || Number(value) > 0) && STORED[ATTRIBUTES[name].value](value);
}

function isAttributeName(name: string): name is AttributeName {
  return Object.hasOwn(ATTRIBUTES, name);
}

function badRequest(detail: string): Refusal {
  return { code: CODE.BAD_REQUEST, detail };
}
