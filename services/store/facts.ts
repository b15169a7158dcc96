/**
 * What the carrier must know after a restart: facts, from which the charts start; no snapshot of the charts.
 * A versioned JSON document over a storage. Octets inside it are written as `{ "$bytes": "<base64>" }`.
 */
import type { Storage } from "../../ports/storage.ts";
import { jsonErrorPosition } from "./jsonPosition.ts";
import { type MigrationTable, migrate } from "./migration.ts";
import { StoreError } from "./storeError.ts";

export const FACTS_VERSION = 2;
/** Times of day lie between this and its negative (ECMAScript, time values). */
export const LAST_INSTANT_MS = 8.64e15;

/** State and result are those of the firmware update object (5/0/3 and 5/0/5). */
export interface FirmwareFacts {
  readonly state: 0 | 1 | 2 | 3;
  readonly result: number;
  /** What is being downloaded, and the entity tag it had. */
  readonly uri?: string;
  readonly etag?: string;
  /** 5/0/11, 5/0/13 and 5/0/12 (ms since 1970) of object version 1.1. */
  readonly severity?: number;
  readonly maximumDeferSeconds?: number;
  readonly changedAt?: number;
  /** Time of day until which the application has put the update off, ms since 1970. */
  readonly deferUntil?: number;
  /** Its length when it was agreed on: longer it does not get, whatever the time of day. */
  readonly deferSeconds?: number;
  /** How the modem came up after an image was to be applied, until the object's state says so. */
  readonly applied?: "updated" | "updateFailed";
}

/** A registration that a server holds, as it was told last. */
export interface RegistrationFacts {
  /** Segments of the path that Updates go to. */
  readonly location: readonly string[];
  /** Time of day at which the server forgets it, ms since 1970. */
  readonly expiresAt: number;
  readonly lifetimeSeconds: number;
  readonly binding: string;
  /** The enabler version that it was made in. */
  readonly version: "1.0" | "1.1";
}

/** What is known of a server since the last bootstrap. */
export interface KnownServer {
  /** There was a registration with it. */
  readonly met?: boolean;
  /** The enabler version that it speaks. */
  readonly version?: "1.0" | "1.1";
  /** Time of day until which it sent the device away, ms since 1970. */
  readonly disabledUntil?: number;
}

export interface Facts {
  readonly version: typeof FACTS_VERSION;
  /** Digest of the configuration that led here: another one means a new bootstrap. */
  readonly configDigest?: string;
  /** Digest of what lay on the card in the modem when it was read for its accounts. */
  readonly smartcardDigest?: string;
  readonly bootstrapped: boolean;
  /** ms since 1970. */
  readonly lastBootstrapAt?: number;
  readonly firmware: FirmwareFacts;
  /** The object tree in its own form, without secrets. */
  readonly objects?: unknown;
  /** What is known of servers beside their accounts. */
  readonly servers?: ByServer<KnownServer>;
  readonly registrations?: ByServer<RegistrationFacts>;
  /** What each server observes and what waits to be told, in its own form. */
  readonly observations?: ByServer<unknown>;
}

/** By short server id, in decimal. As properties of an object such ids would be indices, with room for all below them. */
export type ByServer<Fact> = ReadonlyMap<string, Fact>;

/** What a device knows that was never started. */
export const NO_FACTS: Facts = Object.freeze({
  version: FACTS_VERSION,
  bootstrapped: false,
  firmware: Object.freeze({ state: 0, result: 0 }),
});

export interface FactsStore {
  /** The facts, `NO_FACTS` at first. Rejects with a `StoreError` for a document it cannot read, and leaves that alone. */
  load(): Promise<Facts>;
  /** Resolves when a restart will find them. */
  save(facts: Facts): Promise<void>;
}

/** @param name of the document. */
export function createFactsStore(storage: Storage, name = "facts"): FactsStore {
  return {
    async load() {
      const bytes = await storage.read(name);
      return bytes === undefined ? NO_FACTS : decodeFacts(bytes, fileOf(storage, name));
    },
    async save(facts) {
      await storage.write(name, encodeFacts(facts));
    },
  };
}

