/** What the codes of networks, certificates, modems and servers mean, and what somebody can do about each. */

export interface Hint {
  /** Why, without a full stop. */
  readonly means: string;
  /** What to do, without a full stop; absent where there is nothing to be done. */
  readonly remedy?: string;
}

const hint = (means: string, remedy?: string): Hint => ({ means, ...(remedy !== undefined && { remedy }) });

const UNTRUSTED = "write the CA certificate that signed it to a security tag that the library is told of";
const OUT_OF_DATE = hint(
  "the host's certificate is out of date, or the clock of the device is wrong",
  "renew the certificate, and compare the time of the device",
);
const NOT_LISTENING = hint(
  "nobody accepts connections at that address",
  "see whether the other side runs, and whether address and port are right",
);
const UNKNOWN_NAME = hint(
  "the name of the host is not known",
  "check the host name, and the name servers of the network",
);
const BROKEN_OFF = hint("the other side broke the connection off", "look at the other side: it knows why");
const TOO_SLOW = hint(
  "nobody answered at that address in time",
  "see whether the other side is there and can be reached",
);
const NO_WAY = hint("there is no way to that address", "see whether the network is up, and lets it through");
const OTHER_KEYS = "compare key and identity on both sides";

/** By the code or the literal that a record has. */
export const HINTS: Readonly<Record<string, Hint>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: hint(
    "the certificate that the host showed is not signed by any CA certificate that the modem was given",
    UNTRUSTED,
  ),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: hint(
    "who signed the host's certificate is not among the CA certificates that the modem was given",
    UNTRUSTED,
  ),
  UNABLE_TO_GET_ISSUER_CERT: hint(
    "who signed the host's certificate is not among the CA certificates that the modem was given",
    UNTRUSTED,
  ),
  SELF_SIGNED_CERT_IN_CHAIN: hint(
    "the host's certificate ends in a root that is not among the CA certificates of the modem",
    UNTRUSTED,
  ),
  DEPTH_ZERO_SELF_SIGNED_CERT: hint("the host signed its certificate itself, and nobody vouches for it", UNTRUSTED),
  CERT_HAS_EXPIRED: OUT_OF_DATE,
  CERT_NOT_YET_VALID: hint(
    "the host's certificate is not valid yet, or the clock of the device is wrong",
    "compare the time of the device",
  ),
  CERT_REVOKED: hint("the host's certificate was revoked", "give the host another certificate"),
  ERR_TLS_CERT_ALTNAME_INVALID: hint(
    "the host's certificate is for another host name",
    "use the name that stands in the certificate, or issue one for this name",
  ),
  ERR_SSL_WRONG_VERSION_NUMBER: hint("the host does not speak TLS on that port", "check the port, or use http:"),
  badCertificate: hint("the host's certificate is not trusted", UNTRUSTED),
  invalidCertificate: hint("what was to be a certificate cannot be read as one", "give it as PEM"),
  noValidTag: hint("no security tag of the modem holds a CA certificate", "write one before the update"),
  nameNotResolved: UNKNOWN_NAME,
  unreachable: NOT_LISTENING,
  notFound: hint("the host does not have the file", "check the path in the address of the image"),
  protocol: hint(
    "the firmware host said no, or spoke otherwise than the protocol has it",
    "look at its answer, and fetch the address by hand",
  ),
  changed: hint("the host has another image now than the one that was begun", "start the update again"),
  unsupportedScheme: hint(
    "downloads from that kind of address are not possible",
    "use an address with https:, http:, coaps: or coap:",
  ),
  invalidUri: hint(
    "the address of the image cannot be read",
    "write a whole address to /5/0/1, such as https://host/file",
  ),
  tooLarge: hint("the image is larger than what the modem has room for", "see whether it is the image for this modem"),
  noRoom: hint("the modem has no room for the image", "erase the modem's firmware area"),
  outOfMemory: hint("the modem ran out of memory while it took the image", "start the update again"),
  connectionLost: hint(
    "the connection broke off during the download, and going on with it did not help",
    "see whether the host is still there, and start the update again",
  ),
  interrupted: hint(
    "the connection broke off during the download, and going on with it did not help",
    "see whether the host is still there, and start the update again",
  ),
  integrity: hint("the image is damaged: its checksum is wrong", "put a sound image at the address, and start again"),
  unsupportedPackage: hint("the image is none for this modem", "see whether it is the image for this modem"),
  wrongVersion: hint("the modem did not come up with the version that was expected", "compare the image's version"),
  updateFailed: hint("the modem refused the image", "look at the number with which it did"),
  // nrf_modem_delta_dfu.h, the results of an update: 0x04400001 and on.
  71303169: hint("the modem failed by itself when it applied the image"),
  71303170: hint("the modem's flash memory failed when it applied the image"),
  71303171: hint(
    "the modem does not accept the image as authentic: it is damaged or not signed for this modem",
    "take the manufacturer's image for this modem",
  ),
  71303172: hint(
    "the image is made for another firmware version than the one that the modem has",
    "take the image that updates from the modem's version",
  ),
  71303173: hint("the supply voltage is too low for the modem to apply the image", "charge or exchange the battery"),
  noRoute: hint(
    "nothing came back from that address: the server is not there, or the network does not let it through",
    "see whether the server runs, and whether address and port are right",
  ),
  handshakeFailed: hint(
    "the security handshake failed: mostly the two sides have different keys or identities",
    OTHER_KEYS,
  ),
  credential: hint("the keys for that server are missing in the modem", "bootstrap again, or write the keys"),
  pdn: hint(
    "the connection to the packet data network could not be activated",
    "check the access point name, and the subscription",
  ),
  pdnRefused: hint(
    "the network refused the packet data connection",
    "check the access point name, and the subscription",
  ),
  noAnswer: hint(
    "the server did not answer in time",
    "see whether it runs there, with the same security, and what it logs of this device",
  ),
  unavailable: hint("the server was not available", "wait: it is asked again"),
  inconsistent: hint(
    "what the bootstrap server wrote is incomplete or contradicts itself",
    "give it an account with both a security (/0) and a server (/1) instance for a management server",
  ),
  "bootstrap.timedOut": hint(
    "the bootstrap server wrote something, but never said that it was finished",
    "have it send Bootstrap-Finish (POST /bs)",
  ),
  // What a modem refuses with.
  noAccess: hint(
    "the modem does not let that security tag be written or deleted",
    "use another tag, or take the modem offline first",
  ),
  memoryFull: hint("the modem has no room for another key", "delete credentials that nobody uses"),
  notAllowedInActiveState: hint("the modem does that only while it is offline", "take the link down first"),
  simNotInserted: hint("there is no SIM", "insert one"),
  simFailure: hint("the SIM does not work", "try another one"),
  fault: hint("the modem has failed or did not start", "reset it; look at its supply"),
  notInitialised: hint("the modem was not initialised", "initialise it first"),
  timeout: hint("the modem did not answer in time", "see whether it is there, and on that line"),
  lineError: hint("the line to the modem was disturbed", "check port, speed and flow control"),
  ECONNREFUSED: NOT_LISTENING,
  ECONNRESET: BROKEN_OFF,
  UND_ERR_SOCKET: BROKEN_OFF,
  ETIMEDOUT: TOO_SLOW,
  UND_ERR_CONNECT_TIMEOUT: TOO_SLOW,
  UND_ERR_HEADERS_TIMEOUT: TOO_SLOW,
  UND_ERR_BODY_TIMEOUT: hint("nothing more came from the host", "see whether it is still there"),
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  ENETDOWN: hint("the network is down", "see whether the link is up"),
  ENOTFOUND: UNKNOWN_NAME,
  EAI_AGAIN: hint("the name of the host could not be looked up", "see whether the name servers can be reached"),
  unknown_psk_identity: hint("the server does not know the identity of this device", OTHER_KEYS),
  decrypt_error: hint("the keys of the two sides differ", OTHER_KEYS),
  bad_record_mac: hint("the keys of the two sides differ, or the message was damaged", OTHER_KEYS),
  handshake_failure: hint("the two sides have no cipher suite, or no key, in common", OTHER_KEYS),
  unknown_ca: hint("the other side does not know who signed the certificate"),
  bad_certificate: hint("the other side did not accept the certificate"),
  certificate_expired: hint("the certificate is out of date", "renew it"),
};

