/** Changes of message bodies, for faults. */
import type { KeyObject } from "node:crypto";
import { concat } from "../../../services/dtls/bytes.ts";
import { signEcdsa } from "../../../services/dtls/handshake/ecdsa.ts";
import { type ClientHello, decodeClientHello, encodeClientHello } from "../../../services/dtls/messages/clientHello.ts";
import { decodeServerHello, encodeServerHello, type ServerHello } from "../../../services/dtls/messages/serverHello.ts";
import { encodeEcParameters, encodeServerKeyExchange } from "../../../services/dtls/messages/serverKeyExchange.ts";
import { SERVER } from "./kinds.ts";
import type { Item } from "./script.ts";
import type { Twin } from "./twin.ts";

export type Change = NonNullable<Item["body"]>;

/** One bit of one octet; counted from the end when negative. */
export function flipped(at: number): Change {
  return (body) => {
    const changed = Uint8Array.from(body);
    const index = at < 0 ? body.length + at : at;
    changed[index] = (changed[index] ?? 0) ^ 1;
    return changed;
  };
}

/** The first octets; without the last ones when negative. */
export function cut(length: number): Change {
  return (body) => body.slice(0, length);
}

export function extended(...octets: readonly number[]): Change {
  return (body) => concat([body, Uint8Array.from(octets)]);
}

export function replaced(bytes: Uint8Array): Change {
  return () => bytes;
}

export function serverHello(change: (hello: ServerHello, twin: Twin) => Partial<ServerHello>): Change {
  return (body, twin) => {
    const hello = decodeServerHello(body);
    return encodeServerHello({ ...hello, ...change(hello, twin) });
  };
}

export function clientHello(change: (hello: ClientHello, twin: Twin) => Partial<ClientHello>): Change {
  return (body, twin) => {
    const hello = decodeClientHello(body);
    return encodeClientHello({ ...hello, ...change(hello, twin) });
  };
}

/** The extensions of a hello, and one more or another content of one. */
export function withExtension(
  hello: { readonly extensions: ReadonlyMap<number, Uint8Array> },
  number: number,
  ...content: readonly number[]
) {
  return { extensions: new Map([...hello.extensions, [number, Uint8Array.from(content)]]) };
}

export function withoutExtension(hello: { readonly extensions: ReadonlyMap<number, Uint8Array> }, number: number) {
  return { extensions: new Map([...hello.extensions].filter(([other]) => other !== number)) };
}

/** A ServerKeyExchange of a certificate suite, with a good signature unless another is made. */
export function signedExchange(
  point: Uint8Array,
  {
    key = SERVER.privateKey,
    randoms = (twin: Twin) => [twin.clientRandom, twin.serverRandom],
  }: { readonly key?: KeyObject; readonly randoms?: (twin: Twin) => Uint8Array[] } = {},
): Change {
  return (_, twin) => {
    const parameters = encodeEcParameters(point);
    const signature = signEcdsa(key, concat([...randoms(twin), parameters]));
    return encodeServerKeyExchange("ecdheEcdsa", { parameters, signature });
  };
}

/** Points of P-256 that are none, and those that are none to this stack. */
export const BAD_POINTS = {
  "of zeros": Uint8Array.of(4, ...new Uint8Array(64)),
  "beside the curve": Uint8Array.of(4, ...new Uint8Array(63), 1, 1).slice(0, 65),
  "at infinity": Uint8Array.of(0),
  "that is compressed": Uint8Array.of(2, ...new Uint8Array(32).fill(0x6b)),
  "of the hybrid form": Uint8Array.of(6, ...new Uint8Array(64).fill(1)),
  "that is empty": new Uint8Array(0),
} as const;
