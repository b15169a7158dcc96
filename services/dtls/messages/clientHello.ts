/** ClientHello with the cookie of DTLS (RFC 6347 §4.2.1). */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { decodeExtensions, type Extensions, encodeExtensions } from "./extensions.ts";

export interface ClientHello {
  readonly version: number;
  /** 32 octets. */
  readonly random: Uint8Array;
  /** 0 to 32 octets. */
  readonly sessionId: Uint8Array;
  readonly cookie: Uint8Array;
  readonly suites: readonly number[];
  readonly compressions: Uint8Array;
  readonly extensions: Extensions;
}

/** TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746 §3.3). */
export const RENEGOTIATION_SCSV = 0x00ff;
export const NO_COMPRESSION = 0;

export function encodeClientHello(hello: ClientHello): Uint8Array {
  const suites = new ByteWriter();
  for (const suite of hello.suites) suites.u16(suite);
  return new ByteWriter()
    .u16(hello.version)
    .bytes(hello.random)
    .vector8(hello.sessionId)
    .vector8(hello.cookie)
    .vector16(suites.toBytes())
    .vector8(hello.compressions)
    .bytes(encodeExtensions(hello.extensions))
    .toBytes();
}

/** Throws `DecodeError`. */
export function decodeClientHello(body: Uint8Array): ClientHello {
  const reader = new ByteReader(body);
  const version = reader.u16();
  const random = reader.take(32);
  const sessionId = reader.vector8(0, 32);
  const cookie = reader.vector8();
  const list = new ByteReader(reader.vector16(2));
  const suites: number[] = [];
  while (list.remaining > 0) suites.push(list.u16());
  const compressions = reader.vector8(1);
  const extensions = decodeExtensions(reader);
  reader.end();
  return { version, random, sessionId, cookie, suites, compressions, extensions };
}
