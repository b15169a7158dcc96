/** A server's connection with one client. Its datagrams go in by the server, which knows whose they are. */
import type { PeerAddress } from "../../ports/transport.ts";
import type { Connection, ConnectionState } from "./connection.ts";
import type { ConnectionInfo, DropCounters, Step } from "./types.ts";

export class Association {
  readonly connection: Connection;
  readonly #onEnd: (association: Association) => void;
  #peer: PeerAddress;

  /** Of the ClientHello that it began with. */
  readonly clientRandom: Uint8Array;

  constructor(
    connection: Connection,
    peer: PeerAddress,
    clientRandom: Uint8Array,
    onEnd: (association: Association) => void,
  ) {
    this.connection = connection;
    this.clientRandom = clientRandom;
    this.#peer = peer;
    this.#onEnd = onEnd;
  }

  /** Where datagrams go: a client with a Connection ID may move. */
  get peer(): PeerAddress {
    return this.#peer;
  }
  get state(): ConnectionState {
    return this.connection.state;
  }
  get info(): ConnectionInfo | undefined {
    return this.connection.info;
  }
  get dropped(): DropCounters {
    return this.connection.dropped;
  }
  /** The most octets that `send` takes. */
  get maxSend(): number {
    return this.connection.maxSend;
  }

  /** The timer of a step fired. */
  timeout(): Step {
    return this.after(this.connection.timeout());
  }

  /** One record of application data. Throws `DtlsError` `option` when not connected, or for more than `maxSend`. */
  send(bytes: Uint8Array): Step {
    return this.after(this.connection.send(bytes));
  }

  /** Says close_notify. */
  close(): Step {
    return this.after(this.connection.close());
  }

  /** Ends without a word. */
  abort(): Step {
    return this.after(this.connection.abort());
  }

  /** The server's: it has a newer record from there. */
  moveTo(peer: PeerAddress): void {
    this.#peer = peer;
  }

  /** The server's: what ended is let go of. */
  after(step: Step): Step {
    if (this.state === "closed") this.#onEnd(this);
    return step;
  }
}
