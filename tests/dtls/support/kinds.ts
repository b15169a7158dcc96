/** What a handshake can be made of: a suite and a credential, with the options of both sides for it. */

import { type Suite, type SuiteName, suiteOfName } from "../../../services/dtls/suites.ts";
import type { ClientOptions, CommonOptions, ServerOptions } from "../../../services/dtls/types.ts";
import { createCa, issue } from "../../support/certificateAuthority.ts";

export type Credential = "psk" | "certificate" | "rawPublicKey";

export interface Kind {
  readonly name: string;
  readonly suite: Suite;
  readonly credential: Credential;
  readonly client: ClientOptions;
  readonly server: ServerOptions;
}

export const IDENTITY = new TextEncoder().encode("device-1");
export const PSK = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
export const SERVER_NAME = "server.example";

const ca = createCa({ name: "Test CA" });
export const SERVER = issue({ ca, subject: "server", san: [`DNS:${SERVER_NAME}`], extendedKeyUsage: ["serverAuth"] });
export const CLIENT = issue({ ca, subject: "client", extendedKeyUsage: ["clientAuth"] });
/** Of the same CA, and for both purposes, but of somebody else. */
export const STRANGER = issue({ ca, subject: "stranger", san: ["DNS:stranger.example"] });

const trust = { anchors: [ca.der] };

const CREDENTIALS: Readonly<Record<Credential, { readonly client: ClientOptions; readonly server: ServerOptions }>> = {
  psk: {
    client: { psk: { identity: IDENTITY, key: PSK } },
    server: { psk: (identity) => (Buffer.from(identity).equals(IDENTITY) ? PSK : undefined) },
  },
  certificate: {
    client: {
      certificate: { chain: [CLIENT.der], privateKey: CLIENT.privateKey },
      trust,
      serverName: SERVER_NAME,
    },
    server: { certificate: { chain: [SERVER.der], privateKey: SERVER.privateKey }, trust },
  },
  rawPublicKey: {
    client: { rawPublicKey: { privateKey: CLIENT.privateKey }, peerPublicKeys: [SERVER.spki] },
    server: { rawPublicKey: { privateKey: SERVER.privateKey }, peerPublicKeys: [CLIENT.spki] },
  },
};

function kind(name: string, suite: SuiteName, credential: Credential): Kind {
  const row = suiteOfName(suite);
  if (row === undefined) throw new Error(`${suite} is no suite`);
  // Whole messages: what is fragmented is what a fault fragments.
  const common: CommonOptions = { suites: [suite], mtu: 16_384, allowCbc: suite.includes("CBC") };
  const { client, server } = CREDENTIALS[credential];
  return { name, suite: row, credential, client: { ...common, ...client }, server: { ...common, ...server } };
}

export const KINDS = {
  pskCcm: kind("PSK with CCM_8", "TLS_PSK_WITH_AES_128_CCM_8", "psk"),
  pskGcm: kind("PSK with GCM", "TLS_PSK_WITH_AES_128_GCM_SHA256", "psk"),
  pskCbc: kind("PSK with CBC", "TLS_PSK_WITH_AES_128_CBC_SHA256", "psk"),
  ecdhePsk: kind("ECDHE_PSK with CCM_8", "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256", "psk"),
  certificateCcm: kind("certificates with CCM_8", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", "certificate"),
  certificateGcm: kind("certificates with GCM", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "certificate"),
  certificateCbc: kind("certificates with CBC", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "certificate"),
  rawKeyCcm: kind("raw public keys with CCM_8", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", "rawPublicKey"),
  rawKeyGcm: kind("raw public keys with GCM", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "rawPublicKey"),
} as const satisfies Record<string, Kind>;
