/**
 * One connection, either side: records in, records out, the handshake in it and the timer of its flights. It does no
 * I/O: every call gives the step that it led to.
 */
import type { AlertName } from "./alerts.ts";
import { ByteReader, equalBytes } from "./bytes.ts";
import { type DropCounter, newDropCounters } from "./dropCounters.ts";
import { DtlsError } from "./errors.ts";
import { asDtlsError, endedByAlert, silent, unexpectedMessage } from "./failures.ts";
import { type Flight, packFlight } from "./handshake/flight.ts";
import { FlightTimer, type Resend } from "./handshake/flightTimer.ts";
import type { Completed, Handshake, HandshakeHost } from "./handshake/handshake.ts";
import { HandshakeInput, type InputHost } from "./handshake/handshakeInput.ts";
import { type Fragment, readFragment } from "./handshake/handshakeMessage.ts";
import { type Alert, decodeAlert, encodeAlert } from "./messages/alert.ts";
import { MESSAGES, messageTypeOf } from "./messages/messageType.ts";
import { Observer } from "./observer.ts";
import { EarlyRecords } from "./record/earlyRecords.ts";
import { CONTENT_TYPE, DTLS_1_0, DTLS_1_2, MAX_PLAINTEXT, type RecordView, readRecord } from "./record/record.ts";
import { type OpenedRecord, RecordLayer } from "./record/recordLayer.ts";
import type { Resolved } from "./resolveOptions.ts";
import type { Session } from "./session.ts";
import { StepBuilder } from "./stepBuilder.ts";
import type { ConnectionInfo, DropCounters, DropReason, DtlsEvent, Role, Step } from "./types.ts";

export type ConnectionState = "handshaking" | "connected" | "closed";

/** Data that came before the Finished that goes ahead of it. */
const MAX_EARLY_DATA = 4;

export class Connection implements HandshakeHost, InputHost {
  readonly layer = new RecordLayer();
  readonly #options: Resolved;
  readonly #role: Role;
  readonly #dropped: DropCounter = newDropCounters();
  #state: ConnectionState = "handshaking";
  #completed: Completed | undefined;
  #failed = false;
  #maxFragment = MAX_PLAINTEXT;

  // While the handshake lasts.
  #input: HandshakeInput | undefined;
  readonly #early = new EarlyRecords();
  #earlyData: Uint8Array[] = [];
  #notedAlert: Alert["alert"] | undefined;
  #heard = false;
  readonly #flights: FlightTimer;
  readonly #observer: Observer | undefined;

  readonly #out = new StepBuilder();

  constructor(role: Role, options: Resolved) {
    this.#role = role;
    this.#options = options;
    this.#flights = new FlightTimer(options.retransmission);
    this.#observer = options.observe && new Observer(options.observe);
  }

