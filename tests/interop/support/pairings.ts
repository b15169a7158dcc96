/** What is agreed on with a peer, in the words of each. */
import type { SuiteName } from "../../../services/dtls/suites.ts";
import type { CommonOptions } from "../../../services/dtls/types.ts";
import type { CredentialKind } from "./credentials.ts";

export interface Pairing {
  readonly name: string;
  readonly suite: SuiteName;
  readonly credential: CredentialKind;
  /** OpenSSL's name of the suite. */
  readonly openssl: string;
  /** Key exchange, cipher and MAC in a priority string of GnuTLS. */
  readonly gnutls: string;
}

export const PSK_CCM8: Pairing = {
  name: "PSK with AES-128-CCM-8",
  suite: "TLS_PSK_WITH_AES_128_CCM_8",
  credential: "psk",
  openssl: "PSK-AES128-CCM8",
  gnutls: "+PSK:+AES-128-CCM-8:+AEAD",
};

export const ECDSA_CCM8: Pairing = {
  name: "certificates of both sides with AES-128-CCM-8",
  suite: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
  credential: "certificate",
  openssl: "ECDHE-ECDSA-AES128-CCM8",
  gnutls: "+ECDHE-ECDSA:+AES-128-CCM-8:+AEAD",
};

export const PAIRINGS: readonly Pairing[] = [
  PSK_CCM8,
  {
    name: "PSK with AES-128-GCM",
    suite: "TLS_PSK_WITH_AES_128_GCM_SHA256",
    credential: "psk",
    openssl: "PSK-AES128-GCM-SHA256",
    gnutls: "+PSK:+AES-128-GCM:+AEAD",
  },
  ECDSA_CCM8,
  {
    name: "certificates of both sides with AES-128-GCM",
    suite: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    credential: "certificate",
    openssl: "ECDHE-ECDSA-AES128-GCM-SHA256",
    gnutls: "+ECDHE-ECDSA:+AES-128-GCM:+AEAD",
  },
];

export const CBC_PAIRINGS: readonly Pairing[] = [
  {
    name: "PSK with AES-128-CBC",
    suite: "TLS_PSK_WITH_AES_128_CBC_SHA256",
    credential: "psk",
    openssl: "PSK-AES128-CBC-SHA256",
    gnutls: "+PSK:+AES-128-CBC:+SHA256",
  },
  {
    name: "certificates of both sides with AES-128-CBC",
    suite: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    credential: "certificate",
    openssl: "ECDHE-ECDSA-AES128-SHA256",
    gnutls: "+ECDHE-ECDSA:+AES-128-CBC:+SHA256",
  },
];

/** Suites of certificates, which GnuTLS has with raw public keys too. */
export const RAW_KEY_PAIRINGS: readonly Pairing[] = PAIRINGS.filter(
  ({ credential }) => credential === "certificate",
).map((pairing) => ({
  ...pairing,
  name: pairing.name.replace("certificates", "raw public keys"),
  credential: "rawPublicKey",
}));

/** Narrows our side to the suite of the pairing. */
export function only({ suite }: Pairing): Pick<CommonOptions, "suites" | "allowCbc"> {
  return { suites: [suite], allowCbc: suite.includes("CBC") };
}
