/** Numbers on the wire and what they are called (RFC 7252 §12, IANA CoRE Parameters). */
import { METHODS, RESPONSES } from "../../../../charts/describeWire.ts";

export const CODES: Readonly<Record<string, string>> = { "0.00": "Empty", ...METHODS, ...RESPONSES };

export const TYPES: Readonly<Record<string, string>> = {
  CON: "Confirmable: has to be acknowledged",
  NON: "Non-confirmable",
  ACK: "Acknowledgement",
  RST: "Reset: not understood or not wanted",
};

export const CONTENT_FORMATS: Readonly<Record<number, string>> = {
  0: "text/plain",
  40: "application/link-format",
  41: "application/xml",
  42: "application/octet-stream",
  50: "application/json",
  60: "application/cbor",
  110: "application/senml+json",
  112: "application/senml+cbor",
  11542: "application/vnd.oma.lwm2m+tlv",
  11543: "application/vnd.oma.lwm2m+json",
  11544: "application/vnd.oma.lwm2m+cbor",
};

export const FLIGHTS: Readonly<Record<number, string>> = {
  1: "the client says hello",
  2: "the server wants to see that the client can be reached",
  3: "the client says hello again, with the cookie",
  4: "the server chooses and shows its credentials",
  5: "the client answers with its keys and is finished",
  6: "the server is finished: the session stands",
};

export const ALERTS: Readonly<Record<string, string>> = {
  unknown_psk_identity: "the server does not know this identity",
  decrypt_error: "a proof did not fit: mostly the two sides have different keys",
  bad_record_mac: "a record could not be authenticated: mostly the two sides have different keys",
  handshake_failure: "no parameters that both sides accept",
  unknown_ca: "the certificate's issuer is not trusted",
  bad_certificate: "the certificate is damaged or its signature is wrong",
  certificate_expired: "the certificate is out of date",
  certificate_unknown: "the certificate was not accepted",
  unsupported_certificate: "a certificate of a kind that is not supported",
  no_renegotiation: "the other side does not want to negotiate anew",
  close_notify: "the other side closes the session",
  access_denied: "the credentials are good, but not allowed",
  protocol_version: "no version of the protocol that both sides speak",
  illegal_parameter: "a field of the handshake had a value that is not allowed",
};

/** `unknown_psk_identity` and `unknownPskIdentity` alike. */
export function alertMeaning(alert: string): string | undefined {
  return ALERTS[alert.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
}
