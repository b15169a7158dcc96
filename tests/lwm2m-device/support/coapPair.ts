/** Two CoAP endpoints on an in-memory path: a device and its server, on one virtual clock. */
import { seededRandom } from "../../../carrier/random.ts";
import type { CloseReason, Session, SessionHandlers } from "../../../ports/transport.ts";
import { CoapEndpoint } from "../../../services/coap/endpoint.ts";
import type { CoapHandler } from "../../../services/coap/types.ts";
import { VirtualClock } from "../../support/virtualClock.ts";

class MemorySession implements Session {
  readonly peer = { address: "192.0.2.2", port: 5683 };
  readonly local = { address: "192.0.2.1", port: 5683 };
  readonly identity = { kind: "none" } as const;
  readonly secure = false;
  readonly maxDatagram = 1_280;
  /** Drops what this side sends. */
  muted = false;
  other: MemorySession | undefined;
  #handlers: SessionHandlers | undefined;
  #closed = false;

  attach(handlers: SessionHandlers): void {
    this.#handlers = handlers;
  }
  send(bytes: Uint8Array): void {
    const copy = bytes.slice();
    if (!this.muted && !this.#closed) queueMicrotask(() => this.other?.deliver(copy));
  }
  deliver(bytes: Uint8Array): void {
    if (!this.#closed) this.#handlers?.onDatagram(bytes);
  }
  suspend(): void {}
  resume(): void {}
  pause(): void {}
  unpause(): void {}
  close(): void {
    this.end({ kind: "local" });
  }
  end(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handlers?.onClose(reason);
  }
}

export interface CoapPair {
  readonly clock: VirtualClock;
  readonly device: CoapEndpoint;
  readonly server: CoapEndpoint;
  /** The device's and the server's way out. */
  readonly deviceSession: MemorySession;
  readonly serverSession: MemorySession;
}

export function coapPair(
  handlers: { device?: CoapHandler; server?: CoapHandler },
  clock = new VirtualClock(),
): CoapPair {
  const deviceSession = new MemorySession();
  const serverSession = new MemorySession();
  deviceSession.other = serverSession;
  serverSession.other = deviceSession;
  const endpoint = (session: Session, handler: CoapHandler | undefined, seed: number): CoapEndpoint =>
    new CoapEndpoint({
      session,
      clock,
      random: seededRandom(seed),
      keepObservations: true,
      ...(handler && { handler }),
    });
  return {
    clock,
    deviceSession,
    serverSession,
    device: endpoint(deviceSession, handlers.device, 1),
    server: endpoint(serverSession, handlers.server, 2),
  };
}

/** Lets promises and the in-memory path run on, without time passing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
