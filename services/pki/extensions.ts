/**
 * The extensions of a certificate that decide what it is good for (RFC 5280 §4.2.1). `node:crypto` gives subject
 * alternative names and extended key usage only, the former as text that cannot be taken apart safely.
 */
import { boolean, DerFields, type DerValue, objectIdentifier, readDer, smallInteger, TAG, valuesOf } from "./der.ts";
import { PkiError } from "./errors.ts";
import { type GeneralNames, readGeneralNames } from "./generalNames.ts";
import { type NameConstraints, readNameConstraints } from "./nameConstraints.ts";

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

/** The two that decide whether a certificate may sign others (RFC 5280 §4.2.1.9, §4.2.1.3). */
export interface CaExtensions {
  readonly isCa: boolean;
  readonly pathLength?: number;
  readonly keyUsage?: readonly KeyUsage[];
}

export interface Extensions extends CaExtensions {
  /** Object identifiers. */
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectAltName?: GeneralNames;
  readonly nameConstraints?: NameConstraints;
  /** Object identifiers of critical extensions that are not understood, or not in the form they have here. */
  readonly unprocessedCritical: readonly string[];
}

/** What each means; undefined when it is in a form that is not processed. */
const READERS: Readonly<Record<string, (value: DerValue) => Partial<Extensions> | undefined>> = {
  "2.5.29.15": (value) => ({ keyUsage: readKeyUsage(value) }),
  "2.5.29.17": (value) => ({ subjectAltName: readGeneralNames(value) }),
  "2.5.29.19": readBasicConstraints,
  "2.5.29.30": (value) => {
    const nameConstraints = readNameConstraints(value);
    return nameConstraints && { nameConstraints };
  },
  // Certificate policies: every policy is acceptable and none is demanded, so none can fail (RFC 5280 §6.1.1 c to f).
  "2.5.29.32": () => ({}),
  "2.5.29.37": (value) => ({ extendedKeyUsage: valuesOf(value, TAG.objectIdentifier).map(objectIdentifier) }),
};

/** Reads `Extensions ::= SEQUENCE OF Extension`; a certificate without them has none. Throws `PkiError` `malformed`. */
export function readExtensions(list: DerValue | undefined): Extensions {
  const unprocessedCritical: string[] = [];
  const seen = new Set<string>();
  let extensions: Partial<Extensions> = {};
  for (const { content } of list === undefined ? [] : valuesOf(list, TAG.sequence)) {
    const fields = new DerFields(content);
    const id = objectIdentifier(fields.next(TAG.objectIdentifier));
    const criticality = fields.optional(TAG.boolean);
    const octets = fields.next(TAG.octetString).content;
    fields.end();
    // RFC 5280 §4.2: not more than one instance of an extension.
    if (seen.has(id)) throw new PkiError("malformed", `the extension ${id} is there twice`);
    seen.add(id);
    const reader = READERS[id];
    const found = reader?.(readDer(octets));
    if (found !== undefined) extensions = { ...extensions, ...found };
    else if (criticality !== undefined && boolean(criticality)) unprocessedCritical.push(id);
  }
  return { isCa: false, ...extensions, unprocessedCritical };
}

/** `SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL }` */
function readBasicConstraints({ content }: DerValue): CaExtensions {
  const fields = new DerFields(content);
  const ca = fields.optional(TAG.boolean);
  const pathLength = fields.optional(TAG.integer);
  fields.end();
  return {
    isCa: ca !== undefined && boolean(ca),
    ...(pathLength === undefined ? {} : { pathLength: smallInteger(pathLength) }),
  };
}

/** A BIT STRING: the count of unused bits, then the bits from the most significant one on. */
function readKeyUsage({ content }: DerValue): readonly KeyUsage[] {
  const bits = content.subarray(1);
  return KEY_USAGES.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0b1000_0000 >> (bit & 7))) !== 0);
}
