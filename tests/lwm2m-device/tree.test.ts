/** The resource tree from the device's side, its memory, and what of it is kept over a restart. */

import { inspect } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { BootstrapInterface } from "../../services/lwm2m/device/bootstrapInterface.ts";
import {
  AttributeStore,
  CONTENT_FORMAT,
  DEVICE,
  instanceValues,
  MAX_OBJECT_INSTANCES,
  MAX_RESOURCE_INSTANCES,
  ObjectTree,
  OSCORE,
  PORTFOLIO,
  parseExecuteArguments,
  parsePath,
  provision,
  restoredAttributes,
  restoreTree,
  SECURITY,
  SERVER,
  serialiseTree,
  serverAccounts,
  type TreeState,
} from "../../services/lwm2m/index.ts";
import { makeDevice, requestOf, serve } from "./support/device.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("the tree", () => {
  it("takes values of the right type and range only, and says which is wrong", () => {
    const { tree } = makeDevice();
    expect(() => tree.set(3, 0, 9, "full")).toThrow(expect.objectContaining({ code: "typeMismatch" }));
    expect(() => tree.set(3, 0, 9, 200)).toThrow(expect.objectContaining({ code: "outOfRange" }));
    expect(() => tree.set(3, 0, 99, 1)).toThrow(expect.objectContaining({ code: "unknownResource" }));
    expect(() => tree.set(3, 1, 9, 1)).toThrow(expect.objectContaining({ code: "unknownObject" }));
    expect(() => tree.set(3, 0, 13, 1)).toThrow("its object provides it");
    expect(tree.get(3, 0, 9)).toBeUndefined();
  });

  it("knows the type of a value from the object's table", () => {
    const { tree } = makeDevice();
    tree.update(DEVICE, 0, { 9: 80, 14: "+01:00" });
    const level: number | bigint | undefined = tree.value(DEVICE, 0, 9);
    const offset: string | undefined = tree.value(DEVICE, 0, 14);
    expect([level, offset]).toEqual([80, "+01:00"]);
    tree.update(DEVICE, 0, { 14: undefined });
    expect(tree.value(DEVICE, 0, 14)).toBeUndefined();
  });

  it("creates instances at the lowest free id and refuses what an object may not have", () => {
    const { tree } = makeDevice();
    const identity = new Map([[0, new Map([[0, "a"]])]]);
    expect([
      tree.create(16, undefined, identity),
      tree.create(16, 5, identity),
      tree.create(16, undefined, identity),
    ]).toEqual([0, 5, 1]);
    expect(() => tree.create(16, 5)).toThrow("/16/5 exists");
    expect(() => tree.create(6, 1)).toThrow("object 6 has no instance 1");
    expect(() => tree.create(9_999)).toThrow("no object 9999");
    for (let left = MAX_OBJECT_INSTANCES - 3; left > 0; left--) tree.create(16);
    expect(() => tree.create(16, 1_000)).toThrow("object 16 takes no more than 256");
  });

  it("bounds the instances of a resource, also when they come bit by bit", () => {
    const { tree } = makeDevice();
    tree.create(16, 0);
    const identities = (from: number, count: number) =>
      new Map([[0, new Map(Array.from({ length: count }, (_, index) => [from + index, "x"] as const))]]);
    const write = (from: number, count: number) =>
      tree.apply("server", [{ objectId: 16, instanceId: 0, values: identities(from, count), mode: "update" }]);
    expect(write(0, MAX_RESOURCE_INSTANCES)).toBeUndefined();
    expect(write(0, MAX_RESOURCE_INSTANCES)).toBeUndefined();
    expect(write(MAX_RESOURCE_INSTANCES, 1)).toMatchObject({ detail: "/16/0/0 takes 256 instances" });
  });

  it("tells its listeners once for each operation, and not of what stayed the same", () => {
    const { tree } = makeDevice();
    const seen: string[] = [];
    const stop = tree.onChange((changes) =>
      seen.push(
        changes
          .map(({ kind, objectId, instanceId, resourceId }) =>
            [kind, objectId, instanceId, resourceId].join(" ").trim(),
          )
          .join(", "),
      ),
    );
    tree.update(DEVICE, 0, { 9: 80, 20: 0 });
    tree.update(DEVICE, 0, { 9: 80, 20: 0 });
    tree.create(16, 0, new Map([[0, new Map([[0, "a"]])]]));
    tree.set(16, 0, 0, new Map([[0, "a"]]));
    tree.remove(16);
    stop();
    tree.set(3, 0, 9, 1);
    expect(seen).toEqual(["value 3 0 9, value 3 0 20", "created 16 0, value 16 0 0", "deleted 16 0, object 16"]);
  });

  it("costs a device with objects 0 to 7 and two accounts less than 8 KiB", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const devices: unknown[] = [];
    const used = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const build = (count: number): void => {
      for (let index = 0; index < count; index++) devices.push(makeDevice().tree);
    };
    build(50);
    const before = used();
    build(2_000);
    const each = (used() - before) / 2_000;
    expect(devices).toHaveLength(2_050);
    expect(each).toBeLessThan(8_192);
  });
});

