/** Notes what a guard reads of its context and event: proxies over plain objects and lists, everything else as it is. */

const DEEPEST = 5;
const MOST_READINGS = 20;

export class Readings {
  readonly #proxies = new WeakMap<object, object>();
  /** Keys from the root down, by path. */
  readonly #read = new Map<string, readonly string[]>();

  /** `value`, under this name in the paths. */
  watch<T>(value: T, name: string): T {
    return this.#watch(value, [name]) as T;
  }

  /** What was read: the root's name and the keys below it, by path; of a path and what lies below it, the deeper one. */
  get paths(): ReadonlyMap<string, readonly string[]> {
    const paths = [...this.#read.keys()];
    const kept = [...this.#read].filter(([path]) => !paths.some((other) => other.startsWith(`${path}.`)));
    return new Map(kept.slice(0, MOST_READINGS));
  }

  #watch(value: unknown, keys: readonly string[]): unknown {
    if (!isPlain(value) || keys.length > DEEPEST) return value;
    const known = this.#proxies.get(value);
    if (known !== undefined) return known;
    // The target is an empty stand-in: what is frozen could not be shown through a proxy over itself.
    const proxy = new Proxy(Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value) as object | null), {
      get: (_, key) => this.#get(value, key, keys),
      has: (_, key) => Reflect.has(value, key),
      ownKeys: () => Reflect.ownKeys(value),
      getOwnPropertyDescriptor: (target, key) => {
        const own = Reflect.getOwnPropertyDescriptor(value, key);
        if (own === undefined) return undefined;
        const fixed = Reflect.getOwnPropertyDescriptor(target, key)?.configurable === false;
        const read = this.#get(value, key, keys);
        return { value: read, enumerable: own.enumerable === true, writable: true, configurable: !fixed };
      },
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
    });
    this.#proxies.set(value, proxy);
    return proxy;
  }

  #get(value: object, key: string | symbol, keys: readonly string[]): unknown {
    const read: unknown = Reflect.get(value, key);
    if (typeof key === "symbol" || typeof read === "function") return read;
    const below = [...keys, key];
    const isCount = key === "length" && Array.isArray(value);
    if (!isCount && this.#read.size < 4 * MOST_READINGS) this.#read.set(below.join("."), below);
    return this.#watch(read, below);
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
