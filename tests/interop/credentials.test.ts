/** Keys and certificates that do not fit: what our side reports, and what the peer is told. */
import { describe, expect, it } from "@jest/globals";
import { CLIENT, FILES, SERVER, stranger } from "./support/credentials.ts";
import { gnutlsClient, gnutlsServer } from "./support/gnutls.ts";
import { coapClient, coapServer } from "./support/libcoap.ts";
import { opensslClient, opensslServer } from "./support/openssl.ts";
import { BRIEF, failure, HOST, startEchoServer } from "./support/ours.ts";
import { ECDSA_CCM8, only, PSK_CCM8 } from "./support/pairings.ts";
import type { Peer, ServerPeer } from "./support/peer.ts";

const OTHER_KEY = Uint8Array.from({ length: 16 }, (_, at) => at);
const OTHER_KEY_HEX = Buffer.from(OTHER_KEY).toString("hex");
const identity = (text: string) => Uint8Array.from(Buffer.from(text));

type StartServer = () => Promise<ServerPeer>;
type StartClient = (port: number) => Peer;

const withStranger = { certificate: { chain: [stranger.der], privateKey: stranger.privateKey } };
const trustingStranger = { trust: { anchors: [stranger.der] } };
const strangersFiles = ["-cert", FILES.stranger.certificate, "-key", FILES.stranger.privateKey];
const strangersCoapFiles = ["-c", FILES.stranger.certificate, "-j", FILES.stranger.privateKey];
const coapUri = (port: number) => `coaps://${HOST}:${port}/anything`;

describe("our client with a wrong key", () => {
  const servers: readonly (readonly [string, StartServer])[] = [
    ["OpenSSL's server", () => opensslServer(PSK_CCM8)],
    ["GnuTLS's server", () => gnutlsServer(PSK_CCM8)],
    ["libcoap's server on GnuTLS", () => coapServer("gnutls", "psk")],
    ["libcoap's server on OpenSSL", () => coapServer("openssl", "psk")],
  ];

  it.each(servers)("takes the silence of %s for a wrong key", async (_, start) => {
    const { port } = await start();
    const psk = { ...CLIENT.psk.psk!, key: OTHER_KEY };
    const error = await failure({ port, psk, ...only(PSK_CCM8), retransmission: BRIEF });
    expect(error).toMatchObject({ code: "timeout", message: expect.stringContaining("key") });
  });

  // The others know no identities: they take whoever has the key.
  it("takes the silence of GnuTLS's server for an unknown identity", async () => {
    const { port } = await gnutlsServer(PSK_CCM8);
    const psk = { ...CLIENT.psk.psk!, identity: identity("nobody") };
    const error = await failure({ port, psk, ...only(PSK_CCM8), retransmission: BRIEF });
    expect(error).toMatchObject({ code: "timeout", message: expect.stringContaining("identity") });
  });
});

describe("our client and a server that refuses it", () => {
  it("reports OpenSSL's alert when they have no suite in common", async () => {
    const { port, peer } = await opensslServer(PSK_CCM8);
    const error = await failure({ port, ...CLIENT.certificate });
    expect(error).toMatchObject({ code: "alert", alert: "handshake_failure" });
    await peer.line(/no shared cipher/);
  });

  const servers: readonly (readonly [string, StartServer, string])[] = [
    ["OpenSSL's server", () => opensslServer(ECDSA_CCM8), "unknown_ca"],
    ["GnuTLS's server", () => gnutlsServer(ECDSA_CCM8), "access_denied"],
    ["libcoap's server on GnuTLS", () => coapServer("gnutls", "certificate"), "unknown_ca"],
    ["libcoap's server on OpenSSL", () => coapServer("openssl", "certificate"), "unknown_ca"],
  ];

  it.each(servers)("reports the alert of %s at a stranger's certificate", async (_, start, alert) => {
    const { port } = await start();
    const error = await failure({ port, ...CLIENT.certificate, ...withStranger, ...only(ECDSA_CCM8) });
    expect(error).toMatchObject({ code: "alert", alert });
  });

  it.each([
    ["OpenSSL's server", () => opensslServer(ECDSA_CCM8), "handshake_failure"],
    ["libcoap's server on GnuTLS", () => coapServer("gnutls", "certificate"), "bad_certificate"],
    ["libcoap's server on OpenSSL", () => coapServer("openssl", "certificate"), "handshake_failure"],
  ] satisfies typeof servers)("reports the alert of %s at no certificate", async (_, start, alert) => {
    const { port } = await start();
    const { trust } = CLIENT.certificate;
    const error = await failure({ port, ...(trust && { trust }), ...only(ECDSA_CCM8) });
    expect(error).toMatchObject({ code: "alert", alert });
  });
});

