/** The place that a `dtls` command is given: `coaps://host[:port]`, or only `host[:port]`. */
import { isIPv6 } from "node:net";
import { DTLS_PORT } from "../../services/dtls/dtlsSocket.ts";
import { usageError } from "../errors.ts";

export interface Target {
  /** A name or a numeric address, IPv6 without its brackets. */
  readonly host: string;
  readonly port: number;
}

//                scheme                            host                      port    the rest
const TARGET = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?(\[[^\]]*\]|[^:/?#@[\]]+)(?::(\d{1,5}))?([/?#].*)?$/;

/** @param leastPort 0 where a free port may be asked for. Throws a usage error. */
export function parseTarget(uri: string, leastPort: 0 | 1): Target {
  const match = TARGET.exec(uri);
  if (match === null) throw wrong(uri, "it is not host[:port]; an IPv6 address stands in brackets");
  const [, scheme = "coaps", host = "", portText = `${DTLS_PORT}`, rest = ""] = match;
  if (scheme.toLowerCase() !== "coaps") throw wrong(uri, `${scheme}: is not DTLS over UDP`);
  if (rest !== "" && rest !== "/") throw wrong(uri, "DTLS knows no path, query or fragment");
  const port = Number(portText);
  if (port < leastPort || port > 0xffff) throw wrong(uri, `port ${portText} is not from ${leastPort} to 65535`);
  if (!host.startsWith("[")) return { host, port };
  // RFC 6874: a zone is written with its percent sign escaped.
  const address = host.slice(1, -1).replace("%25", "%");
  if (!isIPv6(address)) throw wrong(uri, `${host} is no IPv6 address`);
  return { host: address, port };
}

function wrong(uri: string, reason: string) {
  return usageError(`${JSON.stringify(uri)}: ${reason}`, "Write coaps://host[:port].");
}
