/** What a valid request may cost at most: how many places are watched, and how much of the tree is looked at. */
import { describe, expect, it, jest } from "@jest/globals";
import { findCompositeFormat, MAX_COMPOSITE_PATHS } from "../../services/lwm2m/composite.ts";
import { AccessControl, addAccessControlObject, RIGHT } from "../../services/lwm2m/device/accessControl.ts";
import { MAX_WATCHED_PATHS } from "../../services/lwm2m/device/watchedPath.ts";
import {
  ACCESS_CONTROL,
  AttributeStore,
  CONTENT_FORMAT,
  instanceValues,
  MAX_OBJECT_INSTANCES,
  type ObjectTree,
  PORTFOLIO,
  parsePath,
  SECURITY,
  SERVER,
} from "../../services/lwm2m/index.ts";
import { encodeTlv } from "../../services/lwm2m/tlv.ts";
import { bootstrap, security } from "./support/bootstrapped.ts";
import { type Ask, makeDevice, SERVER_ID, serve } from "./support/device.ts";

const { senmlJson, tlv } = CONTENT_FORMAT;
const OTHER_ID = 102;

const fetchOf = (paths: readonly string[], observation?: number): Ask => ({
  method: "FETCH",
  path: "/",
  contentFormat: senmlJson,
  payload: findCompositeFormat(senmlJson)!.encodePaths(paths.map(parsePath)),
  ...(observation !== undefined && { observe: 0, token: Uint8Array.of(observation) }),
});

const portfolios = (count: number): string[] => Array.from({ length: count }, (_, id) => `/16/${id}`);

const instancesOf = (count: number): Uint8Array =>
  encodeTlv(Array.from({ length: count }, (_, id) => ({ kind: "objectInstance" as const, id, entries: [] })));

/** How often a value of the tree was asked for while `work` went on. */
async function readsDuring(tree: ObjectTree, work: () => unknown): Promise<number> {
  const get = jest.spyOn(tree, "get");
  try {
    await work();
    return get.mock.calls.length;
  } finally {
    get.mockRestore();
  }
}

describe("the places that a server observes", () => {
  const most = MAX_WATCHED_PATHS / MAX_COMPOSITE_PATHS;
  const places = ["/3", ...portfolios(MAX_COMPOSITE_PATHS - 1)];

  it("are bounded over all its observations: beyond, a request is answered like a plain read", async () => {
    const { ask, management } = serve(makeDevice());
    for (let token = 0; token < most; token++) {
      expect((await ask(fetchOf(places, token))).response.observing).toBe(true);
    }
    const beyond = await ask({ method: "GET", path: "/3/0/0", observe: 0, token: Uint8Array.of(99) });
    expect([beyond.code, beyond.response.observing]).toEqual(["2.05", undefined]);
    expect((await ask(fetchOf(places, 0))).response.observing).toBe(true);
    management.observations.cancel(Uint8Array.of(0));
    expect((await ask(fetchOf(places, 99))).response.observing).toBe(true);
  });

  it("are bounded after a restart, too", async () => {
    const device = makeDevice();
    const { ask, management } = serve(device);
    for (let token = 0; token < most; token++) await ask(fetchOf(places, token));
    const state = management.observations.state();
    management.close();
    const copy = { ...state!.observations[0]!, token: Uint8Array.of(99) };
    const next = serve(device).management.observations;
    next.restore({ ...state!, observations: [...state!.observations, copy] });
    expect(next.size).toBe(most);
  });

  it("count once when a composite names them several times, and are read once", async () => {
    const { tree, ...device } = makeDevice();
    const { ask } = serve({ ...device, tree });
    const repeated = Array.from({ length: MAX_COMPOSITE_PATHS }, () => "/3/0");
    const once = await readsDuring(tree, () => ask(fetchOf(["/3/0"])));
    expect(await readsDuring(tree, () => ask(fetchOf(repeated)))).toBe(once);
    for (let token = 0; token <= most; token++) {
      expect((await ask(fetchOf(repeated, token))).response.observing).toBe(true);
    }
  });
});

