/** Sending and receiving on a modem's socket, whichever application's commands ask for it. */
import { lineBytes } from "../../../modem/at/commands/tokens.ts";
import type { Call, Unit } from "../unit.ts";
import { SocketError } from "./bridgedSocket.ts";
import type { Datagram } from "./inbox.ts";
import type { SocketEntry } from "./socketTable.ts";

/** Bits of <flags>. */
export const FLAGS = { peek: 2, dontWait: 64, waitForAcknowledgement: 512, notifyWhenSent: 8192 } as const;
/** Most octets that one command gives. */
const MAX_RECEIVED = 2048;

export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** Number of octets sent. */
export async function send(unit: Unit, entry: SocketEntry, octets: Uint8Array, to?: Destination): Promise<number> {
  unit.sockets.requireNetwork();
  refuseSaved(entry);
  const { socket } = entry;
  const size = await (to === undefined ? socket.send(octets) : socket.sendTo(to.host, to.port, octets));
  unit.sockets.traffic.sent(size);
  unit.sockets.rearm(entry);
  return size;
}

/** Takes data in data mode and sends them; `#XDATAMODE` tells how that went. */
export async function sendData(
  unit: Unit,
  call: Call,
  entry: SocketEntry,
  { length, to }: { readonly length?: number | undefined; readonly to?: Destination },
): Promise<void> {
  call.ok();
  const octets = await call.data(length);
  const sent = await send(unit, entry, octets, to).then(
    () => true,
    () => false,
  );
  unit.notify("xdatamode", { result: sent ? 0 : -1 });
}

/**
 * One datagram, cut to `most` octets; undefined when the peer has closed. Throws a `SocketError` when none comes in
 * `timeoutSeconds`, which are endless when 0.
 */
export async function receive(
  unit: Unit,
  { signal }: Call,
  entry: SocketEntry,
  {
    timeoutSeconds,
    flags = 0,
    most = MAX_RECEIVED,
  }: {
    readonly timeoutSeconds: number;
    readonly flags?: number | undefined;
    readonly most?: number | undefined;
  },
): Promise<Datagram | undefined> {
  refuseSaved(entry);
  const waitsMs =
    (flags & FLAGS.dontWait) !== 0 ? 0 : timeoutSeconds === 0 ? Number.POSITIVE_INFINITY : timeoutSeconds * 1000;
  const datagram = await entry.socket.inbox.take(waitsMs, signal, (flags & FLAGS.peek) !== 0);
  if (datagram === undefined) {
    if (entry.socket.hungUp) return undefined;
    throw new SocketError("nothing has arrived");
  }
  unit.sockets.rearm(entry);
  return { from: datagram.from, octets: datagram.octets.subarray(0, Math.min(most, MAX_RECEIVED)) };
}

/** Data behind a line: as they are, or two digits an octet. */
export function body(octets: Uint8Array, hex: boolean): Uint8Array {
  return hex ? lineBytes(Buffer.from(octets).toString("hex").toUpperCase()) : octets;
}

/** A saved connection has to be loaded first. */
function refuseSaved({ saved }: SocketEntry): void {
  if (saved) throw new SocketError("the connection is saved: load it first");
}
