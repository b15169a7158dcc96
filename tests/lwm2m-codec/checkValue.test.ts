import { describe, expect, it } from "@jest/globals";
import { checkSingleValue, checkValue } from "../../services/lwm2m/checkValue.ts";
import type { Lwm2mErrorCode } from "../../services/lwm2m/errors.ts";
import type { ResourceDefinition, ResourceValue } from "../../services/lwm2m/model.ts";
import { ALL_OBJECTS, findObject, findResource } from "../../services/lwm2m/objects/index.ts";
import { hex, refusal } from "./support.ts";

const at = (objectId: number, resourceId: number): ResourceDefinition =>
  findResource(findObject(objectId)!, resourceId)!;

const good: [name: string, resource: ResourceDefinition, value: ResourceValue][] = [
  ["a number at the lower bound", at(3, 9), 0],
  ["a number at the upper bound", at(3, 9), 100],
  ["a bigint within the bounds", at(3, 9), 100n],
  ["a number without bounds", at(1, 1), 2 ** 40],
  ["a string of the greatest length", at(0, 0), "x".repeat(255)],
  ["an empty string", at(0, 9), ""],
  ["an opaque of a length in the list", at(0, 8), new Uint8Array(32)],
  ["an empty opaque where the list has no 0", at(0, 8), new Uint8Array(0)],
  ["an opaque of the greatest length", at(0, 7), new Uint8Array(6)],
  [
    "a multiple resource",
    at(3, 6),
    new Map([
      [0, 1],
      [65_534, 7],
    ]),
  ],
  ["a multiple resource without values", at(3, 6), new Map()],
  ["the null link", at(1, 10), { objectId: 65_535, instanceId: 65_535 }],
];

const bad: [name: string, resource: ResourceDefinition, value: ResourceValue, code: Lwm2mErrorCode][] = [
  ["a number below", at(3, 9), -1, "outOfRange"],
  ["a number above", at(3, 9), 101, "outOfRange"],
  ["a bigint above", at(3, 9), 2n ** 60n, "outOfRange"],
  ["a string longer than allowed", at(0, 0), "x".repeat(256), "outOfRange"],
  ["a string whose octets are more than its characters", at(0, 0), "é".repeat(128), "outOfRange"],
  ["an opaque of a length not in the list", at(0, 8), new Uint8Array(17), "outOfRange"],
  [
    "a value of one instance out of range",
    at(3, 6),
    new Map([
      [0, 1],
      [1, 8],
    ]),
    "outOfRange",
  ],
  ["a resource instance id beyond 65534", at(3, 6), new Map([[65_535, 1]]), "outOfRange"],
  ["one value for a multiple resource", at(3, 6), 1, "typeMismatch"],
  ["instances for a single resource", at(3, 9), new Map([[0, 1]]), "typeMismatch"],
  ["a fraction for an integer", at(3, 9), 1.5, "typeMismatch"],
  ["a number that is not exact for an integer", at(1, 1), 2 ** 53, "typeMismatch"],
  ["a bigint beyond 64 bits", at(1, 1), 2n ** 63n, "typeMismatch"],
  ["a negative unsigned integer", at(1, 18), -1, "typeMismatch"],
  ["a bigint for a float", at(6, 0), 1n, "typeMismatch"],
  ["infinity for a float", at(6, 0), Number.POSITIVE_INFINITY, "typeMismatch"],
  ["text for an integer", at(3, 9), "80", "typeMismatch"],
  ["text for octets", at(0, 5), "secret", "typeMismatch"],
  ["half a character", at(3, 0), "\udc00", "typeMismatch"],
  ["a link id beyond 16 bits", at(1, 10), { objectId: 65_536, instanceId: 0 }, "typeMismatch"],
  ["octets for a link", at(1, 10), hex("00420000"), "typeMismatch"],
  ["a value for an executable", at(3, 4), "0", "typeMismatch"],
];

describe("a value", () => {
  for (const [name, resource, value] of good) {
    it(`is allowed: ${name}`, () => expect(() => checkValue(resource, value)).not.toThrow());
  }
  for (const [name, resource, value, code] of bad) {
    it(`is refused: ${name}`, () => expect(refusal(() => checkValue(resource, value)).code).toBe(code));
  }

  it("is allowed when the enumeration has it, be it a text, a number or a bigint", () => {
    const binding: ResourceDefinition = { ...at(1, 7), values: ["U", "UQ"] };
    expect(() => checkSingleValue(binding, "UQ")).not.toThrow();
    expect(refusal(() => checkSingleValue(binding, "T")).code).toBe("outOfRange");
    const choice: ResourceDefinition = { ...at(3, 9), values: [5, 10] };
    expect(() => checkSingleValue(choice, 10)).not.toThrow();
    expect(() => checkSingleValue(choice, 10n)).not.toThrow();
    expect(refusal(() => checkSingleValue(choice, 6)).code).toBe("outOfRange");
  });

  it("is refused with path, resource and what is allowed, never with text or octets", () => {
    const path = { objectId: 3, instanceId: 0, resourceId: 9 };
    const error = refusal(() => checkValue(at(3, 9), 101, path));
    expect(error.message).toBe('/3/0/9 "Battery Level" is 101, allowed are 0..100');
    expect(error.path).toEqual(path);
    expect(refusal(() => checkValue(at(0, 8), hex("0badcafe"))).message).not.toMatch(/badcafe/i);
    expect(refusal(() => checkValue(at(0, 0), `coap://${"hidden".repeat(50)}`)).message).not.toContain("hidden");
  });
});

describe("every object table", () => {
  it("has resources in ascending order, each once, and limits that make sense", () => {
    for (const { id, resources } of ALL_OBJECTS) {
      const ids = resources.map((resource) => resource.id);
      expect({ id, ids }).toEqual({ id, ids: [...new Set(ids)].sort((a, b) => a - b) });
      for (const { type, operations, range } of resources) {
        expect(type === "none").toBe(operations === "E");
        expect(range?.min ?? Number.NEGATIVE_INFINITY).toBeLessThan(range?.max ?? Number.POSITIVE_INFINITY);
      }
    }
  });
});
