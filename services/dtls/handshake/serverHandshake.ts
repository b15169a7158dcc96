/**
 * The server's handshake, from a ClientHello with a good cookie on (RFC 6347 §4.2.4; drawn at the client's side). In an
 * abbreviated one the server's Finished comes first.
 */
import { type KeyObject, randomBytes, timingSafeEqual } from "node:crypto";
import { concat } from "../bytes.ts";
import { masterSecret, verifyData } from "../crypto/keySchedule.ts";
import { DtlsError } from "../errors.ts";
import { logMasterSecret } from "../keyLog.ts";
import { encodeCertificateChain, encodeRawPublicKey } from "../messages/certificate.ts";
import { ECDSA_SIGN, encodeCertificateRequest } from "../messages/certificateRequest.ts";
import { type ClientHello, decodeClientHello, NO_COMPRESSION } from "../messages/clientHello.ts";
import { decodeClientKeyExchange } from "../messages/clientKeyExchange.ts";
import { type CertificateType, ECDSA_SHA256 } from "../messages/extensions.ts";
import type { MessageType } from "../messages/messageType.ts";
import { encodeServerHello } from "../messages/serverHello.ts";
import { encodeEcParameters, encodeServerKeyExchange } from "../messages/serverKeyExchange.ts";
import { decodeSignature } from "../messages/signature.ts";
import { DTLS_1_2 } from "../record/record.ts";
import { pskKey, type ResolvedServer } from "../resolveOptions.ts";
import type { Session } from "../session.ts";
import type { SessionCache } from "../sessionCache.ts";
import type { Suite } from "../suites.ts";
import type { Peer } from "../types.ts";
import { premasterOf, required } from "./clientHandshake.ts";
import { checkEcdsa, signEcdsa } from "./ecdsa.ts";
import { EphemeralKey } from "./ephemeralKey.ts";
import { CHANGE_CIPHER_SPEC, type FlightMessage } from "./flight.ts";
import type { Handshake, HandshakeHost } from "./handshake.ts";
import type { HandshakeMessage } from "./handshakeMessage.ts";
import { connectionInfo } from "./info.ts";
import { authenticatePeer } from "./peerAuthentication.ts";
import {
  answer,
  clientCertificateType,
  newConnectionId,
  readWishes,
  serverCertificateType,
  type Wishes,
} from "./serverExtensions.ts";
import { type Incoming, SERVER_TABLE, type ServerState } from "./table.ts";
import { type TrafficKeys, trafficKeys } from "./trafficKeys.ts";
import { Transcript } from "./transcript.ts";

const SESSION_ID_OCTETS = 32;

export interface ServerContext {
  readonly options: ResolvedServer;
  readonly sessions: SessionCache;
  /** Gives a Connection ID to this association, which nobody else has; undefined for none. */
  claimConnectionId(make: () => Uint8Array): Uint8Array | undefined;
}

export class ServerHandshake implements Handshake {
  readonly #context: ServerContext;
  readonly #host: HandshakeHost;
  readonly #random = randomBytes(32);
  readonly #transcript = new Transcript();
  #state: ServerState = "clientHello";
  /** message_seq goes on after the HelloVerifyRequest, which has the ClientHello's. */
  #sequence: number;
  keysSent = false;

  #clientRandom = new Uint8Array(0);
  #wishes: Wishes | undefined;
  #suite: Suite | undefined;
  #session: Session | undefined;
  #sessionId = new Uint8Array(0);
  #ephemeral: EphemeralKey | undefined;
  #clientType: CertificateType | undefined;
  #peer: Peer = { kind: "none" };
  #peerKey: KeyObject | undefined;
  #master: KeyObject | undefined;
  #traffic: TrafficKeys | undefined;

  constructor(context: ServerContext, host: HandshakeHost, firstSequence: number) {
    this.#context = context;
    this.#host = host;
    this.#sequence = firstSequence;
  }

