/**
 * The client's handshake (RFC 6347 §4.2.4):
 *
 *   ClientHello (1) ->            <- HelloVerifyRequest (2)
 *   ClientHello with cookie (3) ->
 *                                 <- ServerHello [Certificate] [ServerKeyExchange] [CertificateRequest] ServerHelloDone (4)
 *   [Certificate] ClientKeyExchange [CertificateVerify] ChangeCipherSpec Finished (5) ->
 *                                 <- ChangeCipherSpec Finished (6)
 *
 * resumed, flight 4 is ServerHello ChangeCipherSpec Finished, and flight 5 ends it.
 */
import { type KeyObject, randomBytes, timingSafeEqual } from "node:crypto";
import { concat, equalBytes } from "../bytes.ts";
import { ecdhePskPremaster, masterSecret, pskPremaster, verifyData } from "../crypto/keySchedule.ts";
import { DtlsError } from "../errors.ts";
import { logMasterSecret } from "../keyLog.ts";
import { encodeCertificateChain, encodeRawPublicKey } from "../messages/certificate.ts";
import { decodeCertificateRequest, ECDSA_SIGN } from "../messages/certificateRequest.ts";
import { encodeClientHello, NO_COMPRESSION } from "../messages/clientHello.ts";
import { encodeClientKeyExchange } from "../messages/clientKeyExchange.ts";
import { type CertificateType, ECDSA_SHA256 } from "../messages/extensions.ts";
import { decodeHelloVerifyRequest } from "../messages/helloVerifyRequest.ts";
import type { MessageType } from "../messages/messageType.ts";
import { decodeServerHello } from "../messages/serverHello.ts";
import { decodeServerKeyExchange, type ServerKeyExchange } from "../messages/serverKeyExchange.ts";
import { encodeSignature } from "../messages/signature.ts";
import { DTLS_1_2 } from "../record/record.ts";
import type { ResolvedClient } from "../resolveOptions.ts";
import type { Session } from "../session.ts";
import { type KeyExchange, type Suite, suiteOfId } from "../suites.ts";
import type { Peer } from "../types.ts";
import { type Agreed, agree, offer } from "./clientExtensions.ts";
import { checkEcdsa, signEcdsa } from "./ecdsa.ts";
import { EphemeralKey } from "./ephemeralKey.ts";
import { CHANGE_CIPHER_SPEC, type FlightMessage } from "./flight.ts";
import type { Handshake, HandshakeHost } from "./handshake.ts";
import type { HandshakeMessage } from "./handshakeMessage.ts";
import { connectionInfo } from "./info.ts";
import { authenticatePeer } from "./peerAuthentication.ts";
import { CLIENT_TABLE, type ClientState, type Incoming } from "./table.ts";
import { type TrafficKeys, trafficKeys } from "./trafficKeys.ts";
import { Transcript } from "./transcript.ts";

/** A server changes its cookie when it changes its secret; one that does so again and again is not talked to. */
const MAX_HELLO_VERIFY_REQUESTS = 2;

const AFTER_HELLO: Readonly<Record<KeyExchange, ClientState>> = {
  psk: "pskKeyExchangeOrDone",
  ecdhePsk: "ecdhePskKeyExchange",
  ecdheEcdsa: "certificate",
};

export class ClientHandshake implements Handshake {
  readonly #options: ResolvedClient;
  readonly #host: HandshakeHost;
  readonly #offered: Session | undefined;
  readonly #random = randomBytes(32);
  readonly #extensions: ReadonlyMap<number, Uint8Array>;
  #state: ClientState = "hello";
  #cookie = new Uint8Array(0);
  #helloVerifyRequests = 0;
  #sequence = 0;
  #transcript = new Transcript();
  keysSent = false;

