/** Extensions of ClientHello and ServerHello (RFC 5246 §7.4.1.4): numbers, and the list that carries them. */
import { ByteReader, ByteWriter, DecodeError } from "../bytes.ts";
import { DtlsError } from "../errors.ts";

export const EXTENSION = {
  /** RFC 6066 §3. */
  serverName: 0,
  /** RFC 6066 §4. */
  maxFragmentLength: 1,
  /** RFC 8422 §5.1. */
  supportedGroups: 10,
  ecPointFormats: 11,
  /** RFC 5246 §7.4.1.4.1. */
  signatureAlgorithms: 13,
  /** RFC 7250 §3. */
  clientCertificateType: 19,
  serverCertificateType: 20,
  /** RFC 7366. */
  encryptThenMac: 22,
  /** RFC 7627. */
  extendedMasterSecret: 23,
  /** RFC 9146 §3; the numbers of its drafts, 53 and 254, are not spoken. */
  connectionId: 54,
  /** RFC 5746. */
  renegotiationInfo: 0xff01,
} as const;

/** Content by number. */
export type Extensions = ReadonlyMap<number, Uint8Array>;

const MAX_EXTENSIONS = 64;

export function encodeExtensions(extensions: Extensions): Uint8Array {
  if (extensions.size === 0) return new Uint8Array(0);
  const list = new ByteWriter();
  for (const [number, content] of extensions) list.u16(number).vector16(content);
  return new ByteWriter().vector16(list.toBytes()).toBytes();
}

/** The rest of a hello; nothing at all is no extensions. Throws `DecodeError`. */
export function decodeExtensions(reader: ByteReader): Extensions {
  const extensions = new Map<number, Uint8Array>();
  if (reader.remaining === 0) return extensions;
  const list = new ByteReader(reader.vector16());
  while (list.remaining > 0) {
    const number = list.u16();
    if (extensions.has(number)) throw new DecodeError(`extension ${number} comes twice`);
    if (extensions.size === MAX_EXTENSIONS) throw new DecodeError(`more than ${MAX_EXTENSIONS} extensions`);
    extensions.set(number, list.vector16());
  }
  return extensions;
}

/** RFC 8422 §5.1.1: secp256r1, the one curve of the profile (RFC 7925 §4.4). */
export const SECP256R1 = 23;
/** RFC 8422 §5.1.2. */
export const UNCOMPRESSED = 0;
/** RFC 5246 §7.4.1.4.1: sha256 (4), ecdsa (3). */
export const ECDSA_SHA256 = 0x0403;

/** RFC 7250 §3, IANA "TLS Certificate Types". */
export const CERTIFICATE_TYPE = { x509: 0, rawPublicKey: 2 } as const;
export type CertificateType = keyof typeof CERTIFICATE_TYPE;

/** RFC 6066 §4. */
const MFL_CODES = [512, 1024, 2048, 4096] as const;
export type FragmentLength = (typeof MFL_CODES)[number];

export function encodeMaxFragmentLength(octets: FragmentLength): Uint8Array {
  return Uint8Array.of(MFL_CODES.indexOf(octets) + 1);
}

/** Throws `DecodeError`, and `DtlsError` for a length that is not defined: that is an illegal parameter. */
export function decodeMaxFragmentLength(content: Uint8Array): FragmentLength {
  const reader = new ByteReader(content);
  const octets = MFL_CODES[reader.u8() - 1];
  reader.end();
  if (octets !== undefined) return octets;
  throw new DtlsError("protocol", "a max_fragment_length that is not defined", "illegal_parameter");
}

export function encodeU16List(values: readonly number[]): Uint8Array {
  const list = new ByteWriter();
  for (const value of values) list.u16(value);
  return new ByteWriter().vector16(list.toBytes()).toBytes();
}

/** Throws `DecodeError`. */
export function decodeU16List(content: Uint8Array): number[] {
  const reader = new ByteReader(content);
  const list = new ByteReader(reader.vector16(2));
  reader.end();
  const values: number[] = [];
  while (list.remaining > 0) values.push(list.u16());
  return values;
}

export function encodeU8List(values: readonly number[]): Uint8Array {
  return new ByteWriter().vector8(Uint8Array.from(values)).toBytes();
}

/** Throws `DecodeError`. */
export function decodeU8List(content: Uint8Array): Uint8Array {
  const reader = new ByteReader(content);
  const list = reader.vector8(1);
  reader.end();
  return list;
}

/** A `ServerNameList` of one DNS name. */
export function encodeServerName(name: string): Uint8Array {
  const entry = new ByteWriter().u8(0).vector16(new TextEncoder().encode(name)).toBytes();
  return new ByteWriter().vector16(entry).toBytes();
}

/** The first DNS name, ASCII. Throws `DecodeError`. */
export function decodeServerName(content: Uint8Array): string | undefined {
  const reader = new ByteReader(content);
  const list = new ByteReader(reader.vector16(1));
  reader.end();
  while (list.remaining > 0) {
    const type = list.u8();
    const name = list.vector16(1, 255);
    if (type !== 0) continue;
    if (name.some((octet) => octet <= 0x20 || octet > 0x7e)) throw new DecodeError("a server name that is not ASCII");
    return String.fromCharCode(...name).toLowerCase();
  }
  return undefined;
}

/** RFC 9146 §3. Throws `DecodeError`. */
export function decodeConnectionId(content: Uint8Array): Uint8Array {
  const reader = new ByteReader(content);
  const id = reader.vector8();
  reader.end();
  return id;
}
