/** Object 2 between two servers: who may do what, and how its instances come and go (OMA LwM2M Core 1.1 §7.3, E.3). */
import { describe, expect, it } from "@jest/globals";
import { CODE } from "../../services/coap/codes.ts";
import { findCompositeFormat } from "../../services/lwm2m/composite.ts";
import {
  AccessControl,
  addAccessControlObject,
  BOOTSTRAP_OWNER,
  RIGHT,
  WHOLE_OBJECT,
} from "../../services/lwm2m/device/accessControl.ts";
import { MAX_OBJECT_INSTANCES } from "../../services/lwm2m/device/edit.ts";
import {
  ACCESS_CONTROL,
  CONTENT_FORMAT,
  encodeInstanceTlv,
  instanceValues,
  LOCATION,
  type ObjectTree,
  PORTFOLIO,
  parsePath,
  SECURITY,
  SERVER,
} from "../../services/lwm2m/index.ts";
import { settle } from "./support/coapPair.ts";
import { type Ask, makeDevice, SERVER_ID, serve, type TestDevice } from "./support/device.ts";
import { type Watched, watchDevice } from "./support/watched.ts";

const OTHER_ID = 102;
const ALL = RIGHT.read | RIGHT.write | RIGHT.execute | RIGHT.delete;
const { tlv, text, senmlJson } = CONTENT_FORMAT;

interface TwoServers {
  readonly device: TestDevice;
  readonly tree: ObjectTree;
  readonly access: AccessControl;
  /** The code that a server gets. */
  ask(server: number, ask: Ask): Promise<string>;
  read(server: number, path: string): Promise<string>;
}

function makeTwoServers({ servers = [SERVER_ID, OTHER_ID] } = {}): TwoServers {
  const device = makeDevice();
  const { tree } = device;
  addAccessControlObject(tree);
  if (servers.length > 1) {
    tree.create(SECURITY.id, 5, instanceValues(SECURITY, { 0: "coap://other.example", 1: false, 2: 3, 10: OTHER_ID }));
    tree.create(SERVER.id, 1, instanceValues(SERVER, { 0: OTHER_ID, 1: 60, 6: true, 7: "U" }));
  }
  const access = new AccessControl(tree, () => servers);
  const management = new Map(
    [SERVER_ID, OTHER_ID].map((shortServerId) => [shortServerId, serve(device, { shortServerId, access })]),
  );
  const ask = async (server: number, what: Ask) => (await management.get(server)!.ask(what)).code;
  return { device, tree, access, ask, read: (server, path) => ask(server, { method: "GET", path }) };
}

/** Says in object 2 who may do what with an instance. */
function govern(tree: ObjectTree, path: string, acl: Record<number, number>, owner: number = BOOTSTRAP_OWNER): number {
  const { objectId, instanceId = WHOLE_OBJECT } = parsePath(path);
  const entries = new Map(Object.entries(acl).map(([id, rights]) => [Number(id), rights]));
  const values = { 0: objectId!, 1: instanceId, 3: owner, ...(entries.size > 0 && { 2: entries }) };
  return tree.create(ACCESS_CONTROL.id, undefined, instanceValues(ACCESS_CONTROL, values));
}

const portfolio = instanceValues(PORTFOLIO, { 0: new Map([[0, "a"]]) });
const CREATE: Ask = {
  method: "POST",
  path: "/16",
  contentFormat: tlv,
  payload: encodeInstanceTlv(PORTFOLIO, portfolio),
};
const WRITE: Ask = { method: "PUT", path: "/16/0/0/0", contentFormat: text, payload: "b" };
const ATTRIBUTES: Ask = { method: "PUT", path: "/16/0", query: ["pmin=1"] };