describe("our client and a server that it does not trust", () => {
  const servers: readonly (readonly [string, StartServer, RegExp])[] = [
    ["OpenSSL's server", () => opensslServer(ECDSA_CCM8), /alert unknown ca/],
    ["GnuTLS's server", () => gnutlsServer(ECDSA_CCM8), /fatal alert has been received/],
    ["libcoap's server on GnuTLS", () => coapServer("gnutls", "certificate"), /Alert '48': CA is unknown/],
    ["libcoap's server on OpenSSL", () => coapServer("openssl", "certificate"), /alert read:fatal:unknown CA/],
  ];

  it.each(servers)("ends, and tells %s why", async (_, start, told) => {
    const { port, peer } = await start();
    const error = await failure({ port, ...CLIENT.certificate, ...trustingStranger, ...only(ECDSA_CCM8) });
    expect(error).toMatchObject({ code: "peerCredential", alert: "unknown_ca" });
    await peer.line(told);
  });

  it("does not take OpenSSL's server for one of another name", async () => {
    const { port, peer } = await opensslServer(ECDSA_CCM8);
    const error = await failure({ port, ...CLIENT.certificate, ...only(ECDSA_CCM8), serverName: "other.example" });
    expect(error).toMatchObject({ code: "peerCredential", message: expect.stringContaining("other.example") });
    await peer.line(/alert/);
  });

  it("does not take GnuTLS's server for one with another raw public key", async () => {
    const { port, peer } = await gnutlsServer({ ...ECDSA_CCM8, credential: "rawPublicKey" });
    const error = await failure({ port, ...CLIENT.rawPublicKey, peerPublicKeys: [stranger.spki], ...only(ECDSA_CCM8) });
    expect(error.code).toBe("peerCredential");
    await peer.line(/fatal alert has been received/);
  });
});

describe("our server and a client that it does not know", () => {
  const wrongKeys: readonly (readonly [string, StartClient])[] = [
    ["OpenSSL's client", (port) => opensslClient(port, PSK_CCM8, "-psk", OTHER_KEY_HEX)],
    ["GnuTLS's client", (port) => gnutlsClient(port, PSK_CCM8, "--pskkey", OTHER_KEY_HEX)],
    ["libcoap's client on GnuTLS", (port) => coapClient("gnutls", "psk", coapUri(port), "-k", "other key")],
    ["libcoap's client on OpenSSL", (port) => coapClient("openssl", "psk", coapUri(port), "-k", "other key")],
  ];

  it.each(wrongKeys)("gives %s up whose key is wrong", async (_, start) => {
    const { port, failures } = await startEchoServer({ ...SERVER.psk, ...only(PSK_CCM8), retransmission: BRIEF });
    start(port);
    expect(await failures.next()).toMatchObject({ code: "timeout", message: expect.stringContaining("key") });
  });

  const wrongIdentities: readonly (readonly [string, StartClient, RegExp])[] = [
    ["OpenSSL's client", (port) => opensslClient(port, PSK_CCM8, "-psk_identity", "nobody"), /unknown psk identity/],
    ["GnuTLS's client", (port) => gnutlsClient(port, PSK_CCM8, "--pskusername", "nobody"), /Received alert \[115\]/],
    ["libcoap's client on GnuTLS", (port) => coapClient("gnutls", "psk", coapUri(port), "-u", "nobody"), /Alert '115'/],
    [
      "libcoap's client on OpenSSL",
      (port) => coapClient("openssl", "psk", coapUri(port), "-u", "nobody"),
      /unknown PSK identity/,
    ],
  ];

  it.each(wrongIdentities)("tells %s that its identity is unknown", async (_, start, told) => {
    const { port, failures } = await startEchoServer({ ...SERVER.psk, ...only(PSK_CCM8) });
    const client = start(port);
    expect(await failures.next()).toMatchObject({ code: "peerCredential", alert: "unknown_psk_identity" });
    await client.line(told);
  });

  const strangers: readonly (readonly [string, StartClient, RegExp])[] = [
    ["OpenSSL's client", (port) => opensslClient(port, ECDSA_CCM8, ...strangersFiles), /alert unknown ca/],
    [
      "libcoap's client on GnuTLS",
      (port) => coapClient("gnutls", "certificate", coapUri(port), ...strangersCoapFiles),
      /Alert '48': CA is unknown/,
    ],
    [
      "libcoap's client on OpenSSL",
      (port) => coapClient("openssl", "certificate", coapUri(port), ...strangersCoapFiles),
      /alert read:fatal:unknown CA/,
    ],
  ];

  it.each(strangers)("tells %s that its certificate is a stranger's", async (_, start, told) => {
    const { port, failures } = await startEchoServer(SERVER.certificate);
    const client = start(port);
    expect(await failures.next()).toMatchObject({ code: "peerCredential", alert: "unknown_ca" });
    await client.line(told);
  });

  it("tells GnuTLS's client that its raw public key is a stranger's", async () => {
    const { port, failures } = await startEchoServer({ ...SERVER.rawPublicKey, peerPublicKeys: [stranger.spki] });
    const client = gnutlsClient(port, { ...ECDSA_CCM8, credential: "rawPublicKey" });
    expect((await failures.next()).code).toBe("peerCredential");
    await client.line(/Received alert/);
  });

  it("hears from OpenSSL's client that it does not trust our certificate", async () => {
    const { port, failures } = await startEchoServer(SERVER.certificate);
    opensslClient(port, ECDSA_CCM8, "-CAfile", FILES.stranger.certificate);
    expect(await failures.next()).toMatchObject({ code: "alert", alert: "unknown_ca" });
  });

  it("tells OpenSSL's client that there is no suite in common", async () => {
    const { port, failures } = await startEchoServer({ ...SERVER.psk, ...only(PSK_CCM8) });
    const client = opensslClient(port, ECDSA_CCM8);
    expect(await failures.next()).toMatchObject({ code: "protocol", alert: "handshake_failure" });
    await client.line(/handshake failure/);
  });
});
