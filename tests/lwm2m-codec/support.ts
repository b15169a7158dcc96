/** What the codec tests share: octets from hex, values at random for a definition. */
import { expect } from "@jest/globals";
import fc from "fast-check";
import { Lwm2mError, type Lwm2mErrorCode } from "../../services/lwm2m/errors.ts";
import type {
  InstanceValues,
  ObjectDefinition,
  ResourceDefinition,
  ResourceType,
  ResourceValue,
  SingleValue,
} from "../../services/lwm2m/model.ts";

export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s+/g, ""), "hex"));
}

/** Octets from hex, with 'text in quotes' among it. */
export function octets(text: string): Uint8Array {
  return hex(text.replace(/'([^']*)'/g, (_, quoted: string) => Buffer.from(quoted).toString("hex")));
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The error that `work` throws; fails when it throws another kind, or none. */
export function refusal(work: () => unknown): Lwm2mError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(Lwm2mError);
    return error as Lwm2mError;
  }
  throw new Error("nothing was refused");
}

export function expectRefused(work: () => unknown, code: Lwm2mErrorCode): void {
  expect(refusal(work).code).toBe(code);
}

/** Each octet string that begins `wire` and is shorter. */
export function truncations(wire: Uint8Array): Uint8Array[] {
  return Array.from(wire, (_, length) => wire.subarray(0, length));
}

/** Fails when `work` throws anything but our typed error. */
export function throwsNothingElse(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(Lwm2mError);
  }
}

/** `wire` with some of its octets changed, some put in and some taken out. */
export function damaged(wire: Uint8Array): fc.Arbitrary<Uint8Array> {
  const change = fc.tuple(
    fc.integer({ min: 0, max: wire.length }),
    fc.integer({ min: 0, max: 2 }),
    fc.uint8Array({ maxLength: 2 }),
  );
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const bytes = [...wire];
    for (const [at, removed, added] of changes) bytes.splice(at, removed, ...added);
    return Uint8Array.from(bytes);
  });
}

/** A bigint only where a number is not exact, as the decoders give it. */
export function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(narrow);
const id = fc.integer({ min: 0, max: 65_534 });

export const SINGLE_VALUES: Readonly<Record<Exclude<ResourceType, "none">, fc.Arbitrary<SingleValue>>> = {
  string: fc.string({ unit: "grapheme" }),
  integer: int64,
  unsigned: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(narrow),
  float: fc.double({ noNaN: true, noDefaultInfinity: true }),
  boolean: fc.boolean(),
  opaque: fc.uint8Array({ maxLength: 300 }),
  time: int64,
  objlnk: fc.record({
    objectId: fc.integer({ min: 0, max: 65_535 }),
    instanceId: fc.integer({ min: 0, max: 65_535 }),
  }),
  corelnk: fc.constantFrom("", "</3/0>", '</3>;ver=1.2,</3/0>;title="a,b"'),
};

export function resourceValue(resource: ResourceDefinition): fc.Arbitrary<ResourceValue> {
  const single = SINGLE_VALUES[resource.type as Exclude<ResourceType, "none">];
  if (!resource.multiple) return single;
  return fc
    .uniqueArray(fc.tuple(id, single), { selector: ([key]) => key, maxLength: 4 })
    .map((pairs) => new Map(pairs));
}

/** Values for some of an object's resources. */
export function instanceValuesOf(definition: ObjectDefinition): fc.Arbitrary<InstanceValues> {
  const readable = definition.resources.filter((resource) => resource.type !== "none");
  return fc
    .subarray(readable)
    .chain((resources) =>
      fc.tuple(...resources.map((resource) => fc.tuple(fc.constant(resource.id), resourceValue(resource)))),
    )
    .map((pairs) => new Map(pairs as [number, ResourceValue][]));
}