describe("the state over a restart", () => {
  const json = (state: TreeState): TreeState =>
    JSON.parse(
      JSON.stringify(state, (_key, value) =>
        value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString("hex") } : value,
      ),
      (_key, value) => (typeof value?.$bytes === "string" ? Uint8Array.from(Buffer.from(value.$bytes, "hex")) : value),
    );

  it("brings back accounts, attributes, instances and what servers wrote, and not what the device says itself", async () => {
    const first = makeDevice();
    const server = serve(first);
    first.tree.set(0, 1, 7, Uint8Array.of(1, 2));
    first.tree.set(1, 0, 10, { objectId: 11, instanceId: 0 });
    first.tree.set(1, 0, 19, 2n ** 60n);
    first.tree.create(16, 4, new Map([[0, new Map([[2, "id"]])]]));
    first.tree.update(DEVICE, 0, { 9: 42, 14: "+02:00" });
    await server.ask({ method: "PUT", path: "/3/0/9", query: ["pmin=5", "gt=10"] });
    const state = json(serialiseTree(first.tree, new Map([[101, server.management.attributes]])));

    const second = makeDevice();
    provision(second.tree, second.vault, {});
    expect(restoreTree(second.tree, state)).toEqual([]);
    expect(serverAccounts(second.tree)).toEqual(serverAccounts(first.tree));
    expect(second.tree.get(0, 1, 7)).toEqual(Uint8Array.of(1, 2));
    expect(second.tree.get(1, 0, 10)).toEqual({ objectId: 11, instanceId: 0 });
    expect(second.tree.get(1, 0, 19)).toBe(2n ** 60n);
    expect(second.tree.get(16, 4, 0)).toEqual(new Map([[2, "id"]]));
    expect([second.tree.get(3, 0, 14), second.tree.get(3, 0, 9)]).toEqual(["+02:00", undefined]);
    expect(restoredAttributes(state, 101).at(parsePath("/3/0/9"))).toEqual({ pmin: 5, gt: 10 });
    expect(restoredAttributes(state, 102).at(parsePath("/3/0/9"))).toEqual({});
  });

  it("leaves out what no longer fits and says what", () => {
    const { tree } = makeDevice();
    const objects = { 1: { 0: { 1: "soon", 99: 1 } }, 3: { 0: { 14: "+01:00" } }, 77: { 0: { 1: 1 } } };
    expect(restoreTree(tree, { version: 1, objects, attributes: {} })).toEqual(["/1/0/1", "/1/0/99", "/77/0/1"]);
    expect(tree.get(3, 0, 14)).toBe("+01:00");
  });

  const damaged: readonly [objects: unknown, leftOut: readonly string[]][] = [
    [{ 1: null }, ["/1"]],
    [{ 1: "x", 3: [] }, ["/1", "/3"]],
    [{ 16: { 0: null } }, ["/16/0"]],
    [
      { 16: { abc: {}, "-1": {}, 1.5: {}, 65535: {}, "01": {} } },
      ["/16/65535", "/16/abc", "/16/-1", "/16/1.5", "/16/01"],
    ],
    [{ "": {}, __proto__x: {}, 1e300: {} }, ["/", "/__proto__x", "/1e+300"]],
    [{ 16: { 0: { 0: { $instances: null } } } }, ["/16/0/0"]],
    [{ 16: { 0: { 0: { $instances: { x: "a" } } } } }, ["/16/0/0"]],
    [{ 16: { 0: { 0: { $instances: { 0: null } } } } }, ["/16/0/0"]],
    [{ 1: { 0: { 10: { $link: null } } } }, ["/1/0/10"]],
    [{ 1: { 0: { 10: { $link: [1] } } } }, ["/1/0/10"]],
    [{ 1: { 0: { 1: { $integer: 5 } } } }, ["/1/0/1"]],
    [{ 1: { 0: { 1: { $integer: "5e3" } } } }, ["/1/0/1"]],
    [{ 1: { 0: { x: 1, 1: [5] } } }, ["/1/0/x", "/1/0/1"]],
  ];
  for (const [objects, leftOut] of damaged) {
    it(`leaves out what is damaged in ${JSON.stringify(objects)}, and nothing else`, () => {
      const { tree } = makeDevice();
      const before = tree.instanceIds(16);
      const state = { version: 1, objects: { ...(objects as object), 3: { 0: { 14: "+01:00" } } }, attributes: {} };
      const expected = leftOut.filter((path) => path !== "/3");
      expect([...restoreTree(tree, state as never)].sort()).toEqual([...expected].sort());
      expect(tree.get(3, 0, 14)).toBe("+01:00");
      const created = tree.instanceIds(16).filter((id) => !before.includes(id));
      expect(created.every((id) => id === 0)).toBe(true);
    });
  }

  it("refuses what is no state of this version", () => {
    const { tree } = makeDevice();
    for (const wrong of [undefined, null, {}, { version: 2, objects: {} }, { version: 1, objects: null }]) {
      expect(() => restoreTree(tree, wrong as never)).toThrow(expect.objectContaining({ code: "malformed" }));
    }
    expect(restoreTree(tree, { version: 1, objects: { 1: { 0: { 1: null } } }, attributes: {} } as never)).toEqual([
      "/1/0/1",
    ]);
  });
});