  allows(incoming: Incoming): boolean {
    return SERVER_TABLE[this.#state][incoming] !== undefined;
  }

  onMessage(message: HandshakeMessage): void {
    const { type, body } = message;
    // Finished and CertificateVerify are verified over what came before them.
    if (type !== "finished" && type !== "certificateVerify") this.#transcript.add(message);
    const next = SERVER_TABLE[this.#state][type];
    if (next !== "chosen" && next !== undefined) this.#state = next;
    this.#handlers[type]?.(body, message);
    if (type === "certificateVerify") this.#transcript.add(message);
  }

  readonly #handlers: Partial<Record<MessageType, (body: Uint8Array, message: HandshakeMessage) => void>> = {
    clientHello: (body) => this.#onClientHello(decodeClientHello(body)),
    certificate: (body) => this.#onCertificate(body),
    clientKeyExchange: (body) => this.#onClientKeyExchange(body),
    certificateVerify: (body) => {
      checkEcdsa(required(this.#peerKey), this.#transcript.bytes(), decodeSignature(body), "CertificateVerify");
    },
    finished: (body, message) => this.#onFinished(body, message),
  };

  #onClientHello(hello: ClientHello): void {
    const { options } = this.#context;
    // Versions fall as they rise: 0xfefc and below are later ones, which know this one too.
    if (hello.version > DTLS_1_2) {
      throw new DtlsError(
        "protocol",
        `the client has version ${hello.version.toString(16)} at most`,
        "protocol_version",
      );
    }
    if (!hello.compressions.includes(NO_COMPRESSION)) {
      throw new DtlsError("protocol", "the client wants compression", "illegal_parameter");
    }
    this.#clientRandom = Uint8Array.from(hello.random);
    const wishes = readWishes(hello);
    this.#wishes = wishes;
    if (options.requireExtendedMasterSecret && !wishes.extendedMasterSecret) {
      throw new DtlsError(
        "protocol",
        "the client has no extended master secret, which is required",
        "handshake_failure",
      );
    }
    this.#host.limitFragments(wishes.maxFragmentLength ?? 1 << 14);
    const session = this.#sessionOf(hello, wishes);
    if (session !== undefined) this.#resume(session, wishes);
    else this.#begin(hello, wishes);
  }

  /** RFC 5246 §7.4.1.2; RFC 7627 §5.3 for the two ways in which the master secret may differ. */
  #sessionOf({ sessionId, suites }: ClientHello, { extendedMasterSecret, serverName }: Wishes): Session | undefined {
    const session = sessionId.length > 0 ? this.#context.sessions.get(sessionId) : undefined;
    if (session === undefined || session.serverName !== serverName || !suites.includes(session.suite.id))
      return undefined;
    if (session.extendedMasterSecret && !extendedMasterSecret) {
      throw new DtlsError("protocol", "the client resumes without its extended master secret", "handshake_failure");
    }
    return session.extendedMasterSecret === extendedMasterSecret ? session : undefined;
  }

  #resume(session: Session, wishes: Wishes): void {
    this.#session = session;
    this.#suite = session.suite;
    this.#sessionId = session.id as Uint8Array<ArrayBuffer>;
    this.#peer = session.peer;
    const hello = this.#serverHello(wishes, undefined, undefined);
    this.#deriveKeys(session.master);
    this.#state = "changeCipherSpec";
    this.#sendFinished([hello], 4);
  }

