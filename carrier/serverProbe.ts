/**
 * Whether anybody is there that a handshake came to nothing with. A modem does not tell a server that is silent from one
 * that has other keys; the first message of a handshake, without any key in it, does: a server that is there answers.
 */
import type { Clock, TimerId } from "../ports/clock.ts";
import type { ModemSocket, ModemSockets } from "../ports/modem.ts";
import { DtlsClient } from "../services/dtls/client.ts";

export interface ProbeOptions {
  readonly sockets: ModemSockets;
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  readonly signal?: AbortSignal | undefined;
}

/** Times from one question to the next, and to the end: those of a handshake's first flight (RFC 6347 §4.2.4.1). */
const WAITS_MS = [1_000, 2_000, 4_000];
/** Whatever they would be, they are not in the first message. */
const NO_KEYS = { psk: { identity: new Uint8Array(0), key: Uint8Array.of(0) } };

/** Never rejects; false when it is given up. */
export async function isAnswered({ sockets, clock, host, port, signal }: ProbeOptions): Promise<boolean> {
  let socket: ModemSocket;
  try {
    socket = await sockets.connect({ host, port, ...(signal && { signal }) });
  } catch {
    return false;
  }
  let timer: TimerId;
  const { datagrams } = new DtlsClient(NO_KEYS).start();
  try {
    return await new Promise<boolean>((resolve) => {
      socket.onDatagram(() => resolve(true));
      socket.onClose(() => resolve(false));
      signal?.addEventListener("abort", () => resolve(false), { once: true });
      const ask = (attempt: number) => {
        const waitMs = WAITS_MS[attempt];
        if (waitMs === undefined || signal?.aborted === true) return resolve(false);
        for (const datagram of datagrams) socket.send(datagram);
        timer = clock.setTimeout(() => ask(attempt + 1), waitMs);
      };
      ask(0);
    });
  } finally {
    clock.clearTimeout(timer);
    socket.close();
  }
}