const ASKS: Readonly<Record<string, readonly [right: keyof typeof RIGHT, ask: Ask]>> = {
  "reads an instance": ["read", { method: "GET", path: "/16/0" }],
  "reads a resource": ["read", { method: "GET", path: "/16/0/0" }],
  "observes an instance": ["read", { method: "GET", path: "/16/0", observe: 0 }],
  "gives an instance attributes": ["read", ATTRIBUTES],
  "writes a resource instance": ["write", WRITE],
  "deletes an instance": ["delete", { method: "DELETE", path: "/16/0" }],
};

describe("the right to do something", () => {
  const rows = Object.entries(ASKS).flatMap(([what, [right, ask]]) =>
    Object.entries(RIGHT).map(([given, bit]) => [what, given, right === given, ask, bit] as const),
  );
  it.each(rows)("who %s with the right to %s alone: %p", async (_, __, allowed, ask, bit) => {
    const { tree, ask: by } = makeTwoServers();
    tree.create(PORTFOLIO.id, 0, portfolio);
    govern(tree, "/16/0", { [OTHER_ID]: bit });
    const code = await by(OTHER_ID, ask);
    expect(code.startsWith("2.")).toBe(allowed);
    if (!allowed) expect(code).toBe("4.01");
  });

  it("to execute is a right of its own", async () => {
    const { tree, ask } = makeTwoServers();
    govern(tree, "/3/0", { [SERVER_ID]: RIGHT.execute, [OTHER_ID]: ALL & ~RIGHT.execute });
    const reset: Ask = { method: "POST", path: "/3/0/12" };
    expect([await ask(SERVER_ID, reset), await ask(OTHER_ID, reset)]).toEqual(["2.04", "4.01"]);
  });

  it("to discover is everyone's", async () => {
    const { tree, ask } = makeTwoServers();
    govern(tree, "/3/0", {}, SERVER_ID);
    expect(await ask(OTHER_ID, { method: "GET", path: "/3/0", accept: CONTENT_FORMAT.link })).toBe("2.05");
  });

  const entries: readonly (readonly [
    why: string,
    acl: Record<number, number>,
    owner: number,
    codes: readonly string[],
  ])[] = [
    ["comes from the server's own entry", { [OTHER_ID]: RIGHT.read }, SERVER_ID, ["2.05", "2.05"]],
    ["is all for the owner without an entry", {}, SERVER_ID, ["2.05", "4.01"]],
    ["is what its own entry says even for the owner", { [SERVER_ID]: RIGHT.write }, SERVER_ID, ["4.01", "4.01"]],
    [
      "comes from the default entry for all others",
      { 0: RIGHT.read, [SERVER_ID]: 0 },
      BOOTSTRAP_OWNER,
      ["4.01", "2.05"],
    ],
    ["is nobody's where neither entry nor owner gives one", {}, BOOTSTRAP_OWNER, ["4.01", "4.01"]],
  ];
  it.each(entries)("%s", async (_, acl, owner, codes) => {
    const { tree, read } = makeTwoServers();
    govern(tree, "/3/0", acl, owner);
    expect([await read(SERVER_ID, "/3/0"), await read(OTHER_ID, "/3/0")]).toEqual(codes);
  });

  it("does not count while there is one server", async () => {
    const { tree, read, ask } = makeTwoServers({ servers: [SERVER_ID] });
    govern(tree, "/3/0", {}, OTHER_ID);
    expect(await read(SERVER_ID, "/3/0")).toBe("2.05");
    expect(await ask(SERVER_ID, CREATE)).toBe("2.01");
    expect(tree.instanceIds(ACCESS_CONTROL.id)).toHaveLength(1);
  });

  it("is everyone's where object 2 says nothing, but an account its own server's", async () => {
    const { read } = makeTwoServers();
    expect([await read(OTHER_ID, "/3/0"), await read(OTHER_ID, "/1/1"), await read(OTHER_ID, "/1/0")]).toEqual([
      "2.05",
      "2.05",
      "4.01",
    ]);
  });

  it("is asked again when an observation is ended: it ends, and tells nothing", async () => {
    const { device, tree, access } = makeTwoServers();
    const server = serve(device, { shortServerId: OTHER_ID, access });
    expect((await server.ask({ method: "GET", path: "/3/0/0", observe: 0 })).code).toBe("2.05");
    govern(tree, "/3/0", {}, SERVER_ID);
    expect((await server.ask({ method: "GET", path: "/3/0/0", observe: 1 })).code).toBe("4.01");
    expect(server.management.observations.size).toBe(0);
  });

  it("leaves out of an object's reading what a server may not see", async () => {
    const { device, access } = makeTwoServers();
    const { response } = await serve(device, { shortServerId: OTHER_ID, access }).ask({
      method: "GET",
      path: "/1",
      accept: senmlJson,
    });
    const records = findCompositeFormat(senmlJson)!.decode(response.payload!, device.tree.definition);
    expect(new Set(records.map(({ path }) => path.instanceId))).toEqual(new Set([1]));
  });

  it("holds for each place of a composite", async () => {
    const { device, tree, ask } = makeTwoServers();
    const { encodePaths, encodeWrites } = findCompositeFormat(senmlJson)!;
    const writes = ["/1/0/1", "/1/1/1"].map((path) => ({ path: parsePath(path), value: 77 }));
    const payload = encodeWrites(writes, tree.definition);
    expect(await ask(OTHER_ID, { method: "IPATCH", path: "/", contentFormat: senmlJson, payload })).toBe("4.01");
    expect([tree.value(SERVER, 0, 1), tree.value(SERVER, 1, 1)]).toEqual([300, 60]);
    const server = serve(device, { shortServerId: OTHER_ID, access: new AccessControl(tree, () => [1, 2]) });
    const asked = encodePaths(["/1/0/1", "/1/1/1"].map(parsePath));
    const { text: told } = await server.ask({ method: "FETCH", path: "/", contentFormat: senmlJson, payload: asked });
    expect(told).toContain("60");
    expect(told).not.toContain("300");
  });
});

