import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { CONTENT_FORMAT, contentFormatName } from "../../services/lwm2m/contentFormat.ts";
import { FORMATS, findFormat, formatOf, SUPPORTED_FORMATS, type TimedNode } from "../../services/lwm2m/formats.ts";
import { decodeLwm2mJson } from "../../services/lwm2m/lwm2mJson.ts";
import type { ContentNode } from "../../services/lwm2m/model.ts";
import { DEVICE } from "../../services/lwm2m/objects/device.ts";
import { FIRMWARE_UPDATE } from "../../services/lwm2m/objects/firmwareUpdate.ts";
import { findObject, findResource } from "../../services/lwm2m/objects/index.ts";
import { PORTFOLIO } from "../../services/lwm2m/objects/portfolio.ts";
import { formatPath, parsePath } from "../../services/lwm2m/path.ts";
import { decodeSenmlCbor } from "../../services/lwm2m/senmlCbor.ts";
import { decodeSenmlJson } from "../../services/lwm2m/senmlJson.ts";
import { anyNode, anyValueNode, lookup as everyLookup, nodeAt } from "./everyType.ts";
import * as spec from "./specVectors.ts";
import { expectRefused, hex, instanceValuesOf, octets, throwsNothingElse, utf8 } from "./support.ts";

const lookup = (id: number) => findObject(id);
const tlv = formatOf(CONTENT_FORMAT.tlv);
const text = formatOf(CONTENT_FORMAT.text);
const opaque = formatOf(CONTENT_FORMAT.opaque);

const sources = findResource(DEVICE, 6)!;
const level = findResource(DEVICE, 9)!;
const packageResource = findResource(FIRMWARE_UPDATE, 0)!;

/** The same node and payload, both ways. */
const vectors: { name: string; format: number; wire: Uint8Array; node: ContentNode }[] = [
  {
    name: "an object in TLV",
    format: CONTENT_FORMAT.tlv,
    wire: spec.DEVICE_OBJECT,
    node: {
      kind: "object",
      path: parsePath("/3"),
      definition: DEVICE,
      instances: new Map([[0, spec.DEVICE_VALUES]]),
    },
  },
  {
    name: "an object without instances in TLV",
    format: CONTENT_FORMAT.tlv,
    wire: hex(""),
    node: { kind: "object", path: parsePath("/16"), definition: PORTFOLIO, instances: new Map() },
  },
  {
    name: "an instance in TLV",
    format: CONTENT_FORMAT.tlv,
    wire: spec.DEVICE_INSTANCE,
    node: {
      kind: "instance",
      path: parsePath("/3/0"),
      definition: DEVICE,
      values: spec.DEVICE_VALUES,
    },
  },
  {
    name: "an instance to be created, its id left to the device, in TLV",
    format: CONTENT_FORMAT.tlv,
    wire: hex("8300 410041"),
    node: {
      kind: "instance",
      path: parsePath("/16"),
      definition: PORTFOLIO,
      values: new Map([[0, new Map([[0, "A"]])]]),
    },
  },
  {
    name: "a resource in TLV",
    format: CONTENT_FORMAT.tlv,
    wire: hex("c10964"),
    node: { kind: "resource", path: parsePath("/3/0/9"), definition: DEVICE, resource: level, value: 100 },
  },
  {
    name: "a multiple resource in TLV",
    format: CONTENT_FORMAT.tlv,
    wire: hex("8606410001410105"),
    node: {
      kind: "resource",
      path: parsePath("/3/0/6"),
      definition: DEVICE,
      resource: sources,
      value: new Map([
        [0, 1],
        [1, 5],
      ]),
    },
  },
  {
    name: "a multiple resource without values in TLV",
    format: CONTENT_FORMAT.tlv,
    wire: hex("8006"),
    node: { kind: "resource", path: parsePath("/3/0/6"), definition: DEVICE, resource: sources, value: new Map() },
  },
  {
    name: "a resource instance in TLV",
    format: CONTENT_FORMAT.tlv,
    wire: hex("410105"),
    node: { kind: "resourceInstance", path: parsePath("/3/0/6/1"), definition: DEVICE, resource: sources, value: 5 },
  },
  {
    name: "a resource in text",
    format: CONTENT_FORMAT.text,
    wire: utf8("100"),
    node: { kind: "resource", path: parsePath("/3/0/9"), definition: DEVICE, resource: level, value: 100 },
  },
  {
    name: "a resource instance in text",
    format: CONTENT_FORMAT.text,
    wire: utf8("5"),
    node: { kind: "resourceInstance", path: parsePath("/3/0/6/1"), definition: DEVICE, resource: sources, value: 5 },
  },
  {
    name: "an opaque resource as it is",
    format: CONTENT_FORMAT.opaque,
    wire: hex("00ff"),
    node: {
      kind: "resource",
      path: parsePath("/5/0/0"),
      definition: FIRMWARE_UPDATE,
      resource: packageResource,
      value: hex("00ff"),
    },
  },
];

