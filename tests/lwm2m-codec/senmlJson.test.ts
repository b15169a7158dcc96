/** SenML JSON, content format 110 (RFC 8428; OMA LwM2M Core 1.1 §7.4.4). */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { formatOf } from "../../services/lwm2m/formats.ts";
import type { ContentNode } from "../../services/lwm2m/model.ts";
import { ACCESS_CONTROL } from "../../services/lwm2m/objects/accessControl.ts";
import { DEVICE } from "../../services/lwm2m/objects/device.ts";
import { LOCATION } from "../../services/lwm2m/objects/location.ts";
import { PORTFOLIO } from "../../services/lwm2m/objects/portfolio.ts";
import { formatPath, parsePath } from "../../services/lwm2m/path.ts";
import { decodeSenmlJson, encodeSenmlJson } from "../../services/lwm2m/senmlJson.ts";
import { MAX_SENML_RECORDS, type SenmlRecord } from "../../services/lwm2m/senmlRecord.ts";
import { EVERY_TYPE, lookup, nodeAt } from "./everyType.ts";
import * as spec from "./specVectors.ts";
import { expectRefused, hex, instanceValuesOf, refusal, SINGLE_VALUES, truncations, utf8 } from "./support.ts";

const senml = formatOf(CONTENT_FORMAT.senmlJson);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** OMA LwM2M Core 1.1 §7.4.4, Read /3/0: the values of the TLV example. */
const DEVICE_JSON = `[
  {"bn":"/3/0/","n":"0","vs":"Open Mobile Alliance"},
  {"n":"1","vs":"Lightweight M2M Client"},
  {"n":"2","vs":"345000123"},
  {"n":"3","vs":"1.0"},
  {"n":"6/0","v":1},
  {"n":"6/1","v":5},
  {"n":"7/0","v":3800},
  {"n":"7/1","v":5000},
  {"n":"8/0","v":125},
  {"n":"8/1","v":900},
  {"n":"9","v":100},
  {"n":"10","v":15},
  {"n":"11/0","v":0},
  {"n":"13","v":1367491215},
  {"n":"14","vs":"+02:00"},
  {"n":"16","vs":"U"}]`;

