/** Tells an observer what happens in a connection; without one nothing is made. Holds no secret. */
import type { AlertName } from "./alerts.ts";
import { toHex } from "./bytes.ts";
import { type Flight, messageNames } from "./handshake/flight.ts";
import { CONTENT_TYPE, type RecordView, readRecord } from "./record/record.ts";
import type { DropReason, Observation } from "./types.ts";

const RECORD_NAMES: Readonly<Record<number, (Observation & { kind: "record" })["type"]>> = {
  [CONTENT_TYPE.changeCipherSpec]: "changeCipherSpec",
  [CONTENT_TYPE.alert]: "alert",
  [CONTENT_TYPE.handshake]: "handshake",
  [CONTENT_TYPE.applicationData]: "applicationData",
};

export class Observer {
  readonly #observe: (observation: Observation) => void;
  /** The peer's flight as far as it has come. */
  #messages: string[] = [];
  #octets = 0;

  constructor(observe: (observation: Observation) => void) {
    this.#observe = observe;
  }

  dropped(reason: DropReason, size: number): void {
    this.#observe({ kind: "dropped", reason, size });
  }

  alert(direction: "in" | "out", level: "warning" | "fatal", alert: AlertName | number): void {
    this.#observe({ kind: "alert", direction, level, alert });
  }

  /** `type`: the true one, which a Connection ID hides. */
  record(direction: "in" | "out", type: number, { epoch, sequence, connectionId, size }: RecordView): void {
    const name = RECORD_NAMES[type];
    if (name === undefined) return;
    const cid = connectionId !== undefined && { connectionId: toHex(connectionId) };
    this.#observe({ kind: "record", direction, type: name, epoch, sequence, size, ...cid });
  }

  /** `type`: of all its protected records. */
  sent(datagram: Uint8Array, type: number, cidLength: number): void {
    for (let at = 0; at < datagram.length; ) {
      const view = readRecord(datagram, at, cidLength);
      if (view === undefined) return;
      at += view.size;
      this.record("out", view.type === CONTENT_TYPE.tls12Cid ? type : view.type, view);
    }
  }

  flightSent(flight: Flight, retransmission: number, datagrams: readonly Uint8Array[], cidLength: number): void {
    const size = datagrams.reduce((sum, { length }) => sum + length, 0);
    const messages = messageNames(flight);
    this.#observe({ kind: "flight", direction: "out", flight: flight.number, messages, retransmission, size });
    for (const datagram of datagrams) this.sent(datagram, CONTENT_TYPE.handshake, cidLength);
  }

  datagramCame(size: number): void {
    this.#octets += size;
  }

  messageCame(name: string): void {
    this.#messages.push(name);
  }

  /** The peer's flight is whole: ours answers it, or the handshake is complete. */
  flightCame(flight: number): void {
    const [messages, size] = [this.#messages, this.#octets];
    this.#messages = [];
    this.#octets = 0;
    if (messages.length === 0) return;
    this.#observe({ kind: "flight", direction: "in", flight, messages, retransmission: 0, size });
  }
}
