/** Whether a certificate is for the host that was asked for (RFC 6125 §6; RFC 7925 §4.4.1; LwM2M 1.1 Transport §5.2.9.3). */
import { equalOctets } from "./der.ts";
import { canonicalHost } from "./generalNames.ts";
import { parseAddress } from "./ipAddress.ts";
import type { TbsCertificate } from "./tbsCertificate.ts";

type Named = Pick<TbsCertificate, "commonName" | "extensions">;

/** `name` is a DNS name in ASCII or an IP literal without brackets. */
export function isNamed({ commonName = "", extensions }: Named, name: string): boolean {
  const { dns = [], ip = [], uri = [] } = extensions.subjectAltName ?? {};
  const address = parseAddress(name);
  // The common name counts only where no name of the kind is given otherwise: LwM2M keeps it for older servers.
  if (address === undefined) return (dns.length > 0 ? dns : [commonName]).some((pattern) => matchesHost(pattern, name));
  if (ip.length > 0) return ip.some((octets) => equalOctets(octets, address));
  return [...uri.map(hostOf), commonName].some((text) => {
    const octets = parseAddress(text);
    return octets !== undefined && equalOctets(octets, address);
  });
}

/** RFC 6125 §6.4.3: a wildcard is the whole left-most label, stands for one label, and two labels follow it at least. */
function matchesHost(pattern: string, host: string): boolean {
  const [presented, wanted] = [canonicalHost(pattern), canonicalHost(host)];
  if (wanted === "" || wanted.includes("*")) return false;
  if (!presented.startsWith("*.")) return presented === wanted;
  const parent = presented.slice(1);
  const firstDot = wanted.indexOf(".");
  return parent.indexOf(".", 1) > 0 && firstDot > 0 && wanted.slice(firstDot) === parent;
}

function hostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).hostname.replace(/^\[(.*)\]$/, "$1") : "";
}
