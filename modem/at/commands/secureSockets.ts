/** Serial Modem's TLS and DTLS sockets: the keys are in the modem, by security tag. */
import { many, maybe, one, read, set } from "./command.ts";
import { bare, integer, named, numberOrText, optional } from "./field.ts";
import { SOCKET_FAMILIES, SOCKET_ROLES, SOCKET_TYPES } from "./sockets.ts";

/** #XSSOCKETOPT <name>: Serial Modem's own numbers, not those of the modem library. */
export const SECURE_SOCKET_OPTIONS = {
  hostname: 2,
  cipherSuiteUsed: 4,
  peerVerify: 5,
  sessionCache: 12,
  sessionCachePurge: 13,
  connectionId: 14,
  connectionIdStatus: 15,
  handshakeTimeout: 18,
  connectionSave: 19,
  connectionLoad: 20,
  fragmentExtension: 22,
} as const;
/** Values of `connectionId`. */
export const CONNECTION_ID = { off: 0, supported: 1, enabled: 2 } as const;
export const SECURE_PROTOCOLS = { tls12: 258, dtls12: 273 } as const;

const handle = integer(0, 255);
const securityTag = integer(0, 4_294_967_295);
const dialects = ["serialModem"] as const;

export const SECURE_SOCKETS = {
  xssocketSet: set(
    "#XSSOCKET",
    {
      family: named(SOCKET_FAMILIES),
      type: named(SOCKET_TYPES),
      role: named(SOCKET_ROLES),
      securityTag,
      /** 0 none, 1 optional, 2 required (default). */
      peerVerify: optional(integer(0, 2)),
      pdn: optional(integer(0, 15)),
    },
    { dialects, response: one({ handle, type: named(SOCKET_TYPES), protocol: integer(0, 65_535) }) },
  ),
  xssocketRead: read(
    "#XSSOCKET",
    many({
      handle,
      family: named(SOCKET_FAMILIES),
      role: named(SOCKET_ROLES),
      type: named(SOCKET_TYPES),
      securityTag,
      pdn: integer(0, 15),
    }),
    { dialects },
  ),
  /** What comes back is a number, `0x…` or a host name without quotes. */
  xssocketopt: set(
    "#XSSOCKETOPT",
    { handle, operation: integer(0, 1), option: named(SECURE_SOCKET_OPTIONS), value: optional(numberOrText()) },
    { dialects, response: maybe({ handle, value: bare(255) }) },
  ),
} as const;
