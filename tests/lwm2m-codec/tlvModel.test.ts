import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { InstanceValues, ObjectDefinition, ResourceDefinition, SingleValue } from "../../services/lwm2m/model.ts";
import { ACCESS_CONTROL } from "../../services/lwm2m/objects/accessControl.ts";
import { DEVICE } from "../../services/lwm2m/objects/device.ts";
import { ALL_OBJECTS } from "../../services/lwm2m/objects/index.ts";
import { SERVER } from "../../services/lwm2m/objects/server.ts";
import {
  decodeObjectTlv,
  decodeResourcesTlv,
  encodeInstanceTlv,
  encodeObjectTlv,
} from "../../services/lwm2m/tlvModel.ts";
import { decodeTlvValue, encodeTlvValue } from "../../services/lwm2m/tlvValue.ts";
import * as spec from "./specVectors.ts";
import { expectRefused, hex, instanceValuesOf, refusal, utf8 } from "./support.ts";

const instances: { name: string; definition: ObjectDefinition; wire: Uint8Array; values: InstanceValues }[] = [
  { name: "/3/0", definition: DEVICE, wire: spec.DEVICE_INSTANCE, values: spec.DEVICE_VALUES },
  { name: "/65/0", definition: spec.LINKING, wire: spec.LINKING_INSTANCE, values: spec.LINKING_VALUES },
];

const objects: {
  name: string;
  definition: ObjectDefinition;
  wire: Uint8Array;
  values: ReadonlyMap<number, InstanceValues>;
}[] = [
  { name: "/3", definition: DEVICE, wire: spec.DEVICE_OBJECT, values: new Map([[0, spec.DEVICE_VALUES]]) },
  { name: "/2", definition: ACCESS_CONTROL, wire: spec.ACCESS_CONTROL_OBJECT, values: spec.ACCESS_CONTROL_VALUES },
  { name: "/1", definition: SERVER, wire: spec.SERVER_OBJECT, values: spec.SERVER_VALUES },
  { name: "/66", definition: spec.LINKED, wire: spec.LINKED_OBJECT, values: spec.LINKED_VALUES },
];

describe("the specification's TLV examples", () => {
  it("has 121 octets for /3/0", () => expect(spec.DEVICE_INSTANCE).toHaveLength(121));

  for (const { name, definition, wire, values } of instances) {
    it(`encodes ${name}`, () => expect(encodeInstanceTlv(definition, values)).toEqual(wire));
    it(`decodes ${name}`, () => expect(decodeResourcesTlv(definition, wire)).toEqual(values));
    it(`takes of ${name} truncated no more than the whole entries before the cut`, () => {
      let refused = 0;
      for (let length = 0; length < wire.length; length++) {
        try {
          const some = decodeResourcesTlv(definition, wire.subarray(0, length));
          expect(encodeInstanceTlv(definition, some)).toEqual(wire.subarray(0, length));
        } catch (error) {
          expect(error).toMatchObject({ name: "Lwm2mError", code: "malformed" });
          refused++;
        }
      }
      // Only a cut between two entries leaves something whole.
      expect(refused).toBe(wire.length - values.size);
    });
  }

  for (const { name, definition, wire, values } of objects) {
    it(`encodes ${name}`, () => {
      expect(encodeObjectTlv(definition, values)).toEqual(wire);
    });
    it(`decodes ${name}`, () => expect(decodeObjectTlv(definition, wire)).toEqual(values));
  }

  it("refuses every truncation of /3", () => {
    for (let length = 1; length < spec.DEVICE_OBJECT.length; length++) {
      expectRefused(() => decodeObjectTlv(DEVICE, spec.DEVICE_OBJECT.subarray(0, length)), "malformed");
    }
  });
});

const resource = (type: ResourceDefinition["type"]): ResourceDefinition => ({
  id: 0,
  name: "Thing",
  operations: "RW",
  multiple: false,
  mandatory: false,
  type,
});

const values: { type: ResourceDefinition["type"]; wire: string; value: SingleValue }[] = [
  { type: "integer", wire: "00", value: 0 },
  { type: "integer", wire: "7f", value: 127 },
  { type: "integer", wire: "0080", value: 128 },
  { type: "integer", wire: "80", value: -128 },
  { type: "integer", wire: "ff7f", value: -129 },
  { type: "integer", wire: "7fff", value: 32_767 },
  { type: "integer", wire: "00008000", value: 32_768 },
  { type: "integer", wire: "8000", value: -32_768 },
  { type: "integer", wire: "ffff7fff", value: -32_769 },
  { type: "integer", wire: "7fffffff", value: 2_147_483_647 },
  { type: "integer", wire: "0000000080000000", value: 2_147_483_648 },
  { type: "integer", wire: "80000000", value: -2_147_483_648 },
  { type: "integer", wire: "001fffffffffffff", value: Number.MAX_SAFE_INTEGER },
  { type: "integer", wire: "0020000000000000", value: 2n ** 53n },
  { type: "integer", wire: "7fffffffffffffff", value: 2n ** 63n - 1n },
  { type: "integer", wire: "8000000000000000", value: -(2n ** 63n) },
  { type: "unsigned", wire: "7f", value: 127 },
  { type: "unsigned", wire: "00ff", value: 255 },
  { type: "unsigned", wire: "0000ffff", value: 65_535 },
  { type: "unsigned", wire: "00000000ffffffff", value: 4_294_967_295 },
  { type: "unsigned", wire: "ffffffffffffffff", value: 2n ** 64n - 1n },
  { type: "time", wire: "5182428f", value: 1_367_491_215 },
  { type: "time", wire: "00000000f48656ff", value: 4_102_444_799 },
  { type: "float", wire: "3fc00000", value: 1.5 },
  { type: "float", wire: "3fb999999999999a", value: 0.1 },
  { type: "float", wire: "80000000", value: -0 },
  { type: "boolean", wire: "00", value: false },
  { type: "boolean", wire: "01", value: true },
  { type: "objlnk", wire: "00420000", value: { objectId: 66, instanceId: 0 } },
  { type: "string", wire: "", value: "" },
  { type: "string", wire: "c3a9f09f9880", value: "é😀" },
  { type: "opaque", wire: "00ff", value: hex("00ff") },
  { type: "corelnk", wire: "3c2f332f303e", value: "</3/0>" },
];

