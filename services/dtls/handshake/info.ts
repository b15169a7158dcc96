/** What is told of a connection when its handshake is complete. */
import { toHex } from "../bytes.ts";
import { MAX_PLAINTEXT } from "../record/record.ts";
import type { RecordLayer } from "../record/recordLayer.ts";
import type { ConnectionInfo } from "../types.ts";

export interface InfoInput extends Omit<ConnectionInfo, "connectionId" | "serverName" | "maxFragmentLength"> {
  readonly layer: RecordLayer;
  readonly maxFragmentLength: number | undefined;
  readonly serverName: string | undefined;
}

export function connectionInfo({ layer, serverName, maxFragmentLength, ...rest }: InfoInput): ConnectionInfo {
  const { ownConnectionId: own, peerConnectionId: peer } = layer;
  return {
    ...rest,
    maxFragmentLength: maxFragmentLength ?? MAX_PLAINTEXT,
    ...(own !== undefined && peer !== undefined && { connectionId: { own: toHex(own), peer: toHex(peer) } }),
    ...(serverName !== undefined && { serverName }),
  };
}
