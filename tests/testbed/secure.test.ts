import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { afterEach, describe, expect, it } from "@jest/globals";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { seededRandom } from "../../carrier/random.ts";
import type { ConnectOptions } from "../../services/dtls/connect.ts";
import { SECURITY } from "../../services/lwm2m/objects/security.ts";
import { decodeResourcesTlv } from "../../services/lwm2m/tlvModel.ts";
import { startCoapFirmwareHost } from "../../testbed/coapFirmwareHost.ts";
import { Keyring, type PskSecurity } from "../../testbed/keyring.ts";
import { type ManagementServer, startManagementServer } from "../../testbed/managementServer.ts";
import { startTestbed, type Testbed, type TestbedEntry } from "../../testbed/testbed.ts";
import { startUdpProxy } from "../../testbed/udpProxy.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { SecureDevice } from "./secureDevice.ts";
import { answer, openSocket, settle } from "./support.ts";

const open: { close(): unknown }[] = [];
const keep = <T extends { close(): unknown }>(resource: T): T => {
  open.push(resource);
  return resource;
};
afterEach(async () => {
  // Devices first: a server that goes tells them.
  for (const resource of open.splice(0).reverse()) await resource.close();
});

const text = (value: string) => new TextEncoder().encode(value);
const psk = ({ identity, key }: PskSecurity) => ({ identity: text(identity), key });

const connect = async (server: { readonly uri: string }, options: Partial<ConnectOptions>) => {
  const { hostname, port } = new URL(server.uri);
  return keep(await SecureDevice.connect({ host: hostname, port: Number(port), ...options }));
};

async function startManagement(keys: Keyring): Promise<ManagementServer> {
  return keep(await startManagementServer({ clock: new VirtualClock(), secure: { psk: keys.keyOf } }));
}

async function register(server: ManagementServer, keys: Keyring, endpoint: string): Promise<SecureDevice> {
  const device = await connect(server, { psk: psk(keys.issue(endpoint)) });
  expect((await device.fake.register(device.server, `ep=${endpoint}&lt=300&lwm2m=1.1`)).code).toBe("2.01");
  return device;
}

