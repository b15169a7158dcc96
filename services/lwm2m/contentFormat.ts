/** CoAP content formats that LwM2M names (OMA LwM2M Core 1.1 §7.4; IANA CoRE parameters). */

export const CONTENT_FORMAT = {
  text: 0,
  link: 40,
  opaque: 42,
  cbor: 60,
  senmlJson: 110,
  senmlCbor: 112,
  senmlEtchJson: 320,
  senmlEtchCbor: 322,
  tlv: 11542,
  json: 11543,
  /** The numbers that drafts of LwM2M 1.0 used; read, never written. */
  oldText: 1541,
  oldTlv: 1542,
  oldJson: 1543,
} as const;

export type ContentFormatName = keyof typeof CONTENT_FORMAT;
export type ContentFormatNumber = (typeof CONTENT_FORMAT)[ContentFormatName];

/** Media types by number, for people. */
export const MEDIA_TYPE: Readonly<Record<ContentFormatNumber, string>> = {
  0: "text/plain",
  40: "application/link-format",
  42: "application/octet-stream",
  60: "application/cbor",
  110: "application/senml+json",
  112: "application/senml+cbor",
  320: "application/senml-etch+json",
  322: "application/senml-etch+cbor",
  11542: "application/vnd.oma.lwm2m+tlv",
  11543: "application/vnd.oma.lwm2m+json",
  1541: "text/plain",
  1542: "application/vnd.oma.lwm2m+tlv",
  1543: "application/vnd.oma.lwm2m+json",
};

/** The media type of a number, or the number itself where it is none of ours. */
export function contentFormatName(number: number): string {
  return number in MEDIA_TYPE ? MEDIA_TYPE[number as ContentFormatNumber] : String(number);
}
