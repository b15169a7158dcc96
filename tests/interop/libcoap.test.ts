/** CoAP over DTLS (RFC 7252 §9) with libcoap's server and client, built on GnuTLS and on OpenSSL. */
import { describe, expect, it } from "@jest/globals";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { systemRandom } from "../../carrier/random.ts";
import type { TagCredentials } from "../../ports/modem.ts";
import type { PeerIdentity, Session } from "../../ports/transport.ts";
import { CODE, CoapEndpoint, type CoapHandler, createUdpTransport } from "../../services/coap/index.ts";
import { createDtlsTransport } from "../../services/dtls/dtlsTransport.ts";
import { CLIENT, type CredentialKind, ca, client, IDENTITY, PSK_HEX, SERVER, server } from "./support/credentials.ts";
import { keep } from "./support/keep.ts";
import { type Build, coapClient, coapServer } from "./support/libcoap.ts";
import { connect, HOST } from "./support/ours.ts";
import { Inbox } from "./support/patience.ts";

const TAG = 1;
const clock = new SystemClock();

/** Raw public keys are in the build on GnuTLS alone. */
const COMBINATIONS: readonly (readonly [string, Build, CredentialKind])[] = [
  ["GnuTLS, with a PSK", "gnutls", "psk"],
  ["GnuTLS, with certificates of both sides", "gnutls", "certificate"],
  ["GnuTLS, with raw public keys", "gnutls", "rawPublicKey"],
  ["OpenSSL, with a PSK", "openssl", "psk"],
  ["OpenSSL, with certificates of both sides", "openssl", "certificate"],
];

/** What lies in a security tag. */
const TAGS: Readonly<Record<CredentialKind, () => TagCredentials>> = {
  psk: () => ({ psk: octets(PSK_HEX), pskIdentity: octets(IDENTITY) }),
  certificate: () => ({
    certificate: octets(client.pem),
    privateKey: octets(client.privateKeyPem),
    ca: octets(ca.pem),
  }),
  rawPublicKey: () => ({ privateKey: octets(client.privateKeyPem), ca: server.spki.slice() }),
};

describe("our client and libcoap's server", () => {
  it.each(COMBINATIONS)("on %s: lists its resources", async (_, build, credential) => {
    const { port } = await coapServer(build, credential);
    const { endpoint } = await openEndpoint(port, credential);
    const outcome = await endpoint.request({ method: CODE.GET, path: [".well-known", "core"] });
    expect(contentOf(outcome)).toMatch(/<\/time>.*<\/example_data>/);
  });

  it.each(["gnutls", "openssl"] as const)(
    "on %s: stores 3000 octets block by block, and gives them back",
    async (build) => {
      const { port } = await coapServer(build, "psk");
      const { endpoint } = await openEndpoint(port, "psk");
      const text = "0123456789".repeat(300);
      const path = ["example_data"];
      const stored = await endpoint.request({ method: CODE.PUT, path, payload: octets(text), contentFormat: 0 });
      expect(stored).toMatchObject({ kind: "response", response: { code: CODE.CREATED } });
      expect(contentOf(await endpoint.request({ method: CODE.GET, path }))).toBe(text);
    },
  );

  // The build on GnuTLS keeps no sessions, that on OpenSSL none of clients with certificates.
  it("on OpenSSL: resumes its session", async () => {
    const { port } = await coapServer("openssl", "psk");
    const first = await connect({ port, ...CLIENT.psk });
    const resume = first.socket.resumption();
    await first.socket.close();
    if (resume === undefined) throw new Error("the server gave no session");
    const second = await connect({ port, ...CLIENT.psk, resume });
    expect(second.socket.info).toMatchObject({ resumed: true, suite: first.socket.info.suite });
  });
});

describe("our server and libcoap's client", () => {
  const identities: Readonly<Record<CredentialKind, PeerIdentity["kind"]>> = {
    psk: "pskIdentity",
    certificate: "certificate",
    rawPublicKey: "publicKey",
  };

  it.each(COMBINATIONS)("on %s: answers its request", async (_, build, credential) => {
    const { uri, sessions } = await listen(credential, {
      onRequest: ({ path }) => ({ code: CODE.CONTENT, contentFormat: 0, payload: octets(`this is ${path.join("/")}`) }),
    });
    const peer = coapClient(build, credential, `${uri}/some/place`);
    await peer.line(/^this is some\/place$/);
    expect((await sessions.next()).identity.kind).toBe(identities[credential]);
    expect(await peer.ended).toBe(0);
  });

  it.each(["gnutls", "openssl"] as const)("on %s: sends 3000 octets block by block", async (build) => {
    const text = "0123456789".repeat(300);
    const { uri } = await listen("psk", { onRequest: () => ({ code: CODE.CONTENT, payload: octets(text) }) });
    const peer = coapClient(build, "psk", `${uri}/much`);
    await peer.line(new RegExp(`^${text}$`));
  });

  it("takes what it puts", async () => {
    const put = new Inbox<string>("a request");
    const { uri } = await listen("psk", {
      onRequest: ({ payload }) => {
        put.put(Buffer.from(payload).toString());
        return { code: CODE.CHANGED };
      },
    });
    coapClient("gnutls", "psk", `${uri}/here`, "-m", "put", "-e", "a value");
    expect(await put.next()).toBe("a value");
  });
});

function octets(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text));
}

async function openEndpoint(port: number, credential: CredentialKind) {
  const transport = keep(
    createDtlsTransport({
      inner: createUdpTransport(),
      clock,
      credentials: async () => TAGS[credential](),
      parameters: { retransmission: { initialMs: 400 } },
    }),
  );
  const outcome = await transport.open({ uri: `coaps://${HOST}:${port}`, securityTag: TAG });
  if (outcome.kind !== "open") throw new Error(`${outcome.kind}: ${JSON.stringify(outcome)}`);
  return { endpoint: new CoapEndpoint({ session: outcome.session, clock, random: systemRandom() }) };
}

async function listen(credential: CredentialKind, handler: CoapHandler) {
  const sessions = new Inbox<Session>("a session");
  const transport = keep(
    createDtlsTransport({ inner: createUdpTransport(), clock, serverOptions: SERVER[credential] }),
  );
  const listener = await transport.listen({ address: HOST, port: 0 }, (session) => {
    new CoapEndpoint({ session, clock, random: systemRandom(), handler });
    sessions.put(session);
  });
  keep(listener);
  return { uri: `coaps://${HOST}:${listener.address.port}`, sessions };
}

function contentOf(outcome: Awaited<ReturnType<CoapEndpoint["request"]>>): string {
  if (outcome.kind !== "response" || outcome.response.code !== CODE.CONTENT) throw new Error(JSON.stringify(outcome));
  return Buffer.from(outcome.response.payload).toString();
}
