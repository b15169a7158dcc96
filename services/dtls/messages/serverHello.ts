/** ServerHello (RFC 5246 §7.4.1.3). */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { decodeExtensions, type Extensions, encodeExtensions } from "./extensions.ts";

export interface ServerHello {
  readonly version: number;
  /** 32 octets. */
  readonly random: Uint8Array;
  /** 0 to 32 octets. */
  readonly sessionId: Uint8Array;
  readonly suite: number;
  readonly compression: number;
  readonly extensions: Extensions;
}

export function encodeServerHello(hello: ServerHello): Uint8Array {
  return new ByteWriter()
    .u16(hello.version)
    .bytes(hello.random)
    .vector8(hello.sessionId)
    .u16(hello.suite)
    .u8(hello.compression)
    .bytes(encodeExtensions(hello.extensions))
    .toBytes();
}

/** Throws `DecodeError`. */
export function decodeServerHello(body: Uint8Array): ServerHello {
  const reader = new ByteReader(body);
  const hello = {
    version: reader.u16(),
    random: reader.take(32),
    sessionId: reader.vector8(0, 32),
    suite: reader.u16(),
    compression: reader.u8(),
    extensions: decodeExtensions(reader),
  };
  reader.end();
  return hello;
}
