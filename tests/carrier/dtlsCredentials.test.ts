/** Keys of every kind on their way to a DTLS session: from options, DER as object 0 has it, to the modem's tags. */
import { describe, expect, it } from "@jest/globals";
import { firmwareTag } from "../../carrier/firmwareTag.ts";
import type { ServerOptions } from "../../services/dtls/types.ts";
import type { SecurityMode } from "../../services/lwm2m/device/accounts.ts";
import type { ServerProvision } from "../../services/lwm2m/device/provision.ts";
import type { Secrets } from "../../services/lwm2m/device/secretVault.ts";
import type { AccountSecurity } from "../../testbed/account.ts";
import { type IssueOptions, issue } from "../support/certificateAuthority.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { BOOTSTRAP_ADDRESS, MANAGEMENT_ADDRESS, PSKS, SERVER_ID, World } from "./support/world.ts";

const now = new VirtualClock().wall();
const make = (options: IssueOptions) =>
  issue({ notBefore: now - 86_400_000, notAfter: now + 86_400_000_000, ...options });
const ca = make({ subject: "Root", isCa: true });
const server = make({ ca, subject: "server", san: [`IP:${MANAGEMENT_ADDRESS}`] });
const device = make({ ca, subject: "device" });
const stranger = make({ subject: "stranger" });
const pkcs8 = new Uint8Array(device.privateKey.export({ format: "der", type: "pkcs8" }));
const sec1 = new Uint8Array(device.privateKey.export({ format: "der", type: "sec1" }));

const X509: ServerOptions = {
  certificate: { chain: [server.der], privateKey: server.privateKey },
  trust: { anchors: [ca.der] },
};
const RPK: ServerOptions = { rawPublicKey: { privateKey: server.privateKey }, peerPublicKeys: [device.spki] };

async function factory(secure: ServerOptions, mode: SecurityMode, secrets: Secrets): Promise<World> {
  const account: ServerProvision = {
    uri: `coaps://${MANAGEMENT_ADDRESS}`,
    security: { mode, secrets },
    shortServerId: SERVER_ID,
    lifetimeSeconds: 300,
  };
  return World.make({ secure, carrier: { bootstrap: undefined, servers: [account] } });
}

const kinds: readonly [what: string, server: ServerOptions, mode: SecurityMode, secrets: Secrets, tag: string[]][] = [
  [
    "a certificate, PKCS#8, and the CA's",
    X509,
    "x509",
    { publicKeyOrIdentity: device.der, secretKey: pkcs8, serverPublicKey: ca.der },
    ["ca", "certificate", "privateKey"],
  ],
  [
    "a certificate, SEC1, and the server's own",
    X509,
    "x509",
    { publicKeyOrIdentity: device.der, secretKey: sec1, serverPublicKey: server.der },
    ["ca", "certificate", "privateKey"],
  ],
  [
    "raw public keys",
    RPK,
    "rpk",
    { publicKeyOrIdentity: device.spki, secretKey: sec1, serverPublicKey: server.spki },
    ["ca", "privateKey"],
  ],
];

describe("an account's keys", () => {
  for (const [what, options, mode, secrets, held] of kinds) {
    it(`open its session: ${what}`, async () => {
      const world = await factory(options, mode, copyOf(secrets));
      world.carrier.start();
      await world.until("registered");
      expect(world.sessions).toEqual(["server/123 full"]);
      const listed = (await world.modem.credentials.list(26)).map(({ type }) => type);
      expect(listed).toEqual(held);
      world.carrier.restart();
      await world.until("registered");
      const writes = world.records.filter(
        (record) => record.operation === "credentials.write" && record.phase === "start",
      );
      expect(writes).toHaveLength(held.length);
    });
  }

  it("that the server is not trusted by are DEFERRED SERVER_CONNECT", async () => {
    const secrets = { publicKeyOrIdentity: device.der, secretKey: pkcs8.slice(), serverPublicKey: stranger.der };
    const world = await factory(X509, "x509", copyOf(secrets));
    world.carrier.start();
    await world.until("deferred");
    expect(world.heard.at(-1)).toBe("deferred SERVER_CONNECT 60");
  });

  it("that are no certificate are the modem's to refuse", async () => {
    const secrets = { publicKeyOrIdentity: Uint8Array.of(1, 2), secretKey: pkcs8.slice(), serverPublicKey: ca.der };
    const world = await factory(X509, "x509", copyOf(secrets));
    world.carrier.start();
    await world.untilTag("exhausted");
    expect(world.heard.at(-1)).toBe("error bootstrap EACCES");
  });
});