describe("a change", () => {
  class CountingStore extends AttributeStore {
    walks = 0;
    override below(...given: Parameters<AttributeStore["below"]>): ReturnType<AttributeStore["below"]> {
      this.walks++;
      return super.below(...given);
    }
  }

  it("has the attributes of a server gone through only where one of them is a condition on values", async () => {
    const device = makeDevice();
    const attributes = new CountingStore();
    const { ask } = serve(device, { attributes });
    await ask({ method: "PUT", path: "/3/0", query: ["pmin=0"] });
    await ask({ method: "GET", path: "/3", observe: 0 });
    attributes.walks = 0;
    device.tree.set(3, 0, 9, 5);
    expect(attributes.walks).toBe(0);
    await ask({ method: "PUT", path: "/3/0/9", query: ["gt=10"] });
    attributes.walks = 0;
    device.tree.set(3, 0, 14, "+01:00");
    expect(attributes.walks).toBeGreaterThan(0);
    await ask({ method: "PUT", path: "/3/0/9", query: ["gt"] });
    attributes.walks = 0;
    device.tree.set(3, 0, 9, 6);
    expect(attributes.walks).toBe(0);
  });
});

describe("reading an object under access control", () => {
  async function readsWith(count: number): Promise<number> {
    const device = makeDevice();
    const { tree } = device;
    addAccessControlObject(tree);
    tree.create(SERVER.id, 1, instanceValues(SERVER, { 0: OTHER_ID, 1: 60, 6: true, 7: "U" }));
    const access = new AccessControl(tree, () => [SERVER_ID, OTHER_ID]);
    for (let id = 0; id < count; id++) {
      tree.create(PORTFOLIO.id, id, instanceValues(PORTFOLIO, { 0: new Map([[0, "a"]]) }));
      const values = { 0: PORTFOLIO.id, 1: id, 2: new Map([[SERVER_ID, RIGHT.read]]), 3: OTHER_ID };
      tree.create(ACCESS_CONTROL.id, id, instanceValues(ACCESS_CONTROL, values));
    }
    const { ask } = serve(device, { access });
    return readsDuring(tree, async () => expect((await ask({ method: "GET", path: "/16" })).code).toBe("2.05"));
  }

  it("costs in proportion to its instances", async () => {
    const [few, many] = [await readsWith(20), await readsWith(200)];
    expect(many).toBeLessThanOrEqual(10 * few);
  });
});

describe("a bootstrap server", () => {
  it("writes no more instances at once than an object takes, or none", async () => {
    const { device, ask } = bootstrap();
    const before = device.tree.snapshot();
    const write = (count: number) =>
      ask({ method: "PUT", path: "/16", contentFormat: tlv, payload: instancesOf(count) });
    const refused = write(MAX_OBJECT_INSTANCES + 1);
    expect([refused.code, refused.text]).toEqual(["4.00", "object 16 takes no more than 256"]);
    expect(device.tree.snapshot()).toEqual(before);
    expect(write(MAX_OBJECT_INSTANCES).code).toBe("2.04");
    expect(write(MAX_OBJECT_INSTANCES).code).toBe("2.04");
  });

  it("deletes accounts at a cost in proportion to their number", async () => {
    const readsOf = async (count: number): Promise<number> => {
      const { device, ask } = bootstrap();
      const { tree } = device;
      for (const id of tree.instanceIds(SECURITY.id)) tree.delete(SECURITY.id, id);
      for (let id = 0; id < count; id++) tree.create(SECURITY.id, id, security({}));
      return readsDuring(tree, () => expect(ask({ method: "DELETE", path: "/0" }).code).toBe("2.02"));
    };
    expect(await readsOf(200)).toBeLessThanOrEqual(10 * (await readsOf(20)));
  });
});
