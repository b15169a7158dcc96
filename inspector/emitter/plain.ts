/**
 * Values of an app as plain data for records: bounded, without secrets, and never by throwing. What JSON has no word for
 * is told by `$`: `{ $map }`, `{ $set }`, `{ $date }`, `{ $error }`, `{ $bytes }`, `{ $bigint }`, `{ $number }`, `{ $function }`,
 * `{ $symbol }`, `{ $actor }`, `{ $snapshot }`, `{ $machine }`, `{ $cycle }` (path of what contains it), `{ $deep }` (below
 * the depth that is told), `{ $threw }` (what could not be read), and `$class`, `$more` (how many are left out) beside the rest.
 */
import { REDACTED, SECRET_KEYS, withoutUserInformation } from "../../trace/redact.ts";

/** `redact` may replace any value; `actor` names an actor reference. */
export interface PlainOptions {
  readonly redact?: ((path: string, value: unknown) => unknown) | undefined;
  readonly actor?: ((reference: object) => string | undefined) | undefined;
}

const DEEPEST = 8;
const WIDEST = 100;
const LONGEST_TEXT = 2_000;
/** Of what an address begins with, so that a secret in it that is cut through is still seen to be one. */
const LONGEST_ADDRESS = 2_000;
const MOST_OCTETS = 256;
/** Values in all. */
const MOST_VALUES = 2_000;
const MOST_TEXT = 100_000;

export function plain(value: unknown, path: string, options: PlainOptions = {}): unknown {
  return new PlainWriter(options).write(value, path, "", 0);
}

/** What lies at `keys` below `root`, which is called `name`: a secret too when something above it is one. */
export function plainWithin(root: unknown, name: string, keys: readonly string[], options: PlainOptions = {}): unknown {
  const { redact } = options;
  let path = name;
  let above = "";
  let value = root;
  for (const key of keys) {
    if (isSecret(above, value) || (redact !== undefined && replaced(redact, path, value) !== value)) return REDACTED;
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
    path = `${path}.${key}`;
    above = key;
  }
  return new PlainWriter(options).write(value, path, above, 0);
}

function replaced(redact: NonNullable<PlainOptions["redact"]>, path: string, value: unknown): unknown {
  try {
    return redact(path, value);
  } catch {
    return REDACTED;
  }
}

/** Text that stands for what is no text itself. */
function shownText(text: string, path: string, redact: PlainOptions["redact"]): string {
  const shown = redact === undefined ? text : replaced(redact, path, text);
  return typeof shown === "string" ? cut(shown) : REDACTED;
}

/** What to say of an error without giving away more than it says itself. `path` is where it is told. */
export function errorText(error: unknown, path: string, { redact }: PlainOptions = {}): string {
  try {
    return shownText(error instanceof Error ? String(error.message) : String(error), path, redact);
  } catch {
    return "an error that cannot be shown";
  }
}

/** Type of an event, whatever the app has put there. */
export function eventType({ type }: { readonly type: unknown }): string {
  try {
    return cut(String(type));
  } catch {
    return "a type that cannot be shown";
  }
}

class PlainWriter {
  readonly #options: PlainOptions;
  /** What contains the value that is written, and where each lies; few, so that a search costs less than a map. */
  readonly #above: object[] = [];
  readonly #paths: string[] = [];
  #values = 0;
  #text = 0;

  constructor(options: PlainOptions) {
    this.#options = options;
  }

