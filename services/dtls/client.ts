/** A DTLS 1.2 client without I/O: datagrams, time and data go in, a `Step` comes out. */
import { Connection, type ConnectionState } from "./connection.ts";
import { ClientHandshake } from "./handshake/clientHandshake.ts";
import { exportConnection, importConnection } from "./liveConnection.ts";
import { type ResolvedClient, resolveClient } from "./resolveOptions.ts";
import { bindingOf, decodeSession, encodeSession } from "./session.ts";
import type { ClientOptions, ConnectionInfo, DropCounters, Step } from "./types.ts";

export class DtlsClient {
  readonly #options: ResolvedClient;
  readonly #connection: Connection;
  /** Not begun yet; the connection lets go of it when it is complete. */
  #handshake: ClientHandshake | undefined;

  /**
   * `live`: what `export` gave, to go on with; such a client is not started. Throws `DtlsError` `option` for what cannot
   * be used.
   */
  constructor(options: ClientOptions, live?: Uint8Array) {
    this.#options = resolveClient(options);
    if (live !== undefined) {
      this.#connection = importConnection(live, this.#options);
      return;
    }
    this.#connection = new Connection("client", this.#options);
    const session = options.resume && decodeSession(options.resume, bindingOf(this.#options));
    const offered = session !== undefined && this.#options.suites.includes(session.suite) ? session : undefined;
    this.#handshake = new ClientHandshake(this.#options, this.#connection, offered);
    this.#connection.begin(this.#handshake);
  }

  /** Goes on with a connection that `export` gave. Throws `DtlsError` `option` for octets that are none. */
  static import(bytes: Uint8Array, options: ClientOptions): DtlsClient {
    return new DtlsClient(options, bytes);
  }

  get state(): ConnectionState {
    return this.#connection.state;
  }
  get info(): ConnectionInfo | undefined {
    return this.#connection.info;
  }
  get dropped(): DropCounters {
    return this.#connection.dropped;
  }
  /** The most octets that `send` takes. */
  get maxSend(): number {
    return this.#connection.maxSend;
  }

  /** Sends the first flight. */
  start(): Step {
    const handshake = this.#handshake;
    this.#handshake = undefined;
    return this.#connection.run(() => handshake?.start());
  }

  /** A datagram came from the server. Never throws for what it holds. */
  receive(datagram: Uint8Array): Step {
    return this.#connection.receive(datagram);
  }

  /** The timer of a step fired. */
  timeout(): Step {
    return this.#connection.timeout();
  }

  /** One record of application data. Throws `DtlsError` `option` when not connected, or for more than `maxSend`. */
  send(bytes: Uint8Array): Step {
    return this.#connection.send(bytes);
  }

  /** Says close_notify. */
  close(): Step {
    return this.#connection.close();
  }

  /** Ends without a word. */
  abort(): Step {
    return this.#connection.abort();
  }

  /** For a later, abbreviated handshake; SECRET. Undefined without a session that the server would resume. */
  resumption(): Uint8Array | undefined {
    const { session } = this.#connection;
    return session && encodeSession(session, bindingOf(this.#options));
  }

  /**
   * The connection as it is, for `import`; SECRET. It is closed here, and the peer hears nothing of it. To be imported
   * once: a second time its record numbers would repeat, and with them the nonces.
   */
  export(): Uint8Array {
    return exportConnection(this.#connection, this.#options);
  }
}