/** Numbers with which a modem refuses an image while it takes it (nrf_modem_delta_dfu.h). */
export const DFU_ERRORS: Readonly<Record<string, Hint>> = {
  1: HINTS.outOfMemory!,
  2: HINTS.tooLarge!,
  3: HINTS.unsupportedPackage!,
  5: HINTS.integrity!,
  9: HINTS.unsupportedPackage!,
};

/** What ends a machine of XState. */
export const THREW = hint(
  "an action or a guard of the chart threw an error, and that ends the chart",
  "mend what threw, or have it catch its error",
);
export const UNHANDLED = hint(
  "an actor failed, and the chart has no transition for its error, which ends the chart too",
  "give the invoke an onError",
);

/** Where a modem stands with the network (3GPP TS 27.007 §10.1.22), and its own troubles. */
export const MODEM_REPORTS: Readonly<Record<string, Hint>> = {
  denied: hint("the network does not let this modem in", "look at the subscription, or ask the operator"),
  uiccFailure: hint(
    "the SIM is missing, locked by a PIN, or does not work",
    "insert one, unlock it (AT+CPIN), or try another",
  ),
  searching: hint("the modem has found no network yet, and goes on searching", "check antenna, coverage and bands"),
  notRegistered: hint("the modem is not registered with any network, and does not search", "switch it to normal mode"),
  unknown: hint("the modem does not know whether it is in a network", "check antenna and coverage"),
  lost: hint(
    "the modem lost the network, and searched for it anew",
    "check antenna and coverage where that happens often",
  ),
  batteryLow: hint("the supply voltage is too low", "charge or exchange the battery"),
  overheated: hint("the modem is too hot", "let it cool down"),
  resetLoop: hint(
    "the modem was restarted too often: it attaches to no network for 30 minutes",
    "find out what restarts it, and wait",
  ),
};

