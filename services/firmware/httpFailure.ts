/** What made an HTTP exchange fail, by the error codes of undici, Node's TLS and the system. */
import { types } from "node:util";
import type { RefusalReason } from "./outcome.ts";

export type HttpFailure =
  | Extract<RefusalReason, "badCertificate" | "unreachable" | "nameNotResolved" | "protocol">
  | "lost";

/** Verification results of OpenSSL as Node names them, and Node's own check of the host name. */
const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  "CA_KEY_TOO_SMALL",
  "CA_MD_TOO_WEAK",
  "CERT_CHAIN_TOO_LONG",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "EE_KEY_TOO_SMALL",
  "ERROR_IN_CERT_NOT_AFTER_FIELD",
  "ERROR_IN_CERT_NOT_BEFORE_FIELD",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_TLS_CERT_ALTNAME_FORMAT",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
  "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNSPECIFIED",
]);

const UNREACHABLE_CODES: ReadonlySet<string> = new Set([
  "EACCES",
  "EADDRNOTAVAIL",
  "ECONNREFUSED",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "EPERM",
]);

const RULES: readonly { readonly failure: HttpFailure; readonly matches: (code: string) => boolean }[] = [
  { failure: "badCertificate", matches: (code) => CERTIFICATE_CODES.has(code) },
  { failure: "nameNotResolved", matches: (code) => code === "ENOTFOUND" || code.startsWith("EAI_") },
  { failure: "unreachable", matches: (code) => UNREACHABLE_CODES.has(code) },
  { failure: "protocol", matches: (code) => /^(HPE_|ERR_SSL_|ERR_TLS_|EPROTO$|UND_ERR_HEADERS_OVERFLOW$)/.test(code) },
  { failure: "protocol", matches: (code) => code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" },
];

/**
 * Classifies an error of an exchange. A code that no rule knows means that the connection was lost, or, before there
 * was one, that the host is not reachable. An error without a code is a bug and is thrown on.
 */
export function httpFailureOf(
  error: unknown,
  connected: boolean,
): { readonly failure: HttpFailure; readonly detail: string } {
  const { code, message } = withCode(error);
  const failure = RULES.find(({ matches }) => matches(code))?.failure ?? (connected ? "lost" : "unreachable");
  return { failure, detail: message === "" ? code : `${code}: ${message}` };
}

/** Several addresses that were tried come as one error that holds theirs. */
function withCode(error: unknown): { readonly code: string; readonly message: string } {
  // Not `instanceof`: Node's own errors may be of another realm than this code.
  if (!types.isNativeError(error)) throw error;
  const { code } = error as { code?: unknown };
  if (typeof code === "string") return { code, message: error.message };
  // undici's parser gives a code to some of its errors only.
  if (error.name === "HTTPParserError") return { code: "HPE_INVALID", message: error.message };
  const inner: unknown = "errors" in error && Array.isArray(error.errors) ? error.errors[0] : error.cause;
  if (inner === undefined) throw error;
  return withCode(inner);
}
