/** The TLV examples of the enabler: OMA LwM2M TS 1.0.2 §6.4.3.1 and §6.4.3.2, in Core 1.1 under §7.4.4. */
import type { InstanceValues, ResourceValue } from "../../services/lwm2m/model.ts";
import { defineObject } from "../../services/lwm2m/objects/define.ts";
import { hex } from "./support.ts";

/** Read /3/0: 121 octets. */
export const DEVICE_INSTANCE = hex(`
  C8 00 14 4F 70 65 6E 20 4D 6F 62 69 6C 65 20 41 6C 6C 69 61 6E 63 65
  C8 01 16 4C 69 67 68 74 77 65 69 67 68 74 20 4D 32 4D 20 43 6C 69 65 6E 74
  C8 02 09 33 34 35 30 30 30 31 32 33
  C3 03 31 2E 30
  86 06 41 00 01 41 01 05
  88 07 08 42 00 0E D8 42 01 13 88
  87 08 41 00 7D 42 01 03 84
  C1 09 64
  C1 0A 0F
  83 0B 41 00 00
  C4 0D 51 82 42 8F
  C6 0E 2B 30 32 3A 30 30
  C1 10 55`);

export const DEVICE_VALUES = new Map<number, ResourceValue>([
  [0, "Open Mobile Alliance"],
  [1, "Lightweight M2M Client"],
  [2, "345000123"],
  [3, "1.0"],
  [
    6,
    new Map([
      [0, 1],
      [1, 5],
    ]),
  ],
  [
    7,
    new Map([
      [0, 3800],
      [1, 5000],
    ]),
  ],
  [
    8,
    new Map([
      [0, 125],
      [1, 900],
    ]),
  ],
  [9, 100],
  [10, 15],
  [11, new Map([[0, 0]])],
  [13, 1367491215],
  [14, "+02:00"],
  [16, "U"],
]);

/** Read /3: the same within its instance. */
export const DEVICE_OBJECT = Uint8Array.of(0x08, 0x00, 0x79, ...DEVICE_INSTANCE);

/** Read /2: two instances, the second with a 16-bit resource instance id. */
export const ACCESS_CONTROL_OBJECT = hex(`
  08 00 0E C1 00 01 C1 01 00 83 02 41 7F 07 C1 03 7F
  08 02 12 C1 00 03 C1 01 00 87 02 41 7F 07 61 01 36 01 C1 03 7F`);

export const ACCESS_CONTROL_VALUES = new Map<number, InstanceValues>([
  [
    0,
    new Map<number, ResourceValue>([
      [0, 1],
      [1, 0],
      [2, new Map([[127, 7]])],
      [3, 127],
    ]),
  ],
  [
    2,
    new Map<number, ResourceValue>([
      [0, 3],
      [1, 0],
      [
        2,
        new Map([
          [127, 7],
          [310, 1],
        ]),
      ],
      [3, 127],
    ]),
  ],
]);

/** Read /1: one instance. */
export const SERVER_OBJECT = hex("08 00 0F C1 00 01 C4 01 00 01 51 80 C1 06 01 C1 07 55");

export const SERVER_VALUES = new Map<number, InstanceValues>([
  [
    0,
    new Map<number, ResourceValue>([
      [0, 1],
      [1, 86_400],
      [6, true],
      [7, "U"],
    ]),
  ],
]);

/** The examples' objects with object links. */
export const LINKING = defineObject({
  id: 65,
  name: "Example 65",
  version: "1.0",
  lwm2mVersion: "1.0",
  instances: "multiple",
  presence: "optional",
  resources: [
    [0, "Links", "R", "multiple", "optional", "objlnk"],
    [1, "Text", "R", "single", "optional", "string"],
    [2, "Number", "R", "single", "optional", "integer"],
  ],
});

export const LINKED = defineObject({
  id: 66,
  name: "Example 66",
  version: "1.0",
  lwm2mVersion: "1.0",
  instances: "multiple",
  presence: "optional",
  resources: [
    [0, "Service", "R", "single", "optional", "string"],
    [1, "Address", "R", "single", "optional", "string"],
    [2, "Link", "R", "single", "optional", "objlnk"],
  ],
});

/** Read /65/0. */
export const LINKING_INSTANCE = hex(`
  88 00 0C 44 00 00 42 00 00 44 01 00 42 00 01
  C8 01 0D 38 36 31 33 38 30 30 37 35 35 35 30 30
  C4 02 12 34 56 78`);

export const LINKING_VALUES = new Map<number, ResourceValue>([
  [
    0,
    new Map([
      [0, { objectId: 66, instanceId: 0 }],
      [1, { objectId: 66, instanceId: 1 }],
    ]),
  ],
  [1, "8613800755500"],
  [2, 0x1234_5678],
]);

/** Read /66: a link to 67/0, and the null link. */
export const LINKED_OBJECT = hex(`
  08 00 26 C8 00 0B 6D 79 53 65 72 76 69 63 65 20 31
           C8 01 0F 49 6E 74 65 72 6E 65 74 2E 31 35 2E 32 33 34
           C4 02 00 43 00 00
  08 01 26 C8 00 0B 6D 79 53 65 72 76 69 63 65 20 32
           C8 01 0F 49 6E 74 65 72 6E 65 74 2E 31 35 2E 32 33 35
           C4 02 FF FF FF FF`);

export const LINKED_VALUES = new Map<number, InstanceValues>([
  [
    0,
    new Map<number, ResourceValue>([
      [0, "myService 1"],
      [1, "Internet.15.234"],
      [2, { objectId: 67, instanceId: 0 }],
    ]),
  ],
  [
    1,
    new Map<number, ResourceValue>([
      [0, "myService 2"],
      [1, "Internet.15.235"],
      [2, { objectId: 65_535, instanceId: 65_535 }],
    ]),
  ],
]);
