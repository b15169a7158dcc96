/** Handshake messages (RFC 6347 §4.2.2, §4.3.2): number, name, and the most octets that are accepted of one. */

interface Row {
  readonly code: number;
  readonly name: string;
  /** Bounds what reassembly keeps. */
  readonly maxOctets: number;
}

const SMALL = 2048;

export const MESSAGES = {
  helloRequest: { code: 0, name: "HelloRequest", maxOctets: 0 },
  clientHello: { code: 1, name: "ClientHello", maxOctets: SMALL },
  serverHello: { code: 2, name: "ServerHello", maxOctets: SMALL },
  helloVerifyRequest: { code: 3, name: "HelloVerifyRequest", maxOctets: 258 },
  certificate: { code: 11, name: "Certificate", maxOctets: 16_384 },
  serverKeyExchange: { code: 12, name: "ServerKeyExchange", maxOctets: SMALL },
  certificateRequest: { code: 13, name: "CertificateRequest", maxOctets: 8_192 },
  serverHelloDone: { code: 14, name: "ServerHelloDone", maxOctets: 0 },
  certificateVerify: { code: 15, name: "CertificateVerify", maxOctets: SMALL },
  clientKeyExchange: { code: 16, name: "ClientKeyExchange", maxOctets: SMALL },
  finished: { code: 20, name: "Finished", maxOctets: 12 },
} as const satisfies Record<string, Row>;

export type MessageType = keyof typeof MESSAGES;

const BY_CODE: ReadonlyMap<number, MessageType> = new Map(
  (Object.keys(MESSAGES) as MessageType[]).map((type) => [MESSAGES[type].code, type]),
);

export function messageTypeOf(code: number): MessageType | undefined {
  return BY_CODE.get(code);
}
