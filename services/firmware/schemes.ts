/** Package URIs and the protocols behind them (LwM2M object 5, resources 1 and 8). */
import { type Refused, refused } from "./outcome.ts";

/** `protocol` is the number in 5/0/8, Firmware Update Protocol Support. */
export const SCHEMES = {
  "coap:": { protocol: 0, over: "coap" },
  "coaps:": { protocol: 1, over: "coap" },
  "http:": { protocol: 2, over: "http" },
  "https:": { protocol: 3, over: "http" },
} as const satisfies Readonly<Record<string, { protocol: number; over: "coap" | "http" }>>;
export type Scheme = keyof typeof SCHEMES;

export interface FirmwareUri {
  readonly kind: "uri";
  readonly scheme: Scheme;
  readonly url: URL;
}

export const MAX_URI_LENGTH = 2048;
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\//i;
/** `URL` drops some of these silently. */
const NOT_IN_A_URI = /[^\x21-\x7e]|[<>"\\^`{|}]/;

/** Values of 5/0/8 for a set of schemes, ascending. */
export function protocolSupport(schemes: readonly Scheme[]): readonly number[] {
  return schemes.map((scheme) => SCHEMES[scheme].protocol).sort((a, b) => a - b);
}

/** Reads a package URI; `served` are the schemes that this device downloads over. */
export function readFirmwareUri(text: string, served: readonly Scheme[]): FirmwareUri | Refused {
  if (text.length > MAX_URI_LENGTH) return refused("invalidUri", `longer than ${MAX_URI_LENGTH} characters`);
  if (!ABSOLUTE.test(text) || NOT_IN_A_URI.test(text) || !URL.canParse(text)) {
    return refused("invalidUri", "not an absolute URI like https://host/path");
  }
  const url = new URL(text);
  const scheme = served.find((candidate) => candidate === url.protocol);
  if (scheme === undefined) {
    const known = served.map((candidate) => candidate.slice(0, -1)).join(", ");
    return refused("unsupportedScheme", `${url.protocol.slice(0, -1)} is not one of ${known}`);
  }
  if (url.hostname === "") return refused("invalidUri", "names no host");
  // RFC 9110 §4.2.4: user information in a URI from elsewhere is an error. RFC 7252 §6.1 has none.
  if (url.username !== "" || url.password !== "") return refused("invalidUri", "carries user information");
  // RFC 7252 §6.1 has no fragment; HTTP keeps it to itself (RFC 9110 §4.2.5).
  if (url.hash !== "" && SCHEMES[scheme].over === "coap") return refused("invalidUri", "carries a fragment");
  url.hash = "";
  return { kind: "uri", scheme, url };
}

/** The URL as it may be shown: without query and user information, either of which may hold a token. */
export function publicUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}