describe("a secret written by the bootstrap server", () => {
  const canary = "CANARY-7f3a91-16";
  const traces = [
    canary,
    Buffer.from(canary).toString("hex"),
    Buffer.from(canary).toString("base64"),
    [...utf8(canary)].join(","),
  ];

  it("is in no reading, listing, error, state, snapshot or print of the device", async () => {
    const device = makeDevice();
    const { tree, vault } = device;
    const answers: unknown[] = [];
    const interface_ = new BootstrapInterface({
      tree,
      vault,
      onFinish: () => undefined,
      onRefused: (...all) => answers.push(all),
    });
    const ask = (ask: Parameters<typeof requestOf>[0]) => answers.push(interface_.onRequest(requestOf(ask)));
    for (const id of [3, 4, 5]) {
      ask({ method: "PUT", path: `/0/1/${id}`, payload: utf8(canary), contentFormat: CONTENT_FORMAT.opaque });
    }
    expect(vault.has(1, "secretKey")).toBe(true);
    for (const path of ["/0", "/0/1", "/0/1/5"]) ask({ method: "GET", path });
    ask({ method: "GET", path: "/0", accept: CONTENT_FORMAT.link });
    ask({ method: "PUT", path: "/0/1/2", payload: utf8(canary), contentFormat: CONTENT_FORMAT.text });
    ask({ method: "PUT", path: "/0/1/8", payload: utf8(canary), contentFormat: CONTENT_FORMAT.opaque });
    ask({ method: "PUT", path: "/0/1/5", payload: utf8(canary.repeat(1_000)), contentFormat: CONTENT_FORMAT.opaque });
    ask({ method: "POST", path: "/bs" });
    const server = serve(device, { onRefused: (...all) => answers.push(all) });
    for (const path of ["/0", "/0/1", "/0/1/3", "/0/1/4", "/0/1/5"])
      answers.push(await server.ask({ method: "GET", path }));
    const printed = [
      answers,
      tree,
      vault,
      tree.snapshot(),
      serialiseTree(tree),
      [3, 4, 5].map((id) => tree.get(0, 1, id)),
    ]
      .map(
        (thing) =>
          inspect(thing, { depth: 20, maxArrayLength: null, maxStringLength: null, showHidden: true }) +
          JSON.stringify(thing, plain),
      )
      .join("\n");
    for (const trace of traces) expect(printed).not.toContain(trace);
    expect(printed).toContain("server.example");
    expect(Buffer.from(vault.take(1).secretKey!).toString()).toBe(canary);
  });

  it("is left out of the state even where object 0 and 21 are plain tables", () => {
    const tree = new ObjectTree();
    tree.add(SECURITY);
    tree.add(OSCORE);
    tree.create(
      0,
      0,
      instanceValues(SECURITY, { 0: "coaps://a.example", 3: utf8(canary), 5: utf8(canary), 8: utf8(canary) }),
    );
    tree.create(21, 0, instanceValues(OSCORE, { 0: utf8(canary), 3: 10, 5: utf8(canary) }));
    expect(serialiseTree(tree).objects).toEqual({ 0: { 0: { 0: "coaps://a.example" } }, 21: { 0: { 3: 10 } } });
  });

  function plain(_key: string, value: unknown): unknown {
    if (value instanceof Map) return [...value];
    return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value;
  }
});