const vectors: { name: string; json: string; node: ContentNode }[] = [
  {
    name: "an instance",
    json: DEVICE_JSON,
    node: { kind: "instance", path: parsePath("/3/0"), definition: DEVICE, values: spec.DEVICE_VALUES },
  },
  {
    name: "an object, each instance with its base name",
    json: `[{"bn":"/2/0/","n":"0","v":1},{"n":"1","v":0},{"n":"2/127","v":7},{"n":"3","v":127},
      {"bn":"/2/2/","n":"0","v":3},{"n":"1","v":0},{"n":"2/127","v":7},{"n":"2/310","v":1},{"n":"3","v":127}]`,
    node: {
      kind: "object",
      path: parsePath("/2"),
      definition: ACCESS_CONTROL,
      instances: spec.ACCESS_CONTROL_VALUES,
    },
  },
  {
    name: "an object without instances",
    json: "[]",
    node: { kind: "object", path: parsePath("/16"), definition: PORTFOLIO, instances: new Map() },
  },
  { name: "a string", json: `[{"bn":"/3/0/0","vs":"a \\"b\\" \\\\ ä"}]`, node: nodeAt("/3/0/0", 'a "b" \\ ä') },
  { name: "an integer", json: `[{"bn":"/3/0/9","v":55}]`, node: nodeAt("/3/0/9", 55) },
  { name: "a negative integer", json: `[{"bn":"/32769/0/1","v":-7}]`, node: nodeAt("/32769/0/1", -7) },
  {
    name: "the largest unsigned integer",
    json: `[{"bn":"/32769/0/2","v":18446744073709551615}]`,
    node: nodeAt("/32769/0/2", 2n ** 64n - 1n),
  },
  {
    name: "the least integer",
    json: `[{"bn":"/32769/0/1","v":-9223372036854775808}]`,
    node: nodeAt("/32769/0/1", -(2n ** 63n)),
  },
  {
    name: "an integer of sixteen digits that is still exact",
    json: `[{"bn":"/32769/0/1","v":9007199254740991}]`,
    node: nodeAt("/32769/0/1", Number.MAX_SAFE_INTEGER),
  },
  { name: "a float", json: `[{"bn":"/6/0/0","v":59.43}]`, node: nodeAt("/6/0/0", 59.43) },
  { name: "a boolean", json: `[{"bn":"/1/0/6","vb":true}]`, node: nodeAt("/1/0/6", true) },
  { name: "a time", json: `[{"bn":"/3/0/13","v":1700000000}]`, node: nodeAt("/3/0/13", 1_700_000_000) },
  {
    name: "octets, base64url without padding",
    json: `[{"bn":"/6/0/4","vd":"AP_-"}]`,
    node: nodeAt("/6/0/4", hex("00fffe")),
  },
  {
    name: "an object link",
    json: `[{"bn":"/32769/0/7","vlo":"66:0"}]`,
    node: nodeAt("/32769/0/7", { objectId: 66, instanceId: 0 }),
  },
  {
    name: "links",
    json: `[{"bn":"/32769/0/8","vs":"</3/0>"}]`,
    node: nodeAt("/32769/0/8", "</3/0>"),
  },
  {
    name: "a multiple resource",
    json: `[{"bn":"/3/0/","n":"6/0","v":1},{"n":"6/1","v":5}]`,
    node: nodeAt(
      "/3/0/6",
      new Map([
        [0, 1],
        [1, 5],
      ]),
    ),
  },
  { name: "a multiple resource without values", json: "[]", node: nodeAt("/3/0/6", new Map()) },
  {
    name: "a resource instance",
    json: `[{"bn":"/19/0/0/3","vd":"AQ"}]`,
    node: nodeAt("/19/0/0/3", hex("01")),
  },
];

