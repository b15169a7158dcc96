/** HelloVerifyRequest (RFC 6347 §4.2.1). Its version says nothing about the one that is negotiated. */
import { ByteReader, ByteWriter } from "../bytes.ts";
import { DTLS_1_0 } from "../record/record.ts";

export function encodeHelloVerifyRequest(cookie: Uint8Array): Uint8Array {
  return new ByteWriter().u16(DTLS_1_0).vector8(cookie).toBytes();
}

/** The cookie. Throws `DecodeError`. */
export function decodeHelloVerifyRequest(body: Uint8Array): Uint8Array {
  const reader = new ByteReader(body);
  reader.u16();
  const cookie = reader.vector8();
  reader.end();
  return cookie;
}
