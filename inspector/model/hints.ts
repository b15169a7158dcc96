/** What errors of networks, certificates and servers mean, for somebody who does not know them by name. */

const HINTS: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the certificate that the host showed is not signed by any CA certificate that the modem was given",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "who signed the host's certificate is not among the CA certificates that the modem was given",
  UNABLE_TO_GET_ISSUER_CERT:
    "who signed the host's certificate is not among the CA certificates that the modem was given",
  SELF_SIGNED_CERT_IN_CHAIN: "the host's certificate ends in a root that is not among the CA certificates of the modem",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the host signed its certificate itself, and nobody vouches for it",
  CERT_HAS_EXPIRED: "the host's certificate is out of date, or the clock of the device is wrong",
  CERT_NOT_YET_VALID: "the host's certificate is not valid yet, or the clock of the device is wrong",
  CERT_REVOKED: "the host's certificate was revoked",
  ERR_TLS_CERT_ALTNAME_INVALID: "the host's certificate is for another host name",
  ERR_SSL_WRONG_VERSION_NUMBER: "the host does not speak TLS on that port",
  badCertificate: "the host's certificate is not trusted",
  noValidTag: "no security tag of the modem holds a CA certificate",
  nameNotResolved: "the name of the host is not known",
  unreachable: "nobody accepts connections at that address",
  notFound: "the host does not have the file",
  unsupportedScheme: "downloads from that kind of address are not possible",
  invalidUri: "the address of the image cannot be read",
  tooLarge: "the image is larger than what the modem has room for",
  noRoom: "the modem has no room for the image",
  connectionLost: "the connection broke off during the download",
  integrity: "the image is damaged: its checksum is wrong",
  unsupportedPackage: "the image is none for this modem",
  wrongVersion: "the modem did not come up with the version that was expected",
  updateFailed: "the modem refused the image",
  noRoute: "nothing came back from that address: the server is not there, or the network does not let it through",
  handshakeFailed: "the security handshake failed: mostly the two sides have different keys or identities",
  credential: "the keys for that server are missing in the modem",
  pdn: "the connection to the packet data network could not be activated",
  noAnswer: "the server did not answer in time",
  unavailable: "the server was not available",
  ECONNREFUSED: "nobody accepts connections at that address",
  ECONNRESET: "the other side broke the connection off",
  ETIMEDOUT: "the other side did not answer in time",
  UND_ERR_SOCKET: "the other side broke the connection off",
  UND_ERR_CONNECT_TIMEOUT: "nobody answered at that address in time",
  inconsistent: "what the bootstrap server wrote is incomplete or contradicts itself",
  EHOSTUNREACH: "there is no way to that address",
  ENETUNREACH: "there is no way to that network",
  ENETDOWN: "the network is down",
  ENOTFOUND: "the name of the host is not known",
  EAI_AGAIN: "the name of the host could not be looked up",
  unknown_psk_identity: "the server does not know the identity of this device",
  decrypt_error: "the keys of the two sides differ",
  bad_record_mac: "the keys of the two sides differ, or the message was damaged",
  handshake_failure: "the two sides have no cipher suite, or no key, in common",
  unknown_ca: "the other side does not know who signed the certificate",
  bad_certificate: "the other side did not accept the certificate",
  certificate_expired: "the certificate is out of date",
  "4.00": "the server could not read the request",
  "4.01": "the server does not let this device in",
  "4.03": "the server forbids it to this device",
  "4.04": "the server does not know this device, or what was asked for is not there",
  "4.05": "it is not allowed on that path",
  "4.12": "the server asks for another version or another content",
  "4.13": "what was sent is larger than the receiver takes",
  "5.00": "the server failed by itself",
  "5.03": "the server is not available now",
};

/** The hint for the first known word in these texts. */
export function hintFor(...texts: readonly unknown[]): string | undefined {
  for (const text of texts) {
    if (typeof text !== "string") continue;
    for (const word of text.split(/[^\w.]+/)) {
      const known = word.replace(/\.$/, "");
      if (known !== "" && Object.hasOwn(HINTS, known)) return HINTS[known];
    }
  }
  return undefined;
}
