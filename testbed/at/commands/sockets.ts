/** Sockets by handle, as Serial Modem has them: datagrams over the host's UDP, and DTLS with the keys of a tag. */
import type { SECURE_SOCKETS } from "../../../modem/at/commands/secureSockets.ts";
import { SECURE_PROTOCOLS } from "../../../modem/at/commands/secureSockets.ts";
import { SOCKET_FAMILIES, SOCKET_ROLES, type SOCKETS } from "../../../modem/at/commands/sockets.ts";
import { type AddressFamily, resolve, SocketError } from "../sockets/bridgedSocket.ts";
import { body, type Destination, FLAGS, receive, send, sendData } from "../sockets/exchange.ts";
import { readSecureOption, writeSecureOption } from "../sockets/secureOptions.ts";
import { POLL, type SocketEntry } from "../sockets/socketTable.ts";
import type { Call, HandlersOf, Unit } from "../unit.ts";

/** IPPROTO_UDP. */
const UDP = 17;
/** #XSOCKETOPT and #XSSOCKETOPT <op>. */
const WRITE = 1;

type Given = { readonly family: keyof typeof SOCKET_FAMILIES; readonly type: string; readonly role: string };

/** Opens what can be opened: datagram sockets of a client. */
export function openSocket(unit: Unit, { family, type, role }: Given, cid = 0, tag?: number): SocketEntry {
  const families: Readonly<Record<string, AddressFamily>> = { ipv4: 4, ipv6: 6 };
  const addresses = families[family];
  if (addresses === undefined || type !== "datagram")
    throw new SocketError(`${family} ${type} sockets are not simulated`);
  if (role !== "client" && tag !== undefined) throw new SocketError("there are no secure servers");
  return unit.sockets.open({
    family: addresses,
    role: role === "client" ? SOCKET_ROLES.client : SOCKET_ROLES.server,
    cid,
    tag,
  });
}

export const sockets: HandlersOf<typeof SOCKETS> = {
  xsocketSet: (params, unit) => {
    const { handle } = openSocket(unit, params, params.pdn);
    return { handle, type: "datagram", protocol: UDP };
  },
  xsocketRead: (_, { sockets }) =>
    sockets.entries.filter(({ tag }) => tag === undefined).map((entry) => ({ ...description(entry), pdn: entry.cid })),
  xsocketopt: ({ handle, operation, option, value }, { sockets }) => {
    const { options } = sockets.get(handle);
    if (operation === WRITE) {
      options.set(option, String(value ?? 0));
      return undefined;
    }
    return { handle, value: Number(options.get(option) ?? 0) };
  },
  xcloseSet: ({ handle }, unit) => closeSockets(unit, handle),
  xclose: (_, unit) => closeSockets(unit, undefined),
  xbind: ({ handle, port }, { sockets }) => sockets.get(handle).socket.bind(port),
  xconnect: async ({ handle, host, port }, { sockets }, { signal }) => {
    await sockets.connect(sockets.get(handle), host, port, signal);
    return { handle, connected: 1 };
  },
  xsendText: ({ data, ...to }, unit) => sent(unit, to, new TextEncoder().encode(data)),
  xsendHex: ({ data, ...to }, unit) => sent(unit, to, data),
  xsendData: ({ handle, length }, unit, call) => sendData(unit, call, unit.sockets.get(handle), { length }),
  xsendtoText: ({ data, ...to }, unit) => sent(unit, to, new TextEncoder().encode(data), to),
  xsendtoHex: ({ data, ...to }, unit) => sent(unit, to, data, to),
  xsendtoData: ({ handle, host, port, length }, unit, call) =>
    sendData(unit, call, unit.sockets.get(handle), { length, to: { host, port } }),
  xrecv: async ({ handle, mode, flags, timeout, size }, unit, call) => {
    const datagram = await received(unit, call, { handle, flags, timeout, size });
    if (datagram === undefined) return undefined;
    return { handle, mode, size: datagram.octets.length, data: body(datagram.octets, mode === "hex") };
  },
  xrecvfrom: async ({ handle, mode, flags, timeout, size }, unit, call) => {
    const datagram = await received(unit, call, { handle, flags, timeout, size });
    if (datagram === undefined) return undefined;
    const { octets, from } = datagram;
    return {
      handle,
      mode,
      size: octets.length,
      address: from.address,
      port: from.port,
      data: body(octets, mode === "hex"),
    };
  },
  xapoll: ({ handle, operation, events = POLL.in }, { sockets }, call) => {
    const entries = handle === undefined ? sockets.entries : [sockets.get(handle)];
    call.after(() => {
      for (const entry of entries) sockets.poll(entry, operation === 1 ? events : undefined);
    });
  },
  xrecvcfg: ({ handle, flags, hex }, { sockets }, call) => {
    const entries = handle === undefined ? sockets.entries : [sockets.get(handle)];
    call.after(() => {
      for (const entry of entries) sockets.push(entry, (flags & 1) === 0 ? undefined : { hex: hex === 1 });
    });
  },
  xgetaddrinfo: async ({ host, family = 0 }, { sockets }, call) => {
    const version = family === SOCKET_FAMILIES.ipv6 ? 6 : family === SOCKET_FAMILIES.ipv4 ? 4 : 0;
    try {
      sockets.requireNetwork();
      return { addresses: (await resolve(host, version)).join(" ") };
    } catch (error) {
      call.line('#XGETADDRINFO: "not found"');
      throw error;
    }
  },
  xdatactrlSet: ({ timeLimit }, { line }) => {
    if (timeLimit < leastDataTimeMs(line.baudRate)) throw new SocketError(`${timeLimit} ms are too few`);
    line.dataTimeLimitMs = timeLimit;
  },
  xdatactrlRead: (_, { line }) => ({ timeLimit: line.dataTimeLimitMs, least: leastDataTimeMs(line.baudRate) }),
};

