/** Read-, Observe- and Write-Composite at the device (OMA LwM2M Core 1.1 §6.3.8, §6.3.9, §6.4.6). */
import { describe, expect, it } from "@jest/globals";
import { CODE } from "../../services/coap/codes.ts";
import { type CompositeWrite, findCompositeFormat, MAX_COMPOSITE_PATHS } from "../../services/lwm2m/composite.ts";
import { CONTENT_FORMAT, instanceValues, PORTFOLIO, parsePath, SERVER } from "../../services/lwm2m/index.ts";
import { formatPath } from "../../services/lwm2m/path.ts";
import { coapPair, settle } from "./support/coapPair.ts";
import { type Answer, type Ask, makeDevice, SERVER_ID, serve, type TestDevice } from "./support/device.ts";

const { senmlJson, senmlCbor, senmlEtchJson, senmlEtchCbor, tlv, text } = CONTENT_FORMAT;
const FORMATS = [senmlJson, senmlCbor, senmlEtchJson, senmlEtchCbor] as const;
/** What an answer is in when none was asked for. */
const ANSWERS: Readonly<Record<number, number>> = {
  [senmlJson]: senmlJson,
  [senmlCbor]: senmlCbor,
  [senmlEtchJson]: senmlJson,
  [senmlEtchCbor]: senmlCbor,
};

const pathsIn = (contentFormat: number, paths: readonly string[]): Pick<Ask, "contentFormat" | "payload"> => ({
  contentFormat,
  payload: findCompositeFormat(contentFormat)!.encodePaths(paths.map(parsePath)),
});

const writesIn = (device: TestDevice, contentFormat: number, values: Record<string, CompositeWrite["value"]>) => ({
  contentFormat,
  payload: findCompositeFormat(contentFormat)!.encodeWrites(
    Object.entries(values).map(([path, value]) => ({ path: parsePath(path), value })),
    device.tree.definition,
  ),
});

/** What an answer says, by path. */
function valuesOf(device: TestDevice, { response }: Answer): Record<string, unknown> {
  const format = findCompositeFormat(response.contentFormat!)!;
  const records = format.decode(response.payload!, device.tree.definition);
  return Object.fromEntries(records.map(({ path, value }) => [formatPath(path), value]));
}

