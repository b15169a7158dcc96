/** Accounts that come by a bootstrap: as Leshan writes them, more than there is room for, from a file, and OSCORE's. */
import { describe, expect, it } from "@jest/globals";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { bootstrapAccount, serverAccounts } from "../../services/lwm2m/device/accounts.ts";
import { MAX_SECURED_SERVERS, MAX_SERVERS } from "../../services/lwm2m/device/consistency.ts";
import { addOscoreObject } from "../../services/lwm2m/device/oscoreObject.ts";
import { restoreTree, serialiseTree } from "../../services/lwm2m/device/persistence.ts";
import { provision } from "../../services/lwm2m/device/provision.ts";
import { provisionObjects } from "../../services/lwm2m/device/provisionObjects.ts";
import { formatOf } from "../../services/lwm2m/formats.ts";
import type { InstanceValues, ObjectDefinition } from "../../services/lwm2m/model.ts";
import { instanceValues } from "../../services/lwm2m/objects/define.ts";
import { OSCORE } from "../../services/lwm2m/objects/oscore.ts";
import { SECURITY } from "../../services/lwm2m/objects/security.ts";
import { SERVER } from "../../services/lwm2m/objects/server.ts";
import { encodeInstanceTlv, encodeObjectTlv } from "../../services/lwm2m/tlvModel.ts";
import { type Bootstrapped, bootstrap, nothing, security, server, utf8 } from "./support/bootstrapped.ts";
import { makeDevice } from "./support/device.ts";

const { tlv, link } = CONTENT_FORMAT;

describe("Leshan's bootstrap server", () => {
  /** Its defaults: everything is written, hold-off 1, no account timeout, octets of no length where it has none. */
  const defaults = security({
    0: "coap://server.example",
    2: 3,
    3: nothing,
    5: nothing,
    6: 3,
    7: nothing,
    8: nothing,
    9: "",
    10: 123,
    11: 1,
    12: 0,
  });
  const account = instanceValues(SERVER, { 0: 123, 1: 86_400, 2: 1, 3: 10, 5: 86_400, 6: true, 7: "U" });

  for (const [name, number] of [
    ["TLV", tlv],
    ["SenML JSON", CONTENT_FORMAT.senmlJson],
    ["SenML CBOR", CONTENT_FORMAT.senmlCbor],
  ] as const) {
    it(`is understood in ${name}: it discovers, deletes, writes whole instances and finishes`, () => {
      const { ask, device } = bootstrap();
      const encode = (definition: ObjectDefinition, instanceId: number, values: InstanceValues) =>
        formatOf(number).encode({
          kind: "instance",
          path: { objectId: definition.id, instanceId },
          definition,
          values,
        });
      expect(ask({ method: "GET", path: "/", accept: link }).text).toContain("</0/0>,</0/1>;ssid=101");
      const codes = [
        ask({ method: "DELETE", path: "/0" }),
        ask({ method: "DELETE", path: "/1" }),
        ask({ method: "PUT", path: "/0/1", payload: encode(SECURITY, 1, defaults), contentFormat: number }),
        ask({ method: "PUT", path: "/1/0", payload: encode(SERVER, 0, account), contentFormat: number }),
        ask({ method: "POST", path: "/bs" }),
      ].map(({ code }) => code);
      expect(codes).toEqual(["2.02", "2.02", "2.04", "2.04", "2.04"]);
      expect(serverAccounts(device.tree)).toMatchObject([
        { shortServerId: 123, lifetimeSeconds: 86_400, binding: "U" },
      ]);
      expect(device.tree.get(1, 0, 3)).toBe(10);
    });
  }

  it("may write the bootstrap server's own account anew", () => {
    const { ask, device } = bootstrap();
    const values = security({
      0: "coap://bootstrap.example",
      1: true,
      2: 3,
      3: nothing,
      5: nothing,
      10: undefined,
      11: 1,
    });
    const payload = encodeInstanceTlv(SECURITY, values);
    expect(ask({ method: "PUT", path: "/0/0", payload, contentFormat: tlv }).code).toBe("2.04");
    expect(ask({ method: "POST", path: "/bs" }).code).toBe("2.04");
    expect(bootstrapAccount(device.tree)).toMatchObject({ holdOffSeconds: 1, accountTimeoutSeconds: 0 });
  });
});

