/** One set of credentials a test file: as objects for our side, as files for the peers. */

import { createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import type { ClientOptions, ServerOptions } from "../../../services/dtls/types.ts";
import { createCa, type Issued, issue } from "../../support/certificateAuthority.ts";

export type CredentialKind = "psk" | "certificate" | "rawPublicKey";

export const IDENTITY = "device-1";
/** libcoap takes a key as text: this one is text, and octets for the others. */
export const PSK_TEXT = "secretPSK1234567";
export const PSK = Uint8Array.from(Buffer.from(PSK_TEXT));
export const PSK_HEX = Buffer.from(PSK).toString("hex");

const HERE = ["IP:127.0.0.1", "DNS:localhost"];

export const ca = createCa({ name: "interop CA" });
export const server = issue({ ca, subject: "server", san: HERE, extendedKeyUsage: ["serverAuth"], isCa: false });
export const client = issue({ ca, subject: "client", san: HERE, extendedKeyUsage: ["clientAuth"], isCa: false });
/** A certificate authority that nobody trusts, and what it issued. */
const strangeCa = createCa({ name: "strange CA" });
export const stranger = issue({ ca: strangeCa, subject: "stranger", san: HERE, isCa: false });

const folder = mkdtempSync(join(tmpdir(), "interop-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The path of a new file. */
export function file(name: string, content: string | Uint8Array = ""): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

export interface KeyFiles {
  readonly certificate: string;
  readonly privateKey: string;
  readonly publicKey: string;
  /** Public and private key, as libcoap takes them. */
  readonly both: string;
}

export const FILES = {
  ca: file("ca.pem", ca.pem),
  /** As gnutls-serv takes them. */
  psk: file("psk.txt", `${IDENTITY}:${PSK_HEX}\n`),
  server: keyFiles("server", server),
  client: keyFiles("client", client),
  stranger: keyFiles("stranger", stranger),
} as const;

/** What our client needs to be known by the peer, and to know it. */
export const CLIENT: Readonly<Record<CredentialKind, ClientOptions>> = {
  psk: { psk: { identity: Buffer.from(IDENTITY), key: PSK } },
  certificate: {
    certificate: { chain: [client.der], privateKey: client.privateKey },
    trust: { anchors: [ca.der] },
  },
  rawPublicKey: { rawPublicKey: { privateKey: client.privateKey }, peerPublicKeys: [server.spki] },
};

/** What our server needs to be known by the peer, and to know it. */
export const SERVER: Readonly<Record<CredentialKind, ServerOptions>> = {
  psk: { psk: (identity) => (Buffer.from(identity).toString() === IDENTITY ? PSK : undefined) },
  certificate: {
    certificate: { chain: [server.der], privateKey: server.privateKey },
    trust: { anchors: [ca.der] },
  },
  rawPublicKey: { rawPublicKey: { privateKey: server.privateKey }, peerPublicKeys: [client.spki] },
};

function keyFiles(name: string, { pem, privateKey, privateKeyPem }: Issued): KeyFiles {
  const publicKeyPem = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  return {
    certificate: file(`${name}.pem`, pem),
    privateKey: file(`${name}.key`, privateKeyPem),
    publicKey: file(`${name}.pub`, publicKeyPem),
    both: file(`${name}-pair.pem`, privateKeyPem + publicKeyPem),
  };
}