  write(value: unknown, path: string, key: string, depth: number): unknown {
    this.#values++;
    const { redact } = this.#options;
    const shown = redact === undefined ? value : replaced(redact, path, value);
    if (shown === undefined || shown === null) return shown;
    if (isSecret(key, shown)) return REDACTED;
    switch (typeof shown) {
      case "string":
        return this.#textOf(shown);
      case "boolean":
        return shown;
      case "number":
        return Number.isFinite(shown) ? shown : { $number: String(shown) };
      case "bigint":
        return { $bigint: cut(shown.toString()) };
      case "symbol":
        return { $symbol: shownText(shown.description ?? "", path, this.#options.redact) };
      case "function":
        return { $function: shownText(nameOf(shown), path, this.#options.redact) };
      default:
        return this.#object(shown as object, path, depth);
    }
  }

  #object(value: object, path: string, depth: number): unknown {
    const at = this.#above.indexOf(value);
    if (at >= 0) return { $cycle: this.#paths[at] };
    const { length } = this.#above;
    try {
      const special = this.#special(value, path);
      if (special !== undefined) return special;
      if (depth >= DEEPEST || this.#values >= MOST_VALUES) return { $deep: kindOf(value) };
      this.#above.push(value);
      this.#paths.push(path);
      return this.#contents(value, path, depth);
    } catch (error) {
      return { $threw: errorText(error, path, this.#options) };
    } finally {
      this.#above.length = length;
      this.#paths.length = length;
    }
  }

  #special(value: object, path: string): unknown {
    if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? "invalid" : value.toISOString() };
    if (ArrayBuffer.isView(value)) return octets(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    if (value instanceof ArrayBuffer) return octets(new Uint8Array(value));
    if (value instanceof Promise) return { $class: "Promise" };
    if (value instanceof RegExp)
      return { $class: "RegExp", source: shownText(value.source, path, this.#options.redact) };
    const parts = value as Record<string, unknown>;
    if (typeof parts.sessionId === "string" && typeof parts.getSnapshot === "function") {
      return { $actor: this.#options.actor?.(value) ?? String(parts.id) };
    }
    if ("machine" in parts && "_nodes" in parts) {
      return { $snapshot: { status: parts.status, value: this.write(parts.value, "value", "", DEEPEST - 4) } };
    }
    if ("__xstatenode" in parts) return { $machine: String(parts.id) };
    return undefined;
  }

  #contents(value: object, path: string, depth: number): unknown {
    if (Array.isArray(value)) return this.#list(value, value.length, path, depth);
    if (value instanceof Set) return { $set: this.#list(value, value.size, path, depth) };
    if (value instanceof Map) return { $map: this.#map(value, path, depth) };
    if (value instanceof Error) return this.#error(value, path, depth);
    const name = className(value);
    if (name !== undefined && typeof (value as { toJSON?: unknown }).toJSON === "function") {
      const told: unknown = (value as { toJSON(): unknown }).toJSON();
      if (typeof told !== "object" || told === null)
        return { $class: name, value: this.write(told, path, "", depth + 1) };
      return { $class: name, ...this.#fields(told, path, depth) };
    }
    return name === undefined
      ? this.#fields(value, path, depth)
      : { $class: name, ...this.#fields(value, path, depth) };
  }

  #list(items: Iterable<unknown>, length: number, path: string, depth: number): unknown[] {
    const told: unknown[] = [];
    for (const item of items) {
      if (told.length >= WIDEST || this.#isFull) break;
      told.push(this.write(item, `${path}.${told.length}`, "", depth + 1) ?? null);
    }
    if (length > told.length) told.push({ $more: length - told.length });
    return told;
  }

  #map(map: ReadonlyMap<unknown, unknown>, path: string, depth: number): unknown[] {
    const told: unknown[] = [];
    for (const [key, value] of map) {
      if (told.length >= WIDEST || this.#isFull) break;
      const name = typeof key === "object" ? String(told.length) : String(key);
      told.push([this.write(key, path, "", depth + 1), this.write(value, `${path}.${name}`, name, depth + 1) ?? null]);
    }
    if (map.size > told.length) told.push({ $more: map.size - told.length });
    return told;
  }

  #fields(value: object, path: string, depth: number): Record<string, unknown> {
    const told: Record<string, unknown> = {};
    const keys = Object.keys(value);
    let count = 0;
    for (const key of keys) {
      if (count >= WIDEST || this.#isFull) break;
      count++;
      let field: unknown;
      try {
        field = this.write((value as Record<string, unknown>)[key], `${path}.${key}`, key, depth + 1);
      } catch (error) {
        field = { $threw: errorText(error, `${path}.${key}`, this.#options) };
      }
      if (field === undefined) continue;
      // As a key of the app's it must not become this object's prototype.
      if (key === "__proto__") Object.defineProperty(told, key, { value: field, enumerable: true, configurable: true });
      else told[key] = field;
    }
    if (keys.length > count) told.$more = keys.length - count;
    return told;
  }

  #error(error: Error, path: string, depth: number): unknown {
    const cause = error.cause === undefined ? undefined : this.write(error.cause, `${path}.cause`, "cause", depth + 1);
    return {
      $error: cut(String(error.name)),
      message: errorText(error, `${path}.message`, this.#options),
      ...this.#fields(error, path, depth),
      ...(cause !== undefined && { cause }),
    };
  }

  get #isFull(): boolean {
    return this.#values >= MOST_VALUES || this.#text >= MOST_TEXT;
  }

  #textOf(text: string): string {
    const told = cut(text);
    this.#text += told.length;
    return told;
  }
}

/** An identity may also be who a device is, an object of things that anybody may know. */
function isSecret(key: string, value: unknown): boolean {
  if (!SECRET_KEYS.has(key)) return false;
  return key !== "identity" || typeof value === "string" || ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

function octets(bytes: Uint8Array): unknown {
  const told = bytes.subarray(0, MOST_OCTETS);
  const hex = Array.from(told, (octet) => octet.toString(16).padStart(2, "0")).join("");
  return bytes.length > told.length ? { $bytes: hex, $more: bytes.length - told.length } : { $bytes: hex };
}

function cut(text: string): string {
  if (text.length <= LONGEST_TEXT) return withoutUserInformation(text);
  const begin = withoutUserInformation(text.slice(0, LONGEST_TEXT + LONGEST_ADDRESS)).slice(0, LONGEST_TEXT);
  return `${begin}… (${text.length} characters)`;
}

function nameOf(value: unknown): string {
  const { name } = value as { name?: unknown };
  return typeof name === "string" ? cut(name) : "";
}

function className(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return undefined;
  const made: unknown = (prototype as { constructor?: unknown }).constructor;
  const name = typeof made === "function" ? nameOf(made) : "";
  // A plain object of another realm.
  return name === "" || name === "Object" ? undefined : name;
}

function kindOf(value: object): string {
  if (Array.isArray(value)) return `list of ${value.length}`;
  return className(value) ?? `object of ${Object.keys(value).length}`;
}
