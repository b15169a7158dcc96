import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ConfigError, describeProblem } from "../../carrier/config/configError.ts";
import { readConfig } from "../../carrier/config/readConfig.ts";

const SERVER = { uri: "coap://192.0.2.2" };
const SECRET = "00112233445566778899aabbccddeeff";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "config-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function failureOf(text: string): Promise<ConfigError> {
  const file = join(folder, "carrier.json");
  writeFileSync(file, text);
  const outcome = await readConfig(file).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(ConfigError);
  return outcome as ConfigError;
}

interface Row {
  readonly name: string;
  readonly config: Record<string, unknown>;
  /** As people read them. */
  readonly problems: readonly string[];
}

const withServer = (fields: Record<string, unknown>) => ({ servers: [SERVER], ...fields });
const server = (fields: Record<string, unknown>) => ({ servers: [{ ...SERVER, ...fields }] });
const secure = (security: Record<string, unknown>) => ({ servers: [{ uri: "coaps://192.0.2.2", security }] });

const WRONG: readonly Row[] = [
  {
    name: "nothing at all",
    config: {},
    problems: ["bootstrap is missing; bootstrap or servers or bootstrapFromSmartcard is needed"],
  },
  {
    name: "an unknown key",
    config: withServer({ endpiont: "x" }),
    problems: ["endpiont is not a known key; did you mean endpoint?"],
  },
  {
    name: "an unknown key that is like none",
    config: withServer({ local: { interface: "eth0" } }),
    problems: ["local.interface is not a known key; known are host, port"],
  },
  {
    name: "an unknown key of a server",
    config: server({ lifetme: 300 }),
    problems: ["servers[0].lifetme is not a known key; did you mean lifetime?"],
  },
  {
    name: "a lifetime below the range",
    config: server({ lifetime: -5 }),
    problems: ["servers[0].lifetime is -5; allowed is a whole number from 1 to 4294967295"],
  },
  {
    name: "a lifetime that is text",
    config: server({ lifetime: "300" }),
    problems: ['servers[0].lifetime is "300"; allowed is a whole number from 1 to 4294967295'],
  },
  {
    name: "a server without URI",
    config: { servers: [{}] },
    problems: ["servers[0].uri is missing; it has no default"],
  },
  { name: "no servers", config: { servers: [] }, problems: ["servers is an empty list; allowed is a list of 1 to 16"] },
  {
    name: "an edition that there is not",
    config: withServer({ edition: "3.5" }),
    problems: ['edition is "3.5"; allowed is 0.10, 0.21, 0.30-pre, 0.30, 3.3, 3.6; did you mean 3.3?'],
  },
  {
    name: "a URI that is none",
    config: { bootstrap: { uri: "192.0.2.1:5683" } },
    problems: [
      'bootstrap.uri is not a CoAP URI; "192.0.2.1:5683": write it as coap://host[:port]/path or coaps://host[:port]/path',
    ],
  },
  {
    name: "one short server id twice",
    config: { servers: [{ ...SERVER, shortServerId: 2 }, SERVER] },
    problems: ["servers[1].shortServerId is 2; servers[0] has it too; allowed is another one for each server"],
  },
  {
    name: "a security mode that there is not",
    config: server({ security: { mode: "pks" } }),
    problems: ['servers[0].security.mode is "pks"; allowed is none, psk, rpk, x509; did you mean psk?'],
  },
  {
    name: "a security without mode",
    config: server({ security: {} }),
    problems: ["servers[0].security.mode is missing; allowed is none, psk, rpk, x509"],
  },
  {
    name: "a key where there is no security",
    config: server({ security: { mode: "none", key: `hex:${SECRET}` } }),
    problems: ["servers[0].security.key is not a known key; known are mode"],
  },
  {
    name: "a pre-shared key without identity",
    config: server({ security: { mode: "psk", key: `hex:${SECRET}` } }),
    problems: ["servers[0].security.identity is missing; identity and key or tag is needed"],
  },
  {
    name: "a key that is no hexadecimal",
    config: secure({ mode: "psk", identity: "dev-1", key: `hex:${SECRET}0` }),
    problems: ["servers[0].security.key is not hexadecimal (not shown); after hex: come pairs of hexadecimal digits"],
  },
  {
    name: "a key that is too long",
    config: secure({ mode: "psk", identity: "dev-1", key: `hex:${SECRET.repeat(4)}00` }),
    problems: ["servers[0].security.key has 65 octets; allowed is a key of 1 to 64"],
  },
  {
    name: "an identity of too many octets",
    config: secure({ mode: "psk", identity: "é".repeat(65), key: `hex:${SECRET}` }),
    problems: ["servers[0].security.identity has 130 octets; allowed is an identity of 1 to 128"],
  },
  {
    name: "coaps without keys",
    config: { bootstrap: { uri: "coaps://192.0.2.1:5684" } },
    problems: ["bootstrap.security is missing; a coaps:// URI needs psk, rpk or x509"],
  },
  {
    name: "coaps with no security",
    config: secure({ mode: "none" }),
    problems: ['servers[0].security.mode is "none"; a coaps:// URI needs psk, rpk or x509'],
  },
  {
    name: "keys for coap",
    config: server({ security: { mode: "psk", identity: "dev-1", key: `hex:${SECRET}` } }),
    problems: ['servers[0].security.mode is "psk"; security needs a coaps:// URI'],
  },
  {
    name: "a Connection ID asked of one server and not of another",
    config: {
      bootstrap: { uri: "coaps://192.0.2.1", security: { mode: "psk", identity: "a", key: "hex:00", cid: true } },
      servers: [{ uri: "coaps://192.0.2.2", security: { mode: "psk", identity: "b", key: "hex:01", cid: false } }],
    },
    problems: ["servers[0].security.cid is false; bootstrap.security.cid is true; all servers are asked, or none"],
  },
  {
    name: "sessions that are closed at once",
    config: withServer({ sessionIdleTimeout: 0 }),
    problems: ["sessionIdleTimeout is 0; allowed is -1 for never, or a whole number from 1"],
  },
  {
    name: "a key that is no base64",
    config: withServer({ store: "s", storeKey: "base64:AAA" }),
    problems: ["storeKey is not base64 (not shown); after base64: come base64 digits, padded with ="],
  },
  {
    name: "a key of another length",
    config: withServer({ store: "s", storeKey: "hex:0011" }),
    problems: ["storeKey has 2 octets; allowed is a key of 32"],
  },
  {
    name: "a key for no store",
    config: withServer({ storeKey: `hex:${SECRET}${SECRET}` }),
    problems: ["storeKey is of no use; it encrypts a store, and there is none"],
  },
  {
    name: "a key in a file that is not there",
    config: withServer({ store: "s", storeKey: "no.key" }),
    problems: ["storeKey is no file that can be read (ENOENT); allowed is hex:…, base64:… or a file's name"],
  },
  {
    name: "a security that is text",
    config: server({ security: `hex:${SECRET}` }),
    problems: ["servers[0].security is a string that is not shown; allowed is an object"],
  },
  {
    name: "a modem that there is not",
    config: withServer({ modem: { kind: "simulatd" } }),
    problems: ['modem.kind is "simulatd"; allowed is simulated, at; did you mean simulated?'],
  },
  {
    name: "a fault that there is not",
    config: withServer({ modem: { kind: "simulated", faults: { noSIM: {} } } }),
    problems: ["modem.faults.noSIM is not a known key; did you mean noSim?"],
  },
  {
    name: "a fault without its cause",
    config: withServer({ modem: { kind: "simulated", faults: { pdnRefused: {} } } }),
    problems: ["modem.faults.pdnRefused.cause is missing; it has no default"],
  },
  {
    name: "a local host by name",
    config: withServer({ local: { host: "localhost" } }),
    problems: ['local.host is "localhost"; allowed is a numeric IPv4 or IPv6 address'],
  },
  {
    name: "a CA certificate that is not there",
    config: withServer({ firmware: { trustedCa: ["./no.pem"] } }),
    problems: [
      expect.stringMatching(/^firmware\.trustedCa\[0\] is "\.\/no\.pem"; there is no file \/.*no\.pem$/),
    ] as never,
  },
  {
    name: "an objects folder that is not there",
    config: withServer({ objects: { folder: "./no" } }),
    problems: [expect.stringMatching(/^objects\.folder cannot be used; .*no: cannot be read \(ENOENT\)$/)] as never,
  },
  {
    name: "a reading of a power source that is not listed",
    config: withServer({ device: { powerSources: ["usb"], voltage: { ac: 5000 } } }),
    problems: ["device.voltage is an object; power source ac is not listed: set the power sources first"],
  },
  {
    name: "more memory free than there is",
    config: withServer({ device: { memoryTotal: 10, memoryFree: 11 } }),
    problems: ["device.memoryFree is 11; memory: 11 kB free of 10 kB"],
  },
  {
    name: "a UTC offset that is none",
    config: withServer({ device: { utcOffset: "+25:00" } }),
    problems: ['device.utcOffset is "+25:00"; a UTC offset is Z, or between -14:59 and +14:59 like +02:00'],
  },
  {
    name: "a power source twice",
    config: withServer({ device: { powerSources: ["usb", "dc", "usb"] } }),
    problems: ["device.powerSources[2] is there twice; once is enough"],
  },
  {
    name: "a block size that is no power of two",
    config: withServer({ coap: { blockSize: 500 } }),
    problems: ["coap.blockSize is 500; allowed is 16, 32, 64, 128, 256, 512, 1024"],
  },
  {
    name: "several things at once",
    config: { servers: [{ uri: "coap://192.0.2.2", lifetime: 0 }], edtion: "3.6", coap: { ackTimeout: "2" } },
    problems: [
      "edtion is not a known key; did you mean edition?",
      "servers[0].lifetime is 0; allowed is a whole number from 1 to 4294967295",
      'coap.ackTimeout is "2"; allowed is a number from 0.001 to 86400',
    ],
  },
];

