/**
 * What the parts of this folder and its users agree on. The protocol core does no I/O: a datagram, a timer or bytes to
 * send go in, and a step comes out. RFC 6347 (DTLS 1.2), RFC 7925 (its IoT profile), RFC 9146 (Connection ID).
 */
import type { KeyObject } from "node:crypto";
import type { TrustPolicy } from "../pki/validatePath.ts";
import type { AlertName } from "./alerts.ts";
import type { DtlsError } from "./errors.ts";
import type { SuiteName } from "./suites.ts";

export type Role = "client" | "server";

/** Who the peer proved to be. A PSK identity is as secret as the protocol keeps it: not for logs. */
export type Peer =
  | { readonly kind: "none" }
  | { readonly kind: "psk"; readonly identity: Uint8Array }
  /** SubjectPublicKeyInfo, DER (RFC 7250). */
  | { readonly kind: "rawPublicKey"; readonly publicKey: Uint8Array; readonly fingerprint: string }
  /** The end entity's certificate, DER. */
  | {
      readonly kind: "certificate";
      readonly certificate: Uint8Array;
      readonly subject: string;
      readonly fingerprint: string;
    };

/** What a completed handshake agreed on. */
export interface ConnectionInfo {
  readonly role: Role;
  readonly suite: SuiteName;
  /** An abbreviated handshake, or a session that was imported. */
  readonly resumed: boolean;
  readonly peer: Peer;
  readonly extendedMasterSecret: boolean;
  /** Connection IDs in hexadecimal, "" for a negotiated empty one; absent when not negotiated (RFC 9146). */
  readonly connectionId?: { readonly own: string; readonly peer: string };
  /** Plaintext octets that fit a record (RFC 6066 §4). */
  readonly maxFragmentLength: number;
  /** Client: what was asked for; server: what the client asked for (RFC 6066 §3). */
  readonly serverName?: string;
}

export type DtlsEvent =
  /** The peer is authenticated; data may be sent. */
  | { readonly kind: "connected"; readonly info: ConnectionInfo }
  /** Authenticated data of one record. Octets are the receiver's own. */
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** The end, told once: without an error for a close_notify of either side. */
  | { readonly kind: "closed"; readonly by: "local" | "peer"; readonly error?: DtlsError };

/** What one input led to. */
export interface Step {
  /** To be sent to the peer, in order. */
  readonly datagrams: readonly Uint8Array[];
  readonly events: readonly DtlsEvent[];
  /** The one timer: fire in so many ms, in place of any before; null: no timer; absent: as it was. */
  readonly timer?: number | null;
  /** The input held an authenticated record that is newer than any before: its sender's address is the peer's (RFC 9146 §6). */
  readonly newest?: boolean;
}

/** What happens inside, for a trace. Nothing is built without an observer. Holds no secret. */
export type Observation =
  | {
      readonly kind: "flight";
      readonly direction: "in" | "out";
      /** 1 to 6 (RFC 6347 §4.2.4). */
      readonly flight: number;
      /** Names of its messages in order, `ClientHello`; `ChangeCipherSpec` among them. */
      readonly messages: readonly string[];
      /** 0, or which retransmission it is. */
      readonly retransmission: number;
      /** Octets of its datagrams. */
      readonly size: number;
    }
  | {
      readonly kind: "record";
      readonly direction: "in" | "out";
      readonly type: "changeCipherSpec" | "alert" | "handshake" | "applicationData";
      readonly epoch: number;
      readonly sequence: number;
      /** Hexadecimal, of a record that carries one. */
      readonly connectionId?: string;
      /** Octets on the wire. */
      readonly size: number;
    }
  | {
      readonly kind: "alert";
      readonly direction: "in" | "out";
      readonly level: "warning" | "fatal";
      readonly alert: AlertName | number;
    }
  | { readonly kind: "dropped"; readonly reason: DropReason; readonly size: number };

/** Why input was dropped in silence (RFC 6347 §4.1.2.7); each is counted. */
export type DropReason =
  /** No record: cut short, an unknown type or version, too long. */
  | "malformed"
  /** An epoch that is over, or far ahead. */
  | "epoch"
  /** Seen before, or left of the window. */
  | "replay"
  /** Not authentic: a wrong key, a changed record. */
  | "unauthentic"
  /** Connection ID unknown, missing or unexpected. */
  | "connectionId"
  /** In the clear where it has to be protected. */
  | "plaintext"
  /** Not allowed in this state of the handshake. */
  | "unexpected"
  /** A fragment that contradicts the others, or that is of no message expected. */
  | "fragment"
  /** More than is kept. */
  | "overflow"
  /** The connection is over. */
  | "closed";

