import { describe, expect, it } from "@jest/globals";
import {
  type CarrierRequest,
  formatCarrierCommand,
  MAX_APP_DATA_OCTETS,
  parseCarrierCommand,
} from "../../modem/at/carrier/commands.ts";
import type { CarrierVocabulary } from "../../modem/at/carrier/events.ts";

const octets = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** at_carrier.rst of the Serial Modem, CARRIER_AT_commands.rst of the Serial LTE Modem. */
const VECTORS: readonly (readonly [
  text: string,
  request: CarrierRequest,
  vocabularies: readonly CarrierVocabulary[],
])[] = [
  [`"app_data_create",1,2`, { name: "appDataCreate", params: { instance: 1, resourceInstance: 2 } }, ["new"]],
  [`"app_data_set","0A0B"`, { name: "appDataSet", params: { data: Uint8Array.of(10, 11) } }, ["new"]],
  [
    `"app_data_set","0A0B",0,3`,
    { name: "appDataSetBinary", params: { data: Uint8Array.of(10, 11), instance: 0, resourceInstance: 3 } },
    ["new"],
  ],
  [`"app_data_set",12,34`, { name: "appDataClear", params: { instance: 12, resourceInstance: 34 } }, ["new"]],
  [`"app_data_set"`, { name: "appDataSetMode", params: {} }, ["new"]],
  [`"app_data","hello, you"`, { name: "appDataSend", params: { data: octets("hello, you") } }, ["old"]],
  [
    `"app_data","hello",0,3`,
    { name: "appDataSendBinary", params: { data: octets("hello"), instance: 0, resourceInstance: 3 } },
    ["old"],
  ],
  [`"app_data",12,34`, { name: "appDataSendNothing", params: { instance: 12, resourceInstance: 34 } }, ["old"]],
  [`"app_data"`, { name: "appDataSendMode", params: {} }, ["old"]],
  [`"battery_level",80`, { name: "batteryLevel", params: { percent: 80 } }, ["new", "old"]],
  [`"battery_status",1`, { name: "batteryStatus", params: { status: 1 } }, ["new", "old"]],
  [`"current",1,-20`, { name: "current", params: { source: 1, milliamperes: -20 } }, ["new", "old"]],
  [`"error","add",5`, { name: "error", params: { operation: "add", code: 5 } }, ["new", "old"]],
  [`"error","remove",5`, { name: "error", params: { operation: "remove", code: 5 } }, ["new", "old"]],
  [`"log_data","CAFE"`, { name: "logData", params: { data: Uint8Array.of(0xca, 0xfe) } }, ["new", "old"]],
  [`"memory_free","read"`, { name: "memoryFreeRead", params: { operation: "read" } }, ["new", "old"]],
  [
    `"memory_free","write",64`,
    { name: "memoryFreeWrite", params: { operation: "write", kilobytes: 64 } },
    ["new", "old"],
  ],
  [`"memory_total",128`, { name: "memoryTotal", params: { kilobytes: 128 } }, ["new", "old"]],
  [`"portfolio","create",2`, { name: "portfolioCreate", params: { operation: "create", instance: 2 } }, ["new", "old"]],
  [
    `"portfolio","read",2,3`,
    { name: "portfolioRead", params: { operation: "read", instance: 2, identityType: 3 } },
    ["new", "old"],
  ],
  [
    `"portfolio","write",2,3,"LwM2M carrier 3.1.0"`,
    {
      name: "portfolioWrite",
      params: { operation: "write", instance: 2, identityType: 3, identity: "LwM2M carrier 3.1.0" },
    },
    ["new", "old"],
  ],
  [`"power_sources",1,2,6`, { name: "powerSources", params: { sources: [1, 2, 6] } }, ["new", "old"]],
  [`"power_sources"`, { name: "powerSources", params: { sources: [] } }, ["new", "old"]],
  [
    `"position","63.43","10.47","48",1708684683,"30.5"`,
    {
      name: "position",
      params: { latitude: 63.43, longitude: 10.47, altitude: 48, timestamp: 1_708_684_683, uncertainty: 30.5 },
    },
    ["new", "old"],
  ],
  [
    `"velocity",90,"10.5","-0.5","1","2"`,
    {
      name: "velocity",
      params: { heading: 90, horizontal: 10.5, vertical: -0.5, horizontalUncertainty: 1, verticalUncertainty: 2 },
    },
    ["new", "old"],
  ],
  [`"reboot"`, { name: "reboot", params: {} }, ["new", "old"]],
  [`"link_up"`, { name: "linkUp", params: {} }, ["new", "old"]],
  [`"link_down"`, { name: "linkDown", params: {} }, ["new", "old"]],
  [`"regup"`, { name: "register", params: {} }, ["new"]],
  [`"dereg"`, { name: "deregister", params: {} }, ["new"]],
  [`"send",19,0,0,0`, { name: "send", params: { object: 19, instance: 0, resource: 0, resourceInstance: 0 } }, ["new"]],
  [`"send",19,0,0`, { name: "send", params: { object: 19, instance: 0, resource: 0 } }, ["new"]],
  [`"time"`, { name: "time", params: {} }, ["new", "old"]],
  [`"time","read"`, { name: "time", params: { operation: "read" } }, ["new", "old"]],
  [`"timezone","read"`, { name: "timezoneRead", params: { operation: "read" } }, ["new", "old"]],
  [
    `"timezone","write","Europe/Paris"`,
    { name: "timezoneWrite", params: { operation: "write", timezone: "Europe/Paris" } },
    ["new", "old"],
  ],
  [`"utc_offset","read"`, { name: "utcOffsetRead", params: { operation: "read" } }, ["new", "old"]],
  [
    `"utc_offset","write",-90`,
    { name: "utcOffsetWrite", params: { operation: "write", minutes: -90 } },
    ["new", "old"],
  ],
  [`"utc_time","read"`, { name: "utcTimeRead", params: { operation: "read" } }, ["new", "old"]],
  [
    `"utc_time","write",1672412206`,
    { name: "utcTimeWrite", params: { operation: "write", seconds: 1_672_412_206 } },
    ["new", "old"],
  ],
  [`"voltage",1,3700`, { name: "voltage", params: { source: 1, millivolts: 3700 } }, ["new", "old"]],
];

