/** What is told of a connection when its handshake is complete. */
import { toHex } from "../bytes.ts";
import { MAX_PLAINTEXT } from "../record/record.ts";
import type { RecordLayer } from "../record/recordLayer.ts";
import type { ConnectionInfo } from "../types.ts";

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

export interface InfoInput extends Omit<ConnectionInfo, "connectionId" | "serverName" | "maxFragmentLength"> {
  readonly layer: RecordLayer;
  readonly maxFragmentLength: number | undefined;
  readonly serverName: string | undefined;
}

export function connectionInfo(input: InfoInput): ConnectionInfo {
  const { role, suite, resumed, peer, extendedMasterSecret, layer, maxFragmentLength = MAX_PLAINTEXT } = input;
  const info: Writable<ConnectionInfo> = { role, suite, resumed, peer, extendedMasterSecret, maxFragmentLength };
  const { ownConnectionId: own, peerConnectionId } = layer;
  if (own !== undefined && peerConnectionId !== undefined)
    info.connectionId = { own: toHex(own), peer: toHex(peerConnectionId) };
  if (input.serverName !== undefined) info.serverName = input.serverName;
  return info;
}
