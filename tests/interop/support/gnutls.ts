/** GnuTLS's `gnutls-serv`, which echoes, and `gnutls-cli`. They put one record into a datagram. */
import { type CredentialKind, FILES, IDENTITY, PSK_HEX } from "./credentials.ts";
import type { Pairing } from "./pairings.ts";
import { Peer, type ServerPeer, startServer } from "./peer.ts";

const SERVER_CREDENTIALS: Readonly<Record<CredentialKind, readonly string[]>> = {
  psk: ["--pskpasswd", FILES.psk],
  certificate: [
    ...["--x509certfile", FILES.server.certificate, "--x509keyfile", FILES.server.privateKey],
    ...["--x509cafile", FILES.ca, "--require-client-cert", "--verify-client-cert"],
  ],
  rawPublicKey: ["--rawpkkeyfile", FILES.server.privateKey, "--rawpkfile", FILES.server.publicKey, "-r"],
};

const CLIENT_CREDENTIALS: typeof SERVER_CREDENTIALS = {
  psk: ["--pskusername", IDENTITY, "--pskkey", PSK_HEX],
  certificate: [
    ...["--x509certfile", FILES.client.certificate, "--x509keyfile", FILES.client.privateKey],
    ...["--x509cafile", FILES.ca],
  ],
  rawPublicKey: ["--insecure", "--rawpkkeyfile", FILES.client.privateKey, "--rawpkfile", FILES.client.publicKey],
};

const TYPES: Readonly<Record<CredentialKind, string>> = {
  psk: "",
  certificate: ":+CTYPE-X509",
  rawPublicKey: ":+CTYPE-CLI-RAWPK:+CTYPE-SRV-RAWPK",
};

/** `modifiers` are those of a priority string, such as `:%NO_ETM`. */
export interface GnutlsPairing extends Pairing {
  readonly modifiers?: string;
}

const priority = ({ gnutls, credential, modifiers = "" }: GnutlsPairing): readonly string[] => [
  "--priority",
  `NONE:+VERS-DTLS1.2:+COMP-NULL:+SIGN-ALL:+GROUP-SECP256R1:${gnutls}${TYPES[credential]}${modifiers}`,
];

export function gnutlsServer(pairing: GnutlsPairing, ...options: readonly string[]): Promise<ServerPeer> {
  const args = (port: number) => [
    ...["--udp", "--echo", "-p", String(port)],
    ...[...priority(pairing), ...SERVER_CREDENTIALS[pairing.credential], ...options],
  ];
  return startServer("gnutls-serv", args, /listening on IPv4.*done$/);
}

export function gnutlsClient(port: number, pairing: GnutlsPairing, ...options: readonly string[]): Peer {
  return new Peer("gnutls-cli", [
    ...["--udp", "-p", String(port), "127.0.0.1"],
    ...[...priority(pairing), ...CLIENT_CREDENTIALS[pairing.credential], ...options],
  ]);
}
