/** The CA certificates of security tags: what a firmware host is trusted by, and nothing else is. */
import type { CredentialStore } from "../../ports/modem.ts";
import { readPemBundle } from "../pki/bundle.ts";
import { PkiError } from "../pki/errors.ts";
import { encodePem } from "../pki/pem.ts";
import { asModemError } from "./modemRefusal.ts";

export interface TrustedCas {
  /** The tags that hold a CA certificate, readable or not. */
  readonly tags: readonly number[];
  /** PEM, one each. */
  readonly certificates: readonly string[];
  /** Why a tag gave none. */
  readonly problems: readonly string[];
}

/** Reads the tags' CA certificates; a tag that has none, or a damaged one, is told in `problems`. */
export async function readTrustedCas(credentials: CredentialStore, caTags: readonly number[]): Promise<TrustedCas> {
  const tags: number[] = [];
  const certificates: string[] = [];
  const problems: string[] = [];
  for (const tag of caTags) {
    let content: Uint8Array;
    try {
      content = await credentials.read(tag, "ca");
    } catch (error) {
      problems.push(`tag ${tag}: ${asModemError(error).code}`);
      continue;
    }
    tags.push(tag);
    try {
      const bundle = readPemBundle(new TextDecoder().decode(content));
      if (bundle.certificates.length === 0) problems.push(`tag ${tag}: no certificate`);
      certificates.push(...bundle.certificates.map(({ der }) => encodePem("CERTIFICATE", der)));
    } catch (error) {
      if (!(error instanceof PkiError)) throw error;
      problems.push(`tag ${tag}: ${error.message}`);
    }
  }
  return { tags, certificates, problems };
}