describe("the testbed with security", () => {
  async function bootstrap(testbed: Testbed, endpoint: string): Promise<PskSecurity> {
    const { publicKeyOrIdentity: identity, secretKey: key } = testbed.provision().security.secrets ?? {};
    const device = await connect(testbed.bootstrap, { psk: { identity: identity!, key: key! } });
    let written = new Uint8Array();
    device.fake.on.set("GET /", answer("2.05", "</0/0>", 40));
    device.fake.on.set("*", (request, response) => {
      if (request.url === "/0/1") written = new Uint8Array(request.payload);
      answer("2.04")(request, response);
    });
    const finished = testbed.bootstrap.events.until("finished", (event) => event.endpoint === endpoint);
    await device.fake.request(device.server, "POST", `/bs?ep=${endpoint}`);
    await finished;
    const account = decodeResourcesTlv(SECURITY, written);
    expect(account.get(0)).toBe(testbed.management.uri);
    expect(account.get(2)).toBe(0);
    const given = account.get(3) as Uint8Array;
    return { mode: "psk", identity: new TextDecoder().decode(given), key: account.get(5) as Uint8Array };
  }

  it("gives each device a key of its own at bootstrap, and knows it again at the management server", async () => {
    const entries: TestbedEntry[] = [];
    const testbed = keep(
      await startTestbed({ clock: new VirtualClock(), security: "psk", log: (entry) => entries.push(entry) }),
    );
    expect(testbed.bootstrap.uri).toMatch(/^coaps:/);
    const [one, other] = [await bootstrap(testbed, "dev-1"), await bootstrap(testbed, "dev-2")];
    expect(Buffer.compare(one.key, other.key)).not.toBe(0);
    expect(one.identity).not.toBe(other.identity);

    const device = await connect(testbed.management, { psk: psk(one) });
    expect((await device.fake.register(device.server, "ep=dev-1&lt=300&lwm2m=1.1")).code).toBe("2.01");
    expect(testbed.management.device("dev-1")?.peer).toMatchObject(device.dtls.local);

    const told = JSON.stringify(entries, (_, value) => (typeof value === "bigint" ? Number(value) : value));
    const { publicKeyOrIdentity = text("?"), secretKey = text("?") } = testbed.provision().security.secrets ?? {};
    for (const secret of [one.key, other.key, secretKey]) {
      expect(told).not.toContain(Buffer.from(secret).toString("hex"));
      expect(told).not.toContain(Buffer.from(secret).toString("base64"));
      expect(told).not.toContain([...secret].join(","));
    }
    for (const identity of [one.identity, other.identity, new TextDecoder().decode(publicKeyOrIdentity)]) {
      expect(told).not.toContain(identity);
    }
  });

  it("has no key without security", async () => {
    const testbed = keep(await startTestbed({ clock: new VirtualClock() }));
    expect(testbed.provision()).toEqual({ uri: testbed.bootstrap.uri, security: { mode: "none" } });
    expect(testbed.keys).toBeUndefined();
    expect(testbed.urls.coapImage).toMatch(/^coap:.*\/firmware\/good\.bin$/);
  });

  it("provisions the same device alike, and others otherwise", async () => {
    const testbed = keep(await startTestbed({ clock: new VirtualClock(), security: "psk" }));
    expect(testbed.provision("a")).toEqual(testbed.provision("a"));
    expect(testbed.provision("a")).not.toEqual(testbed.provision("b"));
  });

  it("serves the image over DTLS to whoever has a management key", async () => {
    const image = Uint8Array.from({ length: 5_000 }, (_, index) => index & 0xff);
    const keys = new Keyring();
    const host = keep(
      await startCoapFirmwareHost({
        clock: new VirtualClock(),
        secure: { psk: keys.keyOf },
        images: { "/good.bin": image },
      }),
    );
    expect(host.url("/good.bin")).toMatch(/^coaps:\/\/127\.0\.0\.1:\d+\/good\.bin$/);
    const device = await connect({ uri: host.url("/") }, { psk: psk(keys.issue("dev-1")) });
    const { code, message } = await device.fake.request(device.server, "GET", "/good.bin");
    expect(code).toBe("2.05");
    expect(new Uint8Array(message.payload)).toEqual(image);
  });
});

