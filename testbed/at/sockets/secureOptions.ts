/** #XSSOCKETOPT: what of a DTLS socket can be set and asked for. Numbers are Serial Modem's own. */
import type { SECURE_SOCKET_OPTIONS } from "../../../modem/at/commands/secureSockets.ts";
import { isCbc, suiteOfName } from "../../../services/dtls/suites.ts";
import type { MaxFragmentLength } from "../../../services/dtls/types.ts";
import { SecureSocket, SocketError } from "./bridgedSocket.ts";
import type { SocketEntry, SocketTable } from "./socketTable.ts";

export type SecureOption = keyof typeof SECURE_SOCKET_OPTIONS;

/** Octets of the Connection ID that a modem asks to receive. */
const CONNECTION_ID_OCTETS = 6;
/** Bits of the Connection ID's status. */
const DOWNLINK = 1;
const UPLINK = 2;
/** A modem keeps so many connections. */
const MAX_SAVED = 4;
/** Sums of waits of 1, 2, 4, … seconds: their place is the number of retransmissions. */
const HANDSHAKE_TIMEOUTS = [1, 3, 7, 15, 31, 63, 123];
const RETRANSMISSION = { initialMs: 1_000, maxMs: 60_000 };
const FRAGMENT_LENGTHS: readonly (MaxFragmentLength | undefined)[] = [undefined, 512, 1024];

/** The value as it stands on the line. Throws a `SocketError` for one that cannot be read. */
export function readSecureOption(entry: SocketEntry, option: SecureOption): string {
  const socket = secureOf(entry);
  const { info } = socket;
  switch (option) {
    case "hostname":
      return socket.options.serverName ?? "";
    case "cipherSuiteUsed": {
      const suite = info === undefined ? undefined : suiteOfName(info.suite);
      if (suite === undefined) throw new SocketError("no handshake was made");
      return `0x${suite.id.toString(16).padStart(4, "0")}`;
    }
    case "connectionIdStatus":
      return String(connectionIdStatus(info?.connectionId));
    default: {
      const kept = entry.options.get(option);
      if (kept === undefined) throw new SocketError(`option ${option} was not set`);
      return kept;
    }
  }
}

/** Throws a `SocketError` for what cannot be set, or not now. */
export function writeSecureOption(table: SocketTable, entry: SocketEntry, option: SecureOption, value: string): void {
  const socket = secureOf(entry);
  const number = Number(value === "" ? Number.NaN : value);
  switch (option) {
    case "hostname":
      socket.options = { ...socket.options, serverName: value };
      return;
    case "connectionId":
      before(socket);
      socket.options = { ...socket.options, connectionId: connectionIdOf(number) };
      break;
    case "handshakeTimeout":
      socket.options = { ...socket.options, retransmission: { ...RETRANSMISSION, max: retransmissionsOf(number) } };
      break;
    case "fragmentExtension":
      before(socket);
      setFragmentLength(socket, number);
      break;
    case "peerVerify":
      // Our DTLS verifies whatever is said: a stricter modem than asked for.
      among(number, [0, 1, 2]);
      break;
    case "sessionCache":
      among(number, [0, 1]);
      break;
    case "sessionCachePurge":
      table.sessions.clear();
      return;
    case "connectionSave":
      save(table, entry, socket);
      return;
    case "connectionLoad":
      load(entry);
      return;
    default:
      throw new SocketError(`option ${option} is read only`);
  }
  entry.options.set(option, value);
}

function connectionIdOf(value: number): number | false {
  among(value, [0, 1, 2]);
  return value === 0 ? false : value === 1 ? 0 : CONNECTION_ID_OCTETS;
}

function connectionIdStatus(ids: { readonly own: string; readonly peer: string } | undefined): number {
  if (ids === undefined) return 0;
  return (ids.own === "" ? 0 : DOWNLINK) | (ids.peer === "" ? 0 : UPLINK);
}

function retransmissionsOf(seconds: number): number {
  among(seconds, HANDSHAKE_TIMEOUTS);
  return HANDSHAKE_TIMEOUTS.indexOf(seconds);
}

function setFragmentLength(socket: SecureSocket, value: number): void {
  among(value, [0, 1, 2]);
  const { maxFragmentLength: _, ...others } = socket.options;
  const length = FRAGMENT_LENGTHS[value];
  socket.options = { ...others, ...(length !== undefined && { maxFragmentLength: length }) };
}

/** The connection stays as it is, and cannot be used before it was loaded. */
function save(table: SocketTable, entry: SocketEntry, socket: SecureSocket): void {
  const suite = socket.info === undefined || socket.hungUp ? undefined : suiteOfName(socket.info.suite);
  if (suite === undefined) throw new SocketError("there is no connection to save");
  if (isCbc(suite)) throw new SocketError("only connections of AEAD suites are saved");
  if (table.entries.filter(({ saved }) => saved).length >= MAX_SAVED) {
    throw new SocketError(`${MAX_SAVED} connections are saved`);
  }
  entry.saved = true;
}

function load(entry: SocketEntry): void {
  if (!entry.saved) throw new SocketError("the connection is not saved");
  entry.saved = false;
}

function before({ info }: SecureSocket): void {
  if (info !== undefined) throw new SocketError("the handshake is over");
}

function among(value: number, allowed: readonly number[]): void {
  if (!allowed.includes(value)) throw new SocketError(`${value} is none of ${allowed.join(", ")}`);
}

function secureOf({ socket, handle }: SocketEntry): SecureSocket {
  if (socket instanceof SecureSocket) return socket;
  throw new SocketError(`socket ${handle} is not secure`);
}