describe("a change that a server may not read", () => {
  /** The second server observes; how many notifications it got. */
  async function overheard(observe: (watched: Watched) => Promise<unknown>) {
    const { device, tree, access } = makeTwoServers();
    tree.create(PORTFOLIO.id, 0, portfolio);
    tree.create(PORTFOLIO.id, 1, portfolio);
    const rights = govern(tree, "/16/1", {}, SERVER_ID);
    const watched = watchDevice({ shortServerId: OTHER_ID, access }, device);
    await observe(watched);
    let count = 0;
    const change = async (instanceId: number) => {
      tree.set(PORTFOLIO.id, instanceId, 0, new Map([[0, `b${count++}`]]));
      await settle();
      return watched.heard.length;
    };
    const grant = (acl: ReadonlyMap<number, number> | undefined) => tree.update(ACCESS_CONTROL, rights, { 2: acl });
    return { watched, change, grant };
  }

  it("is not told of by the object around it", async () => {
    const { watched, change, grant } = await overheard(({ observe }) => observe("/16", senmlJson));
    expect([await change(1), await change(0)]).toEqual([0, 1]);
    grant(new Map([[OTHER_ID, RIGHT.read]]));
    expect(await change(1)).toBe(2);
    watched.close();
  });

  it("is not told of by a composite that names its place", async () => {
    const paths = ["/3/0/0", "/16/1"];
    const { watched, change } = await overheard(({ observeComposite }) => observeComposite(paths, senmlJson));
    expect(await change(1)).toBe(0);
    watched.close();
  });

  it("ends the observation of its place when the right was taken back", async () => {
    const { device, tree, access } = makeTwoServers();
    tree.create(PORTFOLIO.id, 1, portfolio);
    const watched = watchDevice({ shortServerId: OTHER_ID, access }, device);
    await watched.observe("/16/1", senmlJson);
    govern(tree, "/16/1", {}, SERVER_ID);
    tree.set(PORTFOLIO.id, 1, 0, new Map([[0, "b"]]));
    await settle();
    expect(watched.heard).toEqual([`0:code ${CODE.UNAUTHORIZED}`]);
    expect(watched.management.observations.size).toBe(0);
    watched.close();
  });
});