  // What the server's flight says.
  #serverRandom = new Uint8Array(0);
  #suite: Suite | undefined;
  #agreed: Agreed | undefined;
  #sessionId = new Uint8Array(0);
  #resumed = false;
  #peer: Peer | undefined;
  #peerKey: KeyObject | undefined;
  #serverPoint: Uint8Array | undefined;
  /** Undefined: no CertificateRequest; otherwise whether this side has what it asks for. */
  #certificateWanted: CertificateType | "none" | undefined;

  #master: KeyObject | undefined;
  #traffic: TrafficKeys | undefined;

  constructor(options: ResolvedClient, host: HandshakeHost, offered: Session | undefined) {
    this.#options = options;
    this.#host = host;
    this.#offered = offered;
    this.#extensions = offer(options);
  }

  start(): void {
    const { suites } = this.#options;
    const hello: HandshakeMessage = {
      type: "clientHello",
      sequence: this.#sequence++,
      body: encodeClientHello({
        version: DTLS_1_2,
        random: this.#random,
        sessionId: this.#offered?.id ?? new Uint8Array(0),
        cookie: this.#cookie,
        suites: suites.map(({ id }) => id),
        compressions: Uint8Array.of(NO_COMPRESSION),
        extensions: this.#extensions,
      }),
    };
    this.#transcript = new Transcript();
    this.#transcript.add(hello);
    this.#host.sendFlight({ number: this.#cookie.length === 0 ? 1 : 3, messages: [hello], awaitsAnswer: true });
  }

  allows(incoming: Incoming): boolean {
    return CLIENT_TABLE[this.#state][incoming] !== undefined;
  }

  onMessage(message: HandshakeMessage): void {
    const { type, body } = message;
    // Finished is verified over what came before it, and so is a CertificateVerify.
    if (type !== "finished" && type !== "helloVerifyRequest") this.#transcript.add(message);
    const next = CLIENT_TABLE[this.#state][type];
    if (next !== "chosen" && next !== undefined) this.#state = next;
    this.#handlers[type]?.(body, message);
  }

  /** Whether a HelloVerifyRequest says something new: a repeated one is the answer to a repeated ClientHello. */
  isNewCookie(body: Uint8Array): boolean {
    const cookie = decodeHelloVerifyRequest(body);
    return (
      cookie.length > 0 && !equalBytes(cookie, this.#cookie) && this.#helloVerifyRequests < MAX_HELLO_VERIFY_REQUESTS
    );
  }

  readonly #handlers: Partial<Record<MessageType, (body: Uint8Array, message: HandshakeMessage) => void>> = {
    helloVerifyRequest: (body) => {
      this.#cookie = Uint8Array.from(decodeHelloVerifyRequest(body));
      this.#helloVerifyRequests++;
      this.start();
    },
    serverHello: (body) => this.#onServerHello(body),
    certificate: (body) => {
      const type = this.#agreed?.serverCertificateType ?? "x509";
      const name = this.#options.serverName;
      const authenticated = authenticatePeer(this.#options, body, { type, purpose: "serverAuth", name });
      if (authenticated === undefined)
        throw new DtlsError("protocol", "the server's Certificate is empty", "decode_error");
      this.#peer = authenticated.peer;
      this.#peerKey = authenticated.publicKey;
    },
    serverKeyExchange: (body) => this.#onServerKeyExchange(body),
    certificateRequest: (body) => {
      const { types, signatureAlgorithms } = decodeCertificateRequest(body);
      const fits = types.includes(ECDSA_SIGN) && signatureAlgorithms.includes(ECDSA_SHA256);
      this.#certificateWanted = fits ? (this.#agreed?.clientCertificateType ?? "x509") : "none";
    },
    serverHelloDone: () => this.#sendFlight5(),
    finished: (body, message) => this.#onFinished(body, message),
  };

  #onServerHello(body: Uint8Array): void {
    const { version, random, sessionId, suite: id, compression, extensions } = decodeServerHello(body);
    if (version !== DTLS_1_2) {
      throw new DtlsError(
        "protocol",
        `the server chose version ${version.toString(16)}, not DTLS 1.2`,
        "protocol_version",
      );
    }
    const suite = suiteOfId(id);
    if (suite === undefined || !this.#options.suites.includes(suite)) {
      throw new DtlsError(
        "protocol",
        `the server chose suite ${id.toString(16)}, which was not offered`,
        "illegal_parameter",
      );
    }
    if (compression !== NO_COMPRESSION) {
      throw new DtlsError("protocol", "the server chose a compression", "illegal_parameter");
    }
    this.#suite = suite;
    this.#serverRandom = Uint8Array.from(random);
    this.#sessionId = Uint8Array.from(sessionId);
    this.#agreed = agree(extensions, this.#extensions, this.#options, suite);
    this.#takeConnectionIds(this.#agreed);
    this.#host.limitFragments(this.#agreed.maxFragmentLength);
    if (this.#offered !== undefined && equalBytes(this.#offered.id, sessionId)) this.#resume(this.#offered);
    else this.#state = AFTER_HELLO[suite.keyExchange];
  }

  #takeConnectionIds({ connectionId }: Agreed): void {
    if (connectionId === undefined) return;
    this.#host.layer.ownConnectionId = connectionId.own;
    this.#host.layer.peerConnectionId = connectionId.peer;
  }

  /** RFC 5246 §7.4.1.3, RFC 7627 §5.3. */
  #resume(session: Session): void {
    if (session.suite !== this.#suite) {
      throw new DtlsError("protocol", "the server resumed a session with another suite", "illegal_parameter");
    }
    if (session.extendedMasterSecret !== this.#agreed?.extendedMasterSecret) {
      throw new DtlsError("protocol", "the server resumed a session with another master secret", "handshake_failure");
    }
    this.#resumed = true;
    this.#peer = session.peer;
    this.#deriveKeys(session.master);
    this.#state = "changeCipherSpec";
  }

  #onServerKeyExchange(body: Uint8Array): void {
    const suite = this.#chosenSuite();
    const exchange = decodeServerKeyExchange(suite.keyExchange, body);
    this.#checkParameters(exchange);
    this.#serverPoint = exchange.point && Uint8Array.from(exchange.point);
  }