  get state(): ConnectionState {
    return this.#state;
  }
  get info(): ConnectionInfo | undefined {
    return this.#completed?.info;
  }
  get session(): Session | undefined {
    return this.#failed ? undefined : this.#completed?.session;
  }
  /** The session of a connection that failed: it is not to be resumed (RFC 5246 §7.2.2). */
  get failedSession(): Session | undefined {
    return this.#failed ? this.#completed?.session : undefined;
  }
  get dropped(): DropCounters {
    return this.#dropped;
  }
  get maxSend(): number {
    return Math.min(this.#options.mtu - this.layer.overhead(1), this.#maxFragment);
  }

  /** A server's: its client's messages begin with the number `next`. */
  begin(handshake: Handshake, next = 0): void {
    this.#input = new HandshakeInput(handshake, this, next);
  }

  // What goes in.

  /** Runs what begins a handshake. */
  run(work: () => void): Step {
    this.#guard(work);
    return this.#out.take();
  }

  receive(datagram: Uint8Array): Step {
    if (this.#state === "closed") {
      this.drop("closed", datagram.length);
      return this.#out.take();
    }
    this.#heard = true;
    if (this.#state === "handshaking") this.#observer?.datagramCame(datagram.length);
    this.#guard(() => this.#receive(datagram));
    return this.#out.take();
  }

  timeout(): Step {
    if (this.#state === "connected") this.#forgetFlight();
    else if (this.#state === "handshaking") this.#guard(() => this.#onTimeout());
    return this.#out.take();
  }

  send(bytes: Uint8Array): Step {
    if (this.#state !== "connected")
      throw new DtlsError("option", `nothing can be sent: the connection is ${this.#state}`);
    if (bytes.length > this.maxSend) {
      throw new DtlsError("option", `${bytes.length} octets do not fit a record; at most ${this.maxSend} do`);
    }
    this.#guard(() => this.#sendRecord(CONTENT_TYPE.applicationData, bytes));
    return this.#out.take();
  }

  close(): Step {
    if (this.#state !== "connected") return this.abort();
    this.#guard(() => this.#sendAlert("warning", "close_notify"));
    this.#end({ kind: "closed", by: "local" });
    return this.#out.take();
  }

  abort(): Step {
    if (this.#state !== "closed") {
      this.#end({ kind: "closed", by: "local", error: new DtlsError("aborted", "the connection was given up") });
    }
    return this.#out.take();
  }

  /** Takes what makes up the connection away from here; nothing is said to the peer. */
  detach(): { readonly completed: Completed; readonly maxFragmentLength: number } {
    if (this.#state !== "connected" || this.#completed === undefined) {
      throw new DtlsError("option", `nothing to export: the connection is ${this.#state}`);
    }
    this.#state = "closed";
    this.#forget();
    return { completed: this.#completed, maxFragmentLength: this.#maxFragment };
  }

  /** Goes on with what was detached. */
  attach(completed: Completed, maxFragmentLength: number): void {
    this.#completed = completed;
    this.#maxFragment = maxFragmentLength;
    this.#state = "connected";
  }

  // What the handshake asks for.

  limitFragments(octets: number): void {
    this.#maxFragment = octets;
  }

  sendFlight(flight: Flight): void {
    this.#observer?.flightCame(flight.number - 1);
    this.#out.timer = this.#flights.begin(flight);
    this.#transmit(flight, 0);
  }

  complete(completed: Completed): void {
    if (this.#flights.flight?.awaitsAnswer === true) this.#forgetFlight();
    this.#observer?.flightCame(this.#role === "client" && !completed.info.resumed ? 6 : 5);
    this.#completed = completed;
    this.#state = "connected";
    this.#input = undefined;
    this.#out.emit({ kind: "connected", info: completed.info });
    for (const bytes of this.#earlyData.splice(0)) this.#out.emit({ kind: "data", bytes });
  }

  // What its input reports.

  drop(reason: DropReason, size: number): void {
    this.#dropped[reason]++;
    this.#observer?.dropped(reason, size);
  }

  onAccepted(name: string): void {
    this.#notedAlert = undefined;
    this.#observer?.messageCame(name);
  }

  /** The peer has not heard the flight that answers this message. */
  onRepeated({ offset, bytes }: Fragment): void {
    this.#resend(offset === 0 ? this.#flights.onRepeated() : undefined, bytes.length);
  }

  // Receiving.

  #receive(datagram: Uint8Array): void {
    for (let at = 0; at < datagram.length && this.#state !== "closed"; ) {
      // Read anew: the record before may have been the ServerHello that agreed on it.
      const cidLength = this.layer.ownConnectionId?.length ?? 0;
      const view = readRecord(datagram, at, cidLength);
      if (view === undefined) {
        this.drop("malformed", datagram.length - at);
        return;
      }
      at += view.size;
      this.#onRecord(view);
    }
    this.#readEarly();
  }

  #onRecord(view: RecordView): void {
    const { version, epoch } = view;
    const isHello = version === DTLS_1_0 && epoch === 0 && this.#input?.awaitsHello === true;
    if (version !== DTLS_1_2 && !isHello) this.drop("malformed", view.size);
    else if (epoch === 0) this.#onPlain(view);
    else if (epoch !== 1) this.drop("epoch", view.size);
    else if (this.layer.canRead) this.#onProtected(view);
    else if (!this.#early.add(view)) this.drop("overflow", view.size);
  }

  /** Epoch 0: anybody can write it. */
  #onPlain(view: RecordView): void {
    const { type, fragment, size } = view;
    if (this.#state === "connected" || type === CONTENT_TYPE.applicationData || type === CONTENT_TYPE.tls12Cid) {
      this.drop("plaintext", size);
      return;
    }
    this.#observer?.record("in", type, view);
    if (type === CONTENT_TYPE.handshake) this.#input?.onPlain(fragment);
    else if (type === CONTENT_TYPE.changeCipherSpec) this.#input?.onChangeCipherSpec(fragment);
    else this.#noteAlert(fragment, size);
  }

  /** Epoch-0 alerts can be forged: they count only when nothing better comes (RFC 6347 §4.1.2.7). */
  #noteAlert(fragment: Uint8Array, size: number): void {
    const alert = decodeAlert(fragment);
    if (alert === undefined) {
      this.drop("malformed", size);
      return;
    }
    this.#observer?.alert("in", alert.level, alert.alert);
    if (alert.level === "fatal" || alert.alert === "close_notify") this.#notedAlert ??= alert.alert;
  }

  /** What a record ends, it ends for those behind it too: an end empties the list. */
  #readEarly(): void {
    if (!this.layer.canRead) return;
    for (let view = this.#early.take(); view !== undefined; view = this.#early.take()) this.#onProtected(view);
  }

  #onProtected(view: RecordView): void {
    const opened = this.layer.open(view);
    if (typeof opened === "string") {
      this.drop(opened, view.size);
      return;
    }
    this.#out.newest ||= opened.newest;
    this.#observer?.record("in", opened.type, view);
    this.#onAuthentic(opened);
  }

  /** From here on what is wrong is the peer's own doing, and ends the connection. */
  #onAuthentic({ type, content }: OpenedRecord): void {
    if (content.length > this.#maxFragment) {
      throw new DtlsError(
        "protocol",
        `a record of ${content.length} octets; ${this.#maxFragment} are allowed`,
        "record_overflow",
      );
    }
    switch (type) {
      case CONTENT_TYPE.applicationData:
        this.#onData(content);
        break;
      case CONTENT_TYPE.alert:
        this.#onAlert(content);
        break;
      case CONTENT_TYPE.handshake:
        this.#onProtectedHandshake(content);
        break;
      default:
        throw new DtlsError("protocol", `a protected record of type ${type}`, "unexpected_message");
    }
  }

  #onData(bytes: Uint8Array): void {
    // An empty record is allowed, and says nothing (RFC 5246 §6.2.1).
    if (bytes.length === 0) return;
    if (this.#state === "connected") {
      // Who sends data has our last flight.
      if (this.#flights.flight !== undefined) this.#forgetFlight();
      this.#out.emit({ kind: "data", bytes });
    } else if (this.#earlyData.length < MAX_EARLY_DATA) this.#earlyData.push(bytes);
    else this.drop("overflow", bytes.length);
  }

  #onAlert(content: Uint8Array): void {
    const received = decodeAlert(content);
    if (received === undefined) throw new DtlsError("protocol", "an alert that cannot be read", "decode_error");
    const { level, alert } = received;
    this.#observer?.alert("in", level, alert);
    if (alert === "close_notify") {
      this.#sendAlert("warning", "close_notify");
      this.#end({ kind: "closed", by: "peer" });
    } else if (level === "fatal") this.#endByAlert(alert);
  }

  #onProtectedHandshake(content: Uint8Array): void {
    const reader = new ByteReader(content);
    if (reader.remaining === 0) throw new DtlsError("protocol", "an empty handshake record", "decode_error");
    while (reader.remaining > 0) {
      const piece = readFragment(reader);
      if (this.#state === "connected") this.#afterHandshake(piece);
      else if (piece.type === MESSAGES.finished.code) this.#input?.onFinished(piece);
      else throw unexpectedMessage(messageTypeOf(piece.type), "before Finished");
    }
  }

  /** Renegotiation is refused (RFC 7925 §17); a repeated Finished asks for our last flight. */
  #afterHandshake(piece: Fragment): void {
    const type = messageTypeOf(piece.type);
    if (type === "helloRequest" || type === "clientHello") this.#sendAlert("warning", "no_renegotiation");
    else if (type === "finished" && this.#isPeersFinished(piece)) {
      this.#resend(this.#flights.onRepeatedFinished(), piece.bytes.length);
    } else throw unexpectedMessage(type, "after the handshake");
  }

  /** The very one that completed the handshake; a connection that was imported does not know it, nor has a flight to send. */
  #isPeersFinished({ sequence, offset, length, bytes }: Fragment): boolean {
    const finished = this.#completed?.peerFinished;
    if (finished === undefined) return true;
    const isWhole = offset === 0 && bytes.length === length;
    return isWhole && finished.sequence === sequence && equalBytes(finished.body, bytes);
  }

  #resend(resend: Resend | undefined, size: number): void {
    if (resend === undefined) this.drop("unexpected", size);
    else this.#transmit(resend.flight, resend.retransmission);
  }

  // Sending.

  #transmit(flight: Flight, retransmission: number): void {
    const datagrams = packFlight(flight, this.layer, this.#options.mtu, this.#maxFragment);
    for (const datagram of datagrams) this.#out.send(datagram);
    this.#observer?.flightSent(flight, retransmission, datagrams, this.#peerIdLength);
  }

  /** One record in a datagram of its own. */
  #sendRecord(type: number, content: Uint8Array): void {
    const record = this.layer.seal(type, this.layer.canWrite ? 1 : 0, content);
    this.#out.send(record);
    this.#observer?.sent(record, type, this.#peerIdLength);
  }

