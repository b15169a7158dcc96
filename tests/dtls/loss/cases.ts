/** The handshakes that have to survive a bad path: each suite with each kind of credential, resumed ones, small datagrams. */
import { DtlsClient } from "../../../services/dtls/client.ts";
import { DtlsServer } from "../../../services/dtls/server.ts";
import type { ClientOptions, CommonOptions, ServerOptions } from "../../../services/dtls/types.ts";
import { createCa, type Issued, issue } from "../../support/certificateAuthority.ts";
import type { Ends } from "./path.ts";

/** A client and a server that know each other; each call makes new ones. */
export interface Case {
  readonly name: string;
  make(more?: CommonOptions): Ends;
}

const pskKey = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
export const PSK: Credentials = {
  client: { psk: { identity: new TextEncoder().encode("device"), key: pskKey } },
  server: { psk: (identity) => (new TextDecoder().decode(identity) === "device" ? pskKey : undefined) },
};

const ca = createCa({ name: "Root" });
const intermediate = issue({ ca, subject: "Intermediate", isCa: true });
const host = issue({ ca: intermediate, subject: "host", san: ["DNS:host.example"] });
const device = issue({ ca: intermediate, subject: "device" });
export const X509: Credentials = {
  client: { ...chainOf(device), serverName: "host.example" },
  server: { ...chainOf(host) },
};
export const RPK: Credentials = {
  client: { rawPublicKey: { privateKey: device.privateKey }, peerPublicKeys: [host.spki] },
  server: { rawPublicKey: { privateKey: host.privateKey }, peerPublicKeys: [device.spki] },
};

/** What a server wants by default. */
const SERVER_ID_OCTETS = 6;

export interface Credentials {
  readonly client: ClientOptions;
  readonly server: ServerOptions;
}

/** All suites, certificate suites with both kinds of certificate. */
const SUITE_CASES: readonly Case[] = [
  full("PSK CCM_8", PSK, { suites: ["TLS_PSK_WITH_AES_128_CCM_8"] }),
  full("PSK GCM", PSK, { suites: ["TLS_PSK_WITH_AES_128_GCM_SHA256"] }),
  full("PSK CBC", PSK, { suites: ["TLS_PSK_WITH_AES_128_CBC_SHA256"], allowCbc: true }),
  full("ECDHE_PSK CCM_8", PSK, { suites: ["TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256"] }),
  ...[
    { kind: "X.509", credentials: X509 },
    { kind: "RPK", credentials: RPK },
  ].flatMap(({ kind, credentials }) => [
    full(`ECDHE_ECDSA CCM_8, ${kind}`, credentials, { suites: ["TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"] }),
    full(`ECDHE_ECDSA GCM, ${kind}`, credentials, { suites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"] }),
    full(`ECDHE_ECDSA CBC, ${kind}`, credentials, {
      suites: ["TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"],
      allowCbc: true,
    }),
  ]),
];

const RESUMED_CASES: readonly Case[] = [
  resumed("resumed PSK", PSK),
  resumed("resumed X.509", X509),
  resumed("resumed PSK without Connection ID", PSK, { connectionId: false }),
];

/** Certificates take many datagrams. */
const SMALL_CASES: readonly Case[] = [
  full("X.509 in datagrams of 256 octets", X509, { mtu: 256 }),
  full("RPK in datagrams of 256 octets", RPK, { mtu: 256 }),
];

const OTHER_CASES: readonly Case[] = [
  full("PSK without Connection ID", PSK, { connectionId: false }),
  full("PSK with Connection IDs both ways", PSK, { connectionId: 4 }),
];

export const CASES: readonly Case[] = [...SUITE_CASES, ...RESUMED_CASES, ...SMALL_CASES, ...OTHER_CASES];

function full(name: string, credentials: Credentials, both: CommonOptions = {}): Case {
  return { name, make: (more) => makeEnds(credentials, { ...both, ...more }) };
}

function resumed(name: string, credentials: Credentials, both: CommonOptions = {}): Case {
  return {
    name,
    make: (more) => {
      const first = makeEnds(credentials, { ...both, ...more });
      connect(first);
      const resume = first.client.resumption();
      disconnect(first);
      if (resume === undefined) throw new Error("the first handshake left nothing to resume");
      return { ...first, client: new DtlsClient({ ...credentials.client, ...both, ...more, resume }) };
    },
  };
}

function makeEnds({ client, server }: Credentials, both: CommonOptions): Ends {
  return {
    client: new DtlsClient({ ...client, ...both }),
    server: new DtlsServer({ ...server, ...both }),
    idLength: both.connectionId || SERVER_ID_OCTETS,
  };
}

const NEAR = { address: "192.0.2.1", port: 5684 };

/** A handshake over a path on which nothing happens. */
export function connect({ client, server }: Pick<Ends, "client" | "server">): void {
  const toServer = [...client.start().datagrams];
  for (let datagram = toServer.shift(); datagram !== undefined; datagram = toServer.shift()) {
    const answers = server.receive(datagram, NEAR).step.datagrams;
    toServer.push(...answers.flatMap((answer) => client.receive(answer).datagrams));
  }
}

/** Ends both sides of what `connect` began; what the session of it is good for stays. */
export function disconnect({ client, server }: Pick<Ends, "client" | "server">): void {
  for (const datagram of client.close().datagrams) server.receive(datagram, NEAR);
}

function chainOf({ der, privateKey }: Issued): CommonOptions {
  return { certificate: { chain: [der, intermediate.der], privateKey }, trust: { anchors: [ca.der] } };
}
