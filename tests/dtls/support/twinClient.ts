/** The client's side of a twin: what its messages hold, and what it answers to. */
import { randomBytes } from "node:crypto";
import { ByteWriter } from "../../../services/dtls/bytes.ts";
import { signEcdsa } from "../../../services/dtls/handshake/ecdsa.ts";
import { EphemeralKey } from "../../../services/dtls/handshake/ephemeralKey.ts";
import type { HandshakeMessage } from "../../../services/dtls/handshake/handshakeMessage.ts";
import { Transcript } from "../../../services/dtls/handshake/transcript.ts";
import { encodeCertificateChain, encodeRawPublicKey } from "../../../services/dtls/messages/certificate.ts";
import { encodeClientHello } from "../../../services/dtls/messages/clientHello.ts";
import { encodeClientKeyExchange } from "../../../services/dtls/messages/clientKeyExchange.ts";
import {
  CERTIFICATE_TYPE,
  decodeConnectionId,
  ECDSA_SHA256,
  EXTENSION,
  encodeU8List,
  encodeU16List,
  SECP256R1,
} from "../../../services/dtls/messages/extensions.ts";
import { decodeHelloVerifyRequest } from "../../../services/dtls/messages/helloVerifyRequest.ts";
import { decodeServerHello } from "../../../services/dtls/messages/serverHello.ts";
import { decodeServerKeyExchange } from "../../../services/dtls/messages/serverKeyExchange.ts";
import { encodeSignature } from "../../../services/dtls/messages/signature.ts";
import { DTLS_1_2 } from "../../../services/dtls/record/record.ts";
import { isCbc } from "../../../services/dtls/suites.ts";
import { CLIENT, IDENTITY } from "./kinds.ts";
import type { Part } from "./script.ts";
import { Twin, type TwinOptions } from "./twin.ts";

const EMPTY = new Uint8Array(0);

export class TwinClient extends Twin {
  cookie: Uint8Array = EMPTY;
  #resumed = false;

  constructor(options: TwinOptions) {
    super("client", options);
    this.clientRandom = randomBytes(32);
    this.ephemeral = options.kind.suite.keyExchange === "psk" ? undefined : new EphemeralKey();
  }

  start(): Uint8Array[] {
    return this.flight(1);
  }

  protected onMessage(message: HandshakeMessage): Uint8Array[] {
    const { type, body } = message;
    if (type === "helloVerifyRequest") {
      if (this.cookie.length > 0) return [];
      this.cookie = decodeHelloVerifyRequest(body);
      this.transcript = new Transcript();
      return this.flight(3);
    }
    if (type === "finished") {
      this.verify(message);
      return this.#resumed ? this.flight(5) : [];
    }
    this.transcript.add(message);
    const { keyExchange } = this.options.kind.suite;
    if (type === "serverHello") this.#onServerHello(body);
    if (type === "serverKeyExchange") this.peerPoint = decodeServerKeyExchange(keyExchange, body).point;
    return type === "serverHelloDone" ? this.flight(5) : [];
  }

  #onServerHello(body: Uint8Array): void {
    const { random, sessionId, extensions } = decodeServerHello(body);
    this.serverRandom = random;
    this.sessionId = sessionId;
    this.extended = extensions.has(EXTENSION.extendedMasterSecret);
    this.encryptThenMac = extensions.has(EXTENSION.encryptThenMac);
    const id = extensions.get(EXTENSION.connectionId);
    if (id !== undefined) {
      this.peerConnectionId = decodeConnectionId(id);
      this.ownConnectionId = this.options.connectionId;
    }
    const { session } = this.options;
    this.#resumed = session !== undefined && Buffer.compare(session.id, sessionId) === 0;
    if (session !== undefined && this.#resumed) this.deriveKeys(session.master);
  }

  protected make(what: Part): Uint8Array {
    const { kind, session } = this.options;
    const { ephemeral } = this;
    switch (what) {
      case "clientHello":
        return encodeClientHello({
          version: DTLS_1_2,
          random: this.clientRandom,
          sessionId: session?.id ?? EMPTY,
          cookie: this.cookie,
          suites: [kind.suite.id],
          compressions: Uint8Array.of(0),
          extensions: this.#extensions(),
        });
      case "certificate":
        return kind.credential === "rawPublicKey"
          ? encodeRawPublicKey(CLIENT.spki)
          : encodeCertificateChain([CLIENT.der]);
      case "clientKeyExchange":
        return encodeClientKeyExchange({
          ...(kind.credential === "psk" && { identity: IDENTITY }),
          ...(ephemeral && { point: ephemeral.point }),
        });
      case "certificateVerify":
        return encodeSignature(signEcdsa(CLIENT.privateKey, this.transcript.bytes()));
      case "finished":
        return this.finished();
      case "changeCipherSpec":
        return Uint8Array.of(1);
      default:
        return EMPTY;
    }
  }

  #extensions(): Map<number, Uint8Array> {
    const { kind, connectionId, extendedMasterSecret = true } = this.options;
    const extensions = new Map<number, Uint8Array>();
    const rawKeys = encodeU8List([CERTIFICATE_TYPE.rawPublicKey]);
    if (kind.suite.keyExchange !== "psk") extensions.set(EXTENSION.supportedGroups, encodeU16List([SECP256R1]));
    if (kind.credential !== "psk") extensions.set(EXTENSION.signatureAlgorithms, encodeU16List([ECDSA_SHA256]));
    if (kind.credential === "rawPublicKey") {
      extensions.set(EXTENSION.clientCertificateType, rawKeys).set(EXTENSION.serverCertificateType, rawKeys);
    }
    if (isCbc(kind.suite)) extensions.set(EXTENSION.encryptThenMac, EMPTY);
    if (extendedMasterSecret) extensions.set(EXTENSION.extendedMasterSecret, EMPTY);
    if (connectionId) extensions.set(EXTENSION.connectionId, new ByteWriter().vector8(connectionId).toBytes());
    return extensions.set(EXTENSION.renegotiationInfo, Uint8Array.of(0));
  }
}
