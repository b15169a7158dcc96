/** Every parser of octets that a peer sends, or that a store gives back: what it may throw, and what it must read again. */
import { isDeepStrictEqual } from "node:util";
import { ByteReader, DecodeError } from "../../../services/dtls/bytes.ts";
import { DtlsClient } from "../../../services/dtls/client.ts";
import { DtlsError } from "../../../services/dtls/errors.ts";
import {
  encodeFragment,
  type HandshakeMessage,
  readFragment,
} from "../../../services/dtls/handshake/handshakeMessage.ts";
import { decodeAlert, encodeAlert } from "../../../services/dtls/messages/alert.ts";
import {
  decodeCertificateChain,
  decodeRawPublicKey,
  encodeCertificateChain,
  encodeRawPublicKey,
} from "../../../services/dtls/messages/certificate.ts";
import {
  decodeCertificateRequest,
  encodeCertificateRequest,
} from "../../../services/dtls/messages/certificateRequest.ts";
import { type ClientHello, decodeClientHello, encodeClientHello } from "../../../services/dtls/messages/clientHello.ts";
import { decodeClientKeyExchange, encodeClientKeyExchange } from "../../../services/dtls/messages/clientKeyExchange.ts";
import {
  decodeConnectionId,
  decodeMaxFragmentLength,
  decodeServerName,
  decodeU8List,
  decodeU16List,
  encodeMaxFragmentLength,
  encodeServerName,
  encodeU8List,
  encodeU16List,
} from "../../../services/dtls/messages/extensions.ts";
import {
  decodeHelloVerifyRequest,
  encodeHelloVerifyRequest,
} from "../../../services/dtls/messages/helloVerifyRequest.ts";
import { decodeServerHello, encodeServerHello } from "../../../services/dtls/messages/serverHello.ts";
import {
  decodeServerKeyExchange,
  encodeEcParameters,
  encodeServerKeyExchange,
} from "../../../services/dtls/messages/serverKeyExchange.ts";
import { decodeSignature, encodeSignature } from "../../../services/dtls/messages/signature.ts";
import { readRecord } from "../../../services/dtls/record/record.ts";
import { resolveClient } from "../../../services/dtls/resolveOptions.ts";
import { DtlsServer } from "../../../services/dtls/server.ts";
import { bindingOf, decodeLive, decodeSession } from "../../../services/dtls/session.ts";
import { validatePath } from "../../../services/pki/validatePath.ts";
import { type Credentials, connect, PSK, RPK, X509 } from "../loss/cases.ts";
import { FuzzFailure } from "./failure.ts";
import type { Mutator } from "./mutate.ts";

