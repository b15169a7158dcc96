/**
 * How datagrams travel: over UDP, in memory, over DTLS on either, or through a modem's own sockets.
 * The carrier's services meet a network only here.
 */
import type { Lifeline } from "./trace.ts";

/** Who a peer proved to be. Without security nobody proves anything and the identity is `none`. */
export type PeerIdentity =
  | { readonly kind: "none" }
  /** The peer of a session that was opened from here: it has the key of this security tag. */
  | { readonly kind: "psk"; readonly tag: number }
  /** The peer of a modem's own socket, which has authenticated it with the credentials of this security tag. */
  | { readonly kind: "tag"; readonly tag: number }
  /** The peer of a listener; SHA-256 over its PSK identity, 64 upper-case hexadecimal digits. */
  | { readonly kind: "pskIdentity"; readonly fingerprint: string }
  | { readonly kind: "publicKey"; readonly fingerprint: string }
  | { readonly kind: "certificate"; readonly subject: string; readonly fingerprint: string };

export interface PeerAddress {
  /** Numeric IPv4 or IPv6 address. */
  readonly address: string;
  readonly port: number;
}

export interface OpenRequest {
  /** `coap://host[:port]`, `coaps://host[:port]`; the port defaults to 5683 and 5684 (RFC 7252 §6). */
  readonly uri: string;
  /** The modem's security tag that holds the credentials; absent for no security. */
  readonly securityTag?: number;
  /** Name to ask for in the handshake (SNI) and to check the certificate against; the URI's host by default. */
  readonly serverName?: string;
  /** How long the device listens after the last datagram in queue mode, ms: no session may go idle within it. */
  readonly listensMs?: number;
  /** Gives the attempt up: what was begun ends at once, and no session stays open. */
  readonly signal?: AbortSignal;
  /** Who the peer is in records, and the `seq` of the record that led to this. */
  readonly lifeline?: Lifeline;
  readonly cause?: number;
}

/** Why no session came about. */
export type OpenFailure =
  | { readonly kind: "noRoute"; readonly detail: string }
  | { readonly kind: "handshakeFailed"; readonly alert?: number; readonly detail: string }
  | { readonly kind: "credential"; readonly detail: string }
  | { readonly kind: "pdn"; readonly cause?: number; readonly detail: string };

export type OpenOutcome = { readonly kind: "open"; readonly session: Session } | OpenFailure;

/** Why a session ended. */
export type CloseReason =
  | { readonly kind: "local" }
  | { readonly kind: "peer"; readonly alert?: number }
  | { readonly kind: "linkLost" }
  | { readonly kind: "error"; readonly detail: string };

/** Called as methods of the object that was attached. */
export interface SessionHandlers {
  /** A datagram that arrived from the session's peer. */
  onDatagram(bytes: Uint8Array): void;
  /** Called once, when the session has ended for whatever reason. */
  onClose(reason: CloseReason): void;
}

/** A path to one peer. */
export interface Session {
  readonly peer: PeerAddress;
  readonly local: PeerAddress;
  readonly identity: PeerIdentity;
  /** True when datagrams are encrypted and the peer is authenticated. */
  readonly secure: boolean;
  /** The largest datagram in octets that fits. */
  readonly maxDatagram: number;
  /** Says where arrivals go; datagrams that came before are delivered then, in order. */
  attach(handlers: SessionHandlers): void;
  /** Sends one datagram. Never throws: what cannot be sent is lost, as datagrams are. */
  send(bytes: Uint8Array): void;
  /** Lets go of sockets while keeping what is needed to go on (queue mode, restart). */
  suspend(): void;
  resume(): void;
  /** Holds arrivals back without losing them (breakpoints), and lets them through again. */
  pause(): void;
  unpause(): void;
  /** Ends the session and tells the peer where the protocol can. A suspended one ends in silence. */
  close(): void;
  /**
   * Ends the session here without a word to a peer that can tell it from others later (RFC 9146): the next one that is
   * opened to the same peer with the same credentials goes on with it. Where that cannot be, and where there is no
   * `park`, it is `close`.
   */
  park?(): void;
}

/** Something that accepts sessions: the server side of a transport. */
export interface Listener {
  readonly address: PeerAddress;
  close(): Promise<void>;
}

export interface Transport {
  open(request: OpenRequest): Promise<OpenOutcome>;
  /** Accepts sessions at a local address; `port` 0 takes a free one. */
  listen(at: PeerAddress, onSession: (session: Session) => void): Promise<Listener>;
  /** From now on nothing is said to any peer, as when the supply has gone. Without it `close` says nothing either. */
  fallSilent?(): void;
  /** Holds arrivals of all sessions back, of those that are being opened or will be too, and lets them through again. */
  pause?(): void;
  unpause?(): void;
  /** Closes all sessions and sockets. */
  close(): Promise<void>;
}
