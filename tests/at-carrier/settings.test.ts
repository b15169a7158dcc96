import { describe, expect, it } from "@jest/globals";
import type { CarrierVocabulary } from "../../modem/at/carrier/events.ts";
import {
  CARRIER_SETTINGS,
  type CarrierSettingName,
  type CarrierSettings,
  carrierSettingCommands,
  formatCarrierSetting,
  parseCarrierSetting,
  tellCarrierSetting,
} from "../../modem/at/carrier/settings.ts";
import { formatCommand, parseResponse } from "../../modem/at/commands/text.ts";

interface Vector<Name extends CarrierSettingName = CarrierSettingName> {
  readonly name: Name;
  readonly value: CarrierSettings[Name];
  /** After `AT#XCARRIERCFG=`. */
  readonly given: string;
  /** After `#XCARRIERCFG: `. */
  readonly told: string;
}

/** The documentation's examples, and one of each other kind. */
const VECTORS: readonly Vector[] = [
  { name: "auto_startup", value: 1, given: `"auto_startup",1`, told: "1" },
  {
    name: "manufacturer",
    value: "Nordic Semiconductor ASA",
    given: `"manufacturer","Nordic Semiconductor ASA"`,
    told: "Nordic Semiconductor ASA",
  },
  { name: "carriers", value: "all", given: `"carriers","all"`, told: "all" },
  { name: "carriers", value: [1, 3], given: `"carriers",1,3`, told: "1, 3" },
  { name: "apn", value: "", given: `"apn",""`, told: "" },
  { name: "apn", value: "iot, test", given: `"apn","iot, test"`, told: "iot, test" },
  { name: "session_idle_timeout", value: -1, given: `"session_idle_timeout",-1`, told: "-1" },
  { name: "binding", value: "UN", given: `"binding","UN"`, told: "UN" },
  { name: "binding", value: "", given: `"binding",""`, told: "" },
  {
    name: "uri",
    value: "coaps://127.0.0.1:5684",
    given: `"uri","coaps://127.0.0.1:5684"`,
    told: "coaps://127.0.0.1:5684",
  },
];

/** The value that an information line tells. */
function toldOf(name: CarrierSettingName, line: string): unknown {
  return parseResponse(carrierSettingCommands(name).get, [line])?.response.value;
}

describe("AT#XCARRIERCFG", () => {
  for (const { name, value, given, told } of VECTORS) {
    it(`sets and tells ${name} as ${JSON.stringify(value)}`, () => {
      expect(formatCarrierSetting(name, value)).toBe(`AT#XCARRIERCFG=${given}`);
      expect(parseCarrierSetting("new", given)).toEqual({ kind: "set", name, value });
      expect(tellCarrierSetting(name, value)).toBe(`#XCARRIERCFG: ${told}`);
      expect(toldOf(name, `#XCARRIERCFG: ${told}`)).toEqual(value);
    });
  }

  it("tells and takes back what every setting is from the beginning", () => {
    for (const name of Object.keys(CARRIER_SETTINGS) as CarrierSettingName[]) {
      const { initially } = CARRIER_SETTINGS[name];
      expect(toldOf(name, tellCarrierSetting(name, initially))).toEqual(initially);
    }
  });

  it("asks for a value by the name alone", () => {
    expect(formatCommand(carrierSettingCommands("apn").get, { name: "apn" })).toBe(`AT#XCARRIERCFG="apn"`);
    expect(parseCarrierSetting("new", `"apn"`)).toEqual({ kind: "get", name: "apn" });
  });

  it("keeps operators in order, each once", () => {
    expect(parseCarrierSetting("new", `"carriers",3,1,3`)).toMatchObject({ value: [1, 3] });
  });

  it.each<[CarrierVocabulary, string]>([
    ["new", `"server_enable",1`],
    ["new", `"bootstrap_smartcard"`],
    ["old", `"auto_register",1`],
    ["old", `"queue_mode"`],
    ["old", `"download_timeout",5`],
  ])("answers ERROR where the %s library has no %s", (vocabulary, given) => {
    expect(parseCarrierSetting(vocabulary, given)).toBeUndefined();
    expect(parseCarrierSetting(vocabulary === "new" ? "old" : "new", given)).toBeDefined();
  });

  it.each([
    "",
    "apn",
    `"unheard_of"`,
    `"__proto__"`,
    `"auto_startup",2`,
    `"auto_startup",1,1`,
    `"auto_startup",`,
    `"apn",iot`,
    `"apn","${"a".repeat(64)}"`,
    `"service_code","12345"`,
    `"pdn_type",4`,
    `"carriers",6`,
    `"carriers",0,1,2,3,4,5,0`,
    `"carriers","some"`,
    `"binding","T"`,
    `"binding",U`,
    `"lifetime",86401`,
    `"coap_con_interval",-2`,
  ])("answers ERROR to %s", (given) => {
    expect(parseCarrierSetting("new", given)).toBeUndefined();
  });
});
