/** `coap:` and `coaps:` URIs (RFC 7252 §6), taken apart into what requests are made of. */
import { isIPv4, isIPv6 } from "node:net";
import { CoapUriError } from "./errors.ts";

export interface CoapUri {
  readonly secure: boolean;
  /** A name in lower case, or an IPv4 or IPv6 address; the latter without brackets. */
  readonly host: string;
  /** Whether `host` is a name: then a request carries it as Uri-Host (RFC 7252 §6.4). */
  readonly named: boolean;
  readonly port: number;
  readonly path: readonly string[];
  readonly query: readonly string[];
}

/** RFC 7252 §12.6, §12.7. */
export const COAP_PORT = 5683;
export const COAPS_PORT = 5684;

const MAX_URI_OCTETS = 2_048;
const MAX_OPTION_OCTETS = 255;

//                  scheme       authority  path      query        fragment
const URI = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/;
const REG_NAME = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;

/** Throws `CoapUriError`. */
export function parseCoapUri(uri: string): CoapUri {
  if (uri.length > MAX_URI_OCTETS) {
    throw new CoapUriError("length", `${uri.slice(0, 40)}…`, `longer than ${MAX_URI_OCTETS} characters`);
  }
  const match = URI.exec(uri);
  const scheme = match?.[1]?.toLowerCase();
  if (match === null || (scheme !== "coap" && scheme !== "coaps")) {
    throw new CoapUriError("scheme", uri, "write it as coap://host[:port]/path or coaps://host[:port]/path");
  }
  if (match[5] !== undefined) throw new CoapUriError("fragment", uri, "a fragment has no meaning here");
  const secure = scheme === "coaps";
  const path = match[3] ?? "";
  return {
    secure,
    ...parseAuthority(uri, match[2] ?? "", secure ? COAPS_PORT : COAP_PORT),
    path:
      path === "" || path === "/"
        ? []
        : path
            .slice(1)
            .split("/")
            .map((segment) => decode(uri, segment)),
    query: match[4] === undefined ? [] : match[4].split("&").map((argument) => decode(uri, argument)),
  };
}

function parseAuthority(uri: string, authority: string, defaultPort: number) {
  if (authority.includes("@")) throw new CoapUriError("userInfo", uri, "a user name has no place in a CoAP URI");
  const match = /^(\[[^\]]*\]|[^:]*)(?::([^:]*))?$/.exec(authority);
  const host = match?.[1] ?? "";
  if (match === null || host === "")
    throw new CoapUriError("host", uri, "there is no host, or an IPv6 address lacks its brackets");
  return { ...parseHost(uri, host), port: parsePort(uri, match[2], defaultPort) };
}

function parseHost(uri: string, host: string): { host: string; named: boolean } {
  if (host.startsWith("[")) {
    // RFC 6874: a zone is written with its percent sign escaped.
    const address = host.slice(1, -1).replace("%25", "%");
    if (!isIPv6(address)) throw new CoapUriError("host", uri, `${host} is no IPv6 address`);
    return { host: address.toLowerCase(), named: false };
  }
  if (isIPv4(host)) return { host, named: false };
  if (!REG_NAME.test(host)) throw new CoapUriError("host", uri, `${JSON.stringify(host)} is no host name`);
  return { host: decode(uri, host).toLowerCase(), named: true };
}

function parsePort(uri: string, text: string | undefined, defaultPort: number): number {
  if (text === undefined || text === "") return defaultPort;
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new CoapUriError("port", uri, `port ${text} is not from 1 to 65535`);
  return port;
}

/** Percent-decoded; no option takes more than 255 octets. */
function decode(uri: string, text: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw new CoapUriError("encoding", uri, `${JSON.stringify(text)} is not percent-encoded UTF-8`);
  }
  if (Buffer.byteLength(decoded) > MAX_OPTION_OCTETS) {
    throw new CoapUriError("length", uri, `a part is longer than ${MAX_OPTION_OCTETS} octets`);
  }
  return decoded;
}