const NOT_YET: readonly Row[] = [
  {
    name: "CoAP over TCP",
    config: { servers: [{ uri: "coap+tcp://192.0.2.1" }] },
    problems: [
      'servers[0].uri is "coap+tcp://192.0.2.1"; CoAP over TCP, SMS and WebSockets is not in this version; use a coap:// or coaps:// URI',
    ],
  },
  {
    name: "a key that lies in the modem",
    config: secure({ mode: "psk", tag: 25 }),
    problems: [
      "servers[0].security.tag is 25; keys that lie in a modem already are not used in this version; give identity and key",
    ],
  },
  {
    name: "the non-IP binding",
    config: server({ binding: "N" }),
    problems: ['servers[0].binding is "N"; the non-IP binding is not in this version; use U'],
  },
  {
    name: "a carrier that is gone",
    config: withServer({ carriers: ["generic", "att"] }),
    problems: ['carriers[1] is "att"; the library gave its profile up with 3.4; use generic'],
  },
  {
    name: "a smartcard that is none",
    config: { bootstrapFromSmartcard: true, modem: { kind: "simulated", smartcard: "./card.bin" } },
    problems: ["modem.smartcard is no file that can be read (ENOENT); allowed is hex:…, base64:… or a file's name"],
  },
  {
    name: "a smartcard of no use alone",
    config: { bootstrapFromSmartcard: false },
    problems: ["bootstrap is missing; bootstrap or servers or bootstrapFromSmartcard is needed"],
  },
  {
    name: "more secured servers than a modem has keys for",
    config: {
      servers: [1, 2, 3].map((index) => ({
        uri: `coaps://192.0.2.${index}`,
        security: { mode: "psk", identity: "dev", key: "hex:00" },
      })),
    },
    problems: ["servers[2].security is one too many; a modem has keys for 2 management servers"],
  },
  {
    name: "a non-IP PDN",
    config: withServer({ pdnType: "nonIp" }),
    problems: ['pdnType is "nonIp"; the non-IP binding is not in this version'],
  },
  {
    name: "a real modem without its port",
    config: withServer({ modem: { kind: "at" } }),
    problems: ["modem.port is missing; it has no default"],
  },
  {
    name: "a modem that fetches what it cannot check",
    config: withServer({ modem: { kind: "at", port: "/dev/ttyACM0", dataPath: "host", downloads: "modem" } }),
    problems: [
      'modem.downloads is "modem"; the modem has no CA certificates with dataPath host; use downloads host or dataPath modem',
    ],
  },
  {
    name: "a data path that there is not",
    config: withServer({ modem: { kind: "at", port: "/dev/ttyACM0", dataPath: "hots", downloads: "nobody" } }),
    problems: [
      'modem.dataPath is "hots"; allowed is modem, host; did you mean host?',
      'modem.downloads is "nobody"; allowed is host, modem',
    ],
  },
];

