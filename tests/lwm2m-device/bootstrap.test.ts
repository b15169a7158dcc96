/** The bootstrap interface: what a bootstrap server may do, and the transaction around it (OMA LwM2M Core 1.1 §6.1.7). */
import { describe, expect, it } from "@jest/globals";
import { CODE } from "../../services/coap/codes.ts";
import {
  ACCESS_CONTROL,
  addAccessControlObject,
  addSecurityObject,
  BootstrapInterface,
  bootstrapAccount,
  CONTENT_FORMAT,
  checkConsistency,
  decodeObjectTlv,
  encodeInstanceTlv,
  encodeObjectTlv,
  instanceValues,
  ObjectTree,
  requestBootstrap,
  SECURITY,
  SERVER,
  SecretVault,
  serialiseTree,
  serverAccounts,
  wipeSecrets,
} from "../../services/lwm2m/index.ts";
import { type Bootstrapped, bootstrap, nothing, security, server, utf8 } from "./support/bootstrapped.ts";
import { coapPair, settle } from "./support/coapPair.ts";
import { type Ask, makeDevice } from "./support/device.ts";

const { tlv, text, opaque, link } = CONTENT_FORMAT;

/** What a bootstrap server usually does: everything goes, one account comes. */
function bootstrapWholly({ ask }: Bootstrapped): string[] {
  return [
    ask({ method: "DELETE", path: "/" }),
    ask({ method: "PUT", path: "/0/1", payload: encodeInstanceTlv(SECURITY, security({})), contentFormat: tlv }),
    ask({ method: "PUT", path: "/1/0", payload: encodeInstanceTlv(SERVER, server()), contentFormat: tlv }),
    ask({ method: "POST", path: "/bs" }),
  ].map(({ code }) => code);
}

describe("a bootstrap", () => {
  it("replaces the accounts, keeps the bootstrap server's, and leaves the keys in the vault alone", () => {
    const run = bootstrap();
    expect(bootstrapWholly(run)).toEqual(["2.02", "2.04", "2.04", "2.04"]);
    run.transaction.commit();
    const { tree, vault } = run.device;
    expect(run.finished).toEqual([[]]);
    expect(bootstrapAccount(tree)).toMatchObject({ uri: "coap://bootstrap.example", securityMode: "none" });
    expect(serverAccounts(tree)).toEqual([
      {
        shortServerId: 7,
        uri: "coaps://server.example:5684",
        securityMode: "psk",
        securityInstanceId: 1,
        serverInstanceId: 0,
        lifetimeSeconds: 86_400,
        binding: "U",
        disableTimeoutSeconds: 86_400,
        initialDelaySeconds: 0,
        failureBlock: false,
        bootstrapOnFailure: true,
        retry: { count: 5, timerSeconds: 60, sequenceDelaySeconds: 86_400, sequenceCount: 1 },
        storesNotifications: true,
        muteSend: true,
      },
    ]);
    expect(vault.pending()).toEqual([1]);
    const secrets = vault.take(1);
    expect(secrets).toMatchObject({ publicKeyOrIdentity: utf8("id"), secretKey: utf8("key") });
    wipeSecrets(secrets);
    expect(secrets.secretKey).toEqual(new Uint8Array(3));
    expect(vault.has(1, "secretKey")).toBe(false);
  });

  it("is undone by a rollback, keys included", () => {
    const run = bootstrap();
    const before = serialiseTree(run.device.tree);
    bootstrapWholly(run);
    run.ask({ method: "PUT", path: "/3/0/15", payload: "Europe/Oslo", contentFormat: text });
    expect(serialiseTree(run.device.tree)).not.toEqual(before);
    run.transaction.rollback();
    expect(serialiseTree(run.device.tree)).toEqual(before);
    expect(run.device.vault.pending()).toEqual([]);
    run.transaction.rollback();
    expect(serialiseTree(run.device.tree)).toEqual(before);
  });

  it.each(["/", "/2", "/2/0"])("takes away who may do what by a Delete on %s", (path) => {
    const run = bootstrap();
    const { tree } = run.device;
    addAccessControlObject(tree);
    tree.create(ACCESS_CONTROL.id, 0, instanceValues(ACCESS_CONTROL, { 0: 3, 1: 0, 3: 101 }));
    expect(run.ask({ method: "DELETE", path }).code).toBe("2.02");
    expect(tree.instanceIds(ACCESS_CONTROL.id)).toEqual([]);
  });

  it("stays after a commit, whatever is rolled back later", () => {
    const run = bootstrap();
    bootstrapWholly(run);
    run.transaction.commit();
    run.transaction.rollback();
    expect(serverAccounts(run.device.tree).map(({ shortServerId }) => shortServerId)).toEqual([7]);
  });

  it("that makes no sense is answered 4.06 with what is wrong, or with the code of the owner's choice", () => {
    const run = bootstrap();
    run.ask({ method: "DELETE", path: "/1" });
    const answer = run.ask({ method: "POST", path: "/bs" });
    expect(answer.code).toBe("4.06");
    expect(answer.text).toBe("/1: no Server for short server id 101; /1: there is no management server");
    expect(run.finished).toEqual([answer.text.split("; ")]);
    const strict = bootstrap({ onFinish: () => CODE.BAD_REQUEST });
    expect(strict.ask({ method: "POST", path: "/bs" }).code).toBe("4.00");
  });

  it("needs the key that a written account's security mode needs, unless the modem has it", () => {
    const run = bootstrap({ hasStoredSecret: () => true });
    run.device.tree.set(0, 1, 0, "coaps://server.example");
    run.device.tree.set(0, 1, 2, 0);
    expect(run.ask({ method: "POST", path: "/bs" }).code).toBe("2.04");
    const values = security({ 3: utf8("id"), 5: nothing, 10: 101 });
    run.ask({ method: "PUT", path: "/0/1", payload: encodeInstanceTlv(SECURITY, values), contentFormat: tlv });
    expect(run.ask({ method: "POST", path: "/bs" }).text).toBe("/0/1/5 is missing for security mode 0");
  });
});