describe("object 2 itself", () => {
  it("is read by everyone and written by its owner", async () => {
    const { tree, ask, read } = makeTwoServers();
    const id = govern(tree, "/3/0", { [OTHER_ID]: RIGHT.read }, SERVER_ID);
    expect(await read(OTHER_ID, `/2/${id}`)).toBe("2.05");
    const payload = encodeInstanceTlv(
      ACCESS_CONTROL,
      instanceValues(ACCESS_CONTROL, { 2: new Map([[OTHER_ID, ALL]]) }),
    );
    const grant: Ask = { method: "POST", path: `/2/${id}`, contentFormat: tlv, payload };
    expect([await ask(OTHER_ID, grant), await ask(SERVER_ID, grant)]).toEqual(["4.01", "2.04"]);
    expect(tree.value(ACCESS_CONTROL, id, 2)).toEqual(new Map([[OTHER_ID, ALL]]));
    expect(await ask(OTHER_ID, { method: "POST", path: "/3/0/12" })).toBe("2.04");
  });

  it("gives its owner an entry more by a partial update of the list", async () => {
    const { tree, ask } = makeTwoServers();
    const id = govern(tree, "/3/0", { [OTHER_ID]: RIGHT.read }, SERVER_ID);
    const payload = findCompositeFormat(senmlJson)!.encode([{ path: parsePath(`/2/${id}/2/0`), value: RIGHT.write }]);
    expect(await ask(SERVER_ID, { method: "POST", path: `/2/${id}/2`, contentFormat: senmlJson, payload })).toBe(
      "2.04",
    );
    expect(tree.value(ACCESS_CONTROL, id, 2)).toEqual(
      new Map([
        [OTHER_ID, RIGHT.read],
        [0, RIGHT.write],
      ]),
    );
  });

  it("has no instances that servers create or delete", async () => {
    const { tree, ask } = makeTwoServers();
    const id = govern(tree, "/3/0", {}, SERVER_ID);
    expect(await ask(SERVER_ID, { method: "DELETE", path: `/2/${id}` })).toBe("4.05");
    expect(await ask(SERVER_ID, { method: "POST", path: "/2", contentFormat: tlv, payload: "" })).toBe("4.05");
  });
});

describe("an instance that a server creates", () => {
  it("belongs to that server", async () => {
    const { tree, ask, read } = makeTwoServers();
    expect(await ask(OTHER_ID, CREATE)).toBe("2.01");
    const [id] = tree.instanceIds(ACCESS_CONTROL.id);
    expect(tree.get(ACCESS_CONTROL.id, id!, 2)).toEqual(new Map([[OTHER_ID, ALL]]));
    expect([0, 1, 3].map((resource) => tree.get(ACCESS_CONTROL.id, id!, resource))).toEqual([16, 0, OTHER_ID]);
    expect([await read(OTHER_ID, "/16/0"), await read(SERVER_ID, "/16/0")]).toEqual(["2.05", "4.01"]);
  });

  it("wants the right to create in the object, where object 2 speaks of it", async () => {
    const { tree, ask } = makeTwoServers();
    govern(tree, "/16", { [SERVER_ID]: RIGHT.create, [OTHER_ID]: ALL });
    expect([await ask(OTHER_ID, CREATE), await ask(SERVER_ID, CREATE)]).toEqual(["4.01", "2.01"]);
    expect(tree.instanceIds(PORTFOLIO.id)).toEqual([0]);
  });

  it("that is refused leaves nothing behind in object 2", async () => {
    const { tree, ask } = makeTwoServers();
    expect(await ask(OTHER_ID, { ...CREATE, payload: "" })).toBe("4.00");
    expect(tree.instanceIds(ACCESS_CONTROL.id)).toEqual([]);
  });

  it("is not made where object 2 has no room to say whose it is", async () => {
    const { tree, ask } = makeTwoServers();
    for (let id = 0; id < MAX_OBJECT_INSTANCES; id++) govern(tree, `/19/${id}`, {});
    expect(await ask(OTHER_ID, CREATE)).toBe("4.01");
    expect(tree.instanceIds(PORTFOLIO.id)).toEqual([]);
  });

  it("takes what was said of it along when it is deleted, whoever deletes it", async () => {
    const { tree, ask } = makeTwoServers();
    await ask(OTHER_ID, CREATE);
    govern(tree, "/6/0", { 0: RIGHT.read });
    tree.create(LOCATION.id, 0);
    expect(await ask(OTHER_ID, { method: "DELETE", path: "/16/0" })).toBe("2.02");
    tree.delete(LOCATION.id, 0);
    expect(tree.instanceIds(ACCESS_CONTROL.id)).toEqual([]);
  });
});

