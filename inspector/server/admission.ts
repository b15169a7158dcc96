/**
 * Who may speak to the inspector's server: who knows the token, asks a host that is this machine (a page elsewhere
 * that has its own name point here does not), and is no page of another origin.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

export interface AdmissionRules {
  readonly token: string;
  /** Address or name that the server listens at. */
  readonly host: string;
  /** Origins whose pages may use the paths of other inspectors. */
  readonly origins: ReadonlySet<string>;
}

export interface Admitted {
  /** What was asked for: the path after `/<token>/`; undefined: that slash is missing. */
  readonly path: string | undefined;
  /** As the client named it, checked. */
  readonly host: string;
  /** It comes from a page of another origin, one that was allowed. */
  readonly foreign: boolean;
}

export interface Refused {
  readonly status: 400 | 403;
  readonly reason: string;
}

const HOST = /^[\w.-]+(:\d{1,5})?$|^\[[\da-fA-F:.]+\](:\d{1,5})?$/;

export function admit(request: IncomingMessage, rules: AdmissionRules): Admitted | Refused {
  const host = request.headers.host ?? "";
  const name = nameOf(host);
  if (name === undefined) return { status: 400, reason: "the Host header is missing or malformed" };
  if (!isOurs(name, rules.host)) return { status: 403, reason: `this is not ${name}: the inspector has no such name` };

  const [, given = "", path] = /^\/([^/?]*)(?:\/([^?]*))?/.exec(request.url ?? "") ?? [];
  if (!isSame(given, rules.token)) return { status: 403, reason: "the token in the address is wrong" };

  const { origin } = request.headers;
  const foreign = origin !== undefined && origin !== `http://${host}`;
  if (foreign && !rules.origins.has(origin))
    return { status: 403, reason: `pages of ${shown(origin)} may not ask here` };
  return { path, host, foreign };
}

/** True when only this machine reaches what listens there. */
export function isLoopback(name: string): boolean {
  return name === "localhost" || name === "::1" || (isIP(name) === 4 && name.startsWith("127."));
}

/** Takes as long for a wrong token as for the right one. */
function isSame(given: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

/** Name or address of a Host header, without brackets and port. */
function nameOf(host: string): string | undefined {
  if (!HOST.test(host)) return undefined;
  try {
    return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, "");
  } catch {
    return undefined;
  }
}

/**
 * A name that somebody else's server of names answers for may point here all the same; an address cannot. The port is
 * left aside: it is another one behind a tunnel.
 */
function isOurs(name: string, host: string): boolean {
  if (isLoopback(host)) return isLoopback(name);
  return name === host.toLowerCase() || name === "localhost" || isIP(name) !== 0;
}

function shown(origin: string): string {
  return origin.length > 80 ? `${origin.slice(0, 77)}...` : origin;
}
