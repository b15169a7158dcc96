/** Names that certificates below a CA may have (RFC 5280 §4.2.1.10), for dNSName and iPAddress. */
import { constructedTag, DerFields, type DerValue, TAG, valuesOf } from "./der.ts";
import { canonicalHost, type GeneralNames, sortGeneralNames } from "./generalNames.ts";
import { formatAddress } from "./ipAddress.ts";

export interface NameConstraints {
  readonly permitted: Subtrees;
  readonly excluded: Subtrees;
  /** How many subtrees there are. */
  readonly size: number;
}

type Subtrees = Pick<GeneralNames, "dns" | "ip">;

/** Undefined when a subtree is of a form that is not processed here: a directory name, an e-mail address, a URI. */
export function readNameConstraints({ content }: DerValue): NameConstraints | undefined {
  const fields = new DerFields(content);
  const permitted = readSubtrees(fields.optional(constructedTag(0)));
  const excluded = readSubtrees(fields.optional(constructedTag(1)));
  fields.end();
  if (permitted === undefined || excluded === undefined) return undefined;
  const size = permitted.dns.length + permitted.ip.length + excluded.dns.length + excluded.ip.length;
  return { permitted, excluded, size };
}

/** The name that breaks the constraints, as text; undefined when all are allowed. */
export function forbiddenName({ permitted, excluded }: NameConstraints, names: Subtrees): string | undefined {
  const dns = names.dns.find((name) => !allowed(name, permitted.dns, excluded.dns, isBelow));
  if (dns !== undefined) return dns;
  const ip = names.ip.find((address) => !allowed(address, permitted.ip, excluded.ip, isInside));
  return ip && formatAddress(ip);
}

/** One that no exclusion covers and, when there are permissions of its form, one of them does. */
function allowed<Name>(
  name: Name,
  permitted: readonly Name[],
  excluded: readonly Name[],
  covers: (name: Name, subtree: Name) => boolean,
): boolean {
  if (excluded.some((subtree) => covers(name, subtree))) return false;
  return permitted.length === 0 || permitted.some((subtree) => covers(name, subtree));
}

/** `GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }`: only the base is used. */
function readSubtrees(list: DerValue | undefined): Subtrees | undefined {
  const subtrees = list === undefined ? [] : valuesOf(list, TAG.sequence).map((subtree) => valuesOf(subtree));
  const names = sortGeneralNames(subtrees.flat());
  const bases = names.dns.length + names.ip.length;
  const processed = bases === subtrees.length && subtrees.flat().length === bases;
  return processed && names.ip.every(({ length }) => length === 8 || length === 32) ? names : undefined;
}

/** Any number of labels may stand to the left; a leading dot, which many CAs write, demands at least one. */
function isBelow(name: string, subtree: string): boolean {
  const [inner, outer] = [canonicalHost(name), canonicalHost(subtree)];
  if (outer === "") return true;
  return outer.startsWith(".") ? inner.endsWith(outer) : inner === outer || inner.endsWith(`.${outer}`);
}

function isInside(address: Uint8Array, subtree: Uint8Array): boolean {
  const { length } = address;
  if (subtree.length !== 2 * length) return false;
  return address.every((octet, at) => ((octet ^ subtree[at]!) & subtree[length + at]!) === 0);
}
