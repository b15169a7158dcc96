/** Eclipse Leshan's bootstrap server leads a device to Leshan's management server, in each security mode. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { LeshanBootstrap, type LeshanSecurityInstance } from "./support/leshanBootstrap.ts";
import { CREDENTIALS, type SecureMode } from "./support/leshanCredentials.ts";
import { ENDPOINT, LIFETIME_SECONDS, SERVER_ID, startDevice } from "./support/leshanDevice.ts";
import { LeshanServer } from "./support/leshanServer.ts";

let bootstrap: LeshanBootstrap;
let management: LeshanServer;
beforeAll(async () => {
  [bootstrap, management] = await Promise.all([LeshanBootstrap.start(), LeshanServer.start()]);
});

const LESHAN_MODES = { psk: "PSK", rpk: "RPK", x509: "X509" } as const;

/** What Leshan writes for the management server, and what both servers have to know. */
async function configureManagement(mode: SecureMode | "none"): Promise<LeshanSecurityInstance> {
  if (mode === "none") {
    const { coap } = await management.configure();
    return { uri: `coap://127.0.0.1:${coap}`, securityMode: "NO_SEC", serverId: SERVER_ID };
  }
  const { coaps } = await management.configure(CREDENTIALS[mode].server);
  const { publicKeyOrIdentity, secretKey, serverPublicKey } = CREDENTIALS[mode].device().secrets!;
  return {
    ...{ uri: `coaps://127.0.0.1:${coaps}`, securityMode: LESHAN_MODES[mode], serverId: SERVER_ID },
    ...(publicKeyOrIdentity && { publicKeyOrId: publicKeyOrIdentity }),
    ...(secretKey && { secretKey }),
    ...(serverPublicKey && { serverPublicKey }),
  };
}

describe.each(["none", "psk", "rpk", "x509"] as const)("a bootstrap with security mode %s", (mode) => {
  it.each([
    ["TLV", CONTENT_FORMAT.tlv],
    ["SenML CBOR", CONTENT_FORMAT.senmlCbor],
    ["SenML JSON", CONTENT_FORMAT.senmlJson],
  ])("gives an account in %s that the device registers with", async (_, contentFormat) => {
    const account = await configureManagement(mode);
    const ports = await bootstrap.configure({
      ...(mode !== "none" && CREDENTIALS[mode].server),
      bootstrap: {
        [ENDPOINT]: {
          toDelete: ["/0", "/1"],
          security: { 1: account },
          servers: { 0: { shortId: SERVER_ID, lifetime: LIFETIME_SECONDS } },
          toRead: ["/1"],
          contentFormat,
        },
      },
    });
    const uri = mode === "none" ? `coap://127.0.0.1:${ports.coap}` : `coaps://127.0.0.1:${ports.coaps}`;
    startDevice({ bootstrap: { uri, security: mode === "none" ? { mode } : CREDENTIALS[mode].device() } });
    expect(await bootstrap.event("started")).toMatchObject({ endpoint: ENDPOINT });
    for (const path of ["/0", "/1"]) {
      expect(await bootstrap.event("answered")).toMatchObject({ request: "delete", path, code: "2.02" });
    }
    for (const path of ["/0/1", "/1/0"]) {
      expect(await bootstrap.event("answered")).toMatchObject({ request: "write", path, code: "2.04" });
    }
    expect(await bootstrap.event("answered")).toMatchObject({
      ...{ request: "read", path: "/1", code: "2.05" },
      values: { "/1/0/0": SERVER_ID, "/1/0/1": LIFETIME_SECONDS },
    });
    expect(await bootstrap.event("answered")).toMatchObject({ request: "finish", code: "2.04" });
    await bootstrap.event("finished");
    expect(await management.event("registered")).toMatchObject({
      endpoint: ENDPOINT,
      registration: { lifetimeSeconds: LIFETIME_SECONDS, uri: account.uri },
    });
  });
});

describe("a bootstrap", () => {
  it("that begins with Discover spares the account of the bootstrap server", async () => {
    const account = await configureManagement("none");
    const ports = await bootstrap.configure({
      bootstrap: {
        [ENDPOINT]: {
          toDelete: ["/1"],
          security: { 0: account },
          servers: { 0: { shortId: SERVER_ID } },
          autoIdForSecurityObject: true,
        },
      },
    });
    startDevice({ bootstrap: { uri: `coap://127.0.0.1:${ports.coap}`, security: { mode: "none" } } });
    const discovered = await bootstrap.event("answered");
    expect(discovered).toMatchObject({ request: "discover", path: "/", code: "2.05" });
    expect(discovered.links).toContainEqual(expect.stringMatching(/^<\/0\/0>(?!.*ssid)/));
    await bootstrap.event("finished");
    expect(await management.event("registered")).toMatchObject({ endpoint: ENDPOINT });
  });

  it("that Leshan has no configuration for fails", async () => {
    const ports = await bootstrap.configure({});
    const device = startDevice({ bootstrap: { uri: `coap://127.0.0.1:${ports.coap}`, security: { mode: "none" } } });
    expect(await bootstrap.event("failed")).toMatchObject({ endpoint: ENDPOINT, cause: "NO_BOOTSTRAP_CONFIG" });
    await device.event("deferred");
  });
});