export const secureSockets: HandlersOf<typeof SECURE_SOCKETS> = {
  xssocketSet: ({ securityTag, peerVerify, ...params }, unit) => {
    const entry = openSocket(unit, params, params.pdn, securityTag);
    entry.options.set("peerVerify", String(peerVerify ?? 2));
    return { handle: entry.handle, type: "datagram", protocol: SECURE_PROTOCOLS.dtls12 };
  },
  xssocketRead: (_, { sockets }) =>
    sockets.entries.flatMap((entry) =>
      entry.tag === undefined ? [] : [{ ...description(entry), securityTag: entry.tag, pdn: entry.cid }],
    ),
  xssocketopt: ({ handle, operation, option, value }, { sockets }) => {
    const entry = sockets.get(handle);
    if (operation !== WRITE) return { handle, value: readSecureOption(entry, option) };
    writeSecureOption(sockets, entry, option, value ?? "");
    return undefined;
  },
};

function description({ handle, family, role }: SocketEntry) {
  return {
    handle,
    family: family === 4 ? ("ipv4" as const) : ("ipv6" as const),
    role: role === SOCKET_ROLES.client ? ("client" as const) : ("server" as const),
    type: "datagram" as const,
  };
}

async function closeSockets({ sockets }: Unit, handle: number | undefined) {
  const handles = handle === undefined ? sockets.entries.map((entry) => entry.handle) : [handle];
  for (const each of handles) await sockets.close(each);
  return handles.map((each) => ({ handle: each, result: 0 }));
}

async function sent(
  unit: Unit,
  { handle, flags }: { readonly handle: number; readonly flags: number },
  octets: Uint8Array,
  to?: Destination,
) {
  const size = await send(unit, unit.sockets.get(handle), octets, to);
  if ((flags & FLAGS.notifyWhenSent) !== 0) unit.notify("xsendntf", { handle, result: 0, size });
  return { handle, acknowledged: (flags & FLAGS.waitForAcknowledgement) === 0 ? 0 : 1, size };
}

function received(
  unit: Unit,
  call: Call,
  given: { handle: number; flags: number; timeout: number; size?: number | undefined },
) {
  const { handle, flags, timeout, size } = given;
  return receive(unit, call, unit.sockets.get(handle), { timeoutSeconds: timeout, flags, most: size });
}

/** Time in which the buffer of 4096 octets fills at this rate, and a little more. */
function leastDataTimeMs(baudRate: number): number {
  return Math.ceil((4096 * 10 * 1000) / baudRate) + 10;
}
