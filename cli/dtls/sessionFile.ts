/** The file of `--resume`: a session, with its master secret, for its owner alone. */
import { randomBytes } from "node:crypto";
import { open, rename, unlink } from "node:fs/promises";
import { PkiError } from "../../services/pki/errors.ts";
import { encodePem, scanPem } from "../../services/pki/pem.ts";
import { usageError } from "../errors.ts";
import { readSmallFile } from "./smallFile.ts";

const LABEL = "DTLS SESSION";
const PREAMBLE = "A DTLS session of lwm2m-carrier. It holds a master secret: whoever has it can read and join in.\n";
const MAX_OCTETS = 16_384;
const OWNER_ALONE = 0o600;

/** Undefined when there is no file yet. Rejects with a usage error for one that holds no session. */
export async function readSession(path: string): Promise<Uint8Array | undefined> {
  try {
    const text = new TextDecoder().decode(await readSmallFile(path, MAX_OCTETS));
    const [block, ...more] = scanPem(text);
    if (block === undefined) throw noSession(path, "it has no PEM block");
    if (block.label !== LABEL || more.length > 0) throw noSession(path, `it holds ${block.label}, not one ${LABEL}`);
    return block.der;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error instanceof PkiError ? noSession(path, error.message) : error;
  }
}

export function noSession(path: string, reason: string): Error {
  return usageError(`${path} is no session to resume: ${reason}`, "Remove it, or name a file that is not there yet.");
}

/** Replaces the file as a whole: at any instant it is the old one or the new one. */
export async function writeSession(path: string, session: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = await open(temporary, "wx", OWNER_ALONE);
  try {
    await file.writeFile(PREAMBLE + encodePem(LABEL, session));
    await file.datasync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

/** A session that ended with a fatal alert is not resumed (RFC 5246 §7.2.2). */
export async function forgetSession(path: string): Promise<void> {
  await unlink(path).catch(() => {});
}
