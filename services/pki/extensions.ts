/**
 * The two extensions that decide whether a certificate may sign others: basic constraints and key usage
 * (RFC 5280 §4.2.1.9, §4.2.1.3). `node:crypto` tells their conjunction only, not which of them is missing.
 */
import forge from "node-forge";
import { PkiError } from "./errors.ts";

/** In the order of the bits. */
const KEY_USAGES = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

export interface CaExtensions {
  readonly isCa: boolean;
  readonly pathLength?: number;
  readonly keyUsage?: readonly KeyUsage[];
}

const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
/** `extensions [3]` of the TBSCertificate. */
const EXTENSIONS_TAG = 3;

const { asn1 } = forge;
type Node = forge.asn1.Asn1;

/** Reads them from a certificate's DER octets. Throws `PkiError` `malformed`. */
export function readExtensions(der: Uint8Array): CaExtensions {
  try {
    return readFrom(der);
  } catch (cause) {
    throw new PkiError("malformed", "the certificate's extensions cannot be read", { cause });
  }
}

function readFrom(der: Uint8Array): CaExtensions {
  let constraints: { isCa: boolean; pathLength?: number } = { isCa: false };
  let keyUsage: KeyUsage[] | undefined;
  for (const extension of extensionsOf(decode(Buffer.from(der).toString("latin1")))) {
    const parts = children(extension);
    const value = parts.at(-1);
    if (parts[0] === undefined || value === undefined) continue;
    const id = asn1.derToOid(octets(parts[0]));
    if (id === BASIC_CONSTRAINTS) constraints = readBasicConstraints(decode(octets(value)));
    if (id === KEY_USAGE) keyUsage = readKeyUsage(decode(octets(value)));
  }
  return { ...constraints, ...(keyUsage === undefined ? {} : { keyUsage }) };
}

/** Bit strings stay opaque: node-forge takes octets in one that look like DER for it. Its types leave the option out. */
const decode = (octets: string): Node =>
  (asn1.fromDer as unknown as (octets: string, options: { decodeBitStrings: boolean }) => Node)(octets, {
    decodeBitStrings: false,
  });

function extensionsOf(certificate: Node): readonly Node[] {
  const tbs = children(certificate)[0];
  const wrapped = tbs && children(tbs).find((part) => isContext(part, EXTENSIONS_TAG));
  const list = wrapped && children(wrapped)[0];
  return list === undefined ? [] : children(list);
}

/** `SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }` */
function readBasicConstraints(value: Node): { isCa: boolean; pathLength?: number } {
  const parts = children(value);
  const ca = parts.find((part) => part.type === asn1.Type.BOOLEAN);
  const pathLength = parts.find((part) => part.type === asn1.Type.INTEGER);
  return {
    isCa: ca !== undefined && octets(ca) !== "\u0000",
    ...(pathLength === undefined ? {} : { pathLength: asn1.derToInteger(octets(pathLength)) }),
  };
}

/** A BIT STRING: the count of unused bits, then the bits from the most significant one on. */
function readKeyUsage(value: Node): KeyUsage[] {
  const bits = octets(value).slice(1);
  return KEY_USAGES.filter((_, bit) => ((bits.charCodeAt(bit >> 3) || 0) & (0b1000_0000 >> (bit & 7))) !== 0);
}

function children(node: Node): readonly Node[] {
  return Array.isArray(node.value) ? node.value : [];
}

function octets(node: Node): string {
  return typeof node.value === "string" ? node.value : "";
}

function isContext(node: Node, tag: number): boolean {
  return node.tagClass === asn1.Class.CONTEXT_SPECIFIC && (node.type as number) === tag;
}