/** Why a network refuses a modem (EMM causes, 3GPP TS 24.301 §9.9.3.9). */
export const REJECT_CAUSES: Readonly<Record<string, string>> = {
  2: "it does not know the subscriber (cause 2)",
  3: "the SIM is not valid there (cause 3)",
  5: "the modem's IMEI is not accepted (cause 5)",
  6: "the modem is barred (cause 6)",
  7: "the subscription has no data service (cause 7)",
  8: "the subscription has no service at all (cause 8)",
  11: "this network is not allowed for the SIM (cause 11)",
  12: "this area is not allowed for the SIM (cause 12)",
  13: "roaming is not allowed in this area (cause 13)",
  14: "the subscription has no data service in this network (cause 14)",
  15: "no cell that suits the subscription in this area (cause 15)",
  22: "it is overloaded (cause 22)",
};

/** What the library refuses a request of the application with: a negative errno (newlib). */
export const REQUEST_RESULTS: Readonly<Record<string, Hint>> = {
  "-22": hint("there is no such request in this edition of the library, or not from here"),
  "-51": hint("the library is not in a state in which it takes that request", "see on the chart what it waits for"),
  "-119": hint("that is under way already"),
  "-120": hint("that has been done already"),
};

const NOT_ALLOWED = hint("the server does not let this device do that", "look at the device's account at the server");

/** Answers to what the device asked for, by its path and by code (LwM2M Core §6.1 to §6.4, RFC 7252 §5.9). */
export const ANSWERS: readonly { readonly path: RegExp; readonly codes: Readonly<Record<string, Hint>> }[] = [
  {
    path: /^\/bs$/,
    codes: {
      "4.00": hint(
        "the bootstrap server does not know this device by its endpoint name",
        "give it an account for this endpoint name",
      ),
      "4.15": hint("the bootstrap server does not have the content format that the device prefers"),
    },
  },
  {
    path: /^\/rd$/,
    codes: {
      "4.00": hint(
        "the server could not read the Register, or does not know this endpoint name",
        "create the device at the server under this endpoint name",
      ),
      "4.03": hint(
        "the server does not let a device of this endpoint name register",
        "create the device at the server under this endpoint name, and compare its identity",
      ),
      "4.12": hint(
        "the server does not speak the version of LwM2M that the device offers",
        "nothing, where the device succeeds with an older one; else have the server speak LwM2M 1.0 or 1.1",
      ),
    },
  },
  {
    path: /^\/rd\/./,
    codes: { "4.04": hint("the server has forgotten this registration", "wait: the device registers anew") },
  },
  {
    path: /./,
    codes: {
      "4.00": hint("the server could not read the request"),
      "4.01": NOT_ALLOWED,
      "4.03": NOT_ALLOWED,
      "4.04": hint("what was asked for is not there"),
      "4.05": hint("it is not allowed on that path"),
      "4.12": hint("the server asks for another version or another content"),
      "4.13": hint("what was sent is larger than the server takes"),
      "5.00": hint("the server failed by itself", "look into its log"),
      "5.03": hint("the server is not available now", "wait: it is asked again"),
    },
  },
];

/** What this device refuses a server with. */
export const REFUSALS: Readonly<Record<string, Hint>> = {
  "4.00": hint(
    "the device cannot read what the server sent, or the value is not a possible one",
    "look at the payload in Wire, and mend it at the server",
  ),
  "4.01": hint("that server has no right to it on the device", "look at the access control, object 2"),
  "4.02": hint("the server used an option that the device does not know"),
  "4.04": hint("the device does not have what the server asked for", "look at Objects for what there is"),
  "4.05": hint("the device does not allow that on this path: a resource may be read-only, or not executable"),
  "4.06": hint("the device cannot give it in the form that was asked for"),
  "4.08": hint("blocks of what the server sent are missing", "have it begin again"),
  "4.13": hint("what the server sent is larger than what the device takes"),
  "4.15": hint("the device does not read that content format", "use SenML CBOR, TLV or text"),
  "5.00": hint("the device failed by itself"),
  "5.03": hint("the device is not ready for it now", "try again later"),
};