export function encodeFacts(facts: Facts): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(facts, toJson)}\n`);
}

/** @param file names the document in errors. */
export function decodeFacts(bytes: Uint8Array, file: string): Facts {
  const document = withMaps(migrate(parse(bytes, file), MIGRATIONS, FACTS_VERSION, file));
  for (const [path, value, rule] of fieldsOf(document as Partial<Facts>)) {
    if (!rule.accepts(value))
      throw corrupt(file, path, `expected ${rule.words}, found ${JSON.stringify(value) ?? "nothing"}`);
  }
  return document as unknown as Facts;
}

const BY_SERVER = ["servers", "registrations", "observations"] as const;

/** A part that is no object stays as it is, for the check to name it. */
function withMaps(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const parts = { ...document };
  for (const part of BY_SERVER) {
    const facts = parts[part];
    if (isRecord(facts)) parts[part] = new Map(Object.entries(facts));
  }
  return parts;
}

/** From a version to the next: `[n]` takes a document of version n and returns one of version n + 1. */
const MIGRATIONS: MigrationTable = {
  /** Version 2 knows registrations and observations. */
  1: (document) => document,
};

interface Rule {
  readonly words: string;
  accepts(value: unknown): boolean;
}

const MAX_RESULT = 11;
const MAX_SEVERITY = 2;
/** 1/x/1 is an integer of 64 bits. */
const MAX_LIFETIME_SECONDS = 2 ** 63;
const MAX_URI_OCTETS = 255;
const LONE_SURROGATE = /\p{Surrogate}/u;
const text: Rule = { words: "a text", accepts: (value) => typeof value === "string" };
const flag: Rule = { words: "true or false", accepts: (value) => typeof value === "boolean" };
const uri: Rule = {
  words: `a text of at most ${MAX_URI_OCTETS} octets`,
  accepts: (value) =>
    typeof value === "string" &&
    !LONE_SURROGATE.test(value) &&
    new TextEncoder().encode(value).length <= MAX_URI_OCTETS,
};
const instant: Rule = {
  words: "a time in ms",
  accepts: (value) => Number.isFinite(value) && Math.abs(value as number) <= LAST_INSTANT_MS,
};
const record: Rule = { words: "an object", accepts: isRecord };
const map: Rule = { words: "an object", accepts: (value) => value instanceof Map };
const wholeUpTo = (most: number): Rule => ({
  words: `a whole number from 0 to ${most}`,
  accepts: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most,
});
const outcome: Rule = {
  words: `"updated" or "updateFailed"`,
  accepts: (value) => value === "updated" || value === "updateFailed",
};
const enablerVersion: Rule = { words: `"1.0" or "1.1"`, accepts: (value) => value === "1.0" || value === "1.1" };
const texts: Rule = {
  words: "a list of texts",
  accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
};
const optional = ({ words, accepts }: Rule): Rule => ({
  words: `${words} or nothing`,
  accepts: (value) => value === undefined || accepts(value),
});

function* fieldsOf(facts: Partial<Facts>): Generator<readonly [path: string, value: unknown, rule: Rule]> {
  yield ["/configDigest", facts.configDigest, optional(text)];
  yield ["/smartcardDigest", facts.smartcardDigest, optional(text)];
  yield ["/bootstrapped", facts.bootstrapped, flag];
  yield ["/lastBootstrapAt", facts.lastBootstrapAt, optional(instant)];
  yield ["/firmware", facts.firmware, record];
  yield ["/firmware/state", facts.firmware?.state, wholeUpTo(3)];
  yield ["/firmware/result", facts.firmware?.result, wholeUpTo(MAX_RESULT)];
  yield ["/firmware/uri", facts.firmware?.uri, optional(uri)];
  yield ["/firmware/etag", facts.firmware?.etag, optional(text)];
  yield ["/firmware/applied", facts.firmware?.applied, optional(outcome)];
  yield ["/firmware/severity", facts.firmware?.severity, optional(wholeUpTo(MAX_SEVERITY))];
  yield [
    "/firmware/maximumDeferSeconds",
    facts.firmware?.maximumDeferSeconds,
    optional(wholeUpTo(Number.MAX_SAFE_INTEGER)),
  ];
  yield ["/firmware/changedAt", facts.firmware?.changedAt, optional(instant)];
  yield ["/firmware/deferUntil", facts.firmware?.deferUntil, optional(instant)];
  yield ["/firmware/deferSeconds", facts.firmware?.deferSeconds, optional(wholeUpTo(Number.MAX_SAFE_INTEGER))];
  yield ["/objects", facts.objects, optional(record)];
  yield ["/servers", facts.servers, optional(map)];
  for (const [server, known] of facts.servers ?? []) {
    const path = `/servers/${server}`;
    yield [path, known, record];
    yield [`${path}/met`, known.met, optional(flag)];
    yield [`${path}/version`, known.version, optional(enablerVersion)];
    yield [`${path}/disabledUntil`, known.disabledUntil, optional(instant)];
  }
  yield ["/registrations", facts.registrations, optional(map)];
  for (const [server, registration] of facts.registrations ?? []) {
    const path = `/registrations/${server}`;
    yield [path, registration, record];
    yield [`${path}/location`, registration.location, texts];
    yield [`${path}/expiresAt`, registration.expiresAt, instant];
    yield [`${path}/lifetimeSeconds`, registration.lifetimeSeconds, wholeUpTo(MAX_LIFETIME_SECONDS)];
    yield [`${path}/binding`, registration.binding, text];
    yield [`${path}/version`, registration.version, enablerVersion];
  }
  yield ["/observations", facts.observations, optional(map)];
}

function parse(bytes: Uint8Array, file: string): Record<string, unknown> {
  let source: string;
  try {
    source = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw corrupt(file, 0, "this is not UTF-8");
  }
  let document: unknown;
  try {
    document = JSON.parse(source, bytesFromJson);
  } catch {
    const position = jsonErrorPosition(source) ?? 0;
    const offset = new TextEncoder().encode(source.slice(0, position)).length;
    throw corrupt(file, offset, position === source.length ? "the document ends too soon" : "this is not JSON");
  }
  if (!isRecord(document)) throw corrupt(file, 0, "expected an object");
  return document;
}

function corrupt(file: string, position: number | string, reason: string): StoreError {
  const cure = "restore the document from a copy, or remove it: the device then bootstraps again";
  return new StoreError("corrupt", { file, position, reason, cure });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `this` is the holder: a `Buffer` turns itself into something else before `value` is read. */
function toJson(this: unknown, key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  const original = (this as Record<string, unknown>)[key];
  return original instanceof Uint8Array ? { $bytes: Buffer.from(original).toString("base64") } : value;
}

function bytesFromJson(_key: string, value: unknown): unknown {
  return isRecord(value) && typeof value.$bytes === "string"
    ? Uint8Array.from(Buffer.from(value.$bytes, "base64"))
    : value;
}

function fileOf(storage: Storage, name: string): string {
  return "location" in storage && typeof storage.location === "function" ? String(storage.location(name)) : name;
}
