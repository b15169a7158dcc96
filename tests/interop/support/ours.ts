/** Our own side: a client, and a server that sends back what it gets. */
import { type ConnectOptions, connectDtls, type DtlsClientSocket } from "../../../services/dtls/connect.ts";
import type { DtlsClosed, DtlsSocket } from "../../../services/dtls/dtlsSocket.ts";
import type { DtlsError } from "../../../services/dtls/errors.ts";
import { type ListenOptions, listenDtls } from "../../../services/dtls/listen.ts";
import type { Retransmission } from "../../../services/dtls/types.ts";
import { keep } from "./keep.ts";
import { Inbox } from "./patience.ts";

export const HOST = "127.0.0.1";
/** Gives a peer up that has said nothing for two seconds, where it is to say nothing. */
export const BRIEF: Retransmission = { initialMs: 150, maxMs: 2_000, max: 3 };
/** Quick, and patient. */
const QUICK: Retransmission = { initialMs: 400, maxMs: 2_000, max: 8 };

/** A connection and what came over it. */
export class Conversation<Socket extends DtlsSocket = DtlsSocket> {
  readonly socket: Socket;
  readonly #closed = new Inbox<DtlsClosed>("the end of the connection");
  readonly #received = new Inbox<string>("data from the peer");

  constructor(socket: Socket, onText?: (text: string) => void) {
    this.socket = keep(socket);
    socket.attach({
      onData: (bytes) => {
        const text = Buffer.from(bytes).toString();
        this.#received.put(text);
        onText?.(text);
      },
      onClose: (closed) => this.#closed.put(closed),
    });
  }

  say(text: string): void {
    this.socket.send(Buffer.from(text));
  }

  /** What one record brought. */
  heard(): Promise<string> {
    return this.#received.next();
  }

  closed(): Promise<DtlsClosed> {
    return this.#closed.next();
  }
}

export async function connect(
  options: Omit<ConnectOptions, "host"> & { readonly host?: string },
): Promise<Conversation<DtlsClientSocket>> {
  return new Conversation(await connectDtls({ host: HOST, retransmission: QUICK, ...options }));
}

/** How a connection fails that has to fail. */
export async function failure(options: Omit<ConnectOptions, "host">): Promise<DtlsError> {
  return connectDtls({ host: HOST, retransmission: QUICK, ...options }).then(
    (socket) => {
      keep(socket);
      throw new Error(`connected with ${socket.info.suite}`);
    },
    (error) => error,
  );
}

export interface EchoServer {
  readonly port: number;
  readonly connections: Inbox<Conversation>;
  readonly failures: Inbox<DtlsError>;
}

export async function startEchoServer(
  options: Omit<ListenOptions, "host" | "port" | "onConnection" | "onFailure">,
): Promise<EchoServer> {
  const connections = new Inbox<Conversation>("a client");
  const failures = new Inbox<DtlsError>("a handshake that fails");
  const listener = await listenDtls({
    host: HOST,
    port: 0,
    retransmission: QUICK,
    ...options,
    onConnection: (socket) => {
      const conversation: Conversation = new Conversation(socket, (text) => conversation.say(text));
      connections.put(conversation);
    },
    onFailure: ({ error }) => failures.put(error),
  });
  return { port: keep(listener).address.port, connections, failures };
}