describe("keys that a bootstrap server writes", () => {
  const rows: readonly [what: string, server: ServerOptions, security: AccountSecurity, tag: string[]][] = [
    [
      "raw public keys",
      RPK,
      { mode: "rpk", publicKey: device.spki, privateKey: pkcs8, serverPublicKey: server.spki },
      ["ca", "privateKey"],
    ],
    [
      "a certificate, and the CA's",
      X509,
      { mode: "x509", certificate: device.der, privateKey: pkcs8, serverCertificate: ca.der, certificateUsage: 2 },
      ["ca", "certificate", "privateKey"],
    ],
    [
      "a certificate, and the server's own",
      X509,
      { mode: "x509", certificate: device.der, privateKey: sec1, serverCertificate: server.der, certificateUsage: 3 },
      ["ca", "certificate", "privateKey"],
    ],
  ];
  for (const [what, secure, security, held] of rows) {
    for (const bootstrapFormat of [11542, 110, 112] as const) {
      it(`go to the modem's tag and open the session: ${what}, in content format ${bootstrapFormat}`, async () => {
        const world = await World.make({ secure, account: { security }, carrier: { bootstrapFormat } });
        world.carrier.start();
        await world.until("registered");
        expect(world.sessions).toEqual(["bootstrap full", "server/123 full"]);
        expect((await world.modem.credentials.list(26)).map(({ type }) => type)).toEqual(held);
        // Of the library's tags none but the account's own was touched.
        expect(await world.modem.credentials.list(27)).toEqual([]);
        const seen = JSON.stringify(world.records);
        for (const secret of [pkcs8, sec1]) {
          for (const form of ["hex", "base64"] as const) expect(seen).not.toContain(Buffer.from(secret).toString(form));
        }
      });
    }
  }

  it("replace each other with the security mode, and leave nothing of the one before", async () => {
    const [, secure, security] = rows[1]!;
    const world = await World.make({ secure: { ...RPK, ...secure }, account: { security } });
    world.carrier.start();
    await world.until("registered");
    const [account] = world.bootstrap.accounts;
    world.bootstrap.accounts = [{ ...account!, security: { mode: "psk", ...PSKS.management } }];
    await world.result(world.management.ask("POST", "/1/0/9"));
    await world.until("registered");
    expect((await world.modem.credentials.list(26)).map(({ type }) => type)).toEqual(["psk", "pskIdentity"]);
  });

  it("for another server than the one that answers are DEFERRED SERVER_CONNECT", async () => {
    const security: AccountSecurity = {
      mode: "rpk",
      publicKey: device.spki,
      privateKey: pkcs8,
      serverPublicKey: stranger.spki,
    };
    const world = await World.make({ secure: RPK, account: { security } });
    world.carrier.start();
    await world.until("deferred");
    expect(world.heard.at(-1)).toBe("deferred SERVER_CONNECT 60");
  });
});

/** What is taken from the vault is wiped. */
function copyOf(secrets: Secrets): Secrets {
  return Object.fromEntries(Object.entries(secrets).map(([name, secret]) => [name, secret?.slice()]));
}

describe("the credentials that a firmware host is met with", () => {
  const rows: readonly [uri: string, tag: number | undefined][] = [
    [`coaps://${MANAGEMENT_ADDRESS}/image`, 26],
    [`coaps://${MANAGEMENT_ADDRESS}:7000/image`, 26],
    [`coaps://${BOOTSTRAP_ADDRESS}/image`, 25],
    ["coaps://elsewhere.example/image", 411],
    ["no URI", undefined],
  ];
  it("are those of the account at the same host, else the CA certificates", async () => {
    const world = await World.registered({ secure: {} });
    for (const [uri, tag] of rows)
      expect([uri, firmwareTag(world.carrier.objects, uri, [411, 412])]).toEqual([uri, tag]);
    expect(firmwareTag(world.carrier.objects, "coaps://elsewhere.example/image", [])).toBeUndefined();
  });
});
