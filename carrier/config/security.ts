/**
 * How the device and a server prove themselves to each other: the keys of a configuration, read and checked when they
 * are given, in the forms in which the modem takes them. Their content never enters a problem.
 */
import type { AccountSecurity } from "../../services/lwm2m/device/provision.ts";
import type { Secrets } from "../../services/lwm2m/device/secretVault.ts";
import type { ConfigProblem } from "./configError.ts";
import type { ConfigFile, SecurityConfig } from "./configFile.ts";
import { given } from "./given.ts";
import {
  certificateChainIn,
  checkBelongsTogether,
  type KeyMistake,
  privateKeyIn,
  publicKeyIn,
  serverCertificateIn,
} from "./keyFiles.ts";
import { readSecret } from "./secrets.ts";

/** RFC 7925 §4.2 wants no more of anybody; LwM2M 1.1 §5.2.9.1 neither. */
export const MAX_IDENTITY_OCTETS = 128;
export const MAX_PSK_OCTETS = 64;

/** Takes what is wrong on the way. */
export type Report = (problem: ConfigProblem) => void;

/** Where a security stands. */
export interface SecurityPlace {
  /** `servers[0].security` */
  readonly key: string;
  /** What file names are relative to. */
  readonly folder: string;
  /** Time of day for the validity of certificates, ms since 1970. */
  readonly nowMs: number;
  readonly report: Report;
}

/** 0/x/15 by what the server is compared with (RFC 6698 §2.1.1): its own certificate, or that of its CA. */
const USAGES = { serverCertificate: [3, 1], trustedCa: [2, 0] } as const;

export function securityOf(security: SecurityConfig = { mode: "none" }, place: SecurityPlace): AccountSecurity {
  switch (security.mode) {
    case "none":
      return { mode: "none" };
    case "psk":
      return { mode: "psk", secrets: pskOf(security, place) };
    case "rpk":
      return { mode: "rpk", secrets: rawPublicKeysOf(security, place) };
    case "x509":
      return { mode: "x509", ...certificatesOf(security, place) };
  }
}

/** Whether a Connection ID is asked for: one answer for all servers, undefined where none says anything. */
export function connectionIdOf({ bootstrap, servers = [] }: ConfigFile, report: Report): boolean | undefined {
  const securities = [
    { key: "bootstrap.security.cid", security: bootstrap?.security },
    ...servers.map(({ security }, index) => ({ key: `servers[${index}].security.cid`, security })),
  ];
  let first: { readonly key: string; readonly cid: boolean } | undefined;
  for (const { key, security } of securities) {
    const cid = security !== undefined && "cid" in security ? security.cid : undefined;
    if (cid === undefined) continue;
    if (first !== undefined && first.cid !== cid) {
      report({ key, is: `is ${cid}`, hint: `${first.key} is ${first.cid}; all servers are asked, or none` });
    }
    first ??= { key, cid };
  }
  return first?.cid;
}

type Security<Mode extends SecurityConfig["mode"]> = Extract<SecurityConfig, { readonly mode: Mode }>;

function pskOf({ identity, key }: Security<"psk">, place: SecurityPlace): Secrets {
  return given({
    publicKeyOrIdentity: identity === undefined ? undefined : identityOf(identity, place),
    secretKey: read("key", key, place, (octets): Uint8Array | KeyMistake => {
      if (octets.length <= MAX_PSK_OCTETS) return octets;
      return { is: `has ${octets.length} octets`, hint: `allowed is a key of 1 to ${MAX_PSK_OCTETS}` };
    }),
  });
}

function identityOf(identity: string, { key, report }: SecurityPlace): Uint8Array {
  const octets = new TextEncoder().encode(identity);
  if (octets.length > MAX_IDENTITY_OCTETS) {
    const hint = `allowed is an identity of 1 to ${MAX_IDENTITY_OCTETS}`;
    report({ key: `${key}.identity`, is: `has ${octets.length} octets`, hint });
  }
  return octets;
}

/** The device's public key goes with its private one. */
function rawPublicKeysOf({ privateKey, serverPublicKey }: Security<"rpk">, place: SecurityPlace): Secrets {
  return given({
    secretKey: read("privateKey", privateKey, place, privateKeyIn)?.pem,
    serverPublicKey: read("serverPublicKey", serverPublicKey, place, publicKeyIn),
  });
}

function certificatesOf(security: Security<"x509">, place: SecurityPlace): Omit<AccountSecurity, "mode"> {
  const { nowMs } = place;
  const chain = read("certificate", security.certificate, place, (octets) => certificateChainIn(octets, nowMs));
  const key = read("privateKey", security.privateKey, place, privateKeyIn);
  const mistake = chain && key && checkBelongsTogether(chain, key);
  if (mistake) place.report({ key: `${place.key}.privateKey`, ...mistake });

  const which = security.serverCertificate === undefined ? "trustedCa" : "serverCertificate";
  const serverPublicKey = read(which, security[which], place, (octets) => serverCertificateIn(octets, which, nowMs));
  checkOne(security, place);
  return {
    secrets: given({ publicKeyOrIdentity: chain?.pem, secretKey: key?.pem, serverPublicKey }),
    certificateUsage: usageOf(security.certificateUsage, which, place),
    ...given({ serverName: security.serverName }),
  };
}

function checkOne({ serverCertificate, trustedCa }: Security<"x509">, { key, report }: SecurityPlace): void {
  if (serverCertificate === undefined || trustedCa === undefined) return;
  report({ key: `${key}.trustedCa`, is: "is one too many", hint: "the server is compared with serverCertificate" });
}

function usageOf(usage: number | undefined, which: keyof typeof USAGES, { key, report }: SecurityPlace): number {
  const allowed: readonly number[] = USAGES[which];
  if (usage === undefined || allowed.includes(usage)) return usage ?? USAGES[which][0];
  report({ key: `${key}.certificateUsage`, is: `is ${usage}`, hint: `with ${which} it is ${allowed.join(" or ")}` });
  return usage;
}

/** What `take` makes of the octets that a key names; undefined where something was wrong, which has been reported. */
function read<T extends object>(
  name: string,
  text: string | undefined,
  { key, folder, report }: SecurityPlace,
  take: (octets: Uint8Array) => T | KeyMistake,
): T | undefined {
  if (text === undefined) return undefined;
  const octets = readSecret(text, folder);
  const taken = octets instanceof Uint8Array ? take(octets) : octets;
  if (!("is" in taken)) return taken;
  report({ key: `${key}.${name}`, is: taken.is, hint: taken.hint });
  return undefined;
}
