/**
 * Serial Modem's sockets, by handle (its document "Socket AT commands"). What is sent and received may be the keys of a
 * bootstrap: no record has it.
 */
import { type DataPhase, exec, many, maybe, one, read, set, withBody } from "./command.ts";
import { constant, hex, integer, named, optional, quoted, secret } from "./field.ts";

export const SOCKET_FAMILIES = { ipv4: 1, ipv6: 2, raw: 3 } as const;
export const SOCKET_TYPES = { stream: 1, datagram: 2, raw: 3 } as const;
export const SOCKET_ROLES = { client: 0, server: 1 } as const;
/** #XSEND and #XRECV <mode>. */
export const DATA_MODES = { text: 0, hex: 1 } as const;
/** #XSOCKETOPT <name>. */
export const SOCKET_OPTIONS = {
  reuseAddress: 2,
  receiveTimeout: 20,
  sendTimeout: 21,
  silenceAll: 30,
  echoReply: 31,
  ipv6EchoReply: 32,
  keepOpen: 34,
  bindToPdn: 40,
  tcpServerTimeout: 55,
  rai: 61,
  ipv6DelayedAddressRefresh: 62,
} as const;
/** Bits of #XAPOLL. */
export const POLL = { in: 1, out: 4, error: 8, hangUp: 16, invalid: 32 } as const;

/** Longest piece of one #XRECV, and of one #XSEND. */
export const MAX_SOCKET_OCTETS = 2_048;

const SM = { dialects: ["serialModem"] } as const;
const handle = integer(0, 255);
const port = integer(0, 65_535);
const flags = integer(0, 65_535);
const size = integer(0, 65_535);
const pdn = integer(0, 15);
const host = quoted(255);
const mode = named(DATA_MODES);
const octets = secret(hex(MAX_SOCKET_OCTETS));
const text = secret(quoted(MAX_SOCKET_OCTETS));
const data: DataPhase = {
  length: (values) => values.length as number | undefined,
  completedBy: ["xdatamode"],
};
const sent = one({ handle, acknowledged: integer(0, 1), size });
const SEND = { ...SM, response: sent, timeoutMs: 60_000 } as const;

/** Octets behind `#XRECV: h,mode,size`: two digits each in hexadecimal mode. */
export const receivedOctets = ({ mode, size }: { readonly mode: string; readonly size: number }) =>
  mode === "hex" ? 2 * size : size;

export const SOCKETS = {
  xsocketSet: set(
    "#XSOCKET",
    { family: named(SOCKET_FAMILIES), type: named(SOCKET_TYPES), role: named(SOCKET_ROLES), pdn: optional(pdn) },
    { ...SM, response: one({ handle, type: named(SOCKET_TYPES), protocol: integer(0, 65_535) }) },
  ),
  xsocketRead: read(
    "#XSOCKET",
    many({ handle, family: named(SOCKET_FAMILIES), role: named(SOCKET_ROLES), type: named(SOCKET_TYPES), pdn }),
    SM,
  ),
  xsocketopt: set(
    "#XSOCKETOPT",
    { handle, operation: integer(0, 1), option: integer(0, 255), value: optional(integer()) },
    { ...SM, response: maybe({ handle, value: integer() }) },
  ),
  /** Without a handle all of them. */
  xcloseSet: set("#XCLOSE", { handle: optional(handle) }, { ...SM, response: many({ handle, result: integer() }) }),
  xclose: exec("#XCLOSE", { ...SM, response: many({ handle, result: integer() }) }),
  xbind: set("#XBIND", { handle, port }, SM),
  /** Through name resolution and handshake. */
  xconnect: set(
    "#XCONNECT",
    { handle, host, port },
    { ...SM, response: one({ handle, connected: integer(0, 1) }), timeoutMs: 180_000 },
  ),
  xsendText: set("#XSEND", { handle, mode: constant(0), flags, data: text }, SEND),
  xsendHex: set("#XSEND", { handle, mode: constant(1), flags, data: octets }, SEND),
  xsendData: set(
    "#XSEND",
    { handle, mode: constant(2), flags, length: optional(integer(1, 65_535)) },
    { ...SM, data, timeoutMs: 60_000 },
  ),
  /** `timeout` in seconds, 0 waits for ever; bare OK when the peer has closed. */
  xrecv: set(
    "#XRECV",
    { handle, mode, flags, timeout: integer(0, 65_535), size: optional(size) },
    { ...SM, response: withBody(maybe({ handle, mode, size }), receivedOctets), timeoutMs: 60_000 },
  ),
  xsendtoText: set("#XSENDTO", { handle, mode: constant(0), flags, host, port, data: text }, SEND),
  xsendtoHex: set("#XSENDTO", { handle, mode: constant(1), flags, host, port, data: octets }, SEND),
  xsendtoData: set(
    "#XSENDTO",
    { handle, mode: constant(2), flags, host, port, length: optional(integer(1, 65_535)) },
    { ...SM, data, timeoutMs: 60_000 },
  ),
  xrecvfrom: set(
    "#XRECVFROM",
    { handle, mode, flags, timeout: integer(0, 65_535), size: optional(size) },
    {
      ...SM,
      response: withBody(maybe({ handle, mode, size, address: quoted(64), port }), receivedOctets),
      timeoutMs: 60_000,
    },
  ),
  /** Without a handle for all of them; `operation` 1 starts, 0 stops. */
  xapoll: set("#XAPOLL", { handle: optional(handle), operation: integer(0, 1), events: optional(integer(0, 63)) }, SM),
  /** `flags` 0 off, 1 in AT mode, 2 in data mode, 3 in both. */
  xrecvcfg: set("#XRECVCFG", { handle: optional(handle), flags: integer(0, 3), hex: optional(integer(0, 1)) }, SM),
  /** Addresses with spaces between them, or what went wrong. */
  xgetaddrinfo: set(
    "#XGETADDRINFO",
    { host, family: optional(integer(0, 2)) }, // 1 IPv4, 2 IPv6
    { response: one({ addresses: quoted(512) }), timeoutMs: 60_000 },
  ),
  /** Milliseconds of silence after which a datagram is sent in data mode. */
  xdatactrlSet: set("#XDATACTRL", { timeLimit: integer(0, 65_535) }),
  xdatactrlRead: read("#XDATACTRL", one({ timeLimit: integer(0, 65_535), least: integer(0, 65_535) })),
} as const;
