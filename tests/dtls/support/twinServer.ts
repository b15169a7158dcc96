/** The server's side of a twin: what its messages hold, and what it answers to. */
import { randomBytes } from "node:crypto";
import { ByteWriter, concat } from "../../../services/dtls/bytes.ts";
import { signEcdsa } from "../../../services/dtls/handshake/ecdsa.ts";
import { EphemeralKey } from "../../../services/dtls/handshake/ephemeralKey.ts";
import type { HandshakeMessage } from "../../../services/dtls/handshake/handshakeMessage.ts";
import { Transcript } from "../../../services/dtls/handshake/transcript.ts";
import { encodeCertificateChain, encodeRawPublicKey } from "../../../services/dtls/messages/certificate.ts";
import { ECDSA_SIGN, encodeCertificateRequest } from "../../../services/dtls/messages/certificateRequest.ts";
import { decodeClientHello } from "../../../services/dtls/messages/clientHello.ts";
import { decodeClientKeyExchange } from "../../../services/dtls/messages/clientKeyExchange.ts";
import {
  CERTIFICATE_TYPE,
  decodeConnectionId,
  ECDSA_SHA256,
  EXTENSION,
  type Extensions,
} from "../../../services/dtls/messages/extensions.ts";
import { encodeHelloVerifyRequest } from "../../../services/dtls/messages/helloVerifyRequest.ts";
import { encodeServerHello } from "../../../services/dtls/messages/serverHello.ts";
import { encodeEcParameters, encodeServerKeyExchange } from "../../../services/dtls/messages/serverKeyExchange.ts";
import { DTLS_1_2 } from "../../../services/dtls/record/record.ts";
import { isCbc } from "../../../services/dtls/suites.ts";
import { SERVER } from "./kinds.ts";
import type { Part } from "./script.ts";
import { Twin, type TwinOptions } from "./twin.ts";

const EMPTY = new Uint8Array(0);

export class TwinServer extends Twin {
  readonly cookie: Uint8Array = randomBytes(20);
  #offered: Extensions = new Map();
  #resumed = false;

  constructor(options: TwinOptions) {
    super("server", options);
    this.serverRandom = randomBytes(32);
    this.sessionId = randomBytes(32);
    this.ephemeral = options.kind.suite.keyExchange === "psk" ? undefined : new EphemeralKey();
  }

  protected onMessage(message: HandshakeMessage): Uint8Array[] {
    const { type, body } = message;
    if (type === "clientHello") return this.#onClientHello(message);
    if (type === "finished") {
      this.verify(message);
      return this.#resumed ? [] : this.flight(6);
    }
    this.transcript.add(message);
    if (type === "clientKeyExchange") {
      this.peerPoint = decodeClientKeyExchange(this.options.kind.suite.keyExchange, body).point;
      this.deriveKeys();
    }
    return [];
  }

  #onClientHello(message: HandshakeMessage): Uint8Array[] {
    const { random, cookie, sessionId, extensions } = decodeClientHello(message.body);
    this.clientRandom = random;
    this.#offered = extensions;
    this.transcript = new Transcript();
    this.transcript.add(message);
    if (cookie.length === 0 && this.options.script[2]?.length) return this.flight(2);
    const id = extensions.get(EXTENSION.connectionId);
    if (id !== undefined && this.options.connectionId !== undefined) {
      this.peerConnectionId = decodeConnectionId(id);
      this.ownConnectionId = this.options.connectionId;
    }
    this.extended = extensions.has(EXTENSION.extendedMasterSecret) && this.options.extendedMasterSecret !== false;
    this.encryptThenMac = isCbc(this.options.kind.suite) && extensions.has(EXTENSION.encryptThenMac);
    const { session } = this.options;
    this.#resumed = session !== undefined && Buffer.compare(session.id, sessionId) === 0;
    if (session !== undefined && this.#resumed) {
      this.sessionId = session.id;
      this.deriveKeys(session.master);
    }
    return this.flight(4);
  }

  protected make(what: Part): Uint8Array {
    const { kind } = this.options;
    switch (what) {
      case "helloVerifyRequest":
        return encodeHelloVerifyRequest(this.cookie);
      case "serverHello":
        return encodeServerHello({
          version: DTLS_1_2,
          random: this.serverRandom,
          sessionId: this.sessionId,
          suite: kind.suite.id,
          compression: 0,
          extensions: this.#extensions(),
        });
      case "certificate":
        return kind.credential === "rawPublicKey"
          ? encodeRawPublicKey(SERVER.spki)
          : encodeCertificateChain([SERVER.der]);
      case "serverKeyExchange":
        return this.#keyExchange();
      case "certificateRequest":
        return encodeCertificateRequest({ types: Uint8Array.of(ECDSA_SIGN), signatureAlgorithms: [ECDSA_SHA256] });
      case "finished":
        return this.finished();
      case "changeCipherSpec":
        return Uint8Array.of(1);
      default:
        return EMPTY;
    }
  }

  #keyExchange(): Uint8Array {
    const { keyExchange } = this.options.kind.suite;
    const parameters = this.ephemeral && encodeEcParameters(this.ephemeral.point);
    if (keyExchange !== "ecdheEcdsa" || parameters === undefined) {
      return encodeServerKeyExchange(keyExchange, { ...(parameters && { parameters }) });
    }
    const signature = signEcdsa(SERVER.privateKey, concat([this.clientRandom, this.serverRandom, parameters]));
    return encodeServerKeyExchange(keyExchange, { parameters, signature });
  }

  /** To what the client offered, and nothing else. */
  #extensions(): Map<number, Uint8Array> {
    const extensions = new Map<number, Uint8Array>([[EXTENSION.renegotiationInfo, Uint8Array.of(0)]]);
    const rawKey = Uint8Array.of(CERTIFICATE_TYPE.rawPublicKey);
    if (this.extended) extensions.set(EXTENSION.extendedMasterSecret, EMPTY);
    if (this.encryptThenMac) extensions.set(EXTENSION.encryptThenMac, EMPTY);
    for (const number of [EXTENSION.clientCertificateType, EXTENSION.serverCertificateType]) {
      if (this.#offered.has(number)) extensions.set(number, rawKey);
    }
    if (this.ownConnectionId !== undefined) {
      extensions.set(EXTENSION.connectionId, new ByteWriter().vector8(this.ownConnectionId).toBytes());
    }
    return extensions;
  }
}