describe("servers beyond what a device has room for", () => {
  const many = (count: number, values: Parameters<typeof security>[0]) =>
    Array.from({ length: count }, (_, index) => [index + 1, security({ ...values, 10: 200 + index })] as const);
  const put = (run: Bootstrapped, count: number, values: Parameters<typeof security>[0]) => {
    run.ask({ method: "DELETE", path: "/" });
    const accounts = new Map(many(count, values));
    run.ask({ method: "PUT", path: "/0", payload: encodeObjectTlv(SECURITY, accounts), contentFormat: tlv });
    const servers = new Map([...accounts.keys()].map((id) => [id, server({ 0: 199 + id })]));
    run.ask({ method: "PUT", path: "/1", payload: encodeObjectTlv(SERVER, servers), contentFormat: tlv });
    return run.ask({ method: "POST", path: "/bs" });
  };
  const open = { 0: "coap://server.example", 2: 3, 3: nothing, 5: nothing };

  it.each([
    [MAX_SECURED_SERVERS, {}, "2.04", ""],
    [
      MAX_SECURED_SERVERS + 1,
      {},
      "4.06",
      "/0: there are 3 management servers with security; this device has at most 2",
    ],
    [MAX_SERVERS, open, "2.04", ""],
    [MAX_SERVERS + 1, open, "4.06", "/0: there are 17 management servers; this device has at most 16"],
  ])("%s are answered by name at Finish, and in a configuration", (count, values, code, text) => {
    const run = bootstrap();
    expect(put(run, count, values)).toMatchObject({ code, text });
    const mode = "2" in values ? "none" : "psk";
    const servers = Array.from({ length: count }, (_, index) => ({
      uri: `coap${mode === "none" ? "" : "s"}://server.example`,
      security: { mode } as const,
      shortServerId: index + 1,
      lifetimeSeconds: 60,
    }));
    const { tree, vault } = makeDevice();
    const before = serverAccounts(tree);
    const work = () => provision(tree, vault, { servers });
    if (text === "") expect(work).not.toThrow();
    else {
      expect(work).toThrow(text);
      expect(serverAccounts(tree)).toEqual(before);
    }
  });
});

describe("accounts from a file", () => {
  const file = (securities: ReadonlyMap<number, InstanceValues>, servers: ReadonlyMap<number, InstanceValues>) => [
    { objectId: 0, content: encodeObjectTlv(SECURITY, securities) },
    { objectId: 1, content: encodeObjectTlv(SERVER, servers) },
    // No object of this device.
    { objectId: 31_000, content: Uint8Array.of(1) },
  ];
  const one = file(new Map([[0, security({})]]), new Map([[0, server()]]));
  const own = security({ 1: true, 10: undefined });

  it("take the place of all others, but for the bootstrap server's, which moves out of their way with its keys", () => {
    const { tree, vault } = makeDevice();
    vault.put(0, "secretKey", utf8("bootstrap key"));
    expect(provisionObjects(tree, vault, one)).toEqual([]);
    expect(serverAccounts(tree).map(({ shortServerId }) => shortServerId)).toEqual([7]);
    expect(bootstrapAccount(tree)).toMatchObject({ uri: "coap://bootstrap.example", securityInstanceId: 1 });
    expect(vault.take(0).secretKey).toEqual(utf8("key"));
    expect(vault.take(1).secretKey).toEqual(utf8("bootstrap key"));
  });

  it("take the bootstrap server's place too where they have one", () => {
    const { tree, vault } = makeDevice();
    expect(provisionObjects(tree, vault, file(new Map([[3, own]]), new Map()))).toEqual([]);
    expect(serverAccounts(tree)).toEqual([]);
    expect(bootstrapAccount(tree)).toMatchObject({ securityInstanceId: 3, securityMode: "psk" });
    expect(vault.pending()).toEqual([3]);
  });

  it.each([
    ["are without a server", file(new Map([[0, security({})]]), new Map()), "/1: no Server for short server id 7"],
    [
      "are without their key",
      file(new Map([[0, security({ 5: nothing })]]), new Map([[0, server()]])),
      "/0/0/5 is missing",
    ],
    ["have a value that cannot be", file(new Map([[0, security({})]]), new Map([[0, server({ 1: -1 })]])), "above 0"],
    ["are no TLV", [{ objectId: 1, content: Uint8Array.of(0xff) }], "TLV"],
    ["are none", [], "no management server"],
  ])("that %s change nothing, and are told by name", (_, objects, reason) => {
    const { tree, vault } = makeDevice();
    vault.put(0, "secretKey", utf8("bootstrap key"));
    const before = tree.snapshot();
    expect(provisionObjects(tree, vault, objects).join()).toContain(reason);
    expect(tree.snapshot()).toEqual(before);
    expect(vault.pending()).toEqual([0]);
    expect(vault.take(0)).toEqual({ secretKey: utf8("bootstrap key") });
  });
});