describe("TLV values", () => {
  for (const { type, wire, value } of values) {
    const shown = value instanceof Uint8Array ? wire : typeof value === "object" ? "66:0" : `${value}`;
    it(`encodes the ${type} "${shown}" as ${wire || "nothing"}`, () => {
      expect(encodeTlvValue(resource(type), value)).toEqual(hex(wire));
    });
    it(`decodes ${wire || "nothing"} as the ${type} "${shown}"`, () => {
      expect(decodeTlvValue(resource(type), hex(wire))).toEqual(value);
    });
  }

  it("reads an unsigned integer whose top bit is set", () => {
    expect(decodeTlvValue(resource("unsigned"), hex("ff"))).toBe(255);
    expect(decodeTlvValue(resource("unsigned"), hex("ffffffff"))).toBe(4_294_967_295);
  });

  const refused: [ResourceDefinition["type"], string][] = [
    ["integer", ""],
    ["integer", "000000"],
    ["integer", "000000000000000000"],
    ["unsigned", "0000000000"],
    ["float", "0000"],
    ["float", "7fc00000"],
    ["float", "7f800000"],
    ["boolean", ""],
    ["boolean", "02"],
    ["boolean", "0001"],
    ["objlnk", "004200"],
    ["string", "ff"],
    ["corelnk", "3c2f33"],
    ["none", ""],
  ];
  for (const [type, wire] of refused) {
    it(`refuses ${wire || "nothing"} as ${type}`, () => {
      expectRefused(() => decodeTlvValue(resource(type), hex(wire)), "typeMismatch");
    });
  }

  it("refuses to encode a value of another type", () => {
    for (const { type, value } of values) {
      const others = (["boolean", "objlnk", "opaque", "none"] as const).filter((other) => other !== type);
      for (const other of others) expectRefused(() => encodeTlvValue(resource(other), value), "typeMismatch");
    }
    expectRefused(() => encodeTlvValue(resource("integer"), 2 ** 53), "typeMismatch");
    expectRefused(() => encodeTlvValue(resource("integer"), 2n ** 63n), "typeMismatch");
    expectRefused(() => encodeTlvValue(resource("integer"), 1.5), "typeMismatch");
    expectRefused(() => encodeTlvValue(resource("unsigned"), -1), "typeMismatch");
    expectRefused(() => encodeTlvValue(resource("float"), Number.NaN), "typeMismatch");
  });

  it("copies opaque values out of the payload", () => {
    const payload = hex("c200aabb");
    const table = { ...DEVICE, resources: [resource("opaque")] };
    const decoded = decodeResourcesTlv(table, payload);
    payload.fill(0);
    expect(decoded.get(0)).toEqual(hex("aabb"));
  });

  it("never puts a value into an error", () => {
    const secret = utf8("correct horse");
    const message = refusal(() => decodeTlvValue(resource("integer"), secret)).message;
    expect(message).not.toContain("correct");
    expect(message).not.toContain("63 6f");
  });
});

describe("instances in TLV", () => {
  for (const definition of ALL_OBJECTS) {
    it(`gives back the values of object ${definition.id} ${definition.version}`, () => {
      fc.assert(
        fc.property(instanceValuesOf(definition), (some) => {
          expect(decodeResourcesTlv(definition, encodeInstanceTlv(definition, some))).toEqual(some);
          const one = new Map([[7, some]]);
          expect(decodeObjectTlv(definition, encodeObjectTlv(definition, one))).toEqual(one);
        }),
        { numRuns: 50 },
      );
    });
  }

  it("refuses an unknown resource, naming its path, or skips it where asked to", () => {
    const payload = hex("c10964 c16301");
    const error = refusal(() => decodeResourcesTlv(DEVICE, payload));
    expect(error.code).toBe("unknownResource");
    expect(decodeResourcesTlv(DEVICE, payload, { unknownResources: "skip" })).toEqual(new Map([[9, 100]]));
    const inObject = refusal(() => decodeObjectTlv(DEVICE, hex("0300 c16301")));
    expect(inObject.path).toEqual({ objectId: 3, instanceId: 0, resourceId: 99 });
  });

  it("refuses an id that comes twice on any level", () => {
    expectRefused(() => decodeResourcesTlv(DEVICE, hex("c10964 c10963")), "malformed");
    expectRefused(() => decodeResourcesTlv(DEVICE, hex("8606 410001 410002")), "malformed");
    expectRefused(() => decodeObjectTlv(DEVICE, hex("0000 0000")), "malformed");
  });

  it("refuses one value for a multiple resource and instances for a single one", () => {
    expectRefused(() => decodeResourcesTlv(DEVICE, hex("c10601")), "typeMismatch");
    expectRefused(() => decodeResourcesTlv(DEVICE, hex("8309410064")), "typeMismatch");
    expectRefused(() => encodeInstanceTlv(DEVICE, new Map([[6, 1]])), "typeMismatch");
    expectRefused(() => encodeInstanceTlv(DEVICE, new Map([[9, new Map([[0, 1]])]])), "typeMismatch");
  });

  it("refuses a value for an executable resource", () => {
    expectRefused(() => decodeResourcesTlv(DEVICE, hex("c10401")), "typeMismatch");
  });
});
