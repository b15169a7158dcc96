/** Whose credentials a firmware host over `coaps:` is met with. */
import { CoapUriError } from "../services/coap/errors.ts";
import { type CoapUri, parseCoapUri } from "../services/coap/uri.ts";
import { bootstrapAccount, serverAccounts } from "../services/lwm2m/device/accounts.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import { securityTagOf } from "./keys.ts";

/**
 * The security tag of the account at the same host and port, or else at the same host; failing that the first tag that
 * holds CA certificates, which a host with a certificate of theirs is trusted by. Undefined when there is neither.
 */
export function firmwareTag(tree: ObjectTree, uri: string, caTags: readonly number[]): number | undefined {
  const wanted = read(uri);
  if (wanted === undefined) return undefined;
  const bootstrap = bootstrapAccount(tree);
  const accounts = [
    ...serverAccounts(tree).map((account) => ({ uri: account.uri, server: account.shortServerId })),
    ...(bootstrap === undefined ? [] : [{ uri: bootstrap.uri, server: "bootstrap" as const }]),
  ];
  const atHost = accounts.filter((account) => read(account.uri)?.host === wanted.host);
  const nearest = atHost.find((account) => read(account.uri)?.port === wanted.port) ?? atHost[0];
  return (nearest && securityTagOf(tree, nearest.server)) ?? caTags[0];
}

function read(uri: string): CoapUri | undefined {
  try {
    return parseCoapUri(uri);
  } catch (error) {
    if (error instanceof CoapUriError) return undefined;
    throw error;
  }
}
