/** LwM2M JSON, content format 11543 (OMA LwM2M TS 1.0.2 §6.4.4; Core 1.1 §7.4.6). */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { formatOf } from "../../services/lwm2m/formats.ts";
import { decodeLwm2mJson } from "../../services/lwm2m/lwm2mJson.ts";
import type { ContentNode } from "../../services/lwm2m/model.ts";
import { ACCESS_CONTROL } from "../../services/lwm2m/objects/accessControl.ts";
import { DEVICE } from "../../services/lwm2m/objects/device.ts";
import { PORTFOLIO } from "../../services/lwm2m/objects/portfolio.ts";
import { formatPath, parsePath } from "../../services/lwm2m/path.ts";
import { MAX_SENML_RECORDS } from "../../services/lwm2m/senmlRecord.ts";
import { EVERY_TYPE, lookup, nodeAt } from "./everyType.ts";
import * as spec from "./specVectors.ts";
import { expectRefused, hex, instanceValuesOf, refusal, throwsNothingElse, truncations, utf8 } from "./support.ts";

const json = formatOf(CONTENT_FORMAT.json);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** TS 1.0.2 §6.4.4, Read /3/0: the values of the TLV example. */
const DEVICE_JSON = `{"bn":"/3/0/","e":[
  {"n":"0","sv":"Open Mobile Alliance"},
  {"n":"1","sv":"Lightweight M2M Client"},
  {"n":"2","sv":"345000123"},
  {"n":"3","sv":"1.0"},
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
  {"n":"14","sv":"+02:00"},
  {"n":"16","sv":"U"}]}`;

const vectors: { name: string; document: string; node: ContentNode }[] = [
  {
    name: "an instance",
    document: DEVICE_JSON,
    node: { kind: "instance", path: parsePath("/3/0"), definition: DEVICE, values: spec.DEVICE_VALUES },
  },
  {
    name: "an object",
    document: `{"bn":"/2/","e":[{"n":"0/0","v":1},{"n":"0/1","v":0},{"n":"0/2/127","v":7},{"n":"0/3","v":127},
      {"n":"2/0","v":3},{"n":"2/1","v":0},{"n":"2/2/127","v":7},{"n":"2/2/310","v":1},{"n":"2/3","v":127}]}`,
    node: { kind: "object", path: parsePath("/2"), definition: ACCESS_CONTROL, instances: spec.ACCESS_CONTROL_VALUES },
  },
  {
    name: "an object without instances",
    document: '{"bn":"/16/","e":[]}',
    node: { kind: "object", path: parsePath("/16"), definition: PORTFOLIO, instances: new Map() },
  },
  {
    name: "a string",
    document: `{"bn":"/3/0/0","e":[{"sv":"a \\"b\\" \\\\ ä ["}]}`,
    node: nodeAt("/3/0/0", 'a "b" \\ ä ['),
  },
  { name: "an integer", document: '{"bn":"/3/0/9","e":[{"v":55}]}', node: nodeAt("/3/0/9", 55) },
  {
    name: "the least integer",
    document: '{"bn":"/32769/0/1","e":[{"v":-9223372036854775808}]}',
    node: nodeAt("/32769/0/1", -(2n ** 63n)),
  },
  {
    name: "the largest unsigned integer",
    document: '{"bn":"/32769/0/2","e":[{"v":18446744073709551615}]}',
    node: nodeAt("/32769/0/2", 2n ** 64n - 1n),
  },
  { name: "a float", document: '{"bn":"/6/0/0","e":[{"v":59.43}]}', node: nodeAt("/6/0/0", 59.43) },
  { name: "a boolean", document: '{"bn":"/1/0/6","e":[{"bv":true}]}', node: nodeAt("/1/0/6", true) },
  { name: "a time", document: '{"bn":"/3/0/13","e":[{"v":1700000000}]}', node: nodeAt("/3/0/13", 1_700_000_000) },
  {
    name: "octets in base64",
    document: '{"bn":"/6/0/4","e":[{"sv":"AP/+AQ=="}]}',
    node: nodeAt("/6/0/4", hex("00fffe01")),
  },
  {
    name: "an object link",
    document: '{"bn":"/32769/0/7","e":[{"ov":"66:0"}]}',
    node: nodeAt("/32769/0/7", { objectId: 66, instanceId: 0 }),
  },
  { name: "links", document: '{"bn":"/32769/0/8","e":[{"sv":"</3/0>"}]}', node: nodeAt("/32769/0/8", "</3/0>") },
  {
    name: "a multiple resource",
    document: '{"bn":"/3/0/6/","e":[{"n":"0","v":1},{"n":"1","v":5}]}',
    node: nodeAt(
      "/3/0/6",
      new Map([
        [0, 1],
        [1, 5],
      ]),
    ),
  },
  {
    name: "a multiple resource without values",
    document: '{"bn":"/3/0/6/","e":[]}',
    node: nodeAt("/3/0/6", new Map()),
  },
  { name: "a resource instance", document: '{"bn":"/3/0/6/1","e":[{"v":5}]}', node: nodeAt("/3/0/6/1", 5) },
];

