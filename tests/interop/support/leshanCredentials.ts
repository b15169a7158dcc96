/** The credentials of each security mode, as our device has them and as Leshan has them. */
import type { AccountSecurity } from "../../../services/lwm2m/device/provision.ts";
import { createCa, type Issued, issue } from "../../support/certificateAuthority.ts";
import { ENDPOINT } from "./leshanDevice.ts";
import type { LeshanIdentity, LeshanSecurity } from "./leshanServer.ts";

const IDENTITY = "leshan-psk";
const KEY = Uint8Array.from(Buffer.from("a key of sixteen"));

const ca = createCa({ name: "Leshan CA" });
const server = issue({ ca, subject: "leshan", san: ["IP:127.0.0.1"] });
/** Leshan takes a certificate for the endpoint that its common name says. */
const device = issue({ ca, subject: ENDPOINT });

const pkcs8 = ({ privateKey }: Issued) => new Uint8Array(privateKey.export({ type: "pkcs8", format: "der" }));

export type SecureMode = "psk" | "rpk" | "x509";

export interface LeshanCredentials {
  readonly server: LeshanIdentity & { readonly security: readonly LeshanSecurity[] };
  /** Anew each time: who takes secrets wipes them. */
  device(): AccountSecurity;
}

export const CREDENTIALS: Readonly<Record<SecureMode, LeshanCredentials>> = {
  psk: {
    server: { security: [{ endpoint: ENDPOINT, identity: IDENTITY, key: KEY }] },
    device: () => ({
      mode: "psk",
      secrets: { publicKeyOrIdentity: Uint8Array.from(Buffer.from(IDENTITY)), secretKey: KEY.slice() },
    }),
  },
  rpk: {
    server: {
      privateKey: pkcs8(server),
      publicKey: server.spki,
      security: [{ endpoint: ENDPOINT, publicKey: device.spki }],
    },
    device: () => ({
      mode: "rpk",
      secrets: {
        publicKeyOrIdentity: device.spki.slice(),
        secretKey: pkcs8(device),
        serverPublicKey: server.spki.slice(),
      },
    }),
  },
  x509: {
    server: {
      privateKey: pkcs8(server),
      chain: server.pem,
      trusted: ca.pem,
      security: [{ endpoint: ENDPOINT }],
    },
    device: () => ({
      mode: "x509",
      secrets: {
        publicKeyOrIdentity: device.der.slice(),
        secretKey: pkcs8(device),
        serverPublicKey: ca.der.slice(),
      },
    }),
  },
};
