/** Sockets of the older Serial LTE Modem: commands go to the one that is selected. */
import { SECURE_PROTOCOLS, SECURE_SOCKET_OPTIONS } from "../../../modem/at/commands/secureSockets.ts";
import type { SLM_SOCKETS } from "../../../modem/at/commands/slmSockets.ts";
import { SOCKET_ROLES } from "../../../modem/at/commands/sockets.ts";
import { SocketError } from "../sockets/bridgedSocket.ts";
import { receive, send, sendData } from "../sockets/exchange.ts";
import { readSecureOption, type SecureOption, writeSecureOption } from "../sockets/secureOptions.ts";
import { POLL, type SocketEntry } from "../sockets/socketTable.ts";
import type { Call, HandlersOf, Unit } from "../unit.ts";
import { openSocket } from "./sockets.ts";

const UDP = 17;
const WRITE = 1;
/** A socket without DTLS. */
const NO_TAG = -1;

/** The socket opened last is the selected one until another is chosen. */
export const slmSockets: HandlersOf<typeof SLM_SOCKETS> = {
  slmXsocketOpen: (params, unit) => {
    const { handle } = openSocket(unit, params, params.pdn);
    unit.line.selected = handle;
    return { handle, type: "datagram", protocol: UDP };
  },
  slmXsocketClose: (_, unit) => close(unit),
  slmXssocketOpen: ({ securityTag, ...params }, unit) => {
    const { handle } = openSocket(unit, params, params.pdn, securityTag);
    unit.line.selected = handle;
    return { handle, type: "datagram", protocol: SECURE_PROTOCOLS.dtls12 };
  },
  slmXssocketClose: (_, unit) => close(unit),
  slmXsocketselectSet: ({ handle }, unit) => {
    unit.line.selected = unit.sockets.get(handle).handle;
    return { handle };
  },
  slmXsocketselectRead: (_, { line, sockets }) => [
    ...sockets.entries.map((entry, ranking) => ({
      ...description(entry),
      type: "datagram" as const,
      securityTag: entry.tag ?? NO_TAG,
      ranking,
      pdn: entry.cid,
    })),
    ...(line.selected === undefined ? [] : [{ handle: line.selected }]),
  ],
  slmXpoll: async ({ timeout, handles }, { sockets }, call) => {
    const entries = handles.length === 0 ? sockets.entries : handles.map((handle) => sockets.get(handle));
    await firstArrival(entries, timeout < 0 ? Number.POSITIVE_INFINITY : timeout, call);
    return entries.flatMap(({ handle, socket }) => {
      const events = (socket.inbox.isEmpty ? 0 : POLL.in) | (socket.hungUp ? POLL.hangUp : 0);
      return events === 0 ? [] : [{ handle, events }];
    });
  },
  slmXsocketopt: ({ operation, option, value }, unit) => {
    const { options } = selected(unit);
    if (operation !== WRITE) return { value: Number(options.get(option) ?? 0) };
    options.set(option, String(value ?? 0));
    return undefined;
  },
  slmXssocketopt: ({ operation, option, value }, unit) => {
    const entry = selected(unit);
    const name = optionOf(option);
    if (operation !== WRITE) return { value: readSecureOption(entry, name) };
    writeSecureOption(unit.sockets, entry, name, value ?? "");
    return undefined;
  },
  slmXbind: ({ port }, unit) => selected(unit).socket.bind(port),
  slmXconnect: async ({ host, port }, unit, { signal }) => {
    await unit.sockets.connect(selected(unit), host, port, signal);
    return { connected: 1 };
  },
  slmXsendText: async ({ data }, unit) => ({ size: await send(unit, selected(unit), new TextEncoder().encode(data)) }),
  slmXsendData: (_, unit, call) => sendData(unit, call, selected(unit), {}),
  slmXrecv: async ({ timeout, flags }, unit, call) => {
    const datagram = await receive(unit, call, selected(unit), { timeoutSeconds: timeout, flags });
    return datagram === undefined ? undefined : { size: datagram.octets.length, data: datagram.octets };
  },
  slmXsendtoText: async ({ host, port, data }, unit) => ({
    size: await send(unit, selected(unit), new TextEncoder().encode(data), { host, port }),
  }),
  slmXsendtoData: ({ host, port }, unit, call) => sendData(unit, call, selected(unit), { to: { host, port } }),
  slmXrecvfrom: async ({ timeout, flags }, unit, call) => {
    const datagram = await receive(unit, call, selected(unit), { timeoutSeconds: timeout, flags });
    if (datagram === undefined) return undefined;
    const { octets, from } = datagram;
    return { size: octets.length, address: from.address, port: from.port, data: octets };
  },
  slmXsocketRead: (_, unit) => {
    if (unit.line.selected === undefined) return undefined;
    const entry = selected(unit);
    return { ...description(entry), type: "datagram", pdn: entry.cid };
  },
};

function description({ handle, family, role }: SocketEntry) {
  const isClient = role === SOCKET_ROLES.client;
  return { handle, family: family === 4 ? 1 : 2, role: isClient ? ("client" as const) : ("server" as const) };
}

/** Waits until one of the sockets has something to read, or in vain. */
async function firstArrival(entries: readonly SocketEntry[], timeoutMs: number, { signal }: Call): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  await Promise.race(entries.map(({ socket }) => socket.inbox.filled(timeoutMs, either)));
  over.abort();
}

function selected({ line, sockets }: Unit): SocketEntry {
  if (line.selected === undefined) throw new SocketError("no socket is open");
  return sockets.get(line.selected);
}

async function close(unit: Unit) {
  const { handle } = selected(unit);
  await unit.sockets.close(handle);
  unit.line.selected = unit.sockets.entries.at(-1)?.handle;
  return { result: 0, text: "closed" };
}

function optionOf(number: number): SecureOption {
  const found = Object.entries(SECURE_SOCKET_OPTIONS).find(([, each]) => each === number);
  if (found === undefined) throw new SocketError(`there is no option ${number}`);
  return found[0] as SecureOption;
}
