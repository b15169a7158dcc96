/** Whether certificates may go to the modem as trusted CAs: every reason against it, and where it stands. */
import { MAX_MODEM_CREDENTIAL_OCTETS } from "./bounds.ts";
import { type CertificateFacts, factsOf, looksLikeDer } from "./certificate.ts";
import { PkiError } from "./errors.ts";
import { encodePem, type PemBlock, scanPem } from "./pem.ts";

export type CaProblemCode =
  | "empty"
  | "malformed"
  | "privateKey"
  | "notACertificate"
  | "notCa"
  | "keyUsage"
  | "unsupportedKey"
  | "notYetValid"
  | "expired"
  | "tooLarge";

export interface CaProblem {
  readonly code: CaProblemCode;
  /** What is wrong, with subject and line where there is one; nothing secret. */
  readonly message: string;
  /** PEM block, from 1. */
  readonly block?: number;
  /** Line of the text, from 1. */
  readonly line?: number;
}

type Position = { readonly block?: number; readonly line?: number };

/** One certificate's rules; each gives the reason against it or undefined. */
const RULES: readonly {
  readonly code: CaProblemCode;
  readonly against: (facts: CertificateFacts, nowMs: number) => string | undefined;
}[] = [
  // RFC 5280 §4.2.1.9
  { code: "notCa", against: ({ isCa }) => (isCa ? undefined : "is not a CA (basic constraints)") },
  {
    // RFC 5280 §4.2.1.3
    code: "keyUsage",
    against: ({ keyUsage }) =>
      keyUsage === undefined || keyUsage.includes("keyCertSign")
        ? undefined
        : `may not sign certificates (key usage is ${keyUsage.join(", ") || "empty"})`,
  },
  {
    code: "unsupportedKey",
    against: ({ keyType }) =>
      keyType === "rsa" || keyType === "ec" ? undefined : `has a key of type ${keyType}; the modem takes RSA and EC`,
  },
  {
    code: "notYetValid",
    against: ({ validFromMs }, nowMs) => (nowMs >= validFromMs ? undefined : `is not valid before ${iso(validFromMs)}`),
  },
  {
    code: "expired",
    against: ({ validToMs }, nowMs) => (nowMs <= validToMs ? undefined : `expired on ${iso(validToMs)}`),
  },
  {
    code: "tooLarge",
    against: ({ der }) =>
      encodePem("CERTIFICATE", der).length <= MAX_MODEM_CREDENTIAL_OCTETS
        ? undefined
        : `is larger than the ${MAX_MODEM_CREDENTIAL_OCTETS} octets that the modem takes`,
  },
];

/**
 * Checks a file of CA certificates, PEM (one or several) or DER. An empty list means: fit to be written.
 * @param nowMs time of day in ms since 1970.
 */
export function checkCaCertificate(bytes: Uint8Array, { nowMs }: { readonly nowMs: number }): readonly CaProblem[] {
  if (bytes.length === 0) return [{ code: "empty", message: "the file is empty" }];
  if (looksLikeDer(bytes)) return checkDer(bytes, {}, nowMs);
  let blocks: readonly PemBlock[];
  try {
    blocks = scanPem(new TextDecoder().decode(bytes));
  } catch (error) {
    return [problemOf(error)];
  }
  if (blocks.length === 0) return [{ code: "malformed", message: "no -----BEGIN CERTIFICATE----- and not DER either" }];
  return blocks.flatMap((block) => checkBlock(block, nowMs));
}

function checkBlock({ label, der, line, block }: PemBlock, nowMs: number): readonly CaProblem[] {
  if (label === "CERTIFICATE") return checkDer(der, { line, block }, nowMs);
  const code = label.endsWith("PRIVATE KEY") ? "privateKey" : "notACertificate";
  return [{ code, message: `line ${line}: ${label} does not belong among CA certificates`, line, block }];
}

function checkDer(der: Uint8Array, position: Position, nowMs: number): readonly CaProblem[] {
  let facts: CertificateFacts;
  try {
    facts = factsOf(der, position);
  } catch (error) {
    return [{ ...problemOf(error), ...position }];
  }
  const at = position.line === undefined ? "" : `line ${position.line}: `;
  return RULES.flatMap(({ code, against }) => {
    const reason = against(facts, nowMs);
    return reason === undefined
      ? []
      : [{ code, message: `${at}${facts.subject || "certificate"} ${reason}`, ...position }];
  });
}

function problemOf(error: unknown): CaProblem {
  if (!(error instanceof PkiError)) throw error;
  const { code, message, line, block } = error;
  return {
    code: code === "tooLarge" ? "tooLarge" : "malformed",
    message,
    ...(block === undefined ? {} : { block }),
    ...(line === undefined ? {} : { line }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
