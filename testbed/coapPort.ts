/**
 * One UDP port with node-coap behind it, and DTLS before it where it is secure: server and agent share the socket, so
 * that requests to a device come from the port, and over the association, that it registered at. Hides what node-coap
 * gets wrong (each said where it is met).
 */
import type { RemoteInfo, Socket } from "node:dgram";
import {
  Agent,
  type CoapPacket,
  type IncomingMessage,
  type ObserveReadStream,
  type OutgoingMessage,
  Server,
} from "coap";
import type { Clock, TimerId } from "../ports/clock.ts";
import type { PeerAddress } from "../ports/transport.ts";
import type { DtlsError } from "../services/dtls/errors.ts";
import type { ConnectionInfo, ServerOptions } from "../services/dtls/types.ts";
import {
  type DeviceAnswer,
  type DevicePeer,
  type DeviceRequest,
  deviceAnswer,
  deviceRequest,
  type ServerAnswer,
  type ServerRequest,
} from "./coapMessage.ts";
import { DtlsRelay } from "./dtlsRelay.ts";
import { Observation } from "./observation.ts";
import { reservePort } from "./reservePort.ts";
import { TestbedError } from "./testbedError.ts";
import { bindUdp, closeUdp, LOOPBACK } from "./udpSocket.ts";

/** MAX_TRANSMIT_WAIT (RFC 7252 §4.8.2): no answer to a confirmable request comes later. */
const REQUEST_TIMEOUT_MS = 93_000;
/** RFC 7252 §4.8.2: after that a message id may stand for another message. */
const EXCHANGE_LIFETIME_MS = 247_000;
/** Requests left unanswered that are remembered, so that their repeats are left unanswered too. */
const MAX_SILENCED = 1_000;

/** Where a server listens and from when on. */
export interface CoapPortOptions {
  readonly clock: Clock;
  /** Numeric address; default 127.0.0.1. */
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** True: known but unbound until `appear()`. A number: until that many ms have passed. Default false. */
  readonly absent?: boolean | number;
  /** How long to wait for a device's answer, in ms of the clock; default 93 000. */
  readonly requestTimeoutMs?: number;
  /** `coaps`: how devices prove themselves. Without it `coap`. */
  readonly secure?: ServerOptions;
}

export interface CoapPortHandlers {
  onRequest(request: DeviceRequest): ServerAnswer;
  /** A DTLS handshake is complete. */
  onConnected(peer: PeerAddress, info: ConnectionInfo): void;
  onHandshakeFailed(peer: PeerAddress, error: DtlsError): void;
  /** Something failed that no caller waits for: the socket, or appearing by itself. */
  onError(error: Error): void;
}

/** What node-coap holds while the port is bound. */
interface Bound {
  readonly socket: Socket;
  readonly server: Server;
  readonly agent: Agent;
  readonly relay?: DtlsRelay;
}

interface Sent {
  readonly message: OutgoingMessage;
  readonly response: IncomingMessage;
}

export class CoapPort {
  readonly host: string;
  readonly #options: CoapPortOptions;
  readonly #clock: Clock;
  readonly #handlers: CoapPortHandlers;
  readonly #requestTimeoutMs: number;
  /** Gives each request under way up; and the association that it went over. */
  readonly #pending = new Map<(error: TestbedError) => void, number | undefined>();
  /** Requests left unanswered, and when. */
  readonly #silenced = new Map<string, number>();
  #port: number;
  #bound: Bound | undefined;
  #appearing: TimerId;
  #binding: Promise<void> | undefined;
  #closed = false;

