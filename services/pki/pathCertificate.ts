/** One certificate in the search of a path. What costs time, OpenSSL's own reading above all, waits until it is needed. */
import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import { equalOctets } from "./der.ts";
import { PkiError } from "./errors.ts";
import type { Extensions } from "./extensions.ts";
import { kindOf } from "./p256.ts";
import { readTbsCertificate, type TbsCertificate, timeOf } from "./tbsCertificate.ts";

/** A peer chooses its names: a message shows no more of one. */
const MAX_SHOWN_CHARACTERS = 160;

export class PathCertificate {
  readonly der: Uint8Array;
  readonly tbs: TbsCertificate;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  #x509: X509Certificate | undefined;

  /** Throws `PkiError`. */
  constructor(der: Uint8Array) {
    this.der = der;
    this.tbs = readTbsCertificate(der);
    this.notBeforeMs = timeOf(this.tbs.notBefore);
    this.notAfterMs = timeOf(this.tbs.notAfter);
  }

  get extensions(): Extensions {
    return this.tbs.extensions;
  }

  get selfIssued(): boolean {
    return equalOctets(this.tbs.issuer, this.tbs.subject);
  }

  /** `CN=…, O=…`; "" for an empty one. */
  get subject(): string {
    return shown(this.#read().subject);
  }

  /** The subject as a sentence begins with it. */
  get title(): string {
    return this.subject || "a certificate without subject";
  }

  get issuer(): string {
    return shown(this.#read().issuer);
  }

  /** SHA-256 over the DER, 64 upper-case hexadecimal digits. */
  get fingerprint(): string {
    return createHash("sha256").update(this.der).digest("hex").toUpperCase();
  }

  /** Throws `PkiError` for a key that OpenSSL does not read: a point off its curve, an unknown algorithm. */
  get publicKey(): KeyObject {
    try {
      return this.#read().publicKey;
    } catch {
      throw new PkiError("malformed", `${this.title} has a public key that cannot be read`);
    }
  }

  /** For messages. */
  get keyKind(): string {
    try {
      return kindOf(this.#read().publicKey);
    } catch {
      return "a key of an unknown kind";
    }
  }

  /** RFC 5280 §4.1.2.4 has the names encoded identically. */
  namesAsIssuer(issuer: PathCertificate): boolean {
    return equalOctets(this.tbs.issuer, issuer.tbs.subject);
  }

  isSignedBy(issuer: PathCertificate): boolean {
    try {
      return this.#read().verify(issuer.publicKey);
    } catch {
      return false;
    }
  }

  #read(): X509Certificate {
    try {
      this.#x509 ??= new X509Certificate(this.der);
      return this.#x509;
    } catch {
      throw new PkiError("malformed", "not an X.509 certificate");
    }
  }
}

/** OpenSSL gives one attribute a line, and escapes control characters. */
function shown(name: string | undefined): string {
  const line = (name ?? "").trim().replaceAll("\n", ", ");
  return line.length > MAX_SHOWN_CHARACTERS ? `${line.slice(0, MAX_SHOWN_CHARACTERS)}…` : line;
}