  #sendAlert(level: "warning" | "fatal", alert: AlertName): void {
    this.#observer?.alert("out", level, alert);
    this.#sendRecord(CONTENT_TYPE.alert, encodeAlert(level, alert));
  }

  // Timers and ends.

  #onTimeout(): void {
    if (this.#notedAlert !== undefined) {
      this.#endByAlert(this.#notedAlert);
      return;
    }
    const resend = this.#flights.next();
    if (resend === undefined) throw silent(this.#heard, this.#input?.keysSent === true, this.#dropped);
    this.#out.timer = resend.afterMs;
    this.#transmit(resend.flight, resend.retransmission);
  }

  #endByAlert(alert: Alert["alert"]): void {
    this.#end({ kind: "closed", by: "peer", error: endedByAlert(alert) });
  }

  /** Whatever a peer sends, nothing is thrown at who passes a datagram on. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#fail(asDtlsError(error));
    }
  }

  #fail(error: DtlsError): void {
    if (typeof error.alert === "string") {
      try {
        this.#sendAlert("fatal", error.alert);
      } catch {
        // No numbers are left for an alert: the connection ends without.
      }
    }
    this.#end({ kind: "closed", by: "local", error });
  }

  #end(event: DtlsEvent & { kind: "closed" }): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#failed = event.error !== undefined && event.error.code !== "aborted";
    this.#forget();
    this.#out.emit(event);
  }

  #forget(): void {
    this.#input = undefined;
    this.#early.clear();
    this.#earlyData = [];
    this.#forgetFlight();
  }

  #forgetFlight(): void {
    this.#flights.forget();
    this.#out.timer = null;
  }

  get #peerIdLength(): number {
    return this.layer.peerConnectionId?.length ?? 0;
  }
}