describe("a server whose account goes", () => {
  it("leaves what it owned to the server with most say, and its entries to nobody", () => {
    const { tree, access } = makeTwoServers();
    const first = govern(tree, "/3/0", { [OTHER_ID]: ALL, 103: RIGHT.write, 104: ALL, 0: ALL }, OTHER_ID);
    const second = govern(tree, "/5/0", { [OTHER_ID]: ALL, 103: RIGHT.read }, SERVER_ID);
    access.forgetServer(OTHER_ID);
    expect(tree.value(ACCESS_CONTROL, first, 3)).toBe(104);
    expect(tree.value(ACCESS_CONTROL, first, 2)).toEqual(
      new Map([
        [103, RIGHT.write],
        [104, ALL],
        [0, ALL],
      ]),
    );
    expect(tree.value(ACCESS_CONTROL, second, 3)).toBe(SERVER_ID);
    expect(tree.value(ACCESS_CONTROL, second, 2)).toEqual(new Map([[103, RIGHT.read]]));
  });

  it("takes along what nobody else has a say in, but nothing that the device itself is", async () => {
    const { tree, access, ask } = makeTwoServers();
    await ask(OTHER_ID, CREATE);
    govern(tree, "/3/0", {}, OTHER_ID);
    access.forgetServer(OTHER_ID);
    expect([tree.instanceIds(PORTFOLIO.id), tree.instanceIds(ACCESS_CONTROL.id)]).toEqual([[], []]);
    expect(tree.hasInstance(3, 0)).toBe(true);
  });

  it("is forgotten after a bootstrap, and so is what speaks of instances that are gone", () => {
    const { tree, access } = makeTwoServers();
    const kept = govern(tree, "/3/0", { [SERVER_ID]: ALL, 199: ALL, 0: RIGHT.read });
    govern(tree, "/16/7", { [SERVER_ID]: ALL });
    govern(tree, "/99", { [SERVER_ID]: RIGHT.create });
    const creation = govern(tree, "/16", { [SERVER_ID]: RIGHT.create });
    access.reconcile();
    expect(tree.instanceIds(ACCESS_CONTROL.id)).toEqual([kept, creation]);
    expect(tree.value(ACCESS_CONTROL, kept, 2)).toEqual(
      new Map([
        [SERVER_ID, ALL],
        [0, RIGHT.read],
      ]),
    );
  });

  it("keeps its rights while the bootstrap server replaces its account", () => {
    const { tree } = makeTwoServers();
    const id = govern(tree, "/3/0", { [OTHER_ID]: ALL });
    tree.delete(SERVER.id, 1, "bootstrap");
    expect(tree.value(ACCESS_CONTROL, id, 2)).toEqual(new Map([[OTHER_ID, ALL]]));
  });
});