describe("AT#XCARRIER", () => {
  for (const [text, request, vocabularies] of VECTORS) {
    it(`reads ${text}`, () => {
      for (const vocabulary of ["new", "old"] as const) {
        const expected = vocabularies.includes(vocabulary) ? request : undefined;
        expect(parseCarrierCommand(vocabulary, text)).toEqual(expected);
      }
    });

    it(`prints ${text}`, () => {
      expect(formatCarrierCommand(request.name, request.params as never)).toBe(`AT#XCARRIER=${text}`);
    });
  }

  it.each([
    "",
    `"nothing_like_it"`,
    `battery_level,80`,
    `"battery_level"`,
    `"battery_level",101`,
    `"battery_level",-1`,
    `"battery_level",80,1`,
    `"error","replace",5`,
    `"current",8,1`,
    `"position",63.43,10.47,48,1708684683,30.5`,
    `"position","91","10.47","48",1708684683,"30.5"`,
    `"velocity",360,"1","0","0","0"`,
    `"velocity",0,"-1","0","0","0"`,
    `"power_sources",0,1,2,4,5,6,7,1`,
    `"app_data_set","0A0"`,
    `"app_data_set","0A0G"`,
    `"app_data_set","${"00".repeat(MAX_APP_DATA_OCTETS + 1)}"`,
    `"send",19,0`,
    `"send",19,0,0,0,0`,
    `"portfolio","write",2,3`,
    `"timezone","write"`,
    `"reboot",1`,
  ])("answers ERROR to %s", (text) => {
    expect(parseCarrierCommand("new", text)).toBeUndefined();
  });

  it("takes a read or write in capitals, as the modem does", () => {
    expect(parseCarrierCommand("new", `"timezone","READ"`)).toMatchObject({ name: "timezoneRead" });
  });
});
