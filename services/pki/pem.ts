/**
 * PEM, the textual form of certificates and keys (RFC 7468), with the line of whatever is wrong.
 * Text outside of the blocks is explanatory and skipped (RFC 7468 §2).
 */
import { MAX_DER_OCTETS, MAX_FILE_OCTETS, MAX_PEM_BLOCKS } from "./bounds.ts";
import { PkiError } from "./errors.ts";

export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`, … */
  readonly label: string;
  readonly der: Uint8Array;
  /** Line of the `-----BEGIN`, from 1. */
  readonly line: number;
  /** Place among the blocks, from 1. */
  readonly block: number;
  /** True for a key in OpenSSL's old encrypted form (`Proc-Type: 4,ENCRYPTED`), whose `der` is ciphertext. */
  readonly legacyEncrypted: boolean;
  /** The block as it stands in the text; holds the secret when it is a key. */
  readonly text: string;
}

const BEGIN = /^-----BEGIN ([A-Z0-9 ]{1,64})-----\s*$/;
const END = /^-----END ([A-Z0-9 ]{1,64})-----\s*$/;
const LOOKS_LIKE_BOUNDARY = /^-{2,}\s*(BEGIN|END)/;
const BASE64_LINE = /^[A-Za-z0-9+/]+={0,2}$/;
/** RFC 1421 §4.6 header of an old encrypted key: `DEK-Info: AES-256-CBC,…`. */
const HEADER = /^[A-Za-z-]+:/;
/** Base64 of ordinary length is cut in lines of 64; anything far beyond is not PEM. */
const MAX_BLOCK_CHARACTERS = 2 * MAX_DER_OCTETS;

/** The blocks of a text in its order. Throws `PkiError` with the line for a block that is torn or not base64. */
export function scanPem(text: string): PemBlock[] {
  if (text.length > MAX_FILE_OCTETS)
    throw new PkiError("tooLarge", `text is longer than ${MAX_FILE_OCTETS} characters`);
  // A byte order mark would hide the first boundary.
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const blocks: PemBlock[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const label = BEGIN.exec(line)?.[1];
    if (label !== undefined) {
      if (blocks.length === MAX_PEM_BLOCKS) {
        throw new PkiError("tooLarge", `more than ${MAX_PEM_BLOCKS} blocks`, { line: at + 1 });
      }
      const end = findEnd(lines, at, label);
      blocks.push(readBlock(lines, at, end, label, blocks.length + 1));
      at = end;
    } else if (LOOKS_LIKE_BOUNDARY.test(line)) {
      throw new PkiError("malformed", "a boundary of a PEM block that is misspelt or has no BEGIN", { line: at + 1 });
    }
  }
  return blocks;
}

/** The canonical form: lines of 64, LF line ends and a final one (RFC 7468 §2). */
export function encodePem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.byteLength).toString("base64");
  const body = base64.match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...body, `-----END ${label}-----`, ""].join("\n");
}

function findEnd(lines: readonly string[], begin: number, label: string): number {
  for (let at = begin + 1; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const found = END.exec(line)?.[1];
    if (found === label) return at;
    if (found !== undefined || LOOKS_LIKE_BOUNDARY.test(line)) {
      throw new PkiError("malformed", `expected the END of the ${label} begun in line ${begin + 1}`, { line: at + 1 });
    }
  }
  throw new PkiError("malformed", `${label} is not ended`, { line: begin + 1 });
}

function readBlock(lines: readonly string[], begin: number, end: number, label: string, block: number): PemBlock {
  let base64 = "";
  let legacyEncrypted = false;
  for (let at = begin + 1; at < end; at++) {
    const line = (lines[at] ?? "").trim();
    if (line === "") continue;
    if (base64 === "" && HEADER.test(line)) {
      legacyEncrypted ||= /^Proc-Type:\s*4,\s*ENCRYPTED/.test(line);
      continue;
    }
    if (!BASE64_LINE.test(line) || base64.endsWith("=")) {
      throw new PkiError("malformed", `${label} holds something that is not base64`, { line: at + 1, block });
    }
    base64 += line;
    if (base64.length > MAX_BLOCK_CHARACTERS) {
      throw new PkiError("tooLarge", `${label} is larger than ${MAX_DER_OCTETS} octets`, { line: begin + 1, block });
    }
  }
  if (base64 === "") throw new PkiError("malformed", `${label} is empty`, { line: begin + 1, block });
  if (base64.length % 4 !== 0) throw new PkiError("malformed", `${label} ends too early`, { line: end + 1, block });
  const der = new Uint8Array(Buffer.from(base64, "base64"));
  return { label, der, line: begin + 1, block, legacyEncrypted, text: `${lines.slice(begin, end + 1).join("\n")}\n` };
}
