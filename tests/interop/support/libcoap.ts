/** libcoap's example server and client, built on GnuTLS and on OpenSSL: CoAP over DTLS, port + 1. */
import { type CredentialKind, FILES, IDENTITY, PSK_TEXT } from "./credentials.ts";
import { Peer, type ServerPeer, startServer } from "./peer.ts";

export type Build = "gnutls" | "openssl";

const SERVER_CREDENTIALS: Readonly<Record<CredentialKind, readonly string[]>> = {
  psk: ["-k", PSK_TEXT],
  certificate: ["-c", FILES.server.certificate, "-j", FILES.server.privateKey, "-C", FILES.ca],
  // It knows no client by its raw public key, and takes any.
  rawPublicKey: ["-n", "-M", FILES.server.both],
};

const CLIENT_CREDENTIALS: typeof SERVER_CREDENTIALS = {
  psk: ["-u", IDENTITY, "-k", PSK_TEXT],
  certificate: ["-c", FILES.client.certificate, "-j", FILES.client.privateKey, "-C", FILES.ca],
  rawPublicKey: ["-M", FILES.client.both],
};

/** Verbose enough to say that it listens, and what happens in a handshake. */
const VERBOSITY = ["-v", "7"];

export async function coapServer(build: Build, credential: CredentialKind): Promise<ServerPeer> {
  const where = (port: number) => ["-A", "127.0.0.1", "-p", String(port)];
  const args = (port: number) => [...VERBOSITY, ...where(port), ...SERVER_CREDENTIALS[credential]];
  // The last of four endpoints that it opens.
  const { peer, port } = await startServer(`coap-server-${build}`, args, /created TLS +endpoint/);
  return { peer, port: port + 1 };
}

export function coapClient(build: Build, credential: CredentialKind, uri: string, ...options: readonly string[]): Peer {
  return new Peer(`coap-client-${build}`, [...CLIENT_CREDENTIALS[credential], ...options, uri]);
}