describe("Read-Composite", () => {
  it.each(FORMATS)(
    "reads resources, resource instances and instances in one answer (payload in %d)",
    async (format) => {
      const device = makeDevice();
      const asked = pathsIn(format, ["/3/0/0", "/1/0/1", "/3/0/11/0", "/5/0"]);
      const answer = await serve(device).ask({ method: "FETCH", path: "/", ...asked });
      expect(answer.code).toBe("2.05");
      expect(answer.response.contentFormat).toBe(ANSWERS[format]);
      const values = valuesOf(device, answer);
      expect(values).toMatchObject({ "/3/0/0": "Acme", "/1/0/1": 300, "/3/0/11/0": 0, "/5/0/3": 0 });
      expect(Object.keys(values).filter((path) => path.startsWith("/3"))).toEqual(["/3/0/0", "/3/0/11/0"]);
    },
  );

  it("answers in the SenML that was asked for", async () => {
    const device = makeDevice();
    const asked = pathsIn(senmlJson, ["/3/0/0"]);
    const answer = await serve(device).ask({ method: "FETCH", path: "/", accept: senmlCbor, ...asked });
    expect(answer.response.contentFormat).toBe(senmlCbor);
    expect(valuesOf(device, answer)).toEqual({ "/3/0/0": "Acme" });
  });

  it("tells what is there and leaves out what is not", async () => {
    const device = makeDevice();
    const asked = pathsIn(senmlJson, ["/3/0/14", "/9999/0", "/3/0/4", "/0/1/0", "/3/0/1"]);
    const answer = await serve(device).ask({ method: "FETCH", path: "/", ...asked });
    expect([answer.code, valuesOf(device, answer)]).toEqual(["2.05", { "/3/0/1": "X1" }]);
  });

  it("tells a value once that lies in two of its places", async () => {
    const device = makeDevice();
    const asked = pathsIn(senmlJson, ["/1/0/1", "/1", "/1/0"]);
    const answer = await serve(device).ask({ method: "FETCH", path: "/", ...asked });
    const format = findCompositeFormat(senmlJson)!;
    const paths = format.decode(answer.response.payload!, device.tree.definition).map(({ path }) => formatPath(path));
    expect(paths).toContain("/1/0/1");
    expect(new Set(paths).size).toBe(paths.length);
  });

  it("takes / for everything that a server may read, keys left out", async () => {
    const device = makeDevice();
    const answer = await serve(device).ask({ method: "FETCH", path: "/", ...pathsIn(senmlJson, ["/"]) });
    const objects = new Set(Object.keys(valuesOf(device, answer)).map((path) => parsePath(path).objectId));
    expect([...objects]).toEqual(expect.arrayContaining([1, 3, 4, 5]));
    expect(objects.has(0)).toBe(false);
  });

  it("answers with nothing for an object that has no instances", async () => {
    const device = makeDevice();
    const answer = await serve(device).ask({ method: "FETCH", path: "/", ...pathsIn(senmlJson, ["/16"]) });
    expect([answer.code, valuesOf(device, answer)]).toEqual(["2.05", {}]);
  });

  const refusals: readonly (readonly [code: string, ask: Omit<Ask, "method">, why: string])[] = [
    ["4.04", { path: "/", ...pathsIn(senmlJson, ["/3/0/14", "/9999"]) }, "asks for nothing that is there"],
    ["4.01", { path: "/", ...pathsIn(senmlJson, ["/0"]) }, "asks for keys alone"],
    ["4.05", { path: "/", ...pathsIn(senmlJson, ["/3/0/4"]) }, "asks for an executable alone"],
    ["4.05", { path: "/3", ...pathsIn(senmlJson, ["/3/0/0"]) }, "names a path in the URI"],
    ["4.06", { path: "/", accept: tlv, ...pathsIn(senmlJson, ["/3/0/0"]) }, "wants TLV back"],
    ["4.06", { path: "/", accept: senmlEtchJson, ...pathsIn(senmlJson, ["/3/0/0"]) }, "wants an ETCH form back"],
    ["4.15", { path: "/", contentFormat: tlv, payload: "" }, "comes in TLV"],
    ["4.15", { path: "/", payload: "[]" }, "comes in no format"],
    ["4.00", { path: "/", contentFormat: senmlJson, payload: "[]" }, "names nothing"],
    ["4.00", { path: "/", contentFormat: senmlJson, payload: "[{" }, "is torn"],
  ];
  it.each(refusals.map(([code, ask, why]) => [code, why, ask] as const))(
    "is answered %s when it %s",
    async (code, _, ask) => {
      expect((await serve(makeDevice()).ask({ method: "FETCH", ...ask })).code).toBe(code);
    },
  );

  it("takes no more paths than agreed", async () => {
    const paths = Array.from({ length: MAX_COMPOSITE_PATHS + 1 }, (_, id) => `/3/0/${id}`);
    const server = serve(makeDevice());
    const most = await server.ask({ method: "FETCH", path: "/", ...pathsIn(senmlCbor, paths.slice(1)) });
    const more = await server.ask({ method: "FETCH", path: "/", ...pathsIn(senmlCbor, paths) });
    expect([most.code, more.code]).toEqual(["2.05", "4.13"]);
  });
});