describe("the formats", () => {
  for (const { name, format, wire, node } of vectors) {
    it(`carries and encodes ${name}`, () => {
      expect(formatOf(format).carries(node)).toBe(true);
      expect(formatOf(format).encode(node)).toEqual(wire);
    });
    it(`decodes ${name}`, () => expect(formatOf(format).decode(node.path, wire, lookup)).toEqual(node));
  }

  it("gives back any instance of the device object in TLV", () => {
    fc.assert(
      fc.property(instanceValuesOf(DEVICE), (values) => {
        const node: ContentNode = { kind: "instance", path: parsePath("/3/0"), definition: DEVICE, values };
        expect(tlv.decode(node.path, tlv.encode(node), lookup)).toEqual(node);
      }),
    );
  });

  it("reads the old numbers like the new ones", () => {
    expect(formatOf(1542).decode(parsePath("/3/0/9"), hex("c10964"), lookup)).toMatchObject({ value: 100 });
    expect(formatOf(1541).decode(parsePath("/3/0/9"), utf8("100"), lookup)).toMatchObject({ value: 100 });
    const json = utf8('{"bn":"/3/0/9","e":[{"v":100}]}');
    expect(formatOf(1543).decode(parsePath("/3/0/9"), json, lookup)).toMatchObject({ value: 100 });
  });

  it("reads the old numbers and nothing more", () => {
    expect([...FORMATS.values()].filter(({ writable }) => !writable).map(({ number }) => number)).toEqual([
      1541, 1542, 1543,
    ]);
  });

  it("has each format under its own number and offers only the new ones", () => {
    for (const [number, format] of FORMATS) expect(format.number).toBe(number);
    for (const number of SUPPORTED_FORMATS) expect(findFormat(number)).toBeDefined();
    expect(SUPPORTED_FORMATS).toEqual([0, 42, 60, 110, 112, 11_542, 11_543]);
  });

  it("has no format for a number that it does not know", () => {
    expect(findFormat(40)).toBeUndefined();
    expectRefused(() => formatOf(9999), "unsupportedFormat");
  });

  it("names a format by its media type", () => {
    expect(contentFormatName(11_542)).toBe("application/vnd.oma.lwm2m+tlv");
    expect(contentFormatName(9999)).toBe("9999");
  });
});