  private constructor(options: CoapPortOptions, handlers: CoapPortHandlers) {
    this.host = options.host ?? "127.0.0.1";
    this.#port = options.port ?? 0;
    this.#options = options;
    this.#clock = options.clock;
    this.#handlers = handlers;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  }

  static async open(options: CoapPortOptions, handlers: CoapPortHandlers): Promise<CoapPort> {
    const port = new CoapPort(options, handlers);
    const { absent = false } = options;
    if (absent === false) {
      await port.appear();
      return port;
    }
    port.#port ||= await reservePort("udp", port.host);
    if (typeof absent === "number") {
      port.#appearing = options.clock.setTimeout(() => {
        port.appear().catch((error: Error) => handlers.onError(error));
      }, absent);
    }
    return port;
  }

  /** Fixed from the start, bound or not. */
  get port(): number {
    return this.#port;
  }

  /** `coap://127.0.0.1:5683`, `coaps://127.0.0.1:5684`. */
  get uri(): string {
    const scheme = this.#options.secure === undefined ? "coap" : "coaps";
    return `${scheme}://${this.host.includes(":") ? `[${this.host}]` : this.host}:${this.port}`;
  }

  /** Whether the port is bound. */
  get present(): boolean {
    return this.#bound !== undefined;
  }

  /** Binds the port, when it is not. Rejects with `portInUse` when somebody else has taken it. */
  appear(): Promise<void> {
    this.#clock.clearTimeout(this.#appearing);
    this.#binding ??= this.#bind().finally(() => {
      this.#binding = undefined;
    });
    return this.#binding;
  }

  /** Unbinds the port; requests under way end with `closed`. */
  async disappear(): Promise<void> {
    this.#clock.clearTimeout(this.#appearing);
    await this.#binding?.catch(() => undefined); // Whoever called `appear` has heard of it.
    const bound = this.#bound;
    if (bound === undefined) return;
    this.#bound = undefined;
    for (const giveUp of [...this.#pending.keys()]) giveUp(new TestbedError("closed", `${this.uri} was closed`));
    // Both keep retransmission timers that would throw once the socket is closed.
    bound.agent.close();
    bound.server.close();
    await bound.relay?.close();
    await closeUdp(bound.socket);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.disappear();
  }

  /** Sends a confirmable request. Rejects with a `TestbedError`: `timeout`, `reset`, `closed`, `transport`. */
  async request(request: ServerRequest, extra: RequestExtra = {}): Promise<DeviceAnswer> {
    const { response } = await this.#send(request, extra);
    return deviceAnswer(response);
  }

  /**
   * Sends a GET with Observe 0. When the device accepts, every further notification reaches `onNotification` until
   * the observation is cancelled or the port closes.
   */
  async observe(request: ServerRequest, onNotification: (answer: DeviceAnswer) => void): Promise<Observation> {
    const { message, response } = await this.#send(request, { observe: 0 });
    const cancel = (token: Buffer) => this.request(request, { observe: 1, token });
    return new Observation(response, message._packet.token as Buffer, onNotification, cancel);
  }

  async #bind(): Promise<void> {
    if (this.#bound !== undefined || this.#closed) return;
    const { secure } = this.#options;
    if (secure === undefined) {
      const socket = await bindUdp(this.host, this.#port);
      this.#port = socket.address().port;
      this.#serve(socket);
      return;
    }
    const socket = await bindUdp(LOOPBACK, 0);
    try {
      this.#serve(socket, await this.#openRelay(socket.address().port, secure));
    } catch (error) {
      await closeUdp(socket);
      throw error;
    }
  }

  async #openRelay(target: number, security: ServerOptions): Promise<DtlsRelay> {
    const relay = await DtlsRelay.open({
      clock: this.#clock,
      listen: { address: this.host, port: this.#port },
      target,
      security,
      onConnected: (peer, info) => this.#handlers.onConnected(peer, info),
      onFailure: (peer, error) => this.#handlers.onHandshakeFailed(peer, error),
      onEnd: (association) => {
        const ended = new TestbedError("closed", "the device's DTLS association has ended");
        for (const [giveUp, over] of [...this.#pending]) if (over === association) giveUp(ended);
      },
    });
    this.#port = relay.port;
    return relay;
  }

  #serve(socket: Socket, relay?: DtlsRelay): void {
    const server = new CacheKeyServer();
    server.on("request", (message: IncomingMessage, reply: OutgoingMessage) => this.#receive(message, reply));
    server.on("error", (error: Error) => this.#handlers.onError(error));
    server.listen(socket);
    const agent = new Agent({ socket });
    agent.on("error", () => undefined); // The server reports the socket's errors already.
    const receivers = socket.listeners("message") as ((bytes: Buffer, from: RemoteInfo) => void)[];
    socket.removeAllListeners("message");
    socket.on("message", (bytes, from) => {
      // Behind DTLS nobody else on this host is heard.
      if (relay !== undefined && relay.deviceAt(from.port) === undefined) return;
      for (const receive of receivers) {
        // An answer with a malformed Block1 makes the agent throw out of the receive path.
        try {
          receive(bytes, from);
        } catch (error) {
          this.#handlers.onError(error as Error);
        }
      }
    });
    this.#bound = { socket, server, agent, ...(relay && { relay }) };
  }

  /** Where a message came from. */
  #senderOf({ rsinfo: { address, port } }: IncomingMessage): DevicePeer {
    const device = this.#bound?.relay?.deviceAt(port);
    return device === undefined ? { address, port } : { ...device, association: port };
  }

  #receive(message: IncomingMessage, reply: OutgoingMessage): void {
    const answer = this.#answerOnce(message);
    if (answer === "silence") {
      // Keeps node-coap from acknowledging by itself after 50 ms.
      if (reply._ackTimer) clearTimeout(reply._ackTimer);
      return;
    }
    reply.on("error", () => undefined); // A confirmable answer that is never acknowledged.
    reply.statusCode = answer.code;
    const location = answer.locationPath?.map((part) => Buffer.from(part));
    if (location !== undefined) reply.setOption("Location-Path", location);
    if (answer.contentFormat !== undefined) reply.setOption("Content-Format", answer.contentFormat);
    // RFC 7959 §2.3: the final response repeats the request's Block1; node-coap leaves it out.
    const block1 = message._packet.options?.find((option) => option.name === "Block1")?.value;
    if (block1 !== undefined) reply.setOption("Block1", block1 as Buffer);
    reply.end(answer.payload === undefined ? undefined : Buffer.from(answer.payload));
  }

  #answerOnce(message: IncomingMessage): ServerAnswer {
    // node-coap hands pings and stray Resets over as requests; the agent has answered them.
    if (message.code === "0.00") return "silence";
    const { messageId, token } = message._packet;
    const key = `${message.rsinfo.address}:${message.rsinfo.port}/${messageId}/${token?.toString("hex")}`;
    const silencedAt = this.#silenced.get(key) ?? Number.NEGATIVE_INFINITY;
    if (this.#clock.now() - silencedAt < EXCHANGE_LIFETIME_MS) return "silence";
    const answer = this.#handlers.onRequest(deviceRequest(message, this.#senderOf(message)));
    if (answer === "silence") {
      this.#silenced.set(key, this.#clock.now());
      if (this.#silenced.size > MAX_SILENCED) this.#silenced.delete(this.#silenced.keys().next().value as string);
    }
    return answer;
  }

  #send(request: ServerRequest, extra: RequestExtra): Promise<Sent> {
    const bound = this.#bound;
    if (bound === undefined) return Promise.reject(new TestbedError("closed", `${this.uri} is absent`));
    const { address, port, association } = request.to;
    const name = `${request.method} ${request.path} to ${address}:${port}`;
    if (association !== undefined && bound.relay?.deviceAt(association) === undefined) {
      return Promise.reject(new TestbedError("closed", `${name}: the device's DTLS association has ended`));
    }
    return new Promise((resolve, reject) => {
      const message = bound.agent.request({
        hostname: association === undefined ? address : LOOPBACK,
        port: association ?? port,
        method: request.method,
        pathname: request.path,
        ...(request.query === undefined ? {} : { query: request.query.join("&") }),
        ...(extra.observe === undefined ? {} : { observe: extra.observe }),
        ...(extra.token === undefined ? {} : { token: extra.token }),
      });
      const giveUp = (error: TestbedError) => {
        if (!this.#pending.has(giveUp)) return;
        settle();
        bound.agent.abort(message);
        // The agent takes its own listeners away; a send that fails afterwards must not throw.
        message.sender.on("error", () => undefined);
        reject(error);
      };
      // node-coap itself gives up after EXCHANGE_LIFETIME of real time, and never after an empty acknowledgement.
      const timer = this.#clock.setTimeout(
        () => giveUp(new TestbedError("timeout", `${name} was not answered`)),
        this.#requestTimeoutMs,
      );
      const settle = () => {
        this.#clock.clearTimeout(timer);
        this.#pending.delete(giveUp);
      };
      this.#pending.set(giveUp, association);
      message.on("response", (response: IncomingMessage) => {
        settle();
        if (response.code !== "0.00") return resolve({ message, response });
        // node-coap makes a stream of notifications even of a Reset.
        if ("append" in response) (response as ObserveReadStream).close();
        reject(new TestbedError("reset", `${name} was answered by Reset`));
      });
      message.on("error", (cause: Error) =>
        giveUp(new TestbedError("transport", `${name}: ${cause.message}`, { cause })),
      );
      message.on("timeout", () => giveUp(new TestbedError("timeout", `${name} was not answered`)));
      if (request.contentFormat !== undefined) message.setOption("Content-Format", request.contentFormat);
      if (request.accept !== undefined) message.setOption("Accept", request.accept);
      // Block1 goes by number: by name node-coap would cut the payload itself, and go on sending after a refusal.
      if (extra.block1 !== undefined) message.setOption(BLOCK1, Buffer.from(extra.block1));
      if (extra.size1 !== undefined) message.setOption("Size1", extra.size1);
      message.end(request.payload === undefined ? undefined : Buffer.from(request.payload));
    });
  }
}

const BLOCK1 = "27";

/** Options that only the testbed's own block-wise push and observations set. */
export interface RequestExtra {
  readonly observe?: 0 | 1;
  readonly token?: Buffer;
  readonly block1?: Uint8Array;
  readonly size1?: number;
}

/**
 * Blocks belong together by peer, method and resource (RFC 7959 §2.5); node-coap goes by token, which may differ
 * from block to block.
 */
class CacheKeyServer extends Server {
  override _toCacheKey(request: IncomingMessage, _packet: CoapPacket): string {
    return `${request.rsinfo.address}:${request.rsinfo.port} ${request.method} ${request.url}`;
  }
}
