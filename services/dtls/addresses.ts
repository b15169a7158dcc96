/** Hosts and numeric addresses. */
import { lookup as resolveName } from "node:dns/promises";
import { isIP, isIPv6 } from "node:net";
import type { PeerAddress } from "../../ports/transport.ts";
import { DtlsError } from "./errors.ts";

/** Resolves a name to all its addresses, numeric, the preferred one first. */
export type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>;

const systemLookup: Lookup = (host) => resolveName(host, { all: true, verbatim: true });

/** Rejects with a `DtlsError` `socket` for a host without an address. */
export async function resolveHost(
  host: string,
  lookup: Lookup = systemLookup,
): Promise<readonly [string, ...string[]]> {
  if (isIP(host) !== 0) return [host];
  let found: Awaited<ReturnType<Lookup>>;
  try {
    found = await lookup(host);
  } catch (error) {
    throw new DtlsError("socket", `${host} does not resolve: ${(error as Error).message}`);
  }
  const [first, ...others] = found.map(({ address }) => address);
  if (first === undefined) throw new DtlsError("socket", `${host} has no address`);
  return [first, ...others];
}

export function familyOf(address: string): 4 | 6 {
  return isIPv6(address) ? 6 : 4;
}

/** `192.0.2.1:5684`, `[2001:db8::1]:5684`. */
export function addressText({ address, port }: PeerAddress): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Throws `DtlsError` `option`. */
export function checkPort(port: number, least: 0 | 1): void {
  if (Number.isInteger(port) && port >= least && port <= 0xffff) return;
  throw new DtlsError("option", `port ${port} is not from ${least} to 65535`);
}
