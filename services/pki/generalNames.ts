/** The names of a certificate's subject that a peer is known by (RFC 5280 §4.2.1.6); other forms are passed over. */
import { type DerValue, implicitTag, textOf, valuesOf } from "./der.ts";

export interface GeneralNames {
  /** dNSName, as written. */
  readonly dns: readonly string[];
  /** iPAddress: 4 or 16 octets; address and mask of 8 or 32 in name constraints. */
  readonly ip: readonly Uint8Array[];
  readonly uri: readonly string[];
  /** Some name is of another form. */
  readonly others: boolean;
}

const DNS_NAME = implicitTag(2);
const URI = implicitTag(6);
const IP_ADDRESS = implicitTag(7);

/** `SEQUENCE OF GeneralName` */
export function readGeneralNames(list: DerValue): GeneralNames {
  return sortGeneralNames(valuesOf(list));
}

/** A host name as it is compared. Only ASCII letters have two cases here: others may fold into ASCII ones. */
export function canonicalHost(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()).replace(/\.$/, "");
}

export function sortGeneralNames(names: readonly DerValue[]): GeneralNames {
  const tagged = (wanted: number) => names.filter(({ tag }) => tag === wanted);
  return {
    dns: tagged(DNS_NAME).map(textOf),
    ip: tagged(IP_ADDRESS).map(({ content }) => content),
    uri: tagged(URI).map(textOf),
    others: names.some(({ tag }) => tag !== DNS_NAME && tag !== IP_ADDRESS && tag !== URI),
  };
}
