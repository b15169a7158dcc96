/** Peers with a pre-shared key, and a way to wait for what arrives. */
import type { DtlsClosed, DtlsSocket } from "../../../services/dtls/dtlsSocket.ts";
import { type DtlsListener, type ListenOptions, listenDtls } from "../../../services/dtls/listen.ts";

export const PSK = { identity: text("dev"), key: Uint8Array.from({ length: 16 }, (_, i) => i) };

export const byIdentity = (identity: Uint8Array) => (decode(identity) === "dev" ? PSK.key : undefined);

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** What one socket heard. */
export class Heard {
  readonly texts: string[] = [];
  closed: DtlsClosed | undefined = undefined;
  #waiting: (() => void)[] = [];

  constructor(socket: DtlsSocket) {
    socket.attach({
      onData: (bytes) => this.#note(() => this.texts.push(decode(bytes))),
      onClose: (closed) =>
        this.#note(() => {
          this.closed = closed;
        }),
    });
  }

  until(holds: (heard: Heard) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds(this)) return;
        this.#waiting = this.#waiting.filter((other) => other !== check);
        resolve();
      };
      this.#waiting.push(check);
      check();
    });
  }

  #note(change: () => void): void {
    change();
    for (const check of [...this.#waiting]) check();
  }
}

export interface RunningServer {
  readonly listener: DtlsListener;
  readonly sockets: readonly DtlsSocket[];
  /** The next client that is there. */
  next(): Promise<DtlsSocket>;
}

export async function startServer(options: Partial<ListenOptions> = {}): Promise<RunningServer> {
  const sockets: DtlsSocket[] = [];
  const waiting: ((socket: DtlsSocket) => void)[] = [];
  const listener = await listenDtls({
    port: 0,
    psk: byIdentity,
    ...options,
    onConnection: (socket) => {
      sockets.push(socket);
      options.onConnection?.(socket);
      waiting.shift()?.(socket);
    },
  });
  return { listener, sockets, next: () => new Promise((resolve) => waiting.push(resolve)) };
}