  #checkParameters({ parameters, signature }: ServerKeyExchange): void {
    if (this.#peerKey === undefined || signature === undefined || parameters === undefined) return;
    const signed = concat([this.#random, this.#serverRandom, parameters]);
    checkEcdsa(this.#peerKey, signed, signature, "ServerKeyExchange");
  }

  #sendFlight5(): void {
    const messages: FlightMessage[] = [];
    const add = (type: MessageType, body: Uint8Array) => {
      const message = { type, sequence: this.#sequence++, body };
      this.#transcript.add(message);
      messages.push(message);
    };
    const signer = this.#addCertificate(add);
    this.#agreeOnKeys(add);
    if (signer !== undefined) {
      add("certificateVerify", encodeSignature(signEcdsa(signer, this.#transcript.bytes())));
    }
    this.keysSent = true;
    this.#sendFinished(messages);
  }

  /** The key to sign with, when there is a credential that the server wants. */
  #addCertificate(add: (type: MessageType, body: Uint8Array) => void): KeyObject | undefined {
    const { certificate, rawPublicKey } = this.#options;
    if (this.#certificateWanted === undefined) return undefined;
    if (this.#certificateWanted === "rawPublicKey" && rawPublicKey !== undefined) {
      add("certificate", encodeRawPublicKey(rawPublicKey.publicKey));
      return rawPublicKey.privateKey;
    }
    if (this.#certificateWanted === "x509" && certificate !== undefined) {
      add("certificate", encodeCertificateChain(certificate.chain));
      return certificate.privateKey;
    }
    add("certificate", encodeCertificateChain([]));
    return undefined;
  }

  /** ClientKeyExchange, and the secrets that follow from it. */
  #agreeOnKeys(add: (type: MessageType, body: Uint8Array) => void): void {
    const { psk } = this.#options;
    const { keyExchange } = this.#chosenSuite();
    const ephemeral = keyExchange === "psk" ? undefined : new EphemeralKey();
    const shared = ephemeral && this.#serverPoint && ephemeral.agree(this.#serverPoint);
    const identity = keyExchange === "ecdheEcdsa" ? undefined : psk?.identity;
    const key = keyExchange === "ecdheEcdsa" ? undefined : psk?.key.export();
    add(
      "clientKeyExchange",
      encodeClientKeyExchange({ ...(identity && { identity }), ...(ephemeral && { point: ephemeral.point }) }),
    );
    const premaster = premasterOf(key, shared);
    const sessionHash = this.#agreed?.extendedMasterSecret ? this.#transcript.hash() : undefined;
    const master = masterSecret({
      premaster,
      clientRandom: this.#random,
      serverRandom: this.#serverRandom,
      ...(sessionHash && { sessionHash }),
    });
    key?.fill(0);
    shared?.fill(0);
    premaster.fill(0);
    if (identity !== undefined) this.#peer = { kind: "psk", identity };
    this.#deriveKeys(master);
  }

  #deriveKeys(master: KeyObject): void {
    this.#master = master;
    logMasterSecret(this.#options.keyLog, this.#random, master);
    this.#traffic = trafficKeys({
      role: "client",
      suite: this.#chosenSuite(),
      master,
      clientRandom: this.#random,
      serverRandom: this.#serverRandom,
      encryptThenMac: this.#agreed?.encryptThenMac ?? false,
    });
  }

  onChangeCipherSpec(): void {
    this.#state = "finished";
    this.#host.layer.protectReads(this.#keys().read);
  }

  #onFinished(body: Uint8Array, message: HandshakeMessage): void {
    const expected = verifyData(this.#secret(), "server finished", this.#transcript.hash());
    if (body.length !== expected.length || !timingSafeEqual(body, expected)) {
      throw new DtlsError("protocol", "the server's Finished does not verify", "decrypt_error");
    }
    if (this.#resumed) {
      this.#transcript.add(message);
      this.#sendFinished([]);
    }
    this.#complete(message);
  }

  #sendFinished(before: readonly FlightMessage[]): void {
    const body = verifyData(this.#secret(), "client finished", this.#transcript.hash());
    const finished: HandshakeMessage = { type: "finished", sequence: this.#sequence++, body };
    this.#transcript.add(finished);
    this.#host.layer.protectWrites(this.#keys().write);
    this.#host.sendFlight({
      number: 5,
      messages: [...before, CHANGE_CIPHER_SPEC, finished],
      awaitsAnswer: !this.#resumed,
    });
  }

  #complete(peerFinished: HandshakeMessage): void {
    const suite = this.#chosenSuite();
    const { serverName } = this.#options;
    const extendedMasterSecret = this.#agreed?.extendedMasterSecret ?? false;
    const peer = this.#peer ?? { kind: "none" };
    const { writeKeys, readKeys } = this.#keys();
    const master = this.#secret();
    this.#host.complete({
      peerFinished,
      suite,
      master,
      writeKeys,
      readKeys,
      encryptThenMac: this.#agreed?.encryptThenMac ?? false,
      session:
        this.#sessionId.length > 0
          ? { id: this.#sessionId, suite, master, extendedMasterSecret, serverName, peer }
          : undefined,
      info: connectionInfo({
        role: "client",
        suite: suite.name,
        resumed: this.#resumed,
        peer,
        extendedMasterSecret,
        layer: this.#host.layer,
        maxFragmentLength: this.#agreed?.maxFragmentLength,
        serverName,
      }),
    });
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

export function premasterOf(psk: Uint8Array | undefined, shared: Uint8Array | undefined): Uint8Array {
  if (psk === undefined) return Uint8Array.from(required(shared));
  return shared === undefined ? pskPremaster(psk) : ecdhePskPremaster(shared, psk);
}

/** The table lets nothing come before what it needs: a gap here is a mistake of this stack, never of a peer. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new DtlsError("protocol", "a message came before what it needs", "internal_error");
  return value;
}