describe("Write-Composite", () => {
  it.each(FORMATS)("writes to several instances at once (payload in %d)", async (format) => {
    const device = makeDevice();
    const { tree } = device;
    tree.create(PORTFOLIO.id, 0, instanceValues(PORTFOLIO, { 0: new Map([[0, "a"]]) }));
    const values = { "/1/0/1": 60, "/3/0/14": "+02:00", "/16/0/0/3": "d" };
    const answer = await serve(device).ask({ method: "IPATCH", path: "/", ...writesIn(device, format, values) });
    expect(answer.code).toBe("2.04");
    expect([tree.value(SERVER, 0, 1), tree.get(3, 0, 14)]).toEqual([60, "+02:00"]);
    expect(tree.get(16, 0, 0)).toEqual(
      new Map([
        [0, "a"],
        [3, "d"],
      ]),
    );
    expect(device.told).toContain("changed 101 lifetime");
  });

  it.each([senmlEtchJson, senmlEtchCbor])(
    "takes a resource instance away, and finds it gone again (%d)",
    async (format) => {
      const device = makeDevice();
      device.tree.create(
        PORTFOLIO.id,
        0,
        instanceValues(PORTFOLIO, {
          0: new Map([
            [0, "a"],
            [1, "b"],
          ]),
        }),
      );
      const server = serve(device);
      const ask: Ask = {
        method: "IPATCH",
        path: "/",
        ...writesIn(device, format, { "/16/0/0/1": null, "/16/0/0/2": "c" }),
      };
      for (let time = 0; time < 2; time++) {
        expect((await server.ask(ask)).code).toBe("2.04");
        expect(device.tree.get(16, 0, 0)).toEqual(
          new Map([
            [0, "a"],
            [2, "c"],
          ]),
        );
      }
    },
  );

  it("leaves no empty resource where it takes the last instance away, or one of nothing", async () => {
    const device = makeDevice();
    const { tree } = device;
    tree.create(PORTFOLIO.id, 0, instanceValues(PORTFOLIO, { 0: new Map([[0, "a"]]) }));
    tree.create(PORTFOLIO.id, 1);
    const server = serve(device);
    const ask: Ask = {
      method: "IPATCH",
      path: "/",
      ...writesIn(device, senmlEtchJson, { "/16/0/0/0": null, "/16/1/0/3": null }),
    };
    for (let time = 0; time < 2; time++) {
      expect((await server.ask(ask)).code).toBe("2.04");
      expect([tree.get(16, 0, 0), tree.get(16, 1, 0)]).toEqual([undefined, undefined]);
    }
  });

  const broken: readonly (readonly [code: string, values: Record<string, CompositeWrite["value"]>, why: string])[] = [
    ["4.05", { "/1/0/1": 60, "/3/0/0": "Other" }, "writes what can only be read"],
    ["4.05", { "/1/0/1": 60, "/3/0/11/0": null }, "takes away what can only be read"],
    ["4.04", { "/1/0/1": 60, "/16/7/0/0": "a" }, "writes to an instance that is not there"],
    ["4.00", { "/1/0/1": 60, "/1/0/7": "T" }, "writes a value that the object refuses"],
    ["4.00", { "/1/0/1": 60, "/5/0/1": "x".repeat(300) }, "writes a value out of its range"],
    ["4.01", { "/1/0/1": 60, "/0/1/0": "coap://evil.example" }, "writes a key's account"],
  ];
  it.each(broken.map(([code, values, why]) => [code, why, values] as const))(
    "is answered %s and writes nothing when one part %s",
    async (code, _, values) => {
      const device = makeDevice();
      const before = device.tree.snapshot();
      const asked = writesIn(device, senmlEtchJson, values);
      expect((await serve(device).ask({ method: "IPATCH", path: "/", ...asked })).code).toBe(code);
      expect(device.tree.snapshot()).toEqual(before);
      expect(device.told).toEqual([]);
    },
  );

  it.each([
    ["4.15", { path: "/", contentFormat: tlv, payload: "" }],
    ["4.05", { path: "/3/0", contentFormat: senmlJson, payload: '[{"n":"/14","vs":"x"}]' }],
    ["4.00", { path: "/", contentFormat: senmlJson, payload: '[{"n":"/1/0/1","v":60},{"n":"/1/0/1","v":61}]' }],
    ["4.00", { path: "/", contentFormat: senmlJson, payload: '[{"n":"/1/0/1"}]' }],
    ["4.04", { path: "/", contentFormat: senmlJson, payload: '[{"n":"/1/0/1","v":60},{"n":"/1/0/99","v":1}]' }],
    ["4.00", { path: "/", contentFormat: senmlJson, payload: '[{"n":"/1/0/1","vs":"soon"}]' }],
  ] as const)("is answered %s for %j", async (code, ask) => {
    const device = makeDevice();
    expect((await serve(device).ask({ method: "IPATCH", ...ask })).code).toBe(code);
    expect(device.tree.value(SERVER, 0, 1)).toBe(300);
  });
});

