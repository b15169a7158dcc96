/** What happens in one DTLS session as records of kind `dtls`. No identity, key or content is among them. */
import type { Lifeline, RecordFields, Trace } from "../../ports/trace.ts";
import type { PeerAddress } from "../../ports/transport.ts";
import { TimerRecord } from "../coap/timerRecord.ts";
import { addressText } from "./addresses.ts";
import type { DtlsError } from "./errors.ts";
import type { ConnectionInfo, Observation } from "./types.ts";

export interface DtlsRecorderOptions {
  readonly trace: Trace;
  readonly peer: PeerAddress;
  /** Who the records run between; without it they have no direction on a chart. */
  readonly lifelines?: { readonly local: Lifeline; readonly peer: Lifeline };
  /** `seq` of the record that led to the session. */
  readonly cause?: number | undefined;
}

export class DtlsRecorder {
  readonly #trace: Trace;
  readonly #remote: string;
  readonly #lifelines: DtlsRecorderOptions["lifelines"];
  /** What leads to whatever goes out now, and the newest that went out. */
  #cause: number | undefined;
  #departure: number | undefined = undefined;
  #connected = false;
  /** Of the flight that may be sent again. */
  #timer: TimerRecord | undefined = undefined;

  constructor({ trace, peer, lifelines, cause }: DtlsRecorderOptions) {
    this.#trace = trace;
    this.#remote = addressText(peer);
    this.#lifelines = lifelines;
    this.#cause = cause;
  }

  readonly observe = (observation: Observation): void => {
    const { kind: phase, ...fields } = observation;
    if (observation.kind === "dropped") {
      this.#record("in", { phase, direction: "in", ...fields });
    } else if (observation.direction === "in") {
      // An answer of the handshake; afterwards the peer has reasons of its own.
      const cause = this.#connected ? undefined : this.#departure;
      this.#cause = this.#record("in", { phase, ...fields, cause });
    } else {
      this.#departure = this.#record("out", { phase, ...fields, cause: this.#cause });
    }
  };

  /** Datagrams are sent for somebody whose record was the newest until now: a message's own. */
  sending(): void {
    this.#cause = this.#trace.last;
  }

  /** The flight under way is sent again unless it is answered; null: it is not any more. `fire`: before its time. */
  waiting(delay: number | null, fire: () => void): void {
    this.#timer?.cleared();
    this.#timer = undefined;
    if (delay === null || this.#trace.detailed !== true) return;
    this.#timer = TimerRecord.set(this.#trace, {
      name: "retransmission",
      owner: `dtls ${this.#lifelines?.peer ?? this.#remote}`,
      purpose: this.#connected
        ? "until then the last flight is there to be sent again"
        : "the flight is sent again unless it is answered",
      delay,
      cause: this.#departure,
      fire,
    });
  }

  /** A timer fired: what goes out repeats what went out. */
  repeating(): void {
    this.#timer?.fired();
    this.#timer = undefined;
    this.#cause = this.#departure;
  }

  /** What an arrival leads to is caused by its record. */
  delivering(work: () => void): void {
    this.#trace.causedBy(this.#cause, work);
  }

  connected({ suite, resumed, extendedMasterSecret, connectionId }: ConnectionInfo, imported: boolean): void {
    this.#connected = true;
    this.#cause = this.#record(undefined, {
      phase: "connected",
      suite,
      resumed,
      ...(imported && { imported }),
      extendedMasterSecret,
      ...(connectionId !== undefined && { connectionIds: connectionId }),
      cause: this.#cause,
    });
  }

  closed(by: "local" | "peer", why: DtlsError | string | undefined): void {
    this.#connected = false;
    const detail = typeof why === "string" ? why : why?.message;
    const cause = by === "local" ? (this.#trace.cause ?? this.#cause) : this.#cause;
    this.#cause = this.#record(undefined, { phase: "closed", by, ...(detail !== undefined && { detail }), cause });
  }

  /** A state of both sides runs from here to the peer. */
  #record(direction: "in" | "out" | undefined, fields: Omit<RecordFields, "kind">): number {
    const { local, peer } = this.#lifelines ?? {};
    const [from, to] = direction === "in" ? [peer, local] : [local, peer];
    return this.#trace.record({
      ...fields,
      kind: "dtls",
      remote: this.#remote,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
  }
}
