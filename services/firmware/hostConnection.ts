/**
 * The connection to a firmware host for undici. Ours, because undici's own keeps a socket whose handshake never ends,
 * and because everything that trust rests on stands here.
 */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { buildConnector } from "undici";

export class HostConnection {
  readonly #ca: readonly string[];
  readonly #onConnected: () => void;
  #socket: Socket | undefined;
  /** Tells undici that there will be no connection; undefined once it was told how it went. */
  #fail: ((error: Error) => void) | undefined;
  #established = false;
  #closed = false;

  /** @param ca PEM certificates: the only ones trusted, none for HTTP. */
  constructor(ca: readonly string[], onConnected: () => void) {
    this.#ca = ca;
    this.#onConnected = onConnected;
  }

  /** True once the connection, TLS included, was there. */
  get established(): boolean {
    return this.#established;
  }

  readonly connect: buildConnector.connector = ({ hostname, port, protocol }, callback) => {
    if (this.#closed) return callback(givenUp(), null);
    const secure = protocol === "https:";
    const socket = secure ? this.#openTls(hostname, port) : connectTcp({ host: hostname, port: Number(port || 80) });
    this.#socket = socket;
    const fail = (error: Error) => {
      this.#fail = undefined;
      callback(error, null);
    };
    this.#fail = fail;
    socket.setNoDelay(true);
    socket.once("error", fail);
    socket.once(secure ? "secureConnect" : "connect", () => {
      socket.off("error", fail);
      this.#fail = undefined;
      this.#established = true;
      this.#onConnected();
      callback(null, socket);
    });
  };

  /** Ends it in whatever state it is. undici heeds its abort signal from the connection on; until then this does. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // What is still under way may fail afterwards.
    this.#socket?.on("error", () => {});
    this.#socket?.destroy();
    this.#fail?.(givenUp());
  }

  /** The certificate must be for the URL's host, name or address (RFC 9110 §4.3.4). */
  #openTls(hostname: string, port: string): Socket {
    return connectTls({
      host: hostname,
      port: Number(port || 443),
      ca: [...this.#ca],
      // Said aloud, so that no environment variable turns it off.
      rejectUnauthorized: true,
      minVersion: "TLSv1.2",
      ALPNProtocols: ["http/1.1"],
      // RFC 6066 §3: an address is no server name.
      ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
    });
  }
}

function givenUp(): Error {
  return new DOMException("the connection was given up", "AbortError");
}