describe("a server behind DTLS", () => {
  it("asks each device over the association that it came by", async () => {
    const keys = new Keyring();
    const server = await startManagement(keys);
    const [one, two] = [await register(server, keys, "one"), await register(server, keys, "two")];
    one.fake.on.set("GET /3/0/0", answer("2.05", "first", 0));
    two.fake.on.set("GET /3/0/0", answer("2.05", "second", 0));
    const [first, second] = await Promise.all([server.read("one", "/3/0/0"), server.read("two", "/3/0/0")]);
    expect([first.value, second.value]).toEqual(["first", "second"]);
    expect(one.fake.asked).toEqual(["GET /3/0/0"]);
  });

  it("tells which handshakes came about, and how", async () => {
    const keys = new Keyring();
    const server = await startManagement(keys);
    const { dtls } = await register(server, keys, "one");
    expect(await server.events.until("connected")).toMatchObject({
      peer: { port: dtls.local.port },
      suite: "TLS_PSK_WITH_AES_128_CCM_8",
      credential: "psk",
      resumed: false,
    });
  });

  it("does not let a device in whose key differs, and does as soon as it does not", async () => {
    const keys = new Keyring();
    const server = await startManagement(keys);
    keys.mistake(true);
    const clock = new SystemClock();
    const retransmission = { initialMs: 5, maxMs: 5, max: 2 };
    const options = { psk: psk(keys.issue("one")), clock, retransmission };
    await expect(connect(server, options)).rejects.toMatchObject({ name: "DtlsError" });
    keys.mistake(false);
    await register(server, keys, "one");
  });

  it("does not let a device in that it does not know", async () => {
    const server = await startManagement(new Keyring());
    const stranger = { identity: text("stranger"), key: Uint8Array.of(1) };
    const retransmission = { initialMs: 5, maxMs: 5, max: 2 };
    await expect(connect(server, { psk: stranger, retransmission })).rejects.toMatchObject({ name: "DtlsError" });
    const failure = await server.events.until("handshakeFailed");
    expect(JSON.stringify(failure)).not.toContain("stranger");
  });

  it("gives requests up at once when the association ends", async () => {
    const keys = new Keyring();
    const server = await startManagement(keys);
    const device = await register(server, keys, "one");
    // Neither an answer nor the acknowledgement that node-coap sends by itself.
    device.fake.on.set("GET /3/0/0", (_, response) => clearTimeout(response._ackTimer ?? undefined));
    const reading = server.read("one", "/3/0/0");
    reading.catch(() => undefined);
    while (device.fake.asked.length === 0) await settle();
    await device.dtls.close();
    await expect(reading).rejects.toMatchObject({ code: "closed" });
    await expect(server.read("one", "/3/0/0")).rejects.toMatchObject({ code: "closed" });
  });

  it("goes away and comes back at the same port", async () => {
    const keys = new Keyring();
    const server = await startManagement(keys);
    const { uri } = server;
    await register(server, keys, "one");
    await server.disappear();
    expect(server.uri).toBe(uri);
    await server.appear();
    expect(server.uri).toBe(uri);
    await register(server, keys, "one");
  });

  it("is known before it is there", async () => {
    const keys = new Keyring();
    const server = keep(
      await startManagementServer({ clock: new VirtualClock(), absent: true, secure: { psk: keys.keyOf } }),
    );
    expect(server.uri).toMatch(/^coaps:\/\/127\.0\.0\.1:[1-9]\d*$/);
    await server.appear();
    await register(server, keys, "one");
  });

  it("says which port it could not have", async () => {
    const taken = keep(await openSocket());
    const { port } = taken.address();
    const starting = startManagementServer({ clock: new VirtualClock(), port, secure: { psk: () => undefined } });
    await expect(starting).rejects.toMatchObject({ code: "portInUse", message: expect.stringContaining(String(port)) });
  });

  it("reaches a device through a path that changes its port", async () => {
    const keys = new Keyring();
    const server = await startManagement(keys);
    const clock = new SystemClock();
    const proxy = keep(await startUdpProxy({ target: server.address, clock, random: seededRandom(1) }));
    const device = await connect(proxy, { psk: psk(keys.issue("one")), connectionId: 0 });
    await device.fake.register(device.server, "ep=one&lt=300&lwm2m=1.1");
    const before = server.device("one")?.peer;
    await proxy.rebind();
    // A verified record from the new port, and the association has moved there (RFC 9146 §6).
    const { location } = await device.fake.register(device.server, "ep=one&lt=300&lwm2m=1.1");
    const after = server.device("one")?.peer;
    expect(location).toMatch(/^\/rd\//);
    expect(after?.association).toBe(before?.association);
    expect(after?.port).not.toBe(before?.port);
    device.fake.on.set("GET /3/0/0", answer("2.05", "here", 0));
    expect((await server.read("one", "/3/0/0")).value).toBe("here");
  });

  const pair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spkiOf = (key: KeyObject) => new Uint8Array(key.export({ type: "spki", format: "der" }));

  it("takes raw public keys", async () => {
    const [own, theirs] = [pair(), pair()];
    const server = keep(
      await startManagementServer({
        clock: new VirtualClock(),
        secure: { rawPublicKey: { privateKey: own.privateKey }, peerPublicKeys: [spkiOf(theirs.publicKey)] },
      }),
    );
    const device = await connect(server, {
      rawPublicKey: { privateKey: theirs.privateKey },
      peerPublicKeys: [spkiOf(own.publicKey)],
    });
    await device.fake.register(device.server, "ep=one&lt=300&lwm2m=1.1");
    expect(await server.events.until("connected")).toMatchObject({ credential: "rawPublicKey" });
  });
});

describe("a keyring", () => {
  it("knows the keys that it issued, each by its identity, and no others", () => {
    const keys = new Keyring();
    const { identity, key } = keys.issue("one");
    expect(keys.issue("one")).toEqual({ mode: "psk", identity, key });
    expect(keys.keyOf(text(identity))).toEqual(key);
    expect(keys.keyOf(text("another"))).toBeUndefined();
    keys.mistake(true);
    expect(keys.keyOf(text(identity))).toHaveLength(key.length);
    expect(keys.keyOf(text(identity))).not.toEqual(key);
    expect(keys.keyOf(text("another"))).toBeUndefined();
  });
});
