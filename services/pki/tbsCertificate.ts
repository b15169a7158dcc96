/** The fields of a certificate (RFC 5280 §4.1) as they are encoded: what is compared is compared octet by octet. */
import { MAX_DER_OCTETS } from "./bounds.ts";
import {
  constructedTag,
  DerFields,
  type DerValue,
  equalOctets,
  malformed,
  objectIdentifier,
  readDer,
  TAG,
  textOf,
  valuesOf,
} from "./der.ts";
import { PkiError } from "./errors.ts";
import { type Extensions, readExtensions } from "./extensions.ts";

export interface TbsCertificate {
  /** Names, DER. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** The last common name of the subject, which is the most specific (RFC 6125 §6.4.4). */
  readonly commonName?: string;
  readonly notBefore: DerValue;
  readonly notAfter: DerValue;
  /** Object identifier. */
  readonly signatureAlgorithm: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  readonly extensions: Extensions;
}

const COMMON_NAME = "2.5.4.3";
const TEXT_TAGS: ReadonlySet<number> = new Set([TAG.utf8String, TAG.printableString, TAG.teletexString, TAG.ia5String]);
/** `YYMMDDHHMMSSZ` and `YYYYMMDDHHMMSSZ`, the only forms that RFC 5280 §4.1.2.5 allows. */
const TIMES: Readonly<Record<number, RegExp>> = {
  [TAG.utcTime]: /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/,
  [TAG.generalizedTime]: /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/,
};

/** Throws `PkiError` `malformed` or `tooLarge`. The octets are not copied. */
export function readTbsCertificate(der: Uint8Array): TbsCertificate {
  if (der.length > MAX_DER_OCTETS) {
    throw new PkiError("tooLarge", `a certificate larger than ${MAX_DER_OCTETS} octets`);
  }
  const outer = new DerFields(readDer(der, TAG.sequence).content);
  const fields = new DerFields(outer.next(TAG.sequence).content);
  const outerAlgorithm = outer.next(TAG.sequence);
  outer.next(TAG.bitString);
  outer.end();

  fields.optional(constructedTag(0)); // version
  fields.next(TAG.integer); // serialNumber
  const algorithm = fields.next(TAG.sequence);
  // RFC 5280 §4.1.1.2: the one beside the signature is not signed, so it has to be the same.
  if (!equalOctets(algorithm.encoded, outerAlgorithm.encoded)) {
    throw new PkiError("malformed", "the signature algorithm stands there in two forms");
  }
  const issuer = fields.next(TAG.sequence).encoded;
  const [notBefore, notAfter] = valuesOf(fields.next(TAG.sequence));
  if (notBefore === undefined || notAfter === undefined) throw malformed("a validity without its two times");
  const subject = fields.next(TAG.sequence);
  const commonName = commonNameOf(subject);
  const publicKey = fields.next(TAG.sequence).encoded;
  fields.optional(UNIQUE_ID_TAGS[0]);
  fields.optional(UNIQUE_ID_TAGS[1]);
  const extensions = fields.optional(constructedTag(3));
  fields.end();
  return {
    issuer,
    subject: subject.encoded,
    ...(commonName === undefined ? {} : { commonName }),
    notBefore,
    notAfter,
    signatureAlgorithm: objectIdentifier(new DerFields(algorithm.content).next(TAG.objectIdentifier)),
    publicKey,
    extensions: readExtensions(extensions && readDer(extensions.content, TAG.sequence)),
  };
}

/** issuerUniqueID and subjectUniqueID, which RFC 5280 §4.1.2.8 leaves unused. */
const UNIQUE_ID_TAGS = [0x81, 0x82] as const;

/** ms since 1970. */
export function timeOf(time: DerValue): number {
  const [, year = "", ...rest] = TIMES[time.tag]?.exec(textOf(time)) ?? [];
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = rest.map(Number);
  // RFC 5280 §4.1.2.5.1: two digits from 50 on are of the last century.
  const century = year.length === 4 ? 0 : Number(year) < 50 ? 2000 : 1900;
  const date = new Date(0);
  date.setUTCFullYear(century + Number(year), month - 1, day);
  const ms = date.setUTCHours(hour, minute, second);
  if (year === "" || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59) {
    throw malformed("a time that is none");
  }
  return ms;
}

/** `RDNSequence ::= SEQUENCE OF SET OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }` */
function commonNameOf(name: DerValue): string | undefined {
  let commonName: string | undefined;
  for (const attribute of valuesOf(name, TAG.set).flatMap((set) => valuesOf(set, TAG.sequence))) {
    const [type, value] = valuesOf(attribute);
    if (type === undefined || value === undefined) throw malformed("a name's attribute without type or value");
    if (TEXT_TAGS.has(value.tag) && objectIdentifier(type) === COMMON_NAME) commonName = textOf(value);
  }
  return commonName;
}