describe("LwM2M JSON", () => {
  for (const { name, document, node } of vectors) {
    it(`encodes ${name}`, () => expect(text(json.encode(node))).toBe(document.replace(/\n\s*/g, "")));
    it(`decodes ${name}`, () => expect(json.decode(node.path, utf8(document), lookup)).toEqual(node));
    it(`refuses every truncation of ${name}`, () => {
      for (const cut of truncations(utf8(document))) {
        expectRefused(() => json.decode(node.path, cut, lookup), "malformed");
      }
    });
  }

  it("gives back any instance with values of every type", () => {
    fc.assert(
      fc.property(instanceValuesOf(EVERY_TYPE), (given) => {
        // A multiple resource without values has no entry.
        const values = new Map([...given].filter(([, value]) => !(value instanceof Map) || value.size > 0));
        const node: ContentNode = { kind: "instance", path: parsePath("/32769/7"), definition: EVERY_TYPE, values };
        expect(json.decode(node.path, json.encode(node), lookup)).toEqual(node);
      }),
    );
  });

  const spellings: [what: string, path: string, document: string, value: unknown][] = [
    ["names without a base name", "/3/0/9", '{"e":[{"n":"/3/0/9","v":55}]}', 55],
    ["names relative to the path asked for", "/3/0/6", '{"e":[{"n":"1","v":5}]}', new Map([[1, 5]])],
    ["no name at all for the path asked for", "/3/0/9", '{"e":[{"v":55}]}', 55],
    ["an empty name", "/3/0/9", '{"bn":"/3/0/9","e":[{"n":"","v":55}]}', 55],
    ["a base name that ends above the path", "/3/0/9", '{"bn":"/","e":[{"n":"3/0/9","v":55}]}', 55],
    ["a link as text", "/32769/0/7", '{"bn":"/32769/0/7","e":[{"sv":"66:1"}]}', { objectId: 66, instanceId: 1 }],
    ["a float as a long integer", "/6/0/0", '{"bn":"/6/0/0","e":[{"v":10000000000000000}]}', 1e16],
    [
      "blanks, and fields of no meaning",
      "/3/0/9",
      ' { "x" : [1], "bn": "/3/0/", "e": [ {"n":"9","v":55,"y":{}} ] } ',
      55,
    ],
  ];
  for (const [what, path, document, value] of spellings) {
    it(`reads ${what}`, () => expect(json.decode(parsePath(path), utf8(document), lookup)).toMatchObject({ value }));
  }

  it("adds base time and time of an entry", () => {
    // TS 1.0.2 §6.4.4: one resource at three times.
    const document = `{"bn":"/3/0/","bt":25462634,"e":[{"n":"9","v":22,"t":-5},{"n":"9","v":23,"t":-30},{"n":"9","v":24}]}`;
    expect(decodeLwm2mJson(parsePath("/3/0/9"), DEVICE, utf8(document))).toEqual([
      { path: parsePath("/3/0/9"), value: 22, time: 25_462_629 },
      { path: parsePath("/3/0/9"), value: 23, time: 25_462_604 },
      { path: parsePath("/3/0/9"), value: 24, time: 25_462_634 },
    ]);
  });

  it("skips unknown resources where asked to", () => {
    const document = utf8('{"bn":"/3/0/","e":[{"n":"9","v":100},{"n":"99","v":1}]}');
    expectRefused(() => json.decode(parsePath("/3/0"), document, lookup), "unknownResource");
    const node = json.decode(parsePath("/3/0"), document, lookup, { unknownResources: "skip" });
    expect(node).toMatchObject({ values: new Map([[9, 100]]) });
  });

  const refused: [what: string, path: string, document: string, code: "malformed" | "typeMismatch"][] = [
    ["no JSON", "/3/0", "{", "malformed"],
    ["a list", "/3/0", "[]", "malformed"],
    ["no list of entries", "/3/0", '{"bn":"/3/0/"}', "malformed"],
    ["entries that are no list", "/3/0", '{"e":{}}', "malformed"],
    ["an entry that is none", "/3/0", '{"e":[1]}', "malformed"],
    ["an entry that is null", "/3/0", '{"e":[null]}', "malformed"],
    ["no value", "/3/0/9", '{"e":[{"n":"/3/0/9"}]}', "malformed"],
    ["two values", "/3/0/9", '{"e":[{"n":"/3/0/9","v":1,"sv":"1"}]}', "malformed"],
    ["a number that is text", "/3/0/9", '{"e":[{"n":"/3/0/9","v":"55"}]}', "malformed"],
    ["a boolean that is a number", "/1/0/6", '{"e":[{"n":"/1/0/6","bv":1}]}', "malformed"],
    ["a text that is a number", "/3/0/0", '{"e":[{"n":"/3/0/0","sv":1}]}', "malformed"],
    ["octets in the other base64", "/6/0/4", '{"e":[{"n":"/6/0/4","sv":"AP_-"}]}', "malformed"],
    ["a link that is none", "/32769/0/7", '{"e":[{"ov":"66"}]}', "malformed"],
    ["a base name that is a number", "/3/0", '{"bn":3,"e":[]}', "malformed"],
    ["a name that is a number", "/3/0", '{"e":[{"n":9,"v":1}]}', "malformed"],
    ["a base time that is text", "/3/0", '{"bt":"now","e":[]}', "malformed"],
    ["a time beyond all numbers", "/3/0", '{"e":[{"n":"9","v":1,"t":1e999}]}', "malformed"],
    ["an entry outside of the path", "/3/0", '{"e":[{"n":"/3/1/9","v":1}]}', "malformed"],
    ["an entry of an instance", "/3", '{"bn":"/3/","e":[{"n":"0","v":1}]}', "malformed"],
    ["an entry that comes twice", "/3/0", '{"bn":"/3/0/","e":[{"n":"9","v":1},{"n":"9","v":1}]}', "malformed"],
    ["nothing for a resource", "/3/0/9", '{"bn":"/3/0/9","e":[]}', "malformed"],
    ["text for an integer", "/3/0/9", '{"e":[{"sv":"55"}]}', "typeMismatch"],
    ["a fraction for an integer", "/3/0/9", '{"e":[{"v":5.5}]}', "typeMismatch"],
    ["one value for a multiple resource", "/3/0/6", '{"e":[{"v":5}]}', "typeMismatch"],
    ["a value for what can only be executed", "/3/0", '{"bn":"/3/0/","e":[{"n":"4","v":1}]}', "typeMismatch"],
  ];
  for (const [what, path, document, code] of refused) {
    it(`refuses ${what}`, () => expectRefused(() => json.decode(parsePath(path), utf8(document), lookup), code));
  }

  it("refuses octets that are no UTF-8", () => {
    const document = Uint8Array.of(...utf8('{"bn":"/3/0/0","e":[{"sv":"'), 0xff, ...utf8('"}]}'));
    expectRefused(() => json.decode(parsePath("/3/0/0"), document, lookup), "malformed");
  });

  it("refuses more entries than it holds", () => {
    const entries = Array.from({ length: MAX_SENML_RECORDS + 1 }, () => '{"n":"9","v":1}').join();
    expectRefused(() => json.decode(parsePath("/3/0"), utf8(`{"bn":"/3/0/","e":[${entries}]}`), lookup), "tooLarge");
  });

  it("tells no value in an error, but where it stands", () => {
    const document = utf8('{"bn":"/0/0/","e":[{"n":"0","sv":"coap://x"},{"n":"5","sv":"secret!"}]}');
    const { message } = refusal(() => json.decode(parsePath("/0/0"), document, lookup));
    expect(message).toBe('LwM2M JSON, entry 1: "sv" is not what it has to be');
  });

  it("never fails otherwise, whatever comes", () => {
    const field = fc.constantFrom("n", "t", "v", "sv", "bv", "ov", "__proto__");
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom("/3/0/9", "9", "0/9", "AQ==", "66:0", 1e308));
    const documents = fc.record(
      { bn: value, bt: value, e: fc.array(fc.dictionary(field, value)) },
      { requiredKeys: ["e"] },
    );
    const paths = fc.constantFrom("/3", "/3/0", "/3/0/9", "/3/0/6/1", "/6/0/4", "/32769/0/7");
    fc.assert(
      fc.property(documents, paths, (document, path) => {
        const bytes = utf8(JSON.stringify(document));
        throwsNothingElse(() => expect(formatPath(json.decode(parsePath(path), bytes, lookup).path)).toBe(path));
      }),
      { numRuns: 1_000 },
    );
  });
});
