/** Certificates and raw public keys in a tag, as PEM and as DER. */
import { createPrivateKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { ALERTS } from "../../services/dtls/alerts.ts";
import type { ServerOptions } from "../../services/dtls/types.ts";
import { type Issued, type IssueOptions, issue } from "../support/certificateAuthority.ts";
import { Network, SERVER, TAG } from "./support/network.ts";

const network0 = new Network();
const VALID = { notBefore: network0.clock.wall() - 86_400_000, notAfter: network0.clock.wall() + 86_400_000 * 365 };
const make = (options: IssueOptions): Issued => issue({ ...VALID, ...options });
const ca = make({ subject: "Root", isCa: true });
const server = make({ ca, subject: "server", san: [`IP:${SERVER}`] });
const device = make({ ca, subject: "device" });
const stranger = make({ subject: "stranger", isCa: true });

const publicPem = (spki: Uint8Array) =>
  `-----BEGIN PUBLIC KEY-----\n${(
    Buffer.from(spki)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  ).join("\n")}\n-----END PUBLIC KEY-----\n`;
const der = (key: Issued["privateKey"], type: "pkcs8" | "sec1") => new Uint8Array(key.export({ format: "der", type }));

const X509_SERVER: ServerOptions = {
  certificate: { chain: [server.der], privateKey: server.privateKey },
  trust: { anchors: [ca.der] },
};
const RPK_SERVER: ServerOptions = {
  rawPublicKey: { privateKey: server.privateKey },
  peerPublicKeys: [device.spki],
};

describe("a tag with a certificate", () => {
  const forms: readonly [form: string, tag: Network["tags"][number]][] = [
    ["PEM", { ca: ca.pem, certificate: device.pem, privateKey: device.privateKeyPem }],
    ["DER and PKCS#8", { ca: ca.der, certificate: device.der, privateKey: der(device.privateKey, "pkcs8") }],
    ["DER and SEC1", { ca: ca.der, certificate: device.der, privateKey: der(device.privateKey, "sec1") }],
    ["the server's own certificate", { ca: server.pem, certificate: device.pem, privateKey: device.privateKeyPem }],
    ["a bundle of CAs", { ca: stranger.pem + ca.pem, certificate: device.pem, privateKey: device.privateKeyPem }],
  ];
  for (const [form, tag] of forms) {
    it(`opens a session: ${form}`, async () => {
      const network = new Network();
      await network.serve(X509_SERVER);
      network.tags = { [TAG]: tag };
      const client = await network.session(network.client());
      client.say("hello");
      await network.pass(1_000);
      expect(client.received).toEqual(["hello"]);
      expect(client.session.identity).toMatchObject({ kind: "certificate", subject: "CN=server" });
      expect(network.accepted[0]?.session.identity).toMatchObject({ kind: "certificate", subject: "CN=device" });
    });
  }

  it("opens a session with a server that asks for no certificate by its CA alone", async () => {
    const network = new Network();
    await network.serve({ certificate: { chain: [server.der], privateKey: server.privateKey } });
    network.tags = { [TAG]: { ca: ca.pem } };
    const { session } = await network.session(network.client());
    expect(session.identity.kind).toBe("certificate");
  });

  const refused: readonly [what: string, ca: string, name: string | undefined, alert: number][] = [
    ["of another CA", stranger.pem, undefined, ALERTS.unknown_ca.code],
    ["for another name", ca.pem, "other.example", ALERTS.certificate_unknown.code],
  ];
  for (const [what, trusted, serverName, alert] of refused) {
    it(`refuses a server's certificate ${what}, with the alert in the outcome`, async () => {
      const network = new Network();
      await network.serve(X509_SERVER);
      network.tags = { [TAG]: { ca: trusted, certificate: device.pem, privateKey: device.privateKeyPem } };
      const outcome = await network.open(network.client(), serverName === undefined ? {} : { serverName });
      expect(outcome).toMatchObject({ kind: "handshakeFailed", alert });
    });
  }

  it("is resumed and parked like one with a PSK", async () => {
    const network = new Network();
    await network.serve(X509_SERVER);
    network.tags = { [TAG]: { ca: ca.pem, certificate: device.pem, privateKey: device.privateKeyPem } };
    const transport = network.client();
    for (const end of ["close", "park", "close"] as const) {
      const { session } = await network.session(transport);
      if (end === "close") session.close();
      else session.park?.();
      await network.pass(100);
    }
    expect(network.connections).toEqual(["full", "resumed", "imported"]);
    expect(network.accepted.map(({ session }) => session.identity.kind)).toEqual(["certificate", "certificate"]);
  });

  it("whose key is another's fails as credential", async () => {
    const network = new Network();
    network.tags = { [TAG]: { ca: ca.pem, certificate: device.pem, privateKey: server.privateKeyPem } };
    expect(await network.open(network.client())).toMatchObject({ kind: "credential" });
  });
});

describe("a tag with raw public keys (RFC 7250)", () => {
  for (const [form, tag] of [
    ["PEM", { ca: publicPem(server.spki), privateKey: device.privateKeyPem }],
    ["DER", { ca: server.spki, privateKey: der(device.privateKey, "sec1") }],
  ] as const) {
    it(`opens a session: ${form}`, async () => {
      const network = new Network();
      await network.serve(RPK_SERVER);
      network.tags = { [TAG]: tag };
      const client = await network.session(network.client());
      client.say("hello");
      await network.pass(1_000);
      expect(client.received).toEqual(["hello"]);
      expect(client.session.identity.kind).toBe("publicKey");
      expect(network.accepted[0]?.session.identity.kind).toBe("publicKey");
    });
  }

  it("refuses a server that has another", async () => {
    const network = new Network();
    await network.serve(RPK_SERVER);
    network.tags = { [TAG]: { ca: publicPem(stranger.spki), privateKey: device.privateKeyPem } };
    expect(await network.open(network.client())).toMatchObject({
      kind: "handshakeFailed",
      alert: expect.any(Number),
    });
    expect(network.accepted).toEqual([]);
  });

  it("shows nothing of a key in the outcome", async () => {
    const network = new Network();
    const pem = device.privateKeyPem.replace(/[A-Z]/, "!");
    network.tags = { [TAG]: { ca: publicPem(server.spki), privateKey: pem } };
    const outcome = await network.open(network.client());
    expect(outcome.kind).toBe("credential");
    expect(() => createPrivateKey(pem)).toThrow();
    for (const line of pem.split("\n").slice(1, -2)) expect(JSON.stringify(outcome)).not.toContain(line);
  });
});