describe("every format", () => {
  for (const [number, format] of FORMATS) {
    it(`${number} gives back whatever it carries, of every type`, () => {
      const carried = (format.encodeTimed === undefined && number !== 11_542 ? anyValueNode : anyNode).filter((node) =>
        format.carries(node),
      );
      fc.assert(
        fc.property(carried, (node) => {
          expect(format.decode(node.path, format.encode(node), everyLookup)).toEqual(node);
        }),
      );
    });
    it(`${number} refuses to encode what it does not carry, or a value of another type`, () => {
      const executable: ContentNode = {
        kind: "resource",
        path: parsePath("/3/0/4"),
        definition: DEVICE,
        resource: findResource(DEVICE, 4)!,
        value: "",
      };
      expect(format.carries(executable)).toBe(false);
      expectRefused(() => format.encode(executable), "unsupportedFormat");
      const wrong = number === CONTENT_FORMAT.opaque ? nodeAt("/5/0/0", 1) : nodeAt("/3/0/9", true);
      expectRefused(() => format.encode(wrong), "typeMismatch");
    });
  }

  it("writes an instance without an id in TLV alone", () => {
    const { node } = vectors.find(({ name }) => name.includes("to be created"))!;
    expect([...FORMATS.values()].filter((format) => format.carries(node)).map(({ number }) => number)).toEqual([
      11_542, 1542,
    ]);
    for (const number of [110, 112, 11_543]) expectRefused(() => formatOf(number).encode(node), "unsupportedFormat");
  });

  it("says times where it can, of any node", () => {
    const timed = [...FORMATS.values()].filter(({ encodeTimed }) => encodeTimed !== undefined);
    expect(timed.map(({ number }) => number)).toEqual([110, 112, 11_543, 1543]);
  });

  const at = (value: number, timeSeconds: number): TimedNode => ({ node: nodeAt("/3/0/9", value), timeSeconds });
  const samples = [at(50, 1_700_000_000), at(49, 1_700_000_060), at(48, 1_700_000_120.5)];
  const timedVectors: [number: number, wire: Uint8Array][] = [
    [
      110,
      utf8(
        '[{"bn":"/3/0/","bt":1700000000,"n":"9","v":50},{"bt":1700000060,"n":"9","v":49},{"bt":1700000120.5,"n":"9","v":48}]',
      ),
    ],
    [
      112,
      octets(`83 a4 21 65'/3/0/' 22 1a6553f100 00 61'9' 02 1832  a3 22 1a6553f13c 00 61'9' 02 1831
        a3 22 fb41d954fc5e200000 00 61'9' 02 1830`),
    ],
    [11_543, utf8('{"bn":"/3/0/9","bt":1700000120.5,"e":[{"t":-120.5,"v":50},{"t":-60.5,"v":49},{"v":48}]}')],
  ];
  for (const [number, wire] of timedVectors) {
    it(`${number} says the times of one resource`, () => {
      expect(formatOf(number).encodeTimed!(samples)).toEqual(wire);
    });
  }

  it("says the time of an instance once", () => {
    const values = new Map([
      [9, 50],
      [10, 15],
    ]);
    const node: ContentNode = { kind: "instance", path: parsePath("/3/0"), definition: DEVICE, values };
    const one = [{ node, timeSeconds: 1_700_000_000 }];
    expect(formatOf(110).encodeTimed!(one)).toEqual(
      utf8('[{"bn":"/3/0/","bt":1700000000,"n":"9","v":50},{"n":"10","v":15}]'),
    );
    expect(formatOf(11_543).encodeTimed!(one)).toEqual(
      utf8('{"bn":"/3/0/","bt":1700000000,"e":[{"n":"9","v":50},{"n":"10","v":15}]}'),
    );
  });

  it("gives back the time of any sample, to the millisecond", () => {
    const times = fc.array(fc.integer({ min: 1.6e12, max: 1.9e12 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(times, (milliseconds) => {
        const given = milliseconds.map((ms, index) => at(index, ms / 1000));
        const told = given.map(({ timeSeconds }, value) => ({ path: parsePath("/3/0/9"), value, time: timeSeconds }));
        expect(decodeSenmlJson(formatOf(110).encodeTimed!(given))).toEqual(told);
        expect(decodeSenmlCbor(formatOf(112).encodeTimed!(given))).toEqual(told);
        expect(decodeLwm2mJson(parsePath("/3/0/9"), DEVICE, formatOf(11_543).encodeTimed!(given))).toEqual(told);
      }),
    );
  });

  it("says no samples as an empty list", () => {
    expect(formatOf(110).encodeTimed!([])).toEqual(utf8("[]"));
    expect(formatOf(112).encodeTimed!([])).toEqual(hex("80"));
    expect(formatOf(11_543).encodeTimed!([])).toEqual(utf8('{"e":[]}'));
  });

  it("fails with a typed error alone, whatever comes", () => {
    const paths = fc.constantFrom("/32769", "/32769/0", "/32769/0/1", "/32769/0/101", "/32769/0/101/0", "/32769/0/5");
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.string().map(utf8));
    fc.assert(
      fc.property(fc.constantFrom(...FORMATS.values()), paths, bytes, (format, path, wire) => {
        throwsNothingElse(() => format.decode(parsePath(path), wire, everyLookup));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("TLV for a path", () => {
  it("may hold the entry of the instance or resource that the path names", () => {
    expect(tlv.decode(parsePath("/3/0"), hex("0300 c10964"), lookup)).toMatchObject({ values: new Map([[9, 100]]) });
    expect(tlv.decode(parsePath("/3/0/6/1"), hex("8306 410105"), lookup)).toMatchObject({ value: 5 });
    expect(tlv.decode(parsePath("/3/0/6"), hex("410001 410105"), lookup)).toMatchObject({
      value: new Map([
        [0, 1],
        [1, 5],
      ]),
    });
    expect(tlv.decode(parsePath("/3/0/6"), hex(""), lookup)).toMatchObject({ value: new Map() });
  });

  const refused: [path: string, wire: string][] = [
    ["/3/0", "0301 c10964"],
    ["/3/0", "0300 c10964 0300 c10964"],
    ["/3/0", "410001"],
    ["/3/0/9", ""],
    ["/3/0/9", "c10a0f"],
    ["/3/0/9", "c10964 c10964"],
    ["/3/0/6", "8307 410001"],
    ["/3/0/6/1", "410005"],
    ["/3/0/6/1", ""],
    ["/3/0/6/1", "8606 410001 410105"],
    ["/3/0/6/1", "8307 410105"],
    ["/3", "c10964 0300 c10964"],
    ["/3", "0300 c10964 c10964"],
  ];
  for (const [path, wire] of refused) {
    it(`refuses ${wire || "nothing"} for ${path}`, () => {
      expectRefused(() => tlv.decode(parsePath(path), hex(wire), lookup), "malformed");
    });
  }

  it("refuses paths that take no content", () => {
    expectRefused(() => tlv.decode({}, hex(""), lookup), "badPath");
    expectRefused(() => tlv.decode(parsePath("/3/0/9/0"), hex("410064"), lookup), "badPath");
    expectRefused(() => tlv.decode(parsePath("/9999"), hex(""), lookup), "unknownObject");
    expectRefused(() => tlv.decode(parsePath("/3/0/99"), hex("c16301"), lookup), "unknownResource");
  });

  it("skips unknown resources where asked to", () => {
    const node = tlv.decode(parsePath("/3/0"), hex("c10964 c16301"), lookup, { unknownResources: "skip" });
    expect(node).toMatchObject({ values: new Map([[9, 100]]) });
  });
});

describe("text and opaque for a path", () => {
  const nodes = vectors.map(({ node }) => node);

  it("carry one value only", () => {
    const carried = nodes.filter((node) => text.carries(node)).map((node) => formatPath(node.path));
    expect(new Set(carried)).toEqual(new Set(["/3/0/9", "/3/0/6/1", "/5/0/0"]));
    for (const node of nodes.filter((each) => !text.carries(each))) {
      expectRefused(() => text.encode(node), "unsupportedFormat");
    }
    for (const node of nodes.filter((each) => !opaque.carries(each))) {
      expectRefused(() => opaque.encode(node), "unsupportedFormat");
    }
  });

  it("are refused for an object, an instance and a multiple resource", () => {
    for (const path of ["/3", "/3/0", "/3/0/6"]) {
      expectRefused(() => text.decode(parsePath(path), utf8("1"), lookup), "unsupportedFormat");
    }
    expectRefused(() => opaque.decode(parsePath("/3/0/9"), utf8("1"), lookup), "unsupportedFormat");
  });

  it("are refused for what does not exist", () => {
    expectRefused(() => text.decode(parsePath("/9999/0/0"), utf8("1"), lookup), "unknownObject");
    expectRefused(() => text.decode(parsePath("/3/0/99"), utf8("1"), lookup), "unknownResource");
    expectRefused(() => text.decode(parsePath("/3/0/9/0"), utf8("1"), lookup), "badPath");
  });
});
