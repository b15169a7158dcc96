/** Corners of single operations: partial updates of a resource, Create in each format, times, versions, refusals. */
import { describe, expect, it } from "@jest/globals";
import { findCompositeFormat } from "../../services/lwm2m/composite.ts";
import {
  CONNECTIVITY_MONITORING,
  CONTENT_FORMAT,
  encodeInstanceTlv,
  findFormat,
  instanceValues,
  PORTFOLIO,
  parsePath,
  SERVER,
} from "../../services/lwm2m/index.ts";
import { type Ask, makeDevice, serve } from "./support/device.ts";

const { tlv, text, opaque, senmlJson, senmlCbor, json, cbor, link, oldText, oldTlv, oldJson } = CONTENT_FORMAT;
const identities = (values: Record<number, string>) =>
  instanceValues(PORTFOLIO, { 0: new Map(Object.entries(values).map(([id, value]) => [Number(id), value])) });

function withPortfolio() {
  const device = makeDevice();
  device.tree.create(PORTFOLIO.id, 0, identities({ 0: "a", 1: "b" }));
  return { device, server: serve(device) };
}

/** `/16/0/0` with these instances, in a format. */
function identityIn(contentFormat: number, values: Record<number, string>): Pick<Ask, "contentFormat" | "payload"> {
  const format = findFormat(contentFormat)!;
  const resource = PORTFOLIO.resources[0]!;
  const value = new Map(Object.entries(values).map(([id, single]) => [Number(id), single]));
  const node = { kind: "resource", path: parsePath("/16/0/0"), definition: PORTFOLIO, resource, value } as const;
  return { contentFormat, payload: format.encode(node) };
}

describe("POST on a resource with several instances", () => {
  it.each([tlv, senmlJson, senmlCbor, json])("puts those given beside the others (%d)", async (format) => {
    const { device, server } = withPortfolio();
    const answer = await server.ask({ method: "POST", path: "/16/0/0", ...identityIn(format, { 1: "B", 5: "c" }) });
    expect(answer.code).toBe("2.04");
    expect([...(device.tree.get(16, 0, 0) as Map<number, string>)]).toEqual([
      [0, "a"],
      [1, "B"],
      [5, "c"],
    ]);
  });

  it("replaces them with PUT", async () => {
    const { device, server } = withPortfolio();
    await server.ask({ method: "PUT", path: "/16/0/0", ...identityIn(senmlCbor, { 1: "B" }) });
    expect(device.tree.get(16, 0, 0)).toEqual(new Map([[1, "B"]]));
  });

  const rows: readonly (readonly [code: string, why: string, ask: Omit<Ask, "method">])[] = [
    [
      "4.05",
      "the resource has one value",
      { path: "/1/0/1", contentFormat: senmlJson, payload: '[{"bn":"/1/0/1","v":9}]' },
    ],
    ["4.05", "it comes as text, which executes", { path: "/16/0/0", contentFormat: text, payload: "a" }],
    ["4.05", "it pushes to a resource that has one value", { path: "/5/0/0", contentFormat: opaque, payload: "image" }],
    ["4.15", "the resource is to be executed", { path: "/1/0/8", contentFormat: tlv, payload: "x" }],
    [
      "4.04",
      "there is no such resource",
      { path: "/16/0/99", contentFormat: senmlJson, payload: '[{"bn":"/16/0/99/0","vs":"a"}]' },
    ],
    [
      "4.04",
      "there is no such instance",
      { path: "/16/9/0", contentFormat: senmlJson, payload: '[{"bn":"/16/9/0/0","vs":"a"}]' },
    ],
    [
      "4.05",
      "servers may only read it",
      { path: "/3/0/11", contentFormat: senmlJson, payload: '[{"bn":"/3/0/11/0","v":1}]' },
    ],
    ["4.15", "the format is none of ours", { path: "/16/0/0", contentFormat: 50, payload: "{}" }],
  ];
  it.each(rows)("is answered %s when %s", async (code, _, ask) => {
    const { device, server } = withPortfolio();
    const before = device.tree.snapshot();
    expect((await server.ask({ method: "POST", ...ask })).code).toBe(code);
    expect(device.tree.snapshot()).toEqual(before);
  });
});

