/** Files of CA certificates that firmware hosts are trusted by. */
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { MAX_FILE_OCTETS } from "../../services/pki/bounds.ts";
import { readPemBundle } from "../../services/pki/bundle.ts";
import { looksLikeDer } from "../../services/pki/certificate.ts";
import { checkCaCertificate } from "../../services/pki/checkCaCertificate.ts";
import { encodePem } from "../../services/pki/pem.ts";
import type { Report } from "./security.ts";
import { show } from "./words.ts";

/** Every certificate of the files, each as PEM of its own; what is wrong with one is reported. */
export async function readTrustedCas(
  files: readonly string[],
  folder: string,
  nowMs: number,
  report: Report,
): Promise<readonly string[]> {
  const certificates: string[] = [];
  for (const [index, file] of files.entries()) {
    const refuse = (hint: string) => report({ key: `firmware.trustedCa[${index}]`, is: `is ${show(file)}`, hint });
    const bytes = await readBytes(resolve(folder, file));
    if (typeof bytes === "string") {
      refuse(bytes);
      continue;
    }
    const problems = checkCaCertificate(bytes, { nowMs });
    if (problems.length === 0) certificates.push(...pemsOf(bytes));
    else refuse(problems.map(({ message }) => message).join("; "));
  }
  return certificates;
}

/** The file, or why it cannot be read. */
async function readBytes(path: string): Promise<Uint8Array | string> {
  try {
    if ((await stat(path)).size > MAX_FILE_OCTETS) return `at most ${MAX_FILE_OCTETS} octets are read`;
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    return code === "ENOENT" ? `there is no file ${path}` : `${path} cannot be read (${code})`;
  }
}

function pemsOf(bytes: Uint8Array): string[] {
  if (looksLikeDer(bytes)) return [encodePem("CERTIFICATE", bytes)];
  return readPemBundle(new TextDecoder().decode(bytes)).certificates.map(({ der }) => encodePem("CERTIFICATE", der));
}
