/**
 * The twin: an LwM2M client as one writes it by hand in Node, without statecharts. It registers, updates before the
 * lifetime ends, retransmits with the RFC's back-off, registers anew after 4.04, answers a server's requests with 5.01.
 * Like the carrier it has a socket of its own that is not connected, so that one port serves several servers.
 */
import { createSocket } from "node:dgram";
import { generate, parse } from "coap-packet";

const ACK_TIMEOUT_MS = 2_000;
const ACK_RANDOM_FACTOR = 1.5;
const MAX_RETRANSMIT = 4;
/** MAX_TRANSMIT_WAIT: an Update leaves so much before the lifetime ends. */
const UPDATE_MARGIN_MS = 93_000;
const LINK_FORMAT = Buffer.from([40]);
const OBJECT_LIST = Buffer.from(
  '</>;rt="oma.lwm2m";ct=11542,</1>;ver=1.1,</1/0>,</3>;ver=1.1,</3/0>,</4>;ver=1.2,</4/0>,</5/0>,</6>,</16>,</19>,</20>',
);

export class PlainClient {
  #socket = createSocket({ type: "udp4", lookup: (address, _options, done) => done(null, address, 4) });
  #clock;
  #server;
  #endpoint;
  #lifetimeSeconds;
  #messageId = Math.floor(Math.random() * 0x10000);
  #token = Math.floor(Math.random() * 0x100000000);
  #location;
  #exchange;
  #registered;
  #traffic;

  /** @param {{ clock: object, server: { address: string, port: number }, endpoint: string, lifetimeSeconds: number, traffic: { sent: number, delivered(): void } }} options */
  constructor({ clock, server, endpoint, lifetimeSeconds, traffic }) {
    this.#clock = clock;
    this.#server = server;
    this.#endpoint = endpoint;
    this.#lifetimeSeconds = lifetimeSeconds;
    this.#traffic = traffic;
    this.#socket.on("message", (datagram) => this.#onDatagram(datagram));
    this.#socket.on("error", () => undefined);
  }

  /** Resolves when the server has taken the registration. */
  start() {
    return new Promise((resolve) => {
      this.#registered = resolve;
      this.#socket.bind(0, () => this.#register());
    });
  }

  #register() {
    const query = [`ep=${this.#endpoint}`, `lt=${this.#lifetimeSeconds}`, "lwm2m=1.1", "b=U"];
    this.#request(["rd"], query, OBJECT_LIST, ({ code, options }) => {
      if (code !== "2.01") return this.#retry();
      this.#location = options.filter(({ name }) => name === "Location-Path").map(({ value }) => value.toString());
      this.#scheduleUpdate();
      this.#registered();
    });
  }

  #update() {
    this.#request(this.#location, [], undefined, ({ code }) => {
      if (code === "2.04") this.#scheduleUpdate();
      else this.#register();
    });
  }

  #scheduleUpdate() {
    const lifetimeMs = 1000 * this.#lifetimeSeconds;
    const delayMs = lifetimeMs - Math.min(UPDATE_MARGIN_MS, lifetimeMs / 2);
    this.#clock.setTimeout(() => this.#update(), delayMs);
  }

  #retry() {
    this.#clock.setTimeout(() => this.#register(), 60_000);
  }

  #request(path, query, payload, onAnswer) {
    this.#messageId = (this.#messageId + 1) & 0xffff;
    this.#token = (this.#token + 1) >>> 0;
    const token = Buffer.allocUnsafe(4);
    token.writeUInt32BE(this.#token);
    const options = path.map((segment) => ({ name: "Uri-Path", value: Buffer.from(segment) }));
    if (payload !== undefined) options.push({ name: "Content-Format", value: LINK_FORMAT });
    for (const parameter of query) options.push({ name: "Uri-Query", value: Buffer.from(parameter) });
    const message = { code: "POST", messageId: this.#messageId, token, confirmable: true, options };
    const datagram = generate(payload === undefined ? message : { ...message, payload });
    this.#exchange = { messageId: this.#messageId, token, datagram, onAnswer, count: 0, timer: undefined };
    this.#transmit(ACK_TIMEOUT_MS * (1 + Math.random() * (ACK_RANDOM_FACTOR - 1)));
  }

  #transmit(timeoutMs) {
    const exchange = this.#exchange;
    exchange.timer = this.#clock.setTimeout(() => {
      if (exchange.count++ < MAX_RETRANSMIT) return this.#transmit(2 * timeoutMs);
      this.#exchange = undefined;
      this.#retry();
    }, timeoutMs);
    this.#send(exchange.datagram);
  }

  #onDatagram(datagram) {
    this.#take(datagram);
    this.#traffic.delivered();
  }

  #take(datagram) {
    let message;
    try {
      message = parse(datagram);
    } catch {
      return;
    }
    const { code, messageId, token, ack, reset } = message;
    const exchange = this.#exchange;
    if (code.startsWith("0.") && code !== "0.00") {
      this.#send(generate({ code: "5.01", messageId, token, ack: true }));
    } else if ((ack || reset) && exchange?.messageId === messageId && code === "0.00") {
      this.#clock.clearTimeout(exchange.timer);
    } else if (exchange?.token.equals(token)) {
      this.#clock.clearTimeout(exchange.timer);
      this.#exchange = undefined;
      if (!ack) this.#send(generate({ code: "0.00", messageId, ack: true }));
      exchange.onAnswer(message);
    }
  }

  #send(datagram) {
    this.#traffic.sent++;
    this.#socket.send(datagram, this.#server.port, this.#server.address);
  }
}
