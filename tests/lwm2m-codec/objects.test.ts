import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import type { ObjectDefinition } from "../../services/lwm2m/model.ts";
import { defineObject, instanceValues, resourcePath } from "../../services/lwm2m/objects/define.ts";
import { DEVICE } from "../../services/lwm2m/objects/device.ts";
import { ALL_OBJECTS, findObject, findResource, OBJECTS } from "../../services/lwm2m/objects/index.ts";

/**
 * Id, name, versions, instances, presence, and a digest over the resources: computed from the registry's XML files by
 * another program, one line a resource (`9|Battery Level|R|Single|Optional|integer|/100`).
 */
const registry = [
  [0, "LWM2M Security", "1.1", "1.1", true, true, "195c52047c343712"],
  [1, "LwM2M Server", "1.1", "1.1", true, true, "551962a07a247d58"],
  [2, "LwM2M Access Control", "1.1", "1.0", true, false, "143dd3fb36666333"],
  [3, "Device", "1.2", "1.1", false, true, "9a72a1606c1126bf"],
  [4, "Connectivity Monitoring", "1.3", "1.1", false, false, "da2111aa80d94e00"],
  [5, "Firmware Update", "1.1", "1.1", false, false, "2ff56a1d75577d37"],
  [5, "Firmware Update", "1.0", "1.0", false, false, "91d3f379a55de5df"],
  [6, "Location", "1.0", "1.0", false, false, "8c3a078bba17ce2e"],
  [7, "Connectivity Statistics", "1.0", "1.0", false, false, "9a0ede1515385b9f"],
  [10, "LWM2M Cellular Connectivity", "1.1", "1.1", false, false, "566908b03542d0e3"],
  [11, "LWM2M APN Connection Profile", "1.1", "1.1", true, false, "04e692b1013b5c3f"],
  [16, "Portfolio", "1.0", "1.0", true, false, "9b8510fbd94c8875"],
  [19, "BinaryAppDataContainer", "1.0", "1.0", true, false, "e29dcb51a0386266"],
  [20, "Event Log", "2.1", "1.1", true, false, "41fb18aef1c00a14"],
  [21, "LWM2M OSCORE", "2.0", "1.1", true, false, "d55f1913d642980c"],
];

function digestOf({ resources }: ObjectDefinition): string {
  const lines = resources.map(({ id, name, operations, multiple, mandatory, type, units = "" }) =>
    [id, name, operations, multiple ? "Multiple" : "Single", mandatory ? "Mandatory" : "Optional", type, units].join(
      "|",
    ),
  );
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
}

describe("the object tables", () => {
  it("are those of the registry", () => {
    expect(
      ALL_OBJECTS.map((each) => [
        each.id,
        each.name,
        each.version,
        each.lwm2mVersion,
        each.multiple,
        each.mandatory,
        digestOf(each),
      ]),
    ).toEqual(registry);
  });

  it("are found by id in the newest version, or in the one asked for", () => {
    expect(findObject(5)?.version).toBe("1.1");
    expect(OBJECTS.get(5)?.version).toBe("1.1");
    expect(findObject(5, "1.0")?.version).toBe("1.0");
    expect(findObject(5, "3.0")).toBeUndefined();
    expect(findObject(18)).toBeUndefined();
    expect(OBJECTS.size).toBe(14);
  });

  it("have a URN with the version, except for 1.0", () => {
    expect(findObject(3)?.urn).toBe("urn:oma:lwm2m:oma:3:1.2");
    expect(findObject(16)?.urn).toBe("urn:oma:lwm2m:oma:16");
  });

  it("have a URN of the class that their id is of: OMA's, other organisations', vendors'", () => {
    const table = { name: "Door", version: "1.0", lwm2mVersion: "1.1", resources: [] } as const;
    const urn = (id: number) => defineObject({ ...table, id, instances: "single", presence: "optional" }).urn;
    expect(urn(2_047)).toBe("urn:oma:lwm2m:oma:2047");
    expect(urn(2_048)).toBe("urn:oma:lwm2m:ext:2048");
    expect(urn(10_240)).toBe("urn:oma:lwm2m:ext:10240");
    expect(urn(10_241)).toBe("urn:oma:lwm2m:x:10241");
  });

  it("allow the result codes of cancelling and deferring from 5 version 1.1 on", () => {
    expect(findResource(findObject(5, "1.0")!, 5)?.range).toEqual({ min: 0, max: 9 });
    expect(findResource(findObject(5, "1.1")!, 5)?.range).toEqual({ min: 0, max: 11 });
  });

  it("close the retry resources of the server object to servers", () => {
    for (let id = 13; id <= 20; id++) expect(findResource(findObject(1)!, id)?.operations).toBe("");
  });

  it("check values and paths of an object when compiling", () => {
    const values = instanceValues(DEVICE, { 0: "Acme", 6: new Map([[0, 1]]), 9: 80, 10: undefined });
    expect(values).toEqual(
      new Map<number, unknown>([
        [0, "Acme"],
        [6, new Map([[0, 1]])],
        [9, 80],
      ]),
    );
    expect(resourcePath(DEVICE, 0, 9)).toEqual({ objectId: 3, instanceId: 0, resourceId: 9 });
    // @ts-expect-error a battery level is a number
    instanceValues(DEVICE, { 9: "80" });
    // @ts-expect-error power sources are several
    instanceValues(DEVICE, { 6: 1 });
    // @ts-expect-error a reboot is executed, it has no value
    instanceValues(DEVICE, { 4: "0" });
    // @ts-expect-error there is no resource 99
    resourcePath(DEVICE, 0, 99);
  });
});
