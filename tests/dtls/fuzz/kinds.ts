/** The handshakes in whose midst the receive path is fuzzed. */
import { DtlsClient } from "../../../services/dtls/client.ts";
import { DtlsServer } from "../../../services/dtls/server.ts";
import type { SuiteName } from "../../../services/dtls/suites.ts";
import type { CommonOptions } from "../../../services/dtls/types.ts";
import { type Credentials, connect, disconnect, PSK, RPK, X509 } from "../loss/cases.ts";

export interface Kind {
  readonly name: string;
  readonly suite: SuiteName;
  readonly credentials: Credentials;
  readonly options?: CommonOptions;
  readonly isResumed?: true;
}

/** Half-open associations that the fuzzed servers allow at once. */
export const MAX_HANDSHAKES = 4;
/** Length of a server's Connection ID, where a kind has no other. */
export const SERVER_ID_OCTETS = 6;

/** Those that take long come once. */
export const KINDS: readonly Kind[] = [
  { name: "PSK CCM_8", suite: "TLS_PSK_WITH_AES_128_CCM_8", credentials: PSK },
  {
    name: "PSK CCM_8, IDs both ways",
    suite: "TLS_PSK_WITH_AES_128_CCM_8",
    credentials: PSK,
    options: { connectionId: 6 },
  },
  {
    name: "PSK GCM, no IDs",
    suite: "TLS_PSK_WITH_AES_128_GCM_SHA256",
    credentials: PSK,
    options: { connectionId: false },
  },
  { name: "PSK CBC", suite: "TLS_PSK_WITH_AES_128_CBC_SHA256", credentials: PSK, options: { allowCbc: true } },
  {
    name: "PSK CBC, no IDs",
    suite: "TLS_PSK_WITH_AES_128_CBC_SHA256",
    credentials: PSK,
    options: { allowCbc: true, connectionId: false },
  },
  { name: "PSK resumed", suite: "TLS_PSK_WITH_AES_128_CCM_8", credentials: PSK, isResumed: true },
  { name: "ECDHE_PSK CCM_8", suite: "TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256", credentials: PSK },
  { name: "X.509 CCM_8", suite: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", credentials: X509 },
  {
    name: "X.509 GCM in small datagrams",
    suite: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    credentials: X509,
    options: { mtu: 256 },
  },
  { name: "RPK CCM_8", suite: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", credentials: RPK },
];

export interface Pair {
  readonly client: DtlsClient;
  readonly server: DtlsServer;
}

/** `keyLog` gets the lines of either side, none of a handshake that went before. */
export function makePair(kind: Kind, keyLog: (side: "client" | "server", line: string) => void): Pair {
  const { credentials, suite, options, isResumed } = kind;
  const both: CommonOptions = { suites: [suite], ...options };
  let log: typeof keyLog = () => {};
  const server = new DtlsServer({
    ...credentials.server,
    ...both,
    maxHandshakes: MAX_HANDSHAKES,
    keyLog: (line) => log("server", line),
  });
  const client = { ...credentials.client, ...both };
  const resume = isResumed && sessionWith(server, new DtlsClient(client));
  log = keyLog;
  return {
    client: new DtlsClient({ ...client, keyLog: (line) => log("client", line), ...(resume && { resume }) }),
    server,
  };
}

function sessionWith(server: DtlsServer, client: DtlsClient): Uint8Array {
  connect({ client, server });
  const session = client.resumption();
  disconnect({ client, server });
  if (session === undefined) throw new Error("the first handshake left nothing to resume");
  return session;
}
