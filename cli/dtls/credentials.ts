/** Keys and certificates that the options name, read and checked before anything is sent. */
import type { CommonOptions } from "../../services/dtls/types.ts";
import { MAX_FILE_OCTETS } from "../../services/pki/bounds.ts";
import {
  readCertificateChain,
  readCertificates,
  readPrivateKey,
  readPublicKey,
} from "../../services/pki/credentials.ts";
import { PkiError } from "../../services/pki/errors.ts";
import { usageError } from "../errors.ts";
import type { DtlsOptions } from "./options.ts";
import { parseIdentity, readKey } from "./secretOption.ts";
import { readSmallFile } from "./smallFile.ts";

export interface Credentials {
  readonly psk?: { readonly identity: Uint8Array; readonly key: Uint8Array };
  /** For either role. */
  readonly common: Pick<CommonOptions, "certificate" | "rawPublicKey" | "trust" | "peerPublicKeys">;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Rejects with a usage error that names the option or the file, or with Node's own for a file that cannot be read. */
export async function readCredentials(options: DtlsOptions, role: "client" | "server", env: Env): Promise<Credentials> {
  checkTogether(options, role);
  const { pskIdentity, psk, cert, key, ca, peerPublicKey } = options;
  const privateKey = key === undefined ? undefined : await inFile(key, (octets) => readPrivateKey(octets));
  const chain = cert === undefined ? undefined : await inFile(cert, readCertificateChain);
  const anchors = ca === undefined ? undefined : await inFile(ca, readCertificates);
  const peerPublicKeys = peerPublicKey && (await Promise.all(peerPublicKey.map((file) => inFile(file, readPublicKey))));
  return {
    ...(psk !== undefined &&
      pskIdentity !== undefined && { psk: { identity: parseIdentity(pskIdentity), key: await readKey(psk, env) } }),
    common: {
      ...(privateKey !== undefined &&
        (chain ? { certificate: { chain, privateKey } } : { rawPublicKey: { privateKey } })),
      ...(anchors !== undefined && { trust: { anchors } }),
      ...(peerPublicKeys !== undefined && { peerPublicKeys }),
    },
  };
}

function checkTogether(options: DtlsOptions, role: "client" | "server"): void {
  const { pskIdentity, psk, cert, key, ca, peerPublicKey } = options;
  const verifies = ca !== undefined || peerPublicKey !== undefined;
  if (psk !== undefined && pskIdentity === undefined) throw usageError("--psk needs --psk-identity");
  if (pskIdentity !== undefined && psk === undefined) throw usageError("--psk-identity needs --psk");
  if (cert !== undefined && key === undefined)
    throw usageError("--cert needs --key, the private key that belongs to it");
  if (role === "client" && psk === undefined && !verifies) {
    throw usageError(
      key === undefined ? "There is no credential." : "--key needs --ca or --peer-public-key, to know the server by.",
      "Give --psk-identity and --psk, or --ca, or --peer-public-key; with --key the client shows a credential of its own.",
    );
  }
  if (role === "server" && psk === undefined && key === undefined) {
    throw usageError(
      "There is no credential.",
      "Give --psk-identity and --psk, or --cert and --key, or --key alone for a raw public key.",
    );
  }
}

async function inFile<T>(path: string, read: (octets: Uint8Array) => T): Promise<T> {
  const octets = await readSmallFile(path, MAX_FILE_OCTETS);
  try {
    return read(octets);
  } catch (error) {
    throw error instanceof PkiError ? usageError(`${path}: ${error.message}`, undefined, error) : error;
  }
}
