/**
 * Which message may come next: the whole order of a handshake (RFC 6347 §4.2.4, RFC 5246 §7.3). A state is named after
 * what it waits for; what a state does not list has no place in it, whatever the message says.
 */
import type { MessageType } from "../messages/messageType.ts";

/** ChangeCipherSpec is no handshake message, and has its place all the same. */
export type Incoming = MessageType | "changeCipherSpec";

export type ClientState =
  | "hello"
  | "pskKeyExchangeOrDone"
  | "ecdhePskKeyExchange"
  | "certificate"
  | "signedKeyExchange"
  | "certificateRequestOrDone"
  | "done"
  | "changeCipherSpec"
  | "finished"
  | "connected";

/** Where a ServerHello leads depends on what it chose. */
export type AfterServerHello =
  | "pskKeyExchangeOrDone"
  | "ecdhePskKeyExchange"
  | "certificate"
  /** Resumed. */
  | "changeCipherSpec";

export const CLIENT_TABLE: Readonly<Record<ClientState, Readonly<Partial<Record<Incoming, ClientState | "chosen">>>>> =
  {
    hello: { helloVerifyRequest: "hello", serverHello: "chosen" },
    pskKeyExchangeOrDone: { serverKeyExchange: "done", serverHelloDone: "changeCipherSpec" },
    ecdhePskKeyExchange: { serverKeyExchange: "done" },
    certificate: { certificate: "signedKeyExchange" },
    signedKeyExchange: { serverKeyExchange: "certificateRequestOrDone" },
    certificateRequestOrDone: { certificateRequest: "done", serverHelloDone: "changeCipherSpec" },
    done: { serverHelloDone: "changeCipherSpec" },
    changeCipherSpec: { changeCipherSpec: "finished" },
    finished: { finished: "connected" },
    connected: {},
  };

export type ServerState =
  | "clientHello"
  | "clientCertificate"
  | "keyExchange"
  | "keyExchangeOfCertificate"
  | "certificateVerify"
  | "changeCipherSpec"
  | "finished"
  | "connected";

/** `chosen`: by the suite, and by whether the Certificate was empty. */
export const SERVER_TABLE: Readonly<Record<ServerState, Readonly<Partial<Record<Incoming, ServerState | "chosen">>>>> =
  {
    clientHello: { clientHello: "chosen" },
    clientCertificate: { certificate: "chosen" },
    keyExchange: { clientKeyExchange: "changeCipherSpec" },
    keyExchangeOfCertificate: { clientKeyExchange: "certificateVerify" },
    certificateVerify: { certificateVerify: "changeCipherSpec" },
    changeCipherSpec: { changeCipherSpec: "finished" },
    finished: { finished: "connected" },
    connected: {},
  };