describe("attributes", () => {
  it("are bounded in number, and those of nobody cost nothing", () => {
    const store = new AttributeStore();
    for (let id = 0; id < 256; id++) expect(store.write(parsePath(`/${id}`), undefined, ["pmin=1"])).toBeUndefined();
    expect(store.write(parsePath("/300"), undefined, ["pmin=1"])).toMatchObject({
      detail: "attributes on 256 paths at most",
    });
    expect(store.write(parsePath("/1"), undefined, ["pmin"])).toBeUndefined();
    expect(store.write(parsePath("/300"), undefined, ["pmin=1"])).toBeUndefined();
  });

  it("come back from a store as Write-Attributes could have left them, and only so", () => {
    const restored = (state: unknown) => {
      const store = new AttributeStore();
      const leftOut = store.restore(state as never);
      return [store.serialise(), leftOut];
    };
    const whole = {
      "/3": { pmin: 5, pmax: 60 },
      "/3/0/9": { gt: 90.5, lt: -1e17, st: 1e-7, con: 1, epmin: 999_999_999 },
    };
    expect(restored(whole)).toEqual([whole, []]);
    for (const none of [null, [], "x", 7]) expect(restored(none)).toEqual([{}, ["/"]]);
    expect(restored({ x: { pmin: 1 }, "/": { pmin: 1 }, "/3/": { pmin: 1 }, "/3": null, "/4": { pmin: 1 } })).toEqual([
      { "/4": { pmin: 1 } },
      ["x", "/", "/3/", "/3"],
    ]);
    const wrong = { st: -1, pmin: -5, pmax: 1e300, epmin: 1.5, epmax: "1", con: 2, gt: null, lt: 1e19, color: 1 };
    expect(restored({ "/3/0/9": { ...wrong, pmin: 3 }, "/3/0/10": { st: 0 } })).toEqual([
      { "/3/0/9": { pmin: 3 } },
      [
        ...Object.keys(wrong)
          .filter((name) => name !== "pmin")
          .map((name) => `/3/0/9?${name}`),
        "/3/0/10?st",
      ],
    ]);
    expect(restored({ "/3/0/9": { lt: 5, gt: 5 } })).toEqual([{}, ["/3/0/9"]]);
    expect(restored({ "/3/0/7": { gt: 5 }, "/3/0/7/0": { lt: 6 } })).toEqual([{ "/3/0/7": { gt: 5 } }, ["/3/0/7/0"]]);
    const store = new AttributeStore();
    store.restore({ "/3/0/9": { gt: 5 } });
    expect(store.hasConditions).toBe(true);
    store.restore({});
    expect(store.hasConditions).toBe(false);
    const many = Object.fromEntries(Array.from({ length: 257 }, (_, id) => [`/3/${id}`, { pmin: 1 }]));
    expect(restored(many)[1]).toEqual(["/3/256"]);
  });

  it("are written all or not at all", () => {
    const store = new AttributeStore();
    expect(store.write(parsePath("/3"), undefined, ["pmin=1", "pmax=x"])).toMatchObject({
      detail: "pmax takes seconds",
    });
    expect(store.at(parsePath("/3"))).toEqual({});
  });
});

describe("execute arguments", () => {
  const vectors: readonly (readonly [string, readonly (readonly [number, string | true])[]])[] = [
    ["", []],
    ["5", [[5, true]]],
    [
      "0='text',1,9=''",
      [
        [0, "text"],
        [1, true],
        [9, ""],
      ],
    ],
    ["2='10.3'", [[2, "10.3"]]],
    [
      "7,0='https://www.oma.org'",
      [
        [7, true],
        [0, "https://www.oma.org"],
      ],
    ],
  ];
  for (const [text, args] of vectors) {
    it(`reads ${JSON.stringify(text)}`, () => expect([...parseExecuteArguments(utf8(text))]).toEqual(args));
  }
  for (const text of ["a", "10", "0=text", "0='a", "0='a'b", "0,", ",0", "0,0", "0='a b'", "0='\\'", "0 ,1"]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseExecuteArguments(utf8(text))).toThrow(expect.objectContaining({ code: "malformed" }));
    });
  }
  it("refuses more than it reads", () => {
    expect(() => parseExecuteArguments(new Uint8Array(1_025))).toThrow(expect.objectContaining({ code: "tooLarge" }));
  });
});

describe("provisioning", () => {
  it("puts everything back when one account is wrong", () => {
    const { tree, vault } = makeDevice();
    const before = tree.snapshot();
    const account = {
      uri: "coap://a.example",
      security: { mode: "none" },
      shortServerId: 1,
      lifetimeSeconds: 60,
    } as const;
    expect(() => provision(tree, vault, { servers: [account, { ...account, shortServerId: 70_000 }] })).toThrow(
      /70000/,
    );
    expect(tree.snapshot()).toEqual(before);
  });

  it("orders accounts by priority, those without one last", () => {
    const { tree, vault } = makeDevice();
    const account = (shortServerId: number, priority?: number) =>
      ({
        uri: "coap://a.example",
        security: { mode: "none" },
        shortServerId,
        lifetimeSeconds: 60,
        ...(priority !== undefined && { priority }),
      }) as const;
    provision(tree, vault, { servers: [account(3), account(1, 9), account(2, 0)] });
    expect(serverAccounts(tree).map(({ shortServerId }) => shortServerId)).toEqual([2, 1, 3]);
    expect(tree.instanceIds(SERVER.id)).toHaveLength(3);
    expect(tree.definition(PORTFOLIO.id)).toBe(PORTFOLIO);
  });
});