interface Parser {
  readonly name: string;
  /** Good ones, which are changed. */
  readonly samples: readonly Uint8Array[];
  /** Refuses by throwing what `refusal` knows. */
  read(bytes: Uint8Array): unknown;
  /** What was read, written again: reading that has to give the same. */
  write?(value: never): Uint8Array | undefined;
  /** How many inputs of others one of this one stands for: some take long. */
  readonly cost?: number;
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const bytesUpTo = (length: number, first = 0) => Uint8Array.from({ length }, (_, index) => first + index);
const POINT = Uint8Array.of(4, ...bytesUpTo(64));
const SIGNATURE = { algorithm: 0x0403, value: bytesUpTo(71) };
const [leaf, intermediate] = X509.client.certificate!.chain as [Uint8Array, Uint8Array];
const SPKI = RPK.client.peerPublicKeys![0]!;
const EXTENSIONS = new Map([
  [10, encodeU16List([23])],
  [11, encodeU8List([0])],
  [0, encodeServerName("host.example")],
  [23, new Uint8Array(0)],
]);
const HELLO = { version: 0xfefd, random: bytesUpTo(32), sessionId: bytesUpTo(32), extensions: EXTENSIONS };
const CLIENT_HELLO: ClientHello = {
  ...HELLO,
  cookie: bytesUpTo(32),
  suites: [0xc0a8, 0xc0ae, 0x00ff],
  compressions: Uint8Array.of(0),
};
const FRAGMENT: HandshakeMessage = { type: "clientKeyExchange", sequence: 2, body: bytesUpTo(40) };
const SESSION = connected(PSK);
const BINDING = bindingOf(resolveClient(PSK.client));

const PARSERS: readonly Parser[] = [
  {
    name: "record",
    samples: [
      Uint8Array.of(22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 5, 0, 4, 1, 2, 3, 4),
      Uint8Array.of(25, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5, 6, 0, 1, 9),
    ],
    read: (bytes) => {
      const view = readRecord(bytes, 0, 6);
      if (view !== undefined && (view.size > bytes.length || view.size < 13)) throw new Error(`a size of ${view.size}`);
      return view;
    },
  },
  {
    name: "fragment",
    samples: [encodeFragment(FRAGMENT, 0, 40), encodeFragment(FRAGMENT, 10, 20)],
    read: (bytes) => readFragment(new ByteReader(bytes)),
  },
  {
    name: "Alert",
    samples: [encodeAlert("fatal", "decode_error"), encodeAlert("warning", "close_notify")],
    read: decodeAlert,
  },
  {
    name: "ClientHello",
    samples: [encodeClientHello(CLIENT_HELLO), encodeClientHello({ ...CLIENT_HELLO, extensions: new Map() })],
    read: decodeClientHello,
    write: encodeClientHello,
  },
  {
    name: "ServerHello",
    samples: [encodeServerHello({ ...HELLO, suite: 0xc0a8, compression: 0 })],
    read: decodeServerHello,
    write: encodeServerHello,
  },
  {
    name: "HelloVerifyRequest",
    samples: [encodeHelloVerifyRequest(bytesUpTo(32))],
    read: decodeHelloVerifyRequest,
    write: encodeHelloVerifyRequest,
  },
  {
    name: "Certificate",
    samples: [encodeCertificateChain([leaf, intermediate]), encodeCertificateChain([])],
    read: decodeCertificateChain,
    write: encodeCertificateChain,
  },
  {
    name: "Certificate of a raw public key",
    samples: [encodeRawPublicKey(SPKI)],
    read: decodeRawPublicKey,
    write: (value: Uint8Array | undefined) => value && encodeRawPublicKey(value),
  },
  {
    name: "CertificateRequest",
    samples: [encodeCertificateRequest({ types: Uint8Array.of(64), signatureAlgorithms: [0x0403, 0x0503] })],
    read: decodeCertificateRequest,
    write: encodeCertificateRequest,
  },
  ...(["psk", "ecdhePsk", "ecdheEcdsa"] as const).flatMap((kind): Parser[] => {
    const identity = kind === "ecdheEcdsa" ? {} : { identity: utf8("device") };
    const point = kind === "psk" ? {} : { point: POINT };
    const parameters = kind === "psk" ? {} : { parameters: encodeEcParameters(POINT) };
    const hint = kind === "ecdheEcdsa" ? {} : { hint: utf8("hint") };
    const signature = kind === "ecdheEcdsa" ? { signature: SIGNATURE } : {};
    return [
      {
        name: `ClientKeyExchange of ${kind}`,
        samples: [encodeClientKeyExchange({ ...identity, ...point })],
        read: (bytes) => decodeClientKeyExchange(kind, bytes),
        write: encodeClientKeyExchange,
      },
      {
        name: `ServerKeyExchange of ${kind}`,
        samples: [encodeServerKeyExchange(kind, { ...hint, ...parameters, ...signature })],
        read: (bytes) => decodeServerKeyExchange(kind, bytes),
        write: (value) => encodeServerKeyExchange(kind, value),
      },
    ];
  }),
  { name: "CertificateVerify", samples: [encodeSignature(SIGNATURE)], read: decodeSignature, write: encodeSignature },
  {
    name: "max_fragment_length",
    samples: [encodeMaxFragmentLength(512)],
    read: decodeMaxFragmentLength,
    write: encodeMaxFragmentLength,
  },
  { name: "list of u16", samples: [encodeU16List([23, 24, 29])], read: decodeU16List, write: encodeU16List },
  {
    name: "list of u8",
    samples: [encodeU8List([0, 1, 2])],
    read: decodeU8List,
    write: (value: Uint8Array) => encodeU8List([...value]),
  },
  {
    name: "server_name",
    samples: [encodeServerName("host.example")],
    read: decodeServerName,
    write: (value: string | undefined) => (value === undefined ? undefined : encodeServerName(value)),
  },
  { name: "connection_id", samples: [Uint8Array.of(4, 1, 2, 3, 4)], read: decodeConnectionId },
  { name: "stored session", samples: [SESSION.resumption], read: (bytes) => decodeSession(bytes, BINDING), cost: 4 },
  { name: "stored connection", samples: [SESSION.live], read: (bytes) => decodeLive(bytes, BINDING), cost: 4 },
  {
    name: "X.509 certificate",
    samples: [leaf],
    cost: 40,
    read: (bytes) => {
      const outcome = validatePath({
        chain: [bytes, intermediate],
        trust: X509.server.trust!,
        purpose: "clientAuth",
        now: Date.now(),
      });
      if (outcome.ok && !isDeepStrictEqual(bytes, leaf)) throw new Error("a changed certificate is trusted");
      return outcome;
    },
  },
];

/** What is malformed, what is not allowed, and what a store gave back that is of no use. */
const isRefusal = (error: unknown) =>
  error instanceof DecodeError ||
  (error instanceof DtlsError && (error.code === "protocol" || error.code === "option"));

/** Gives one input to one parser. */
export function fuzzParser(mutator: Mutator): void {
  let parser = mutator.pick(PARSERS);
  if (parser.cost !== undefined && !mutator.chance(1 / parser.cost)) parser = PARSERS[mutator.below(9)]!;
  const { name, samples, read, write } = parser;
  const input = mutator.change(mutator.pick(samples), mutator.pick(mutator.pick(PARSERS).samples));
  let value: unknown;
  try {
    value = read(input);
  } catch (error) {
    if (!isRefusal(error)) throw new FuzzFailure(`throws ${error}`, name, [input], error);
    return;
  }
  const written = write?.(value as never);
  if (written !== undefined && !isDeepStrictEqual(read(written), value)) {
    throw new FuzzFailure("reads otherwise what it has written", name, [input, written]);
  }
}

function connected({ client: options, server }: Credentials): {
  readonly resumption: Uint8Array;
  readonly live: Uint8Array;
} {
  const client = new DtlsClient(options);
  connect({ client, server: new DtlsServer(server) });
  return { resumption: client.resumption()!, live: client.export() };
}
