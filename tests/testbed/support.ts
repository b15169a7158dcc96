/** A device for the testbed's tests: node-coap's own server and agent on one socket, and raw datagrams. */

import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { Agent, type IncomingMessage, type OutgoingMessage, Server } from "coap";
import type { PeerAddress } from "../../ports/transport.ts";

type Responder = (request: IncomingMessage, response: OutgoingMessage) => void;

export interface Answer {
  readonly code: string;
  readonly location: string;
  readonly message: IncomingMessage;
}

export class FakeDevice {
  readonly socket: Socket;
  readonly #server: Server;
  readonly #agent: Agent;
  /** `METHOD /path` → what answers; `*` takes the rest. */
  readonly on = new Map<string, Responder>();
  /** Everything asked, in order. */
  readonly asked: string[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    this.#server = new Server();
    this.#server.on("request", (request: IncomingMessage, response: OutgoingMessage) => {
      if (request.code === "0.00") return;
      const path = request.url.split("?")[0]!;
      this.asked.push(`${request.method} ${path}`);
      const responder = this.on.get(`${request.method} ${path}`) ?? this.on.get("*");
      if (responder) responder(request, response);
      else {
        response.statusCode = "4.04";
        response.end();
      }
    });
    this.#server.listen(socket);
    this.#agent = new Agent({ socket });
  }

  static async open(): Promise<FakeDevice> {
    return new FakeDevice(await openSocket());
  }

  get port(): number {
    return this.socket.address().port;
  }

  async request(to: PeerAddress, method: "GET" | "POST" | "DELETE", url: string, payload = ""): Promise<Answer> {
    const [pathname, query] = url.split("?") as [string, string?];
    const request = this.#agent.request({
      hostname: to.address,
      port: to.port,
      method,
      pathname,
      ...(query === undefined ? {} : { query }),
    });
    if (payload !== "") request.setOption("Content-Format", 40);
    request.end(Buffer.from(payload));
    const [message] = (await once(request, "response")) as [IncomingMessage];
    const parts = (message._packet.options ?? []).filter((option) => option.name === "Location-Path");
    return { code: message.code, location: `/${parts.map((part) => String(part.value)).join("/")}`, message };
  }

  register(to: PeerAddress, query: string, objects = "</1/0>,</3/0>,</5/0>"): Promise<Answer> {
    return this.request(to, "POST", `/rd?${query}`, objects);
  }

  async close(): Promise<void> {
    this.#agent.close();
    this.#server.close();
    const closed = once(this.socket, "close");
    this.socket.close();
    await closed;
  }
}

/** Answers with a code and, when given, a payload and its format. */
export function answer(code: string, payload?: string | Uint8Array, contentFormat?: number): Responder {
  return (_request, response) => {
    response.statusCode = code;
    if (contentFormat !== undefined) response.setOption("Content-Format", contentFormat);
    response.end(payload === undefined ? undefined : Buffer.from(payload));
  };
}

export async function openSocket(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

/** The next datagram that reaches the socket. */
export async function nextDatagram(socket: Socket): Promise<Buffer> {
  const [bytes] = (await once(socket, "message")) as [Buffer];
  return bytes;
}

/** Lets what is in the loopback's sockets arrive: several turns of the event loop. */
export async function settle(turns = 8): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
