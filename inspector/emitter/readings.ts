/** Notes what a guard reads of its context and event: proxies over plain objects and lists, everything else as it is. */

const DEEPEST = 5;
const MOST_READINGS = 20;

export class Readings {
  /** What each object is seen through: the same always, as a guard that compares objects needs it. */
  readonly #proxies = new Map<object, object>();
  /** Keys from the root down, by path. */
  readonly #read = new Map<string, readonly string[]>();

  /** `value`, under this name in the paths. */
  watch<T>(value: T, name: string): T {
    return this.below(value, [name]) as T;
  }

  /** What was read: the root's name and the keys below it, by path; of a path and what lies below it, the deeper one. */
  get paths(): ReadonlyMap<string, readonly string[]> {
    if (this.#read.size < 2) return this.#read;
    const paths = [...this.#read.keys()];
    const kept = [...this.#read].filter(([path]) => !paths.some((other) => isBelow(other, path)));
    return new Map(kept.slice(0, MOST_READINGS));
  }

  /** The value at these keys, watched. */
  below(value: unknown, keys: readonly string[]): unknown {
    if (!isPlain(value) || keys.length > DEEPEST) return value;
    const known = this.#proxies.get(value);
    if (known !== undefined) return known;
    // The target is an empty stand-in: what is frozen could not be shown through a proxy over itself.
    const target = Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value) as object | null);
    const proxy = new Proxy(target as object, new Reader(this, value, keys));
    this.#proxies.set(value, proxy);
    return proxy;
  }

  note(keys: readonly string[]): void {
    if (this.#read.size < 4 * MOST_READINGS) this.#read.set(keys.join("."), keys);
  }
}

/** What a guard gets to see of an object: all of it, and nothing that it could change. */
class Reader implements ProxyHandler<object> {
  readonly #readings: Readings;
  readonly #value: object;
  readonly #keys: readonly string[];

  constructor(readings: Readings, value: object, keys: readonly string[]) {
    this.#readings = readings;
    this.#value = value;
    this.#keys = keys;
  }

  get(_: object, key: string | symbol): unknown {
    const value = this.#value;
    const read: unknown = Reflect.get(value, key);
    if (typeof key === "symbol" || typeof read === "function") return read;
    const below = [...this.#keys, key];
    if (key !== "length" || !Array.isArray(value)) this.#readings.note(below);
    return this.#readings.below(read, below);
  }

  has(_: object, key: string | symbol): boolean {
    return Reflect.has(this.#value, key);
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.#value);
  }

  getOwnPropertyDescriptor(target: object, key: string | symbol): PropertyDescriptor | undefined {
    const own = Reflect.getOwnPropertyDescriptor(this.#value, key);
    if (own === undefined) return undefined;
    const fixed = Reflect.getOwnPropertyDescriptor(target, key)?.configurable === false;
    const value = this.get(target, key);
    return { value, enumerable: own.enumerable === true, writable: true, configurable: !fixed };
  }

  set(): boolean {
    return false;
  }

  defineProperty(): boolean {
    return false;
  }

  deleteProperty(): boolean {
    return false;
  }
}

function isBelow(path: string, above: string): boolean {
  return path.length > above.length && path.charAt(above.length) === "." && path.startsWith(above);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
