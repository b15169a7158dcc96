/** Alert descriptions (RFC 5246 §7.2, RFC 4279 §6, RFC 6066 §9, RFC 8422), with what each means to a user. */
export const ALERTS = {
  close_notify: { code: 0, meaning: "the peer closed the connection" },
  unexpected_message: { code: 10, meaning: "a message came out of its place" },
  bad_record_mac: { code: 20, meaning: "a record did not verify: most likely the keys differ" },
  record_overflow: { code: 22, meaning: "a record was too long" },
  handshake_failure: { code: 40, meaning: "no cipher suite, credential or parameter suits both sides" },
  bad_certificate: { code: 42, meaning: "a certificate is corrupt or its signature is wrong" },
  unsupported_certificate: { code: 43, meaning: "a certificate is of a kind that is not supported" },
  certificate_revoked: { code: 44, meaning: "a certificate was revoked" },
  certificate_expired: { code: 45, meaning: "a certificate has expired or is not valid yet" },
  certificate_unknown: { code: 46, meaning: "a certificate is not acceptable" },
  illegal_parameter: { code: 47, meaning: "a field holds a value that is not allowed" },
  unknown_ca: { code: 48, meaning: "no trusted CA issued the certificate" },
  access_denied: { code: 49, meaning: "the credential is valid but not allowed" },
  decode_error: { code: 50, meaning: "a message could not be decoded" },
  decrypt_error: { code: 51, meaning: "a signature or Finished did not verify: keys or certificates differ" },
  protocol_version: { code: 70, meaning: "no common version; DTLS 1.2 is needed" },
  insufficient_security: { code: 71, meaning: "the peer wants stronger cipher suites" },
  internal_error: { code: 80, meaning: "an error inside one side" },
  user_canceled: { code: 90, meaning: "the handshake was cancelled" },
  no_renegotiation: { code: 100, meaning: "renegotiation is refused" },
  missing_extension: { code: 109, meaning: "a required extension is missing" },
  unsupported_extension: { code: 110, meaning: "an extension was answered that was not offered" },
  unrecognized_name: { code: 112, meaning: "the server does not know the name asked for" },
  unknown_psk_identity: { code: 115, meaning: "the server does not know the PSK identity" },
  certificate_required: { code: 116, meaning: "the server demands a client certificate" },
} as const satisfies Record<string, { readonly code: number; readonly meaning: string }>;

export type AlertName = keyof typeof ALERTS;

const BY_CODE: ReadonlyMap<number, AlertName> = new Map(
  (Object.keys(ALERTS) as AlertName[]).map((name) => [ALERTS[name].code, name]),
);

/** Undefined for a number that is not in the table. */
export function alertOfCode(code: number): AlertName | undefined {
  return BY_CODE.get(code);
}