  #begin(hello: ClientHello, wishes: Wishes): void {
    const { options, sessions } = this.#context;
    const shown = serverCertificateType(options, wishes);
    const suite = this.#chooseSuite(hello, wishes, shown);
    this.#suite = suite;
    const signs = suite.keyExchange === "ecdheEcdsa";
    const asks = signs && options.clientAuthentication !== "none";
    this.#clientType = asks ? clientCertificateType(options, wishes) : undefined;
    if (asks && this.#clientType === undefined && options.clientAuthentication === "require") {
      throw new DtlsError("protocol", "the client has no certificate type that is accepted", "unsupported_certificate");
    }
    if (sessions.keeps) this.#sessionId = Uint8Array.from(randomBytes(SESSION_ID_OCTETS));
    const flight: FlightMessage[] = [this.#serverHello(wishes, signs ? shown : undefined, this.#clientType)];
    const add = (type: MessageType, body: Uint8Array) => flight.push(this.#message(type, body));
    if (signs) add("certificate", this.#ownCertificate(required(shown)));
    const exchange = this.#keyExchange(suite, shown);
    if (exchange !== undefined) add("serverKeyExchange", exchange);
    if (this.#clientType !== undefined) {
      add(
        "certificateRequest",
        encodeCertificateRequest({ types: Uint8Array.of(ECDSA_SIGN), signatureAlgorithms: [ECDSA_SHA256] }),
      );
    }
    add("serverHelloDone", new Uint8Array(0));
    this.#state = this.#clientType === undefined ? "keyExchange" : "clientCertificate";
    this.#host.sendFlight({ number: 4, messages: flight, awaitsAnswer: true });
  }

  /** The server's order counts. */
  #chooseSuite({ suites }: ClientHello, wishes: Wishes, shown: CertificateType | undefined): Suite {
    const fits = ({ id, keyExchange }: Suite) =>
      suites.includes(id) &&
      (keyExchange === "psk" || wishes.curve) &&
      (keyExchange !== "ecdheEcdsa" || (wishes.signature && shown !== undefined));
    const suite = this.#context.options.suites.find(fits);
    if (suite === undefined) {
      throw new DtlsError(
        "protocol",
        "the client and this server have no suite and credential in common",
        "handshake_failure",
      );
    }
    return suite;
  }

  #serverHello(
    wishes: Wishes,
    shown: CertificateType | undefined,
    asked: CertificateType | undefined,
  ): HandshakeMessage {
    const { options } = this.#context;
    const suite = this.#chosenSuite();
    const { layer } = this.#host;
    const wantsId = wishes.connectionId !== undefined && options.connectionId !== undefined;
    const ownConnectionId = wantsId
      ? this.#context.claimConnectionId(() => required(newConnectionId(options, wishes)))
      : undefined;
    if (ownConnectionId !== undefined) {
      layer.ownConnectionId = ownConnectionId;
      layer.peerConnectionId = wishes.connectionId && Uint8Array.from(wishes.connectionId);
    }
    return this.#message(
      "serverHello",
      encodeServerHello({
        version: DTLS_1_2,
        random: this.#random,
        sessionId: this.#sessionId,
        suite: suite.id,
        compression: NO_COMPRESSION,
        extensions: answer(wishes, {
          suite,
          ownConnectionId,
          serverCertificateType: shown,
          clientCertificateType: asked,
        }),
      }),
    );
  }

  #ownCertificate(shown: CertificateType): Uint8Array {
    const { certificate, rawPublicKey } = this.#context.options;
    return shown === "rawPublicKey"
      ? encodeRawPublicKey(required(rawPublicKey).publicKey)
      : encodeCertificateChain(required(certificate).chain);
  }

  /** Undefined for plain PSK without a hint. */
  #keyExchange({ keyExchange }: Suite, shown: CertificateType | undefined): Uint8Array | undefined {
    const { pskIdentityHint: hint, certificate, rawPublicKey } = this.#context.options;
    if (keyExchange === "psk") return hint && encodeServerKeyExchange(keyExchange, { hint });
    this.#ephemeral = new EphemeralKey();
    const parameters = encodeEcParameters(this.#ephemeral.point);
    if (keyExchange === "ecdhePsk") return encodeServerKeyExchange(keyExchange, { ...(hint && { hint }), parameters });
    const { privateKey } = required(shown === "rawPublicKey" ? rawPublicKey : certificate);
    const signature = signEcdsa(privateKey, concat([this.#clientRandom, this.#random, parameters]));
    return encodeServerKeyExchange(keyExchange, { parameters, signature });
  }

  #onCertificate(body: Uint8Array): void {
    const { options } = this.#context;
    const type = required(this.#clientType);
    const authenticated = authenticatePeer(options, body, { type, purpose: "clientAuth", name: undefined });
    if (authenticated === undefined && options.clientAuthentication === "require") {
      throw new DtlsError("peerCredential", "the client has no certificate, and one is required", "handshake_failure");
    }
    this.#peer = authenticated?.peer ?? this.#peer;
    this.#peerKey = authenticated?.publicKey;
    this.#state = authenticated === undefined ? "keyExchange" : "keyExchangeOfCertificate";
  }

  #onClientKeyExchange(body: Uint8Array): void {
    const suite = this.#chosenSuite();
    const { identity, point } = decodeClientKeyExchange(suite.keyExchange, body);
    const key = identity && this.#pskOf(Uint8Array.from(identity));
    const shared = point && required(this.#ephemeral).agree(point);
    const premaster = premasterOf(key, shared);
    const sessionHash = required(this.#wishes).extendedMasterSecret ? this.#transcript.hash() : undefined;
    const master = masterSecret({
      premaster,
      clientRandom: this.#clientRandom,
      serverRandom: this.#random,
      ...(sessionHash && { sessionHash }),
    });
    key?.fill(0);
    shared?.fill(0);
    premaster.fill(0);
    this.#ephemeral = undefined;
    this.#deriveKeys(master);
    this.keysSent = true;
  }

  #pskOf(identity: Uint8Array): Uint8Array {
    const key = this.#lookUp(identity);
    if (key === undefined) {
      throw new DtlsError("peerCredential", "the client's PSK identity is not known", "unknown_psk_identity");
    }
    this.#peer = { kind: "psk", identity };
    return key.export();
  }

  /** What the application's own code throws may hold secrets: it is not repeated. */
  #lookUp(identity: Uint8Array): KeyObject | undefined {
    try {
      const key = this.#context.options.psk?.(identity);
      return key && pskKey(key);
    } catch {
      throw new DtlsError("option", "the psk function of the server failed, or gave no usable key", "internal_error");
    }
  }

  #deriveKeys(master: KeyObject): void {
    this.#master = master;
    logMasterSecret(this.#context.options.keyLog, this.#clientRandom, master);
    this.#traffic = trafficKeys({
      role: "server",
      suite: this.#chosenSuite(),
      master,
      clientRandom: this.#clientRandom,
      serverRandom: this.#random,
      encryptThenMac: this.#encryptsThenMacs(),
    });
  }

  onChangeCipherSpec(): void {
    this.#state = "finished";
    this.#host.layer.protectReads(this.#keys().read);
  }

  #onFinished(body: Uint8Array, message: HandshakeMessage): void {
    const expected = verifyData(this.#secret(), "client finished", this.#transcript.hash());
    if (body.length !== expected.length || !timingSafeEqual(body, expected)) {
      if (this.#session !== undefined) this.#context.sessions.remove(this.#session.id);
      throw new DtlsError("protocol", "the client's Finished does not verify", "decrypt_error");
    }
    this.#transcript.add(message);
    if (this.#session === undefined) this.#sendFinished([], 6);
    this.#complete(message);
  }

  #sendFinished(before: readonly FlightMessage[], number: number): void {
    const finished = this.#message("finished", verifyData(this.#secret(), "server finished", this.#transcript.hash()));
    this.#host.layer.protectWrites(this.#keys().write);
    this.#host.sendFlight({
      number,
      messages: [...before, CHANGE_CIPHER_SPEC, finished],
      awaitsAnswer: this.#session !== undefined,
    });
  }

  #complete(peerFinished: HandshakeMessage): void {
    const suite = this.#chosenSuite();
    const { extendedMasterSecret, serverName, maxFragmentLength } = required(this.#wishes);
    const master = this.#secret();
    const peer = this.#peer;
    const id = this.#sessionId;
    const session = id.length > 0 ? { id, suite, master, extendedMasterSecret, serverName, peer } : undefined;
    if (session !== undefined && this.#session === undefined) this.#context.sessions.add(session);
    const { writeKeys, readKeys } = this.#keys();
    this.#host.complete({
      peerFinished,
      suite,
      master,
      session,
      writeKeys,
      readKeys,
      encryptThenMac: this.#encryptsThenMacs(),
      info: connectionInfo({
        role: "server",
        suite: suite.name,
        resumed: this.#session !== undefined,
        peer,
        extendedMasterSecret,
        layer: this.#host.layer,
        maxFragmentLength,
        serverName,
      }),
    });
  }

  /** A message of ours, in the transcript. */
  #message(type: MessageType, body: Uint8Array): HandshakeMessage {
    const message = { type, sequence: this.#sequence++, body };
    this.#transcript.add(message);
    return message;
  }

  #encryptsThenMacs(): boolean {
    return required(this.#wishes).encryptThenMac && this.#chosenSuite().cipher === "aes128CbcSha256";
  }

  #chosenSuite(): Suite {
    return required(this.#suite);
  }
  #keys(): TrafficKeys {
    return required(this.#traffic);
  }
  #secret(): KeyObject {
    return required(this.#master);
  }
}
