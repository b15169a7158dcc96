/** OpenSSL's `s_server` and `s_client`. Neither echoes: what is written to the one is a line of the other. */
import { type CredentialKind, FILES, IDENTITY, PSK_HEX } from "./credentials.ts";
import type { Pairing } from "./pairings.ts";
import { Peer, type ServerPeer, startServer } from "./peer.ts";

const SERVER_CREDENTIALS: Readonly<Record<Exclude<CredentialKind, "rawPublicKey">, readonly string[]>> = {
  psk: ["-nocert", "-psk", PSK_HEX, "-psk_identity", IDENTITY],
  certificate: [
    ...["-cert", FILES.server.certificate, "-key", FILES.server.privateKey, "-CAfile", FILES.ca],
    ...["-Verify", "2", "-verify_return_error"],
  ],
};

const CLIENT_CREDENTIALS: typeof SERVER_CREDENTIALS = {
  psk: ["-psk", PSK_HEX, "-psk_identity", IDENTITY],
  certificate: [
    ...["-cert", FILES.client.certificate, "-key", FILES.client.privateKey, "-CAfile", FILES.ca],
    "-verify_return_error",
  ],
};

/** Level 1 and above refuse tags of 64 bits. */
const cipher = ({ openssl }: Pairing): readonly string[] => ["-cipher", `${openssl}:@SECLEVEL=0`];

/** Serves one association. Options that come later win. */
export function opensslServer(pairing: Pairing, ...options: readonly string[]): Promise<ServerPeer> {
  const credentials = credentialsOf(SERVER_CREDENTIALS, pairing);
  const args = (port: number) => [
    ...["s_server", "-dtls1_2", "-listen", "-accept", `127.0.0.1:${port}`],
    ...[...cipher(pairing), ...credentials, ...options],
  ];
  return startServer("openssl", args, /^ACCEPT$/);
}

export function opensslClient(port: number, pairing: Pairing, ...options: readonly string[]): Peer {
  const credentials = credentialsOf(CLIENT_CREDENTIALS, pairing);
  const where = ["s_client", "-dtls1_2", "-connect", `127.0.0.1:${port}`];
  return new Peer("openssl", [...where, ...cipher(pairing), ...credentials, ...options]);
}

function credentialsOf(table: typeof SERVER_CREDENTIALS, { credential }: Pairing): readonly string[] {
  if (credential === "rawPublicKey") throw new Error("OpenSSL 3.0 has no raw public keys");
  return table[credential];
}