describe("a request that the specification has a code for", () => {
  const rows: readonly (readonly [code: string, why: string, ask: Ask])[] = [
    [
      "4.04",
      "writes an instance of a resource that has one value",
      { method: "PUT", path: "/1/0/1/0", contentFormat: text, payload: "9" },
    ],
    ["4.04", "reads an instance of a resource that has one value", { method: "GET", path: "/1/0/1/0" }],
    ["5.01", "patches", { method: "PATCH", path: "/1/0", contentFormat: senmlJson, payload: "[]" }],
    ["4.05", "fetches below a path", { method: "FETCH", path: "/3/0", contentFormat: senmlJson, payload: "[]" }],
    ["4.06", "wants a number that is read only: 1541", { method: "GET", path: "/3/0/0", accept: oldText }],
    ["4.06", "wants a number that is read only: 1542", { method: "GET", path: "/3/0", accept: oldTlv }],
    ["4.06", "wants a number that is read only: 1543", { method: "GET", path: "/3/0", accept: oldJson }],
    [
      "2.04",
      "writes in a number that is read only",
      { method: "PUT", path: "/1/0/1", contentFormat: oldText, payload: "61" },
    ],
    ["2.05", "wants CBOR", { method: "GET", path: "/3/0/0", accept: cbor }],
    ["2.05", "wants SenML CBOR", { method: "GET", path: "/3/0", accept: senmlCbor }],
    ["2.05", "wants LwM2M JSON", { method: "GET", path: "/3", accept: json }],
    ["4.06", "wants an instance in CBOR", { method: "GET", path: "/3/0", accept: cbor }],
    ["4.06", "wants a string as octets", { method: "GET", path: "/3/0/0", accept: opaque }],
  ];
  it.each(rows)("is answered %s when it %s", async (code, _, ask) => {
    expect((await serve(makeDevice()).ask(ask)).code).toBe(code);
  });
});

describe("Create", () => {
  const named = (format: number): Ask => {
    const instances = new Map([[3, identities({ 0: "a" })]]);
    const node = { kind: "object", path: { objectId: 16 }, definition: PORTFOLIO, instances } as const;
    return { method: "POST", path: "/16", contentFormat: format, payload: findFormat(format)!.encode(node) };
  };

  it.each([tlv, senmlJson, senmlCbor, json])("makes the instance that the payload names (%d)", async (format) => {
    const device = makeDevice();
    const { code, response } = await serve(device).ask(named(format));
    expect([code, response.locationPath]).toEqual(["2.01", undefined]);
    expect(device.tree.get(16, 3, 0)).toEqual(new Map([[0, "a"]]));
    expect((await serve(device).ask(named(format))).code).toBe("4.00");
  });

  it("chooses an id where TLV names none", async () => {
    const device = makeDevice();
    const payload = encodeInstanceTlv(PORTFOLIO, identities({ 0: "a" }));
    const { response } = await serve(device).ask({ method: "POST", path: "/16", contentFormat: oldTlv, payload });
    expect(response.locationPath).toEqual(["16", "0"]);
  });
});

describe("Discover", () => {
  const objectOf = async (version: "1.0" | "1.1", path: string) => {
    const { text: links } = await serve(makeDevice(), { lwm2mVersion: () => version }).ask({
      method: "GET",
      path,
      accept: link,
    });
    return links.split(",")[0];
  };

  it("tells an object's version where a server of its enabler version would assume another", async () => {
    expect(SERVER.version).toBe("1.1");
    expect(await objectOf("1.1", "/1")).toBe("</1>");
    expect(await objectOf("1.0", "/1")).toBe("</1>;ver=1.1");
    expect(await objectOf("1.0", "/4")).toBe(`</4>;ver=${CONNECTIVITY_MONITORING.version}`);
    expect(await objectOf("1.0", "/16")).toBe("</16>");
  });
});

describe("a stored notification", () => {
  const stored = (accept: number, path = "/3/0/0") => {
    const device = makeDevice();
    const { management } = serve(device);
    const target = { paths: [parsePath(path)], composite: false, accept };
    return { device, response: management.represent(target, 1_700_000_000) };
  };

  it.each([senmlJson, senmlCbor])("bears its time in SenML (%d)", (format) => {
    const { device, response } = stored(format);
    const [record] = findCompositeFormat(format)!.decode(response.payload!, device.tree.definition);
    expect(record).toMatchObject({ value: "Acme", time: 1_700_000_000 });
  });

  it("bears its time in LwM2M JSON, and none in text", () => {
    expect(new TextDecoder().decode(stored(json).response.payload)).toContain("1700000000");
    expect(new TextDecoder().decode(stored(text).response.payload)).toBe("Acme");
  });

  it("bears its time in each value of a composite", () => {
    const device = makeDevice();
    const paths = ["/3/0/0", "/3/0/1"].map(parsePath);
    const target = { paths, composite: true, contentFormat: senmlCbor };
    const response = serve(device).management.represent(target, 1_700_000_000);
    const records = findCompositeFormat(senmlCbor)!.decode(response.payload!, device.tree.definition);
    expect(records.map(({ value, time }) => [value, time])).toEqual([
      ["Acme", 1_700_000_000],
      ["X1", 1_700_000_000],
    ]);
  });
});
