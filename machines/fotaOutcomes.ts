/**
 * What a failed firmware update means: the object's Update Result (LwM2M object 5, resource 5) and the error that the
 * application hears. A table: the chart looks up, nothing decides elsewhere.
 */
import type { ErrnoName, ErrorKind } from "./semanticEvent.ts";

/** Why a download ended without an image; each is one row of the table. */
export type FotaFailure =
  | "badCertificate"
  | "noValidTag"
  | "unreachable"
  | "nameNotResolved"
  | "notFound"
  | "protocol"
  | "unsupportedScheme"
  | "invalidUri"
  | "tooLarge"
  | "noRoom"
  | "outOfMemory"
  | "connectionLost"
  | "integrity"
  | "unsupportedPackage"
  | "wrongVersion"
  | "updateFailed";

export interface FotaFailureMeaning {
  /** 5/0/5: 2 not enough flash, 3 out of RAM, 4 connection lost, 5 integrity, 6 unsupported package, 7 invalid URI, 8 update failed, 9 unsupported protocol. */
  readonly result: 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  readonly error: ErrorKind;
  readonly errno: ErrnoName;
}

export const FOTA_FAILURES: Readonly<Record<FotaFailure, FotaFailureMeaning>> = {
  badCertificate: { result: 4, error: "fotaConnection", errno: "ECONNREFUSED" },
  noValidTag: { result: 4, error: "fotaConnection", errno: "EPERM" },
  unreachable: { result: 4, error: "fotaConnection", errno: "ECONNREFUSED" },
  nameNotResolved: { result: 7, error: "fotaConnection", errno: "ECONNREFUSED" },
  notFound: { result: 7, error: "fotaProtocol", errno: "ENOTSUP" },
  protocol: { result: 4, error: "fotaProtocol", errno: "ENOTSUP" },
  unsupportedScheme: { result: 9, error: "fotaProtocol", errno: "ENOTSUP" },
  invalidUri: { result: 7, error: "fotaProtocol", errno: "ENOTSUP" },
  tooLarge: { result: 2, error: "fotaPackage", errno: "EINVAL" },
  noRoom: { result: 2, error: "fotaPackage", errno: "EINVAL" },
  outOfMemory: { result: 3, error: "fotaPackage", errno: "ENOMEM" },
  connectionLost: { result: 4, error: "fotaConnectionLost", errno: "EIO" },
  integrity: { result: 5, error: "fotaPackage", errno: "EINVAL" },
  unsupportedPackage: { result: 6, error: "fotaPackage", errno: "EINVAL" },
  wrongVersion: { result: 6, error: "fotaFailed", errno: "EBADF" },
  updateFailed: { result: 8, error: "fotaFailed", errno: "EBADF" },
};
