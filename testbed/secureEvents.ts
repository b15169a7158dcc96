/** What a server on `coaps` sees of handshakes. No identity and no key is among it. */
import type { PeerAddress } from "../ports/transport.ts";
import type { DtlsError } from "../services/dtls/errors.ts";
import type { SuiteName } from "../services/dtls/suites.ts";
import type { ConnectionInfo, Peer } from "../services/dtls/types.ts";
import type { CoapPortHandlers } from "./coapPort.ts";

export type SecureEvent =
  | {
      readonly type: "connected";
      readonly peer: PeerAddress;
      readonly suite: SuiteName;
      /** How the device proved itself. */
      readonly credential: Peer["kind"];
      /** An abbreviated handshake. */
      readonly resumed: boolean;
      /** A Connection ID was agreed on (RFC 9146). */
      readonly connectionId: boolean;
    }
  | { readonly type: "handshakeFailed"; readonly peer: PeerAddress; readonly detail: string };

export function secureHandlers(
  record: (event: SecureEvent) => void,
): Pick<CoapPortHandlers, "onConnected" | "onHandshakeFailed"> {
  return {
    onConnected: (peer: PeerAddress, { suite, peer: { kind }, resumed, connectionId }: ConnectionInfo) =>
      record({
        type: "connected",
        peer,
        suite,
        credential: kind,
        resumed,
        connectionId: connectionId !== undefined,
      }),
    onHandshakeFailed: (peer: PeerAddress, error: DtlsError) =>
      record({ type: "handshakeFailed", peer, detail: error.message }),
  };
}