describe("a configuration file that is wrong", () => {
  it.each(WRONG)("tells which key, what it was and what is allowed: $name", async ({ config, problems }) => {
    const error = await failureOf(JSON.stringify(config));
    expect(error.code).toBe("invalid");
    expect(error.problems.map(describeProblem)).toEqual(problems);
  });

  it.each([
    { text: '{\n  "edition": "3.6",\n}', line: 3, column: 1, hint: "there is a comma too many before it" },
    { text: "{\n  // servers\n}", line: 2, column: 3, hint: "JSON has no comments" },
    { text: "{ 'edition': 1 }", line: 1, column: 3, hint: "strings are written in double quotes" },
    { text: '{ "servers": [', line: 1, column: 15, hint: "it ends too early: a quote, bracket or value is missing" },
    { text: "", line: 1, column: 1, hint: "it ends too early: a quote, bracket or value is missing" },
    { text: '{ "a": 1 "b": 2 }', line: 1, column: 10, hint: '"\\"" cannot stand here' },
  ])("tells line and column of what is not JSON: $text", async ({ text, line, column, hint }) => {
    const error = await failureOf(text);
    expect(error).toMatchObject({ code: "syntax", line, column, problems: [{ hint }] });
    expect(error.message).toContain(`carrier.json:${line}:${column}: the file is not JSON`);
  });

  it("shows no secret, whatever is wrong around it", async () => {
    const texts = [
      ...[...WRONG, ...NOT_YET].map(({ config }) => JSON.stringify(config)),
      JSON.stringify(server({ security: { mode: "psk", identity: [`hex:${SECRET}`], key: [`hex:${SECRET}`] } })),
      JSON.stringify(server({ security: [`hex:${SECRET}`] })),
      JSON.stringify(withServer({ store: "x", storeKey: { hex: SECRET } })),
      `{ "servers": [{ "security": { "key": "hex:${SECRET}" "cid": true } }] }`,
    ];
    for (const text of texts) expect((await failureOf(text)).message).not.toContain(SECRET);
  });

  it("tells that there is no file", async () => {
    await expect(readConfig(join(folder, "none.json"))).rejects.toMatchObject({
      code: "unreadable",
      message: expect.stringMatching(/none\.json: the file is not there$/),
    });
  });
});

describe("a configuration file that asks for what this version does not do", () => {
  it.each(NOT_YET)("is refused with that reason: $name", async ({ config, problems }) => {
    const error = await failureOf(JSON.stringify(config));
    expect(error.problems.map(describeProblem)).toEqual(problems);
  });
});
