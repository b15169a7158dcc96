/** Sockets of the older Serial LTE Modem: commands go to the socket that is selected. */
import { exec, many, maybe, one, read, set, withBody } from "./command.ts";
import { bare, constant, integer, listOf, named, numberOrText, optional, quoted, quotedMask, secret } from "./field.ts";
import { SOCKET_ROLES, SOCKET_TYPES } from "./sockets.ts";

/** #XSOCKET <op>. */
export const SLM_SOCKET_FAMILIES = { ipv4: 1, ipv6: 2 } as const;

const SLM = { dialects: ["slm"] } as const;
const handle = integer(0, 255);
const port = integer(0, 65_535);
const size = integer(0, 65_535);
const timeout = integer(0, 65_535);
const host = quoted(255);
/** Longest text of one #XSEND; there is no hexadecimal mode, so octets go by data mode. */
export const SLM_MAX_TEXT_OCTETS = 1_024;
const data = secret(quoted(SLM_MAX_TEXT_OCTETS));
const SLOW = { ...SLM, timeoutMs: 60_000 } as const;
const untilEscape = { length: () => undefined, completedBy: ["xdatamode"] } as const;
const opened = one({ handle, type: named(SOCKET_TYPES), protocol: integer(0, 65_535) });
/** Secure sockets, too, are closed under the name of the plain ones. */
const closed = one({ result: integer(), text: quoted(16) }, { prefix: "#XSOCKET: " });
const octetsOf = ({ size }: { readonly size: number }) => size;

export const SLM_SOCKETS = {
  slmXsocketOpen: set(
    "#XSOCKET",
    {
      family: named(SLM_SOCKET_FAMILIES),
      type: named(SOCKET_TYPES),
      role: named(SOCKET_ROLES),
      pdn: optional(integer(0, 15)),
    },
    { ...SLM, response: opened },
  ),
  slmXsocketClose: set("#XSOCKET", { operation: constant(0) }, { ...SLM, response: closed }),
  slmXssocketOpen: set(
    "#XSSOCKET",
    {
      family: named(SLM_SOCKET_FAMILIES),
      type: named(SOCKET_TYPES),
      role: named(SOCKET_ROLES),
      securityTag: integer(0, 4_294_967_295),
      peerVerify: optional(integer(0, 2)),
      pdn: optional(integer(0, 15)),
    },
    { ...SLM, response: opened },
  ),
  slmXssocketClose: set("#XSSOCKET", { operation: constant(0) }, { ...SLM, response: closed }),
  slmXsocketselectSet: set("#XSOCKETSELECT", { handle }, { ...SLM, response: one({ handle }) }),
  slmXsocketselectRead: read(
    "#XSOCKETSELECT",
    many({
      /** The last line has it alone: the socket that is selected. */
      handle,
      family: optional(integer(0, 3)),
      role: optional(named(SOCKET_ROLES)),
      type: optional(named(SOCKET_TYPES)),
      /** -1 for a socket without TLS or DTLS. */
      securityTag: optional(integer()),
      ranking: optional(integer(0)),
      pdn: optional(integer(0, 15)),
    }),
    SLM,
  ),
  /** `timeout` in milliseconds; all sockets where none is named. */
  slmXpoll: set(
    "#XPOLL",
    { timeout: integer(), handles: listOf(handle, 8) },
    { ...SLOW, response: many({ handle, events: quotedMask() }) },
  ),
  slmXsocketopt: set(
    "#XSOCKETOPT",
    { operation: integer(0, 1), option: integer(0, 255), value: optional(integer()) },
    { ...SLM, response: maybe({ value: integer() }) },
  ),
  slmXssocketopt: set(
    "#XSSOCKETOPT",
    { operation: integer(0, 1), option: integer(0, 255), value: optional(numberOrText()) },
    { ...SLM, response: maybe({ value: bare(255) }) },
  ),
  slmXbind: set("#XBIND", { port }, SLM),
  slmXconnect: set(
    "#XCONNECT",
    { host, port },
    { ...SLM, response: one({ connected: integer(0, 1) }), timeoutMs: 180_000 },
  ),
  slmXsendText: set("#XSEND", { data }, { ...SLOW, response: one({ size }) }),
  slmXsendData: exec("#XSEND", { ...SLOW, data: untilEscape }),
  /** `timeout` in seconds. */
  slmXrecv: set(
    "#XRECV",
    { timeout, flags: optional(integer(0, 65_535)) },
    { ...SLOW, response: withBody(maybe({ size }), octetsOf) },
  ),
  slmXsendtoText: set("#XSENDTO", { host, port, data }, { ...SLOW, response: one({ size }) }),
  slmXsendtoData: set("#XSENDTO", { host, port }, { ...SLOW, data: untilEscape }),
  slmXrecvfrom: set(
    "#XRECVFROM",
    { timeout, flags: optional(integer(0, 65_535)) },
    { ...SLOW, response: withBody(maybe({ size, address: quoted(64), port }), octetsOf) },
  ),
  slmXsocketRead: read(
    "#XSOCKET",
    maybe({ handle, family: integer(0, 3), role: named(SOCKET_ROLES), type: named(SOCKET_TYPES), pdn: integer(0, 15) }),
    SLM,
  ),
} as const;
