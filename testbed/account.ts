/** What a bootstrap server gives a device: its management servers, as instances of objects 0 and 1. */
import type { InstanceValues } from "../services/lwm2m/model.ts";
import { instanceValues } from "../services/lwm2m/objects/define.ts";
import { SECURITY } from "../services/lwm2m/objects/security.ts";
import { SERVER } from "../services/lwm2m/objects/server.ts";
import { encodeObjectTlv } from "../services/lwm2m/tlvModel.ts";
import { encodeBootstrapFile } from "../services/smartcard/bootstrapFile.ts";

/** 0/x/2: how a device proves itself to a server. */
export type AccountSecurity =
  | { readonly mode: "none" }
  | { readonly mode: "psk"; readonly identity: string; readonly key: Uint8Array }
  /** Raw public keys, each as SubjectPublicKeyInfo; the private one as PKCS#8 or SEC1. All DER. */
  | {
      readonly mode: "rpk";
      readonly publicKey: Uint8Array;
      readonly privateKey: Uint8Array;
      readonly serverPublicKey: Uint8Array;
    }
  /** The device's certificate, and the server's or that of its CA. All DER. */
  | {
      readonly mode: "x509";
      readonly certificate: Uint8Array;
      readonly privateKey: Uint8Array;
      readonly serverCertificate: Uint8Array;
      /** 0/x/15, 0 to 3 (RFC 6698 §2.1.1). */
      readonly certificateUsage?: number;
      /** 0/x/14, where the server's certificate has another name than the URI's host. */
      readonly serverName?: string;
    };

const SECURITY_MODE = { psk: 0, rpk: 1, x509: 2, none: 3 } as const satisfies Record<AccountSecurity["mode"], number>;

export interface ServerAccount {
  /** `coap://…` or `coaps://…`. */
  readonly uri: string;
  /** 1 to 65534. */
  readonly shortServerId: number;
  /** 1/x/1 in s; default 3600. */
  readonly lifetime?: number;
  /** 1/x/7; default `U`. */
  readonly binding?: string;
  /** Default: none. */
  readonly security?: AccountSecurity;
  /** 1/x/6; default true. */
  readonly notificationStoring?: boolean;
  /** 1/x/16. */
  readonly bootstrapOnRegistrationFailure?: boolean;
  /** 1/x/17. */
  readonly communicationRetryCount?: number;
  /** 1/x/18 in s. */
  readonly communicationRetryTimer?: number;
  /** 1/x/19 in s. */
  readonly sequenceDelayTimer?: number;
  /** 1/x/20. */
  readonly sequenceRetryCount?: number;
  /** 1/x/23; absent means muted. */
  readonly muteSend?: boolean;
  /** 1/x/13. */
  readonly priority?: number;
}

/** Everything a bootstrap server writes to one device. */
export interface DeviceAccounts {
  readonly servers: readonly ServerAccount[];
}

export function securityInstance(account: ServerAccount): InstanceValues {
  const security = account.security ?? { mode: "none" };
  return instanceValues(SECURITY, {
    0: account.uri,
    1: false,
    2: SECURITY_MODE[security.mode],
    ...keysOf(security),
    10: account.shortServerId,
  });
}

/** 0/x/3 to 0/x/5, which are mandatory and empty where a mode has none, and what goes with a certificate. */
function keysOf(security: AccountSecurity) {
  const none = new Uint8Array();
  switch (security.mode) {
    case "none":
      return { 3: none, 4: none, 5: none };
    case "psk":
      return { 3: new TextEncoder().encode(security.identity), 4: none, 5: security.key };
    case "rpk":
      return { 3: security.publicKey, 4: security.serverPublicKey, 5: security.privateKey };
    case "x509": {
      const { certificate, serverCertificate, privateKey, serverName, certificateUsage } = security;
      return { 3: certificate, 4: serverCertificate, 5: privateKey, 14: serverName, 15: certificateUsage };
    }
  }
}

/** The same accounts as the bootstrap file of a card, for a simulated modem's `smartcard` (LwM2M 1.1 Appendix G.3.4). */
export function smartcardFile({ servers }: DeviceAccounts): Uint8Array {
  const all = (instanceOf: (account: ServerAccount) => InstanceValues) =>
    new Map(servers.map((account, index) => [index, instanceOf(account)]));
  return encodeBootstrapFile([
    { objectId: SECURITY.id, version: SECURITY.version, content: encodeObjectTlv(SECURITY, all(securityInstance)) },
    { objectId: SERVER.id, version: SERVER.version, content: encodeObjectTlv(SERVER, all(serverInstance)) },
  ]);
}

export function serverInstance(account: ServerAccount): InstanceValues {
  return instanceValues(SERVER, {
    0: account.shortServerId,
    1: account.lifetime ?? 3_600,
    6: account.notificationStoring ?? true,
    7: account.binding ?? "U",
    13: account.priority,
    16: account.bootstrapOnRegistrationFailure,
    17: account.communicationRetryCount,
    18: account.communicationRetryTimer,
    19: account.sequenceDelayTimer,
    20: account.sequenceRetryCount,
    23: account.muteSend,
  });
}
