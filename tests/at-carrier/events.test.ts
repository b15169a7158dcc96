import { describe, expect, it } from "@jest/globals";
import { EDITIONS } from "../../machines/editions/index.ts";
import {
  CARRIER_EVENTS,
  type CarrierEventContent,
  type CarrierVocabulary,
  carrierEventOf,
  carrierPayloadOctets,
  formatCarrierEvent,
  MAX_CARRIER_DATA_OCTETS,
  parseCarrierEvent,
} from "../../modem/at/carrier/events.ts";
import { NOTIFICATIONS } from "../../modem/at/commands/table.ts";
import { parseNotification } from "../../modem/at/commands/text.ts";

const octets = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);

interface Vector {
  readonly name: string;
  readonly vocabulary: CarrierVocabulary;
  /** As it stands on the line. */
  readonly wire: string;
  readonly content: CarrierEventContent;
}

/** Serial Modem: at_carrier.rst and sm_at_carrier.c. Serial LTE Modem: CARRIER_AT_commands.rst and slm_at_carrier.c. */
const VECTORS: readonly Vector[] = [
  {
    name: "a link that the host has to bring up",
    vocabulary: "new",
    wire: "\r\n#XCARRIEREVT: 1,-1\r\n",
    content: { name: "LTE_LINK_UP", status: -1 },
  },
  {
    name: "a registration",
    vocabulary: "new",
    wire: "\r\n#XCARRIEREVT: 5,0\r\n",
    content: { name: "REGISTERED", status: 0 },
  },
  {
    name: "a deferral with its reason and timeout",
    vocabulary: "new",
    wire: "\r\n#XCARRIEREVT: 7,2,60\r\n",
    content: { name: "DEFERRED", reason: 2, timeoutSeconds: 60 },
  },
  {
    name: "an error with its type and value",
    vocabulary: "new",
    wire: "\r\n#XCARRIEREVT: 20,4,-22\r\n",
    content: { name: "ERROR", type: 4, value: -22 },
  },
  {
    name: "a write, whose payload has quotes and no line end after it",
    vocabulary: "new",
    wire: '\r\n#XCARRIEREVT: 12,0,"/19/0/0/0",8\r\n"0d0a4f4b"',
    content: { name: "APP_DATA", operation: 0, path: "/19/0/0/0", data: octets("\r\nOK") },
  },
  {
    name: "an observation that starts",
    vocabulary: "new",
    wire: '\r\n#XCARRIEREVT: 12,1,"/19/1/0/0"\r\n',
    content: { name: "APP_DATA", operation: 1, path: "/19/1/0/0" },
  },
  {
    name: "the older modem's write, with octets as they are",
    vocabulary: "old",
    wire: '\r\n#XCARRIEREVT: 11,6,"/10250/0/1"\r\n\r\nOK\r\n',
    content: { name: "APP_DATA", operation: 0, path: "/10250/0/1", data: octets("\r\nOK\r\n") },
  },
  {
    name: "the older modem's reboot",
    vocabulary: "old",
    wire: "\r\n#XCARRIEREVT: 9,-1\r\n",
    content: { name: "REBOOT", status: -1 },
  },
];

/** The line and what follows it, as a reader hands them over. */
function split(wire: string): { line: string; payload: Uint8Array } {
  const [, line = "", rest = ""] = /^\r\n(.*?)\r\n([\s\S]*)$/.exec(wire) ?? [];
  return { line, payload: octets(rest) };
}

