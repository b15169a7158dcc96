/**
 * The directory files of PKCS#15 (v1.1 §6) on the way to the bootstrap data: EF(ODF) names the files that list data
 * objects, EF(DODF), and one of these names the file with the bootstrap data by its object identifier
 * (OMA LwM2M Core 1.1 Appendix G.3).
 */
import { constructedTag, DerFields, type DerValue, equalOctets, TAG } from "../pki/der.ts";
import { PkiError } from "../pki/errors.ts";
import { SmartcardError } from "./smartcardError.ts";

/** The PKCS#15 application. */
export const PKCS15_APPLICATION = Uint8Array.of(0xa0, 0, 0, 0, 0x63, 0x50, 0x4b, 0x43, 0x53, 0x2d, 0x31, 0x35);
/** EF(ODF) below the application (PKCS#15 v1.1 §6.2). */
export const EF_ODF = Uint8Array.of(0x7f, 0xff, 0x50, 0x31);

/** Entries of a directory file that are looked at. */
const MAX_ENTRIES = 64;
/** `dataObjects` in EF(ODF), and `oidDO` in EF(DODF). */
const DATA_OBJECTS = constructedTag(7);
const OID_DATA_OBJECT = constructedTag(1);

/** 2.23.43.9.1; some cards have it with tag and length once more inside. */
const BOOTSTRAP_IDENTIFIERS: readonly Uint8Array[] = [
  Uint8Array.of(0x67, 0x2b, 0x09, 0x01),
  Uint8Array.of(0x06, 0x04, 0x67, 0x2b, 0x09, 0x01),
];

/** The master file, and the application that is selected, by which other paths begin. */
const MASTER_FILE = Uint8Array.of(0x3f, 0x00);
const CURRENT_APPLICATION = Uint8Array.of(0x7f, 0xff);
/** Octets; four files below the application. */
const MAX_PATH_OCTETS = 10;

/** Where the data objects are listed, as paths to select from the master file. Throws `SmartcardError`. */
export function dataObjectFilesIn(odf: Uint8Array): readonly Uint8Array[] {
  return reading("EF(ODF)", () =>
    entriesOf(odf)
      .filter(({ tag }) => tag === DATA_OBJECTS)
      // A list that stands in EF(ODF) itself is no path.
      .flatMap(({ content }) => new DerFields(content).optional(TAG.sequence) ?? [])
      .map(pathIn),
  );
}

/** Where the bootstrap data lies; undefined where this file does not name it. Throws `SmartcardError`. */
export function bootstrapFileIn(dodf: Uint8Array): Uint8Array | undefined {
  return reading("EF(DODF)", () => {
    for (const { tag, content } of entriesOf(dodf)) {
      const path = tag === OID_DATA_OBJECT ? bootstrapPathIn(content) : undefined;
      if (path !== undefined) return path;
    }
    return undefined;
  });
}

/** Common attributes, class attributes, and below [1] the identifier with where the object is. */
function bootstrapPathIn(content: Uint8Array): Uint8Array | undefined {
  const fields = new DerFields(content);
  fields.next(TAG.sequence);
  fields.next(TAG.sequence);
  const type = new DerFields(new DerFields(fields.next(constructedTag(1)).content).next(TAG.sequence).content);
  const identifier = type.next(TAG.objectIdentifier).content;
  if (!BOOTSTRAP_IDENTIFIERS.some((known) => equalOctets(known, identifier))) return undefined;
  return pathIn(type.next(TAG.sequence));
}

/** `Path`: octets, two a file; index and length behind them are for objects that share a file, and passed over. */
function pathIn({ content }: DerValue): Uint8Array {
  const path = new DerFields(content).next(TAG.octetString).content;
  if (path.length < 2 || path.length % 2 !== 0 || path.length > MAX_PATH_OCTETS) {
    throw new SmartcardError("malformed", `a path of ${path.length} octets`);
  }
  if (equalOctets(path.subarray(0, 2), MASTER_FILE)) return path.slice(2);
  return equalOctets(path.subarray(0, 2), CURRENT_APPLICATION)
    ? path.slice()
    : Uint8Array.of(...CURRENT_APPLICATION, ...path);
}

/** Entries stand one behind the other; what is left of the file is filled with 00 or FF. */
function entriesOf(file: Uint8Array): readonly DerValue[] {
  const fields = new DerFields(withoutPadding(file));
  const entries: DerValue[] = [];
  while (fields.more) {
    if (entries.length === MAX_ENTRIES) throw new SmartcardError("tooLarge", `more than ${MAX_ENTRIES} entries`);
    entries.push(fields.next());
  }
  return entries;
}

function withoutPadding(file: Uint8Array): Uint8Array {
  let at = 0;
  while (at < file.length && file[at] !== 0x00 && file[at] !== 0xff) {
    const first = file[at + 1] ?? 0;
    // Lengths of up to two octets: no file of a card is longer. Others are refused by the reader.
    if (first < 0x80) at += 2 + first;
    else if (first === 0x81) at += 3 + (file[at + 2] ?? 0);
    else if (first === 0x82) at += 4 + (file[at + 2] ?? 0) * 256 + (file[at + 3] ?? 0);
    else return file;
  }
  return file.subarray(0, at);
}

function reading<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof PkiError) throw new SmartcardError("malformed", `${file}: ${error.message}`);
    if (error instanceof SmartcardError) throw new SmartcardError(error.code, `${file}: ${error.message}`);
    throw error;
  }
}