describe("Observe-Composite", () => {
  function observed() {
    const device = makeDevice();
    const { management } = serve(device);
    const pair = coapPair({ device: management }, device.clock);
    management.attach(pair.device);
    const told: Record<string, unknown>[] = [];
    const observe = (format: number, paths: readonly string[], accept?: number) =>
      pair.server.observe(
        { method: CODE.FETCH, path: [], ...(accept !== undefined && { accept }), ...requestOf(format, paths) },
        ({ code, contentFormat, payload }) =>
          told.push(
            valuesOf(device, { code: "", text: "", response: { code, contentFormat: contentFormat!, payload } }),
          ),
      );
    return { device, management, told, observe };
  }
  const requestOf = (format: number, paths: readonly string[]) => {
    const { contentFormat, payload } = pathsIn(format, paths);
    return { contentFormat: contentFormat!, payload: payload as Uint8Array };
  };

  it("tells every place when one of them changes, and nothing after the cancel", async () => {
    const { device, management, told, observe } = observed();
    const { outcome, cancel } = await observe(senmlCbor, ["/1/0/1", "/3/0/14"]);
    expect(outcome).toMatchObject({ kind: "response", response: { code: CODE.CONTENT, contentFormat: senmlCbor } });
    expect(management.observations.size).toBe(1);
    device.tree.set(3, 0, 14, "+03:00");
    await settle();
    device.tree.set(SERVER.id, 0, 1, 301);
    await settle();
    expect(told).toEqual([
      { "/1/0/1": 300, "/3/0/14": "+03:00" },
      { "/1/0/1": 301, "/3/0/14": "+03:00" },
    ]);
    await cancel();
    expect(management.observations.size).toBe(0);
    device.tree.set(3, 0, 14, "+04:00");
    await settle();
    expect(told).toHaveLength(2);
  });

  it("answers in the format that was asked for, each time", async () => {
    const { device, told, observe } = observed();
    const { outcome } = await observe(senmlEtchJson, ["/3/0/14", "/3/0/0"], senmlCbor);
    expect(outcome).toMatchObject({ kind: "response", response: { contentFormat: senmlCbor } });
    device.tree.set(3, 0, 14, "+03:00");
    await settle();
    expect(told).toEqual([{ "/3/0/14": "+03:00", "/3/0/0": "Acme" }]);
  });

  it("is refused, and begins nothing, where nothing can be read", async () => {
    const { management, observe } = observed();
    const { outcome } = await observe(senmlJson, ["/3/0/14"]);
    expect(outcome).toMatchObject({ kind: "response", response: { code: CODE.NOT_FOUND } });
    expect(management.observations.size).toBe(0);
  });
});

describe("what was refused", () => {
  it("is told with the operation and why, and no value", async () => {
    const device = makeDevice();
    const refused: unknown[] = [];
    const server = serve(device, {
      shortServerId: SERVER_ID,
      onRefused: (operation, path, { detail }) => refused.push([operation, path.join("/"), detail]),
    });
    await server.ask({ method: "IPATCH", path: "/", ...writesIn(device, senmlJson, { "/3/0/0": "secret" }) });
    await server.ask({ method: "FETCH", path: "/", contentFormat: text, payload: "secret" });
    expect(refused).toEqual([
      ["writeComposite", "", "/3/0/0 cannot be written"],
      ["readComposite", "", "a composite operation comes in SenML, this one in text/plain"],
    ]);
  });
});
