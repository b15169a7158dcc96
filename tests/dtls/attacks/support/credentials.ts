/** Keys and certificates that a good pair of ends has. */
import { randomBytes } from "node:crypto";
import type { ClientOptions, ServerOptions } from "../../../../services/dtls/types.ts";
import { createCa, generateKey, issue } from "../../../support/certificateAuthority.ts";

export const IDENTITY = new TextEncoder().encode("urn:dev:1");
export const KEY = new Uint8Array(randomBytes(16));

export const CA = createCa({ name: "Test CA" });
export const SERVER = issue({ ca: CA, subject: "lwm2m.example", san: ["DNS:lwm2m.example", "IP:192.0.2.1"] });
export const DEVICE = issue({ ca: CA, subject: "urn:dev:1" });
export const TRUST = { anchors: [CA.der] };

type Both = { readonly client: ClientOptions; readonly server: ServerOptions };

const certificateOf = ({ der, privateKey }: typeof SERVER) => ({ certificate: { chain: [der], privateKey } });
const rawKeyOf = ({ privateKey }: typeof SERVER) => ({ rawPublicKey: { privateKey } });

export const byIdentity = (identity: Uint8Array): Uint8Array | undefined =>
  Buffer.compare(identity, IDENTITY) === 0 ? KEY : undefined;

/** Each kind of credential, with suites that go by it. */
export const PSK: Both = { client: { psk: { identity: IDENTITY, key: KEY } }, server: { psk: byIdentity } };
export const X509: Both = {
  client: { ...certificateOf(DEVICE), trust: TRUST, serverName: "lwm2m.example" },
  server: { ...certificateOf(SERVER), trust: TRUST },
};
export const RPK: Both = {
  client: { ...rawKeyOf(DEVICE), peerPublicKeys: [SERVER.spki] },
  server: { ...rawKeyOf(SERVER), peerPublicKeys: [DEVICE.spki] },
};

/** A private key on another curve, or of another kind. */
export const OTHER_KEYS = { p384: generateKey("P-384"), rsa: generateKey("RSA"), p256: generateKey("P-256") };