describe("Bootstrap-Write", () => {
  it("takes several instances of an object at once, all or none", () => {
    const run = bootstrap();
    const both = new Map([
      [0, server()],
      [1, server({ 0: 8 })],
    ]);
    const put = (instances: typeof both) =>
      run.ask({ method: "PUT", path: "/1", payload: encodeObjectTlv(SERVER, instances), contentFormat: tlv }).code;
    expect(put(both)).toBe("2.04");
    expect(run.device.tree.instanceIds(1)).toEqual([0, 1]);
    expect(
      put(
        new Map([
          [2, server({ 0: 9 })],
          [3, server({ 1: -5 })],
        ]),
      ),
    ).toBe("4.00");
    expect(run.device.tree.instanceIds(1)).toEqual([0, 1]);
  });

  it("leaves resources out that this device does not know", () => {
    const { ask, device } = bootstrap();
    const known = encodeInstanceTlv(SERVER, server());
    const payload = Uint8Array.of(...known, 0xc1, 200, 1);
    expect(ask({ method: "PUT", path: "/1/3", payload, contentFormat: tlv }).code).toBe("2.04");
    expect(device.tree.get(1, 3, 1)).toBe(86_400);
  });

  it("sets a single resource of an instance, and makes the instance where there is none", () => {
    const { ask, device } = bootstrap();
    expect(ask({ method: "PUT", path: "/1/0/16", payload: "0", contentFormat: text }).code).toBe("2.04");
    expect([device.tree.get(1, 0, 16), device.tree.get(1, 0, 1)]).toEqual([false, 300]);
    expect(ask({ method: "PUT", path: "/1/5/0", payload: "55", contentFormat: text }).code).toBe("2.04");
    expect(device.tree.get(1, 5, 0)).toBe(55);
    expect(ask({ method: "PUT", path: "/0/1/5", payload: utf8("key"), contentFormat: opaque }).code).toBe("2.04");
    expect(device.vault.has(1, "secretKey")).toBe(true);
  });

  it("of a whole Security instance drops the key that waited for it", () => {
    const { ask, device } = bootstrap();
    ask({ method: "PUT", path: "/0/1/5", payload: utf8("key"), contentFormat: opaque });
    const payload = encodeInstanceTlv(SECURITY, security({ 3: undefined, 5: undefined }));
    expect(ask({ method: "PUT", path: "/0/1", payload, contentFormat: tlv }).code).toBe("2.04");
    expect(device.vault.has(1, "secretKey")).toBe(false);
  });

  const refusals: readonly (readonly [code: string, ask: Ask])[] = [
    ["4.04", { method: "PUT", path: "/9999/0", payload: nothing, contentFormat: tlv }],
    ["4.04", { method: "PUT", path: "/1/0/99", payload: "1", contentFormat: text }],
    ["4.00", { method: "PUT", path: "/1/0/1", payload: "soon", contentFormat: text }],
    ["4.00", { method: "PUT", path: "/1/0", payload: Uint8Array.of(0xff), contentFormat: tlv }],
    ["4.05", { method: "PUT", path: "/5/0/1", payload: "coap://a/b", contentFormat: text }],
    ["4.05", { method: "PUT", path: "/5/0/0", payload: utf8("\0"), contentFormat: opaque }],
    ["4.05", { method: "PUT", path: "/", payload: nothing, contentFormat: tlv }],
    ["4.15", { method: "PUT", path: "/1/0", payload: "1", contentFormat: text }],
    ["4.15", { method: "PUT", path: "/1/0", payload: "{}", contentFormat: 50 }],
    ["4.05", { method: "POST", path: "/1/0/8" }],
    ["4.04", { method: "POST", path: "/rd" }],
    ["4.05", { method: "GET", path: "/0/1" }],
    ["4.05", { method: "GET", path: "/3/0" }],
    ["4.04", { method: "GET", path: "/1/9" }],
    ["4.05", { method: "GET", path: "/1/0", accept: link }],
    ["4.05", { method: "GET", path: "/" }],
    ["4.00", { method: "DELETE", path: "/0/0" }],
    ["4.00", { method: "DELETE", path: "/3" }],
    ["4.00", { method: "DELETE", path: "/3/0" }],
    ["4.04", { method: "DELETE", path: "/0/9" }],
    ["4.04", { method: "DELETE", path: "/9999" }],
    ["4.05", { method: "DELETE", path: "/1/0/1" }],
  ];
  for (const [code, ask] of refusals) {
    it(`and the rest of the interface answer ${code} to ${ask.method} ${ask.path} and change nothing`, () => {
      const refused: string[] = [];
      const run = bootstrap({ onRefused: (_path, { detail }) => refused.push(detail) });
      const before = run.device.tree.snapshot();
      expect(run.ask(ask).code).toBe(code);
      expect(run.device.tree.snapshot()).toEqual(before);
      expect(refused).toHaveLength(1);
    });
  }
});