describe("SenML JSON", () => {
  for (const { name, json, node } of vectors) {
    it(`encodes ${name}`, () => expect(text(senml.encode(node))).toBe(json.replace(/\n\s*/g, "")));
    it(`decodes ${name}`, () => expect(senml.decode(node.path, utf8(json), lookup)).toEqual(node));
    it(`refuses every truncation of ${name}`, () => {
      for (const cut of truncations(utf8(json))) {
        expectRefused(() => senml.decode(node.path, cut, lookup), "malformed");
      }
    });
  }

  it("gives back any instance with values of every type", () => {
    fc.assert(
      fc.property(instanceValuesOf(EVERY_TYPE), (given) => {
        // A multiple resource without values has no record.
        const values = new Map([...given].filter(([, value]) => !(value instanceof Map) || value.size > 0));
        const node: ContentNode = { kind: "instance", path: parsePath("/32769/7"), definition: EVERY_TYPE, values };
        expect(senml.decode(node.path, senml.encode(node), lookup)).toEqual(node);
      }),
    );
  });

  it("gives back any records with their times", () => {
    const id = fc.integer({ min: 0, max: 65_534 });
    const record = fc.record(
      {
        path: fc.record(
          { objectId: id, instanceId: id, resourceId: id, resourceInstanceId: id },
          { requiredKeys: ["objectId", "instanceId", "resourceId"] },
        ),
        value: fc.oneof(...Object.values(SINGLE_VALUES)),
        time: fc.integer({ min: -(2 ** 27), max: 2 ** 40 }),
      },
      { requiredKeys: ["path", "value"] },
    ) as fc.Arbitrary<SenmlRecord>;
    const exact = ({ value, ...rest }: SenmlRecord) =>
      typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21
        ? { ...rest, value: BigInt(String(value)) }
        : { ...rest, value };
    fc.assert(
      fc.property(fc.array(record), (records) => {
        expect(decodeSenmlJson(encodeSenmlJson(records))).toEqual(records.map(exact));
      }),
    );
  });

  it("says a time as base time where all records have one, and one by one otherwise", () => {
    const records = [
      { path: parsePath("/3/0/9"), value: 55, time: 1_700_000_000 },
      { path: parsePath("/6/0/0"), value: 59.4, time: 1_700_000_000 },
    ];
    expect(text(encodeSenmlJson(records))).toBe('[{"bn":"/3/0/9","bt":1700000000,"v":55},{"bn":"/6/0/0","v":59.4}]');
    expect(text(encodeSenmlJson([records[0]!, { ...records[1]!, time: -5 }]))).toBe(
      '[{"bn":"/3/0/9","bt":1700000000,"v":55},{"bn":"/6/0/0","bt":-5,"v":59.4}]',
    );
    const [first, { time: _, ...untimed }] = records as [SenmlRecord, SenmlRecord];
    expect(text(encodeSenmlJson([first, untimed]))).toBe(
      '[{"bn":"/3/0/9","t":1700000000,"v":55},{"bn":"/6/0/0","v":59.4}]',
    );
  });

  it("resolves base fields for the records that follow (RFC 8428 §4.6)", () => {
    const json = `[{"bn":"/3/0/","bt":1.5e9,"bu":"V","bver":10},{"n":"9","v":1,"t":-2},{"n":"10","v":2},
      {"bn":"/6/0/","bt":10,"n":"0","v":3,"u":"lat","anything":{"else":[1]}}]`;
    expect(decodeSenmlJson(utf8(json))).toEqual([
      { path: parsePath("/3/0/9"), value: 1, time: 1_499_999_998, unit: "V" },
      { path: parsePath("/3/0/10"), value: 2, time: 1_500_000_000, unit: "V" },
      { path: parsePath("/6/0/0"), value: 3, time: 10, unit: "lat" },
    ]);
  });

  it("takes a name without base name, and numbers in any notation", () => {
    expect(decodeSenmlJson(utf8('[{"n":"/3/0/9","v":1E2}]'))).toEqual([{ path: parsePath("/3/0/9"), value: 100 }]);
    expect(senml.decode(parsePath("/3/0/9"), utf8('[{"n":"/3/0/9","v":55.0}]'), lookup)).toMatchObject({ value: 55 });
    const float = '[{"n":"/6/0/0","v":1234567890123456789}]';
    expect(senml.decode(parsePath("/6/0/0"), utf8(float), lookup)).toMatchObject({
      value: Number("1234567890123456789"),
    });
  });

  it("takes an object link that comes as text, as Leshan has it", () => {
    const link = nodeAt("/32769/0/7", { objectId: 66, instanceId: 0 });
    expect(senml.decode(link.path, utf8('[{"n":"/32769/0/7","vs":"66:0"}]'), lookup)).toEqual(link);
    expectRefused(() => senml.decode(link.path, utf8('[{"n":"/32769/0/7","vs":"66"}]'), lookup), "typeMismatch");
  });

  it("leaves digits inside of texts alone", () => {
    const node = nodeAt("/3/0/0", 'serial 12345678901234567890, "1234567890123456"');
    expect(senml.decode(node.path, senml.encode(node), lookup)).toEqual(node);
  });

  it("reads a text that ends with a bracket", () => {
    const node = nodeAt("/3/0/0", "[");
    expect(senml.decode(node.path, senml.encode(node), lookup)).toEqual(node);
  });

  it("adds base time and time to the microsecond", () => {
    const json = '[{"bn":"/3/0/9","bt":1700000000.1,"t":0.2,"v":1}]';
    expect(decodeSenmlJson(utf8(json))[0]!.time).toBe(1_700_000_000.3);
  });

  it("writes the unit of a record that has one", () => {
    const record = { path: parsePath("/3/0/7/0"), value: 3800, unit: "mV" };
    expect(text(encodeSenmlJson([record]))).toBe('[{"bn":"/3/0/7/0","u":"mV","v":3800}]');
    expect(decodeSenmlJson(encodeSenmlJson([record]))).toEqual([record]);
  });

  it("skips unknown resources where asked to", () => {
    const json = utf8('[{"bn":"/3/0/","n":"9","v":100},{"n":"99","v":1}]');
    expectRefused(() => senml.decode(parsePath("/3/0"), json, lookup), "unknownResource");
    const node = senml.decode(parsePath("/3/0"), json, lookup, { unknownResources: "skip" });
    expect(node).toMatchObject({ values: new Map([[9, 100]]) });
  });

  const malformed: [what: string, json: string][] = [
    ["no JSON", '[{"bn":"/3/0/9","v":55}'],
    ["no list", '{"bn":"/3/0/9","v":55}'],
    ["a record that is none", "[55]"],
    ["a record that is a list", "[[]]"],
    ["a record that is null", "[null]"],
    ["neither value nor base field", '[{"n":"/3/0/9"}]'],
    ["two values", '[{"n":"/3/0/9","v":1,"vs":"1"}]'],
    ["a number that is a text", '[{"n":"/3/0/9","v":"55"}]'],
    ["a number that is a list of digits", '[{"n":"/3/0/9","v":["1234567890123456"]}]'],
    ["a number with leading zeros", '[{"n":"/3/0/9","v":0000000000000000012}]'],
    ["a boolean that is a number", '[{"n":"/1/0/6","vb":1}]'],
    ["a text that is a number", '[{"n":"/3/0/0","vs":1}]'],
    ["octets in the other base64", '[{"n":"/6/0/4","vd":"AP/+"}]'],
    ["octets with padding", '[{"n":"/6/0/4","vd":"AQ=="}]'],
    ["octets of an impossible length", '[{"n":"/6/0/4","vd":"AAAAA"}]'],
    ["a link that is none", '[{"n":"/32769/0/7","vlo":"66"}]'],
    ["a link beyond 65535", '[{"n":"/32769/0/7","vlo":"66000:0"}]'],
    ["a name that is a number", '[{"n":9,"v":55}]'],
    ["a name that is no path", '[{"n":"battery","v":55}]'],
    ["a name that is an instance's", '[{"n":"/3/0","v":55}]'],
    ["a name beyond a resource instance", '[{"n":"/3/0/6/0/0","v":55}]'],
    ["a unit that is a number", '[{"n":"/3/0/9","v":55,"u":1}]'],
    ["a base unit that is a number", '[{"bn":"/3/0/","bu":1,"n":"9","v":55}]'],
    ["null for a value", '[{"n":"/3/0/9","v":null}]'],
    ["a time that is a text", '[{"n":"/3/0/9","v":55,"t":"now"}]'],
    ["a time beyond all numbers", '[{"n":"/3/0/9","v":55,"t":1e999}]'],
    ["a base value", '[{"bn":"/3/0/","bv":10,"n":"9","v":55}]'],
    ["a sum", '[{"n":"/3/0/9","s":55}]'],
    ["a later version", '[{"bver":11,"n":"/3/0/9","v":55}]'],
    ["a field that has to be understood", '[{"n":"/3/0/9","v":55,"must_":1}]'],
    ["octets that are no UTF-8", "\u0000"],
  ];
  for (const [what, json] of malformed) {
    it(`refuses ${what}`, () => {
      const bytes = json === "\u0000" ? hex("5bff5d") : utf8(json);
      expectRefused(() => decodeSenmlJson(bytes), "malformed");
    });
  }

  const refused: [what: string, path: string, json: string, code: "malformed" | "typeMismatch"][] = [
    ["a record outside of the path", "/3/0", '[{"n":"/3/1/9","v":55}]', "malformed"],
    ["a record of another object", "/3", '[{"n":"/4/0/2","v":55}]', "malformed"],
    ["a record that comes twice", "/3/0", '[{"bn":"/3/0/9","v":55},{"v":56}]', "malformed"],
    ["a resource instance that comes twice", "/3/0/6", '[{"bn":"/3/0/6/1","v":5},{"v":5}]', "malformed"],
    ["nothing for a resource", "/3/0/9", "[]", "malformed"],
    ["nothing for a resource instance", "/3/0/6/1", "[]", "malformed"],
    ["a text for an integer", "/3/0/9", '[{"n":"/3/0/9","vs":"55"}]', "typeMismatch"],
    ["a fraction for an integer", "/3/0/9", '[{"n":"/3/0/9","v":5.5}]', "typeMismatch"],
    ["an integer beyond 64 bits", "/32769/0/1", '[{"n":"/32769/0/1","v":9223372036854775808}]', "typeMismatch"],
    ["an integer of a thousand digits", "/32769/0/1", `[{"n":"/32769/0/1","v":${"9".repeat(1000)}}]`, "typeMismatch"],
    ["one value for a multiple resource", "/3/0/6", '[{"n":"/3/0/6","v":5}]', "typeMismatch"],
    ["a resource instance of a single resource", "/3/0", '[{"n":"/3/0/9/0","v":5}]', "typeMismatch"],
    ["a value for what can only be executed", "/3/0", '[{"n":"/3/0/4","v":1}]', "typeMismatch"],
  ];
  for (const [what, path, json, code] of refused) {
    it(`refuses ${what}`, () => expectRefused(() => senml.decode(parsePath(path), utf8(json), lookup), code));
  }

  it("refuses to encode a value of the wrong type or arity", () => {
    expectRefused(() => senml.encode(nodeAt("/3/0/9", "55")), "typeMismatch");
    expectRefused(() => senml.encode(nodeAt("/3/0/6", 1)), "typeMismatch");
    const values = new Map([[99, 1]]);
    const path = parsePath("/6/0");
    expectRefused(() => senml.encode({ kind: "instance", path, definition: LOCATION, values }), "unknownResource");
  });

  it("refuses more records than it holds", () => {
    const many = `[${Array.from({ length: MAX_SENML_RECORDS + 1 }, () => '{"n":"/3/0/9","v":1}').join()}]`;
    expectRefused(() => decodeSenmlJson(utf8(many)), "tooLarge");
  });

  it("refuses texts without an end in time that grows with their length only", () => {
    const quotes = '\\"'.repeat(500_000);
    for (const json of [`["${quotes}`, `["${quotes}\\`, `[${'"'.repeat(500_001)}`, "[ ".repeat(500_000)]) {
      expectRefused(() => decodeSenmlJson(utf8(json)), "malformed");
    }
  });

  it("tells no value in an error, but where it stands", () => {
    const { message } = refusal(() => decodeSenmlJson(utf8('[{"bn":"/0/0/"},{"n":"5","vd":"c2VjcmV0!"}]')));
    expect(message).toBe('SenML, record 1: "vd" is not what it has to be');
  });

  it("never fails otherwise, whatever comes", () => {
    const field = fc.constantFrom("bn", "bt", "bver", "n", "t", "v", "vs", "vb", "vd", "vlo", "s", "x_", "__proto__");
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom("/3/0/", "9", "/3/0/9", "/6/0/0", 1e308, "AQ", "66:0"));
    const pack = fc.array(fc.dictionary(field, value));
    const paths = fc.constantFrom("/3", "/3/0", "/3/0/9", "/3/0/6/1", "/6/0/0");
    fc.assert(
      fc.property(pack, paths, (items, path) => {
        try {
          expect(formatPath(senml.decode(parsePath(path), utf8(JSON.stringify(items)), lookup).path)).toBe(path);
        } catch (error) {
          expect(error).toMatchObject({ name: "Lwm2mError" });
        }
      }),
    );
  });
});
