/** Two endpoints, or an endpoint and a peer whose every datagram is written by hand, on a network in memory. */
import { seededRandom } from "../../carrier/random.ts";
import type { Trace } from "../../ports/trace.ts";
import type { Session } from "../../ports/transport.ts";
import {
  CODE,
  CoapEndpoint,
  type CoapEndpointOptions,
  type CoapHandler,
  type CoapMessage,
  createMemoryNetwork,
  decodeMessage,
  encodeMessage,
  encodeOptions,
  type MemoryDatagram,
  type OptionFields,
} from "../../services/coap/index.ts";
import { VirtualClock } from "../support/virtualClock.ts";

export const CLIENT = "10.0.0.2";
export const SERVER = "10.0.0.1";
const PORT = 5683;

type Options = Omit<Partial<CoapEndpointOptions>, "session" | "clock" | "random">;

export interface Exchanged {
  readonly at: number;
  readonly from: "client" | "server";
  readonly message: CoapMessage;
}

export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (payload: Uint8Array | undefined) => new TextDecoder().decode(payload);
export const hex = (digits: string) =>
  Uint8Array.from(digits.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));

/** Octets that differ from place to place. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8) * 7) & 0xff);
}

export const isFromClient = ({ from }: MemoryDatagram) => from.address === CLIENT;
export const isFromServer = ({ from }: MemoryDatagram) => from.address === SERVER;

export function createNetwork(latencyMs: number) {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const network = createMemoryNetwork({ clock, random, latencyMs });
  const sent: Exchanged[] = [];
  network.watch(({ bytes: datagram, from }) => {
    try {
      const message = decodeMessage(datagram);
      sent.push({ at: clock.now(), from: from.address === CLIENT ? "client" : "server", message });
    } catch {
      // Written by hand and malformed on purpose.
    }
  });
  return { clock, random, network, sent };
}

export interface PairOptions {
  readonly handler?: CoapHandler;
  readonly clientHandler?: CoapHandler;
  readonly client?: Options;
  readonly server?: Options;
  readonly latencyMs?: number;
}

/** A client endpoint and a server endpoint. */
export async function createPair({ handler, clientHandler, client, server, latencyMs = 10 }: PairOptions = {}) {
  const { clock, random, network, sent } = createNetwork(latencyMs);
  let serverEndpoint: CoapEndpoint | undefined;
  await network.transport(SERVER).listen({ address: SERVER, port: PORT }, (session) => {
    serverEndpoint = new CoapEndpoint({
      session,
      clock,
      random,
      handler: handler ?? { onRequest: () => ({ code: CODE.CONTENT, payload: bytes("hello") }) },
      ...server,
    });
  });
  const outcome = await network.transport(CLIENT).open({ uri: `coap://${SERVER}` });
  if (outcome.kind !== "open") throw new Error(outcome.kind);
  const endpoint = new CoapEndpoint({
    session: outcome.session,
    clock,
    random,
    ...(clientHandler !== undefined && { handler: clientHandler }),
    ...client,
  });
  return {
    clock,
    network,
    sent,
    client: endpoint,
    server() {
      if (serverEndpoint === undefined) throw new Error("nothing has reached the server");
      return serverEndpoint;
    },
  };
}

/** One endpoint (at CLIENT) and the bare session of its peer. */
export async function createLone(options: Options & { readonly trace?: Trace } = {}, latencyMs = 10) {
  const { clock, random, network, sent } = createNetwork(latencyMs);
  network.transport(SERVER);
  const outcome = await network.transport(CLIENT).open({ uri: `coap://${SERVER}` });
  if (outcome.kind !== "open") throw new Error(outcome.kind);
  const endpoint = new CoapEndpoint({ session: outcome.session, clock, random, ...options });
  // The peer's own session, with the endpoint's port as its peer's.
  const listening: { session?: Session } = {};
  const received: CoapMessage[] = [];
  const waiting: ((message: CoapMessage) => void)[] = [];
  await network.transport(SERVER).listen({ address: SERVER, port: PORT }, (session) => {
    listening.session = session;
    session.attach({
      onDatagram: (datagram) => {
        const message = decodeMessage(datagram);
        received.push(message);
        for (const reply of waiting) reply(message);
      },
      onClose: () => {},
    });
  });
  const { local } = outcome.session;
  // A datagram to the listener makes the session that the peer answers on.
  outcome.session.send(hex("70000000"));
  await clock.advanceAsync(latencyMs + 1);
  received.length = 0;
  sent.length = 0;
  return {
    clock,
    network,
    sent,
    endpoint,
    local,
    /** What has reached the peer. */
    received,
    /** Called with every message that reaches the peer. */
    onMessage: (reply: (message: CoapMessage) => void) => waiting.push(reply),
    sendRaw: (datagram: Uint8Array) => listening.session?.send(datagram),
    send: (message: Partial<CoapMessage> & { readonly fields?: OptionFields }) =>
      listening.session?.send(
        encodeMessage({
          type: "CON",
          code: CODE.EMPTY,
          messageId: 1,
          token: new Uint8Array(0),
          options: encodeOptions(message.fields ?? {}),
          payload: new Uint8Array(0),
          ...message,
        }),
      ),
  };
}
