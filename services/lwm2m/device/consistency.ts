/** Whether objects 0 and 1 make sense together; asked at Bootstrap-Finish (OMA LwM2M Core 1.1 §6.1.7.7). */
import { SECURITY } from "../objects/security.ts";
import { SERVER } from "../objects/server.ts";
import { SECURITY_MODES, type SecurityMode } from "./accounts.ts";
import { SECRET_RESOURCES, type SecretName } from "./secretVault.ts";
import type { ObjectTree } from "./tree.ts";

export interface ConsistencyOptions {
  /** Whether the secret is in the vault or in the modem already; without it secrets are taken for present. */
  hasSecret?(securityInstanceId: number, name: SecretName): boolean;
  /** Whether a management server has to be there; default true. */
  readonly needsServer?: boolean;
}

/** Management servers that a device may have. */
export const MAX_SERVERS = 16;
/** Of these, how many with security: a modem has so many security tags for the library. */
export const MAX_SECURED_SERVERS = 2;

/** The device's raw public key is none of them: it goes with the private one. */
const NEEDED_SECRETS: Readonly<Record<SecurityMode, readonly SecretName[]>> = {
  psk: ["publicKeyOrIdentity", "secretKey"],
  rpk: ["serverPublicKey", "secretKey"],
  x509: ["publicKeyOrIdentity", "serverPublicKey", "secretKey"],
  none: [],
  est: [],
};

/** What the specification names and this client does not have. */
const UNSUPPORTED_MODES: ReadonlySet<SecurityMode> = new Set(["est"]);
const MAX_SHORT_SERVER_ID = 65_534;

/** One sentence for each problem, none when everything fits; no URI and no secret is in them. */
export function checkConsistency(tree: ObjectTree, options: ConsistencyOptions = {}): readonly string[] {
  const problems = [
    ...tree.instanceIds(SECURITY.id).flatMap((id) => securityProblems(tree, id, options)),
    ...tree.instanceIds(SERVER.id).flatMap((id) => serverProblems(tree, id)),
    ...pairingProblems(tree),
    ...numberProblems(tree),
  ];
  if (options.needsServer !== false && tree.instanceIds(SERVER.id).length === 0)
    problems.push("/1: there is no management server");
  if (tree.instanceIds(SECURITY.id).filter((id) => tree.value(SECURITY, id, 1) === true).length > 1) {
    problems.push("/0: there is more than one bootstrap server account");
  }
  return problems;
}

/** More accounts than this device can serve. */
export function numberProblems(tree: ObjectTree): string[] {
  const managed = tree.instanceIds(SECURITY.id).filter((id) => tree.value(SECURITY, id, 1) !== true);
  const secured = managed.filter((id) => SECURITY_MODES[Number(tree.value(SECURITY, id, 2))] !== "none");
  const bounds = [
    ["management servers", managed.length, MAX_SERVERS],
    ["management servers with security", secured.length, MAX_SECURED_SERVERS],
  ] as const;
  return bounds.flatMap(([what, number, most]) =>
    number > most ? [`/0: there are ${number} ${what}; this device has at most ${most}`] : [],
  );
}

function securityProblems(tree: ObjectTree, id: number, { hasSecret }: ConsistencyOptions): string[] {
  const at = `/0/${id}`;
  const problems: string[] = [];
  const uri = tree.value(SECURITY, id, 0);
  const number = tree.value(SECURITY, id, 2);
  const mode = number === undefined ? undefined : SECURITY_MODES[Number(number)];
  const scheme = uri === undefined ? undefined : schemeOf(uri);
  if (tree.value(SECURITY, id, 1) === undefined) problems.push(`${at}/1 Bootstrap-Server is missing`);
  if (scheme === undefined) problems.push(`${at}/0 is no URI of the form coap://HOST[:PORT] or coaps://HOST[:PORT]`);
  if (mode === undefined) problems.push(`${at}/2 Security Mode is missing`);
  else if (UNSUPPORTED_MODES.has(mode)) problems.push(`${at}/2: security mode ${number} is not supported`);
  else {
    if (scheme !== undefined && (scheme === "coap") !== (mode === "none")) {
      problems.push(`${at}: the URI's scheme and security mode ${number} do not go together`);
    }
    for (const name of NEEDED_SECRETS[mode]) {
      if (hasSecret?.(id, name) === false) {
        problems.push(`${at}/${SECRET_RESOURCES[name]} is missing for security mode ${number}`);
      }
    }
  }
  return problems;
}

function serverProblems(tree: ObjectTree, id: number): string[] {
  const at = `/1/${id}`;
  const problems: string[] = [];
  const lifetime = tree.value(SERVER, id, 1);
  const binding = tree.value(SERVER, id, 7);
  if (lifetime === undefined || Number(lifetime) <= 0) problems.push(`${at}/1 Lifetime is missing or not above 0`);
  if (binding === undefined || !binding.includes("U")) problems.push(`${at}/7 Binding is missing or without U`);
  return problems;
}

/** Each Server has one Security with its short server id, and the other way round. */
function pairingProblems(tree: ObjectTree): string[] {
  const problems: string[] = [];
  const servers = idsOf(problems, "/1", tree.instanceIds(SERVER.id), (id) => tree.value(SERVER, id, 0));
  const managed = tree.instanceIds(SECURITY.id).filter((id) => tree.value(SECURITY, id, 1) !== true);
  const securities = idsOf(problems, "/0", managed, (id) => tree.value(SECURITY, id, 10));
  for (const ssid of servers) if (!securities.has(ssid)) problems.push(`/0: no Security for short server id ${ssid}`);
  for (const ssid of securities) if (!servers.has(ssid)) problems.push(`/1: no Server for short server id ${ssid}`);
  return problems;
}

function idsOf(
  problems: string[],
  object: string,
  instances: readonly number[],
  read: (id: number) => number | bigint | undefined,
): ReadonlySet<number> {
  const seen = new Set<number>();
  for (const id of instances) {
    const ssid = Number(read(id));
    if (!(ssid >= 1 && ssid <= MAX_SHORT_SERVER_ID)) {
      problems.push(`${object}/${id}: the short server id must be 1 to ${MAX_SHORT_SERVER_ID}`);
    } else if (seen.has(ssid)) problems.push(`${object}/${id}: short server id ${ssid} is taken twice`);
    else seen.add(ssid);
  }
  return seen;
}

/** `coap` or `coaps` of a URI that names a host and nothing a server URI may not have. */
function schemeOf(uri: string): "coap" | "coaps" | undefined {
  const match = /^(coaps?):\/\/(.+)$/i.exec(uri);
  if (match === null || !URL.canParse(`http://${match[2]}`)) return undefined;
  const { hostname, username, hash } = new URL(`http://${match[2]}`);
  return hostname !== "" && username === "" && hash === "" ? (match[1]!.toLowerCase() as "coap" | "coaps") : undefined;
}