describe("Bootstrap-Delete", () => {
  it("of everything spares the bootstrap account and what the device itself is", () => {
    const { ask, device } = bootstrap();
    device.tree.create(16, 2, new Map([[0, new Map([[0, "a"]])]]));
    expect(ask({ method: "DELETE", path: "/" }).code).toBe("2.02");
    const left = device.tree
      .objectIds()
      .flatMap((id) => device.tree.instanceIds(id).map((instance) => `/${id}/${instance}`));
    expect(left).toEqual(["/0/0", "/3/0", "/4/0", "/5/0"]);
  });
});

describe("Bootstrap-Discover and Bootstrap-Read", () => {
  it("list what there is and which account belongs to whom", () => {
    const { ask } = bootstrap();
    expect(ask({ method: "GET", path: "/", accept: link }).text).toBe(
      '</>;lwm2m=1.1,</0>;ver=1.1,</0/0>,</0/1>;ssid=101;uri="coap://server.example",</1/0>;ssid=101,</3>;ver=1.2,</3/0>,</4>;ver=1.3,</4/0>,</5/0>,</6>,</7>,</16>',
    );
    expect(ask({ method: "GET", path: "/1", accept: link }).text).toBe("</>;lwm2m=1.1,</1/0>;ssid=101");
  });

  it("read all of object 1, also what management servers may not", () => {
    const { ask, device } = bootstrap();
    device.tree.set(1, 0, 17, 3);
    const { response } = ask({ method: "GET", path: "/1" });
    expect(decodeObjectTlv(SERVER, response.payload!).get(0)?.get(17)).toBe(3);
  });
});