describe("OSCORE (object 21)", () => {
  it("is taken as data: its keys are nowhere to be read, and no account needs it", () => {
    const run = bootstrap();
    const { tree } = run.device;
    addOscoreObject(tree);
    const values = instanceValues(OSCORE, {
      0: utf8("master secret"),
      1: utf8("s"),
      2: utf8("r"),
      3: 10,
      5: utf8("salt"),
    });
    const payload = encodeInstanceTlv(OSCORE, values);
    expect(run.ask({ method: "PUT", path: "/21/0", payload, contentFormat: tlv }).code).toBe("2.04");
    expect(run.ask({ method: "GET", path: "/", accept: link }).text).toContain("</21/0>");
    expect(run.ask({ method: "GET", path: "/21/0" }).code).toBe("4.05");
    expect(tree.get(21, 0, 3)).toBe(10);
    const shown = JSON.stringify(
      [...tree.snapshot()].map(([id, instances]) => [id, [...instances].map(([, v]) => [...v])]),
    );
    for (const secret of ["master secret", "salt"]) {
      expect(shown).not.toContain(JSON.stringify(Object.fromEntries(utf8(secret).entries())));
    }
    expect(run.ask({ method: "POST", path: "/bs" }).code).toBe("2.04");
    run.transaction.rollback();
    expect(tree.instanceIds(21)).toEqual([]);
  });

  it("survives a restart without its keys", () => {
    const { tree } = makeDevice();
    addOscoreObject(tree);
    const values = {
      0: utf8("master secret"),
      1: utf8("s"),
      2: utf8("r"),
      3: 10,
      4: -10,
      5: utf8("salt"),
      6: utf8("c"),
    };
    tree.create(21, 7, instanceValues(OSCORE, values));
    const state = serialiseTree(tree);
    expect(state.objects[21]).toEqual({ 7: { 1: utf8("s"), 2: utf8("r"), 3: 10, 4: -10, 6: utf8("c") } });

    const { tree: next } = makeDevice();
    addOscoreObject(next);
    expect(restoreTree(next, state)).toEqual([]);
    expect(next.snapshot().get(21)).toEqual(tree.snapshot().get(21));
  });

  it("takes no key from a state that has one", () => {
    const { tree } = makeDevice();
    addOscoreObject(tree);
    const objects = { 21: { 0: { 0: utf8("master secret"), 3: 10, 5: utf8("salt") } } };
    expect(restoreTree(tree, { version: 1, objects, attributes: {} })).toEqual(["/21/0/0", "/21/0/5"]);
    expect(tree.snapshot().get(21)).toEqual(new Map([[0, new Map([[3, 10]])]]));
  });
});