describe("#XCARRIEREVT", () => {
  for (const { name, vocabulary, wire, content } of VECTORS) {
    it(`prints ${name}`, () => {
      expect(text(formatCarrierEvent(vocabulary, content))).toBe(wire);
    });

    it(`reads ${name}`, () => {
      const { line, payload } = split(wire);
      expect(carrierPayloadOctets(line)).toBe(payload.length);
      expect(parseCarrierEvent(vocabulary, line, payload)).toMatchObject(content);
    });
  }

  for (const { name, vocabulary, wire, content } of VECTORS) {
    it(`finds ${name} in the notification table, and its payload`, () => {
      const { line, payload } = split(wire);
      const { body } = NOTIFICATIONS.xcarrierevt;
      const read = parseNotification(line, payload.length === 0 ? undefined : payload);
      if (read.key !== "xcarrierevt") throw new Error(`it is ${read.key}`);
      expect(body(read.values) ?? 0).toBe(payload.length);
      expect(carrierEventOf(vocabulary, read.values)).toMatchObject(content);
    });
  }

  it("says nothing of reason and timeout in the older modem's words", () => {
    const deferral = formatCarrierEvent("old", { name: "DEFERRED", reason: 2, timeoutSeconds: 60 });
    expect(text(deferral)).toBe("\r\n#XCARRIEREVT: 6,0\r\n");
    const error = formatCarrierEvent("old", { name: "ERROR", type: 4, value: -22 });
    expect(text(error)).toBe("\r\n#XCARRIEREVT: 20,0\r\n");
  });

  it("refuses an event that a vocabulary does not have", () => {
    expect(() => formatCarrierEvent("old", { name: "DEREGISTERED", status: 0 })).toThrow("the old #XCARRIEREVT has no");
  });

  it.each([
    ["new", "3.6"],
    ["old", "3.3"],
  ] as const)("has in its %s words the events and numbers of edition %s", (vocabulary, id) => {
    const ofEdition = Object.values(EDITIONS[id].events).map(({ name, number }) => [number, name]);
    const ours = CARRIER_EVENTS[vocabulary].map(({ name, number }) => [number, name]);
    expect(ours).toEqual([...ofEdition].sort(([a], [b]) => Number(a) - Number(b)));
  });

  it.each([
    ["#XCARRIEREVT: 5,0", ["new", "old"]],
    ["#XCARRIEREVT: 6,0", ["new", "old"]],
    ["#XCARRIEREVT: 7,2,60", ["new"]],
    ["#XCARRIEREVT: 7,0", ["old"]],
    ["#XCARRIEREVT: 14,0", ["new"]],
    ["#XCARRIEREVT: 12,0", ["old"]],
    ['#XCARRIEREVT: 12,0,"/19/0/0/0",4', ["new"]],
    ['#XCARRIEREVT: 11,4,"/19/0/0/0"', ["old"]],
    ["#XCARRIEREVT: 20,0", ["old"]],
    ["#XCARRIEREVT: 20,8,0", ["new"]],
    ["#XCARRIEREVT: 99,0", []],
    ["+CEREG: 5", []],
  ] as const)("tells which vocabularies have %s", (line, vocabularies) => {
    const payload = octets("0".repeat(carrierPayloadOctets(line)));
    const knows = (vocabulary: CarrierVocabulary) => parseCarrierEvent(vocabulary, line, payload) !== undefined;
    expect((["new", "old"] as const).filter(knows)).toEqual(vocabularies);
  });

  it.each([
    "#XCARRIEREVT: 12,0",
    '#XCARRIEREVT: 12,3,"/19/0/0/0",4',
    '#XCARRIEREVT: 12,0,"19/0",4',
    '#XCARRIEREVT: 12,0,"/19/0/0/0",4,5',
    "#XCARRIEREVT: 7,1",
    "#XCARRIEREVT: 5,",
    "#XCARRIEREVT: 5",
    "#XCARRIEREVT:5,0",
    "#XCARRIEREVT: 5,0 ",
    "#XCARRIEREVT: 5,99999999999",
  ])("does not take %s for an event", (line) => {
    expect(parseCarrierEvent("new", line, octets('"abcd"'))).toBeUndefined();
  });

  it("does not take a payload that is not hexadecimal", () => {
    expect(parseCarrierEvent("new", '#XCARRIEREVT: 12,0,"/19/0/0/0",4', octets('"abc"'))).toBeUndefined();
    expect(parseCarrierEvent("new", '#XCARRIEREVT: 12,0,"/19/0/0/0",4', octets('"xxxx"'))).toBeUndefined();
    expect(parseCarrierEvent("new", '#XCARRIEREVT: 12,0,"/19/0/0/0",4')).toBeUndefined();
  });

  it("does not wait for a payload longer than the modem's buffer", () => {
    const digits = 2 * MAX_CARRIER_DATA_OCTETS;
    expect(carrierPayloadOctets(`#XCARRIEREVT: 12,0,"/19/0/0/0",${digits}`)).toBe(digits + 2);
    expect(carrierPayloadOctets(`#XCARRIEREVT: 12,0,"/19/0/0/0",${digits + 2}`)).toBe(0);
    expect(carrierPayloadOctets('#XCARRIEREVT: 11,99999,"/19/0/0/0"')).toBe(0);
  });
});
