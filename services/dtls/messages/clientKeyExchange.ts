/** ClientKeyExchange: PSK identity (RFC 4279 §2), point (RFC 8422 §5.7), or both (RFC 5489 §2). */
import { ByteReader, ByteWriter } from "../bytes.ts";
import type { KeyExchange } from "../suites.ts";
import { readPoint } from "./serverKeyExchange.ts";

export interface ClientKeyExchange {
  readonly identity?: Uint8Array;
  /** 65 octets. */
  readonly point?: Uint8Array;
}

/** Implementations have to take 128 octets (RFC 4279 §5.3); more is refused. */
const MAX_IDENTITY_OCTETS = 128;

export function encodeClientKeyExchange({ identity, point }: ClientKeyExchange): Uint8Array {
  const writer = new ByteWriter();
  if (identity !== undefined) writer.vector16(identity);
  if (point !== undefined) writer.vector8(point);
  return writer.toBytes();
}

/** Throws `DecodeError`. */
export function decodeClientKeyExchange(kind: KeyExchange, body: Uint8Array): ClientKeyExchange {
  const reader = new ByteReader(body);
  const message = {
    ...(kind !== "ecdheEcdsa" && { identity: reader.vector16(0, MAX_IDENTITY_OCTETS) }),
    ...(kind !== "psk" && { point: readPoint(reader) }),
  };
  reader.end();
  return message;
}