export type DropCounters = Readonly<Record<DropReason, number>>;

/** Retransmission of flights (RFC 6347 §4.2.4). */
export interface Retransmission {
  /** First wait, ms, 1 or more; doubled each time. */
  readonly initialMs: number;
  readonly maxMs: number;
  /** Retransmissions before giving up, 0 to 20. */
  readonly max: number;
}

export type MaxFragmentLength = 512 | 1024 | 2048 | 4096;

export interface CommonOptions {
  /** What is offered or accepted, preferred first; by default all that the credentials allow but CBC. */
  readonly suites?: readonly SuiteName[];
  /**
   * Allows the CBC suites of LwM2M 1.0 to be named in `suites`. They are off because MAC and padding cannot be checked
   * in constant time in JavaScript (Lucky Thirteen); encrypt-then-MAC is asked for, which avoids that where the peer has it.
   */
  readonly allowCbc?: boolean;
  /** Largest datagram sent, octets of UDP payload, 228 to 16384; 1212 by default (IPv6's minimum without its headers). */
  readonly mtu?: number;
  readonly retransmission?: Partial<Retransmission>;
  /** Length of the Connection ID that this side wants to receive, 0 to 32; false: no Connection ID. A client's default is 0, a server's 6. */
  readonly connectionId?: number | false;
  /** `require` refuses peers without it (RFC 7627); `offer` is the default. */
  readonly extendedMasterSecret?: "offer" | "require";
  /** This side's X.509 chain, DER, end entity first, and its key (P-256). Checked when given. */
  readonly certificate?: { readonly chain: readonly Uint8Array[]; readonly privateKey: KeyObject };
  /** This side's raw public key, as its private half (P-256). */
  readonly rawPublicKey?: { readonly privateKey: KeyObject };
  /** By what the peer's certificate is trusted; without it no X.509 of the peer is accepted. */
  readonly trust?: TrustPolicy;
  /** SubjectPublicKeyInfos, DER, that the peer may have; without it no raw public key of the peer is accepted. */
  readonly peerPublicKeys?: readonly Uint8Array[];
  /** Time of day, ms since 1970, for the validity of certificates; the system's by default. */
  readonly now?: () => number;
  /** Gets one line a handshake in NSS key log format (RFC 9850): with them anybody can read the traffic. */
  readonly keyLog?: (line: string) => void;
  readonly observe?: (observation: Observation) => void;
}

export interface ClientOptions extends CommonOptions {
  /** Identity of 0 to 128 octets, key of 1 to 64 (RFC 7925 §4.2, RFC 4279 §5.3). */
  readonly psk?: { readonly identity: Uint8Array; readonly key: Uint8Array | KeyObject };
  /** Sent as SNI when it is a DNS name, and checked against the server's certificate; an IP literal is only checked. */
  readonly serverName?: string;
  /** Asked for (RFC 6066 §4). */
  readonly maxFragmentLength?: MaxFragmentLength;
  /** Goes on with servers that do not know RFC 5746; without it they are refused, as RFC 5746 §4.1 has it. */
  readonly allowLegacyRenegotiation?: boolean;
  /** What `resumption` gave for an earlier connection to the same server. */
  readonly resume?: Uint8Array;
}

export interface ServerOptions extends CommonOptions {
  /** The key of an identity, or undefined: unknown. */
  readonly psk?: (identity: Uint8Array) => Uint8Array | KeyObject | undefined;
  /** Sent to clients, up to 128 octets (RFC 4279 §5.2). */
  readonly pskIdentityHint?: Uint8Array;
  /** Asks clients of certificate suites for a credential; `require` when `trust` or `peerPublicKeys` is given. */
  readonly clientAuthentication?: "none" | "request" | "require";
  /** Sessions kept for resumption, 0 to 100000; 1000 by default. */
  readonly sessions?: number;
  /** Associations at once, half-open ones included; 10000 by default. Above it the one silent longest ends. */
  readonly maxAssociations?: number;
  /** Half-open associations at once; 1000 by default. */
  readonly maxHandshakes?: number;
}