describe("the consistency check", () => {
  const check = (
    securities: ReturnType<typeof security>[],
    servers: ReturnType<typeof server>[],
  ): readonly string[] => {
    const tree = new ObjectTree();
    const vault = new SecretVault();
    addSecurityObject(tree, vault);
    tree.add(SERVER);
    for (const [id, values] of securities.entries()) {
      const written = tree.apply("bootstrap", [{ objectId: 0, instanceId: id, values, mode: "create" }]);
      expect(written).toBeUndefined();
    }
    for (const values of servers) tree.create(1, undefined, values);
    return checkConsistency(tree, { hasSecret: (id, name) => vault.has(id, name) });
  };

  it("finds nothing wrong with accounts of each security mode", () => {
    const rpk = security({ 2: 1, 4: utf8("server"), 10: 8 });
    const none = security({ 0: "coap://[2001:db8::1]:5683", 2: 3, 3: nothing, 5: nothing, 10: 9 });
    const boot = security({ 0: "coap://boot.example", 1: true, 2: 3, 10: undefined });
    expect(check([boot, security({}), rpk, none], [server(), server({ 0: 8 }), server({ 0: 9 })])).toEqual([]);
  });

  const rows: readonly (readonly [
    why: string,
    securities: ReturnType<typeof security>[],
    servers: ReturnType<typeof server>[],
    problem: string,
  ])[] = [
    ["no server", [], [], "/1: there is no management server"],
    ["a Server without Security", [], [server()], "/0: no Security for short server id 7"],
    [
      "a Security without Server",
      [security({}), security({ 10: 8 })],
      [server()],
      "/1: no Server for short server id 8",
    ],
    ["a short server id used twice", [security({})], [server(), server()], "/1/1: short server id 7 is taken twice"],
    [
      "two Securities for one server",
      [security({}), security({})],
      [server()],
      "/0/1: short server id 7 is taken twice",
    ],
    [
      "a Security without short server id",
      [security({}), security({ 10: undefined })],
      [server()],
      "/0/1: the short server id must be 1 to 65534",
    ],
    [
      "two bootstrap accounts",
      [security({ 1: true }), security({ 1: true }), security({})],
      [server()],
      "/0: there is more than one bootstrap server account",
    ],
    [
      "another scheme",
      [security({ 0: "coap+tcp://server.example" })],
      [server()],
      "/0/0/0 is no URI of the form coap://HOST[:PORT] or coaps://HOST[:PORT]",
    ],
    [
      "no host",
      [security({ 0: "coaps://" })],
      [server()],
      "/0/0/0 is no URI of the form coap://HOST[:PORT] or coaps://HOST[:PORT]",
    ],
    [
      "a port that is none",
      [security({ 0: "coaps://server.example:99999" })],
      [server()],
      "/0/0/0 is no URI of the form coap://HOST[:PORT] or coaps://HOST[:PORT]",
    ],
    [
      "a secure mode on an open URI",
      [security({ 0: "coap://server.example" })],
      [server()],
      "/0/0: the URI's scheme and security mode 0 do not go together",
    ],
    [
      "no security on a secure URI",
      [security({ 2: 3 })],
      [server()],
      "/0/0: the URI's scheme and security mode 3 do not go together",
    ],
    ["a PSK without key", [security({ 5: nothing })], [server()], "/0/0/5 is missing for security mode 0"],
    ["a raw key without the server's", [security({ 2: 1 })], [server()], "/0/0/4 is missing for security mode 1"],
    ["EST", [security({ 2: 4 })], [server()], "/0/0/2: security mode 4 is not supported"],
    ["no lifetime", [security({})], [server({ 1: undefined })], "/1/0/1 Lifetime is missing or not above 0"],
    ["a binding without U", [security({})], [server({ 7: "T" })], "/1/0/7 Binding is missing or without U"],
  ];
  for (const [why, securities, servers, problem] of rows) {
    it(`names ${why}`, () => expect(check(securities, servers)).toContain(problem));
  }
});

describe("Bootstrap-Request", () => {
  it("asks with endpoint name and preferred format, and says how the server answered", async () => {
    const asked: string[] = [];
    let code: number = CODE.CHANGED;
    const pair = coapPair({
      server: {
        onRequest: ({ method, path, query }) => {
          asked.push(`${method} /${path.join("/")}?${query.join("&")}`);
          return { code, maxAge: 30 };
        },
      },
    });
    const ask = () => requestBootstrap(pair.device, { endpointName: "dev", preferredContentFormat: tlv });
    expect(await ask()).toEqual({ kind: "accepted" });
    code = CODE.BAD_REQUEST;
    expect(await ask()).toEqual({ kind: "refused", code: CODE.BAD_REQUEST });
    code = CODE.SERVICE_UNAVAILABLE;
    expect(await ask()).toEqual({ kind: "unavailable", retryAfterSeconds: 30 });
    expect(asked).toEqual(Array(3).fill("2 /bs?ep=dev&pct=11542"));
    pair.device.close();
    pair.server.close();
  });

  it("is served over one session in both directions", async () => {
    const device = makeDevice();
    const transaction = new BootstrapInterface({ tree: device.tree, vault: device.vault, onFinish: () => undefined });
    const pair = coapPair({ device: transaction, server: { onRequest: () => ({ code: CODE.CHANGED }) } }, device.clock);
    expect(await requestBootstrap(pair.device, { endpointName: "dev" })).toEqual({ kind: "accepted" });
    const outcome = await pair.server.request({ method: CODE.DELETE, path: ["1"] });
    expect(outcome).toMatchObject({ kind: "response", response: { code: CODE.DELETED } });
    await settle();
    expect(device.tree.instanceIds(1)).toEqual([]);
    pair.device.close();
    pair.server.close();
  });
});
