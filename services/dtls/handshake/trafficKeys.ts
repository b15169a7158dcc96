/** From the master secret to the ciphers of both directions. */
import type { KeyObject } from "node:crypto";
import { createRecordCipher, type DirectionKeys, type RecordCipher } from "../crypto/cipher.ts";
import { deriveKeys } from "../crypto/keySchedule.ts";
import type { Suite } from "../suites.ts";
import type { Role } from "../types.ts";

export interface TrafficKeys {
  readonly writeKeys: DirectionKeys;
  readonly readKeys: DirectionKeys;
  readonly write: RecordCipher;
  readonly read: RecordCipher;
}

export interface TrafficInput {
  readonly role: Role;
  readonly suite: Suite;
  readonly master: KeyObject;
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
  readonly encryptThenMac: boolean;
}

export function trafficKeys({
  role,
  suite,
  master,
  clientRandom,
  serverRandom,
  encryptThenMac,
}: TrafficInput): TrafficKeys {
  const { client, server } = deriveKeys(suite, master, clientRandom, serverRandom);
  const [writeKeys, readKeys] = role === "client" ? [client, server] : [server, client];
  return {
    writeKeys,
    readKeys,
    write: createRecordCipher(suite, writeKeys, { encryptThenMac }),
    read: createRecordCipher(suite, readKeys, { encryptThenMac }),
  };
}
