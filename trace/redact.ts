/**
 * Secrets out of records, where records are made: the values of 0/x/3, 0/x/4, 0/x/5 and 21/x, what is secret in a
 * configuration, and who opens an address (`https://user:password@host`).
 */

export const REDACTED = "[redacted]";

/** Resources of the Security object that hold identity, server key and secret key (LwM2M Core, appendix E.1). */
const SECRET_SECURITY_RESOURCES: ReadonlySet<string> = new Set(["3", "4", "5"]);
const SECURITY_OBJECT = "0";
/** The OSCORE object: all of it. */
const OSCORE_OBJECT = "21";

/** Keys of a configuration whose values are secret, wherever they stand. */
export const SECRET_KEYS: ReadonlySet<string> = new Set([
  "identity",
  "key",
  "privateKey",
  "psk",
  "passphrase",
  "storeKey",
]);

/** True when the value at this path (`/0/1/5` or `0/1/5`) is a secret, the instances of a multiple resource included. */
export function isSecretPath(path: string): boolean {
  const [object, instance, resource] = segments(path);
  if (instance === undefined) return false;
  if (object === OSCORE_OBJECT) return true;
  return object === SECURITY_OBJECT && resource !== undefined && SECRET_SECURITY_RESOURCES.has(resource);
}

/**
 * `value`, which was read from or is written to `path`, with every secret in it replaced. Objects keyed by id are gone
 * through (`/0/1` with `{ "0": "coaps://…", "5": … }`); anything unstructured that may hold a secret is replaced whole.
 */
export function redact(path: string, value: unknown): unknown {
  if (isSecretPath(path)) return REDACTED;
  const ids = segments(path);
  const mayHold = ids.length < 3 && (ids[0] === undefined || ids[0] === SECURITY_OBJECT || ids[0] === OSCORE_OBJECT);
  if (!mayHold) return value;
  if (!isPlainObject(value)) return value === undefined || value === null ? value : REDACTED;
  return mapValues(value, (id, inner) => redact([...ids, id].join("/"), inner));
}

/** A copy of a configuration in which keys and identities are replaced, at whatever depth. */
export function redactConfiguration(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactConfiguration);
  if (!isPlainObject(value)) return value;
  return mapValues(value, (key, inner) =>
    SECRET_KEYS.has(key) && inner !== undefined && inner !== null ? REDACTED : redactConfiguration(inner),
  );
}

/** User information of an address (RFC 3986 §3.2.1), however many are in a text. */
const USER_INFORMATION = /:\/\/[^\s/?#"<>]*@/g;
const SHOWN_INFORMATION = `://${REDACTED}@`;
/** What is looked through; plain data nested deeper, or more of it, is left as it is. */
const DEEPEST = 16;
const MOST_OBJECTS = 2_000;

/** The value without the user information of addresses in its texts; the same one where there is none. */
export function withoutUserInformation<T>(value: T): T {
  return typeof value === "object"
    ? (withoutIn(value, DEEPEST, { objects: MOST_OBJECTS }) as T)
    : (textWithout(value) as T);
}

function textWithout(value: unknown): unknown {
  return typeof value === "string" && value.includes("@") ? value.replace(USER_INFORMATION, SHOWN_INFORMATION) : value;
}

function withoutIn(value: unknown, depth: number, left: { objects: number }): unknown {
  if (typeof value !== "object" || value === null) return textWithout(value);
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  if (depth === 0 || --left.objects < 0) return value;
  let copy: Record<string, unknown> | undefined;
  for (const [key, inner] of Object.entries(value)) {
    const shown = withoutIn(inner, depth - 1, left);
    if (shown === inner) continue;
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
    copy[key] = shown;
  }
  return copy ?? value;
}

function segments(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function mapValues(value: Record<string, unknown>, map: (key: string, inner: unknown) => unknown) {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, map(key, inner)]));
}
