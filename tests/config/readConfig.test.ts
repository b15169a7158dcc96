import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readConfig } from "../../carrier/config/readConfig.ts";
import { createCertificateAuthority } from "../../testbed/index.ts";

let folder = "";
let caPem = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "config-"));
  ({ caPem } = await createCertificateAuthority("Test CA"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(config: object, name = "carrier.json"): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(config));
  return file;
}

const SERVERS = [{ uri: "coap://192.0.2.2" }];

describe("a configuration file", () => {
  it("becomes the options of a carrier, times and all", async () => {
    writeFileSync(join(folder, "ca.pem"), caPem);
    const file = write({
      edition: "0.30",
      endpoint: "urn:imei:351358811124772",
      carriers: ["generic", "verizon"],
      bootstrap: {
        uri: "coap://192.0.2.1:5683",
        security: { mode: "none" },
        holdOff: 3,
        accountTimeout: 60,
        preferredFormat: "tlv",
        timeout: 30,
        retry: { count: 3, timer: 10, sequenceDelay: 100, sequenceCount: 2 },
      },
      servers: [
        {
          uri: "coap://192.0.2.2:5683",
          shortServerId: 123,
          lifetime: 300,
          binding: "U",
          security: { mode: "none" },
          storesNotifications: false,
          disableTimeout: 4,
          priority: 1,
          initialDelay: 2,
          failureBlock: true,
          bootstrapOnFailure: false,
          muteSend: false,
          retry: { count: 1 },
        },
      ],
      automaticRegistration: false,
      queueMode: true,
      awakeTime: 20,
      storedNotifications: 5,
      sessionIdleTimeout: 90,
      bootstrapFromSmartcard: true,
      apn: "iot.example",
      pdnType: "ipv4",
      stopTimeout: 1.5,
      local: { host: "127.0.0.1", port: 5000 },
      link: { connectTimeout: 90, disconnectTimeout: 9, retryDelay: 0.5 },
      firmware: {
        trustedCa: ["./ca.pem"],
        objectVersion: "1.1",
        downloadTimeout: 5,
        resumeDelay: 1,
        resumeAttempts: 2,
      },
      coap: { ackTimeout: 0.25, maxRetransmit: 2, blockSize: 512, confirmableInterval: -1 },
      device: { manufacturer: "Acme", model: "X1", deviceType: "Meter", hardwareVersion: "h", softwareVersion: "s" },
    });
    const { options } = await readConfig(file);
    expect(options).toEqual({
      edition: "0.30",
      endpoint: "urn:imei:351358811124772",
      bootstrap: {
        uri: "coap://192.0.2.1:5683",
        security: { mode: "none" },
        holdOffSeconds: 3,
        accountTimeoutSeconds: 60,
      },
      servers: [
        {
          uri: "coap://192.0.2.2:5683",
          security: { mode: "none" },
          shortServerId: 123,
          lifetimeSeconds: 300,
          binding: "U",
          storesNotifications: false,
          disableTimeoutSeconds: 4,
          priority: 1,
          initialDelaySeconds: 2,
          failureBlock: true,
          bootstrapOnFailure: false,
          muteSend: false,
          retry: { count: 1 },
        },
      ],
      bootstrapFormat: 11542,
      bootstrapFromSmartcard: true,
      carriers: ["generic", "verizon"],
      automaticRegistration: false,
      queueMode: true,
      awakeSeconds: 20,
      storedNotifications: 5,
      apn: "iot.example",
      pdnType: "ipv4",
      local: { host: "127.0.0.1", port: 5000 },
      firmware: {
        trustedCa: [caPem.replaceAll("\r\n", "\n")],
        downloadTimeoutMinutes: 5,
        objectVersion: "1.1",
      },
      coap: { ackTimeoutMs: 250, maxRetransmit: 2, blockSize: 512 },
      confirmableIntervalSeconds: -1,
      dtls: { idleTimeoutMs: 90_000 },
      device: {
        manufacturer: "Acme",
        modelNumber: "X1",
        deviceType: "Meter",
        hardwareVersion: "h",
        softwareVersion: "s",
      },
      settings: {
        link: { connectTimeoutMs: 90_000, disconnectTimeoutMs: 9_000, retryMs: 500 },
        bootstrapRetry: { count: 3, timerSeconds: 10, sequenceDelaySeconds: 100, sequenceCount: 2 },
        fota: { resumeDelayMs: 1_000, resumeAttempts: 2 },
        bootstrapTimeoutMs: 30_000,
        stopTimeoutMs: 1_500,
      },
    });
  });

  it("needs nothing but a server", async () => {
    const { options, modem, store } = await readConfig(write({ servers: SERVERS }));
    expect(options.servers).toEqual([
      { uri: "coap://192.0.2.2", security: { mode: "none" }, shortServerId: 1, lifetimeSeconds: 3_600 },
    ]);
    expect(modem).toEqual({ kind: "simulated" });
    expect(store).toBeUndefined();
  });

  it("says how DTLS sessions are kept", async () => {
    const security = { mode: "psk", identity: "dev-1", key: "hex:00", cid: false };
    const bootstrap = { uri: "coaps://192.0.2.1", security };
    const dtlsOf = async (more: object) => (await readConfig(write({ bootstrap, ...more }))).options.dtls;
    expect(await dtlsOf({ sessionIdleTimeout: -1 })).toEqual({ connectionId: false, idleTimeoutMs: -1 });
    expect(await dtlsOf({ bootstrap: { ...bootstrap, security: { ...security, cid: true } } })).toBeUndefined();
  });

  it("gives servers without a short id their place in the list", async () => {
    const { options } = await readConfig(write({ servers: [...SERVERS, { ...SERVERS[0] }] }));
    expect(options.servers?.map(({ shortServerId }) => shortServerId)).toEqual([1, 2]);
  });

  it("names files relative to itself", async () => {
    const inner = join(folder, "inner");
    mkdirSync(inner);
    writeFileSync(join(inner, "key.bin"), Buffer.alloc(32, 7));
    const file = write({ servers: SERVERS, store: "../state", storeKey: "key.bin" }, join("inner", "carrier.json"));
    expect((await readConfig(file)).store).toEqual({
      folder: join(folder, "state"),
      key: new Uint8Array(32).fill(7),
    });
  });

  it.each(["hex:000102", "hex:00 01 02", "hex:00:01:02", "base64:AAEC"])("takes octets as %s", async (text) => {
    const file = write({ servers: SERVERS, store: "state", storeKey: text });
    // Of another length than a key has: the length tells that it was read.
    await expect(readConfig(file)).rejects.toMatchObject({ problems: [{ key: "storeKey", is: "has 3 octets" }] });
  });

  it("takes every certificate of a CA file, one for each security tag", async () => {
    const other = await createCertificateAuthority("Other CA");
    writeFileSync(join(folder, "both.pem"), `# two of them\n${caPem}\n${other.caPem}`);
    const { options } = await readConfig(write({ servers: SERVERS, firmware: { trustedCa: ["both.pem"] } }));
    expect(options.firmware?.trustedCa).toHaveLength(2);
  });

  it("refuses a certificate that is no CA, with the line", async () => {
    const authority = await createCertificateAuthority("CA");
    const { certificate } = await authority.issue(["example.com"]);
    writeFileSync(join(folder, "leaf.pem"), `\n${certificate}`);
    const file = write({ servers: SERVERS, firmware: { trustedCa: ["leaf.pem"] } });
    await expect(readConfig(file)).rejects.toMatchObject({
      problems: [{ key: "firmware.trustedCa[0]", hint: expect.stringMatching(/^line 2: .* is not a CA/) }],
    });
  });

  it("reads the objects of a folder", async () => {
    const objects = join(folder, "objects");
    mkdirSync(objects);
    writeFileSync(join(objects, "temperature.xml"), objectXml(3303, "Temperature"));
    const { options } = await readConfig(write({ servers: SERVERS, objects: { folder: "objects" } }));
    expect(options.objects).toMatchObject([{ id: 3303, name: "Temperature" }]);
  });

  it("refuses a folder that defines an object of the carrier's own", async () => {
    const objects = join(folder, "own");
    mkdirSync(objects);
    writeFileSync(join(objects, "device.xml"), objectXml(3, "Device"));
    await expect(readConfig(write({ servers: SERVERS, objects: { folder: "own" } }))).rejects.toMatchObject({
      problems: [{ key: "objects.folder", is: "defines object 3 (Device)" }],
    });
  });

  it("allows an editor its $schema, and a byte order mark", async () => {
    const file = write({});
    writeFileSync(file, `\ufeff${JSON.stringify({ $schema: "./config.schema.json", servers: SERVERS })}`);
    expect(readFileSync(file, "utf8").charCodeAt(0)).toBe(0xfeff);
    await expect(readConfig(file)).resolves.toMatchObject({ file });
  });
});

function objectXml(id: number, name: string): string {
  return `<?xml version="1.0"?><LWM2M><Object ObjectType="MODefinition"><Name>${name}</Name><Description1/>
    <ObjectID>${id}</ObjectID><ObjectURN>urn:oma:lwm2m:ext:${id}</ObjectURN><LWM2MVersion>1.0</LWM2MVersion>
    <ObjectVersion>1.0</ObjectVersion><MultipleInstances>Multiple</MultipleInstances><Mandatory>Optional</Mandatory>
    <Resources><Item ID="5700"><Name>Value</Name><Operations>R</Operations><MultipleInstances>Single</MultipleInstances>
    <Mandatory>Mandatory</Mandatory><Type>Float</Type><RangeEnumeration/><Units/><Description/></Item></Resources>
    <Description2/></Object></LWM2M>`;
}
