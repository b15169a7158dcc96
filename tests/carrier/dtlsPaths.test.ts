/** A transport that takes its time and does not listen to an abort: what is opened too late is closed again. */
import { describe, expect, it } from "@jest/globals";
import { Connections } from "../../carrier/connections.ts";
import { networkPath } from "../../carrier/networkPath.ts";
import { seededRandom } from "../../carrier/random.ts";
import { createSimulatedModem } from "../../modem/index.ts";
import type { OpenOutcome, OpenRequest, Session, Transport } from "../../ports/transport.ts";
import { createMemoryNetwork } from "../../services/coap/memoryTransport.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { turn } from "./support/world.ts";

/** Opens when it is told to. */
class SlowTransport implements Transport {
  readonly requests: OpenRequest[] = [];
  readonly sessions: { readonly session: Session; readonly ends: string[] }[] = [];
  readonly clock = new VirtualClock();
  readonly #inner = createMemoryNetwork({ clock: this.clock }).transport("192.0.2.1");
  #proceed: (() => void) | undefined;

  async open(request: OpenRequest): Promise<OpenOutcome> {
    this.requests.push(request);
    await new Promise<void>((resolve) => {
      this.#proceed = resolve;
    });
    const outcome = await this.#inner.open({ uri: request.uri });
    if (outcome.kind !== "open") return outcome;
    const ends: string[] = [];
    const { session } = outcome;
    session.attach({ onDatagram() {}, onClose: ({ kind }) => ends.push(kind) });
    this.sessions.push({ session, ends });
    return outcome;
  }

  proceed(): void {
    this.#proceed?.();
  }

  listen(): Promise<never> {
    return Promise.reject(new Error("not here"));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

const REQUEST = { uri: "coap://192.0.2.1:5683" };
const HANDLER = { onRequest: () => ({ code: 0x45 }) };

describe("a session that is opened too late", () => {
  it("for a chart that has given it up is closed again", async () => {
    const transport = new SlowTransport();
    const lost: unknown[] = [];
    const connections = new Connections({
      transport,
      clock: transport.clock,
      random: seededRandom(1),
      onLost: (server) => lost.push(server),
    });
    const giveUp = new AbortController();
    const opening = connections.open(123, { ...REQUEST, signal: giveUp.signal }, HANDLER);
    await turn();
    expect(transport.requests).toMatchObject([{ lifeline: "server/123" }]);
    giveUp.abort();
    transport.proceed();
    expect(await opening).toEqual({ kind: "noRoute", detail: "given up" });
    expect(transport.sessions.map(({ ends }) => ends)).toEqual([["local"]]);
    expect(connections.endpoint(123)).toBeUndefined();
    expect(lost).toEqual([]);
  });

  it("for a link that has gone meanwhile is closed again, and nobody is left with it", async () => {
    const transport = new SlowTransport();
    const { clock } = transport;
    const modem = createSimulatedModem({
      clock,
      random: seededRandom(1),
      storage: createMemoryStorage(),
      timing: "instant",
    });
    const path = networkPath(modem, transport);
    await modem.init();
    await modem.setFunctionalMode("normal");
    clock.advance(60_000);
    await turn();
    const opening = path.open(REQUEST);
    await turn();
    expect(transport.requests).toHaveLength(1);
    await modem.setFunctionalMode("offline");
    transport.proceed();
    expect(await opening).toEqual({ kind: "noRoute", detail: "the modem is no longer registered" });
    expect(transport.sessions.map(({ ends }) => ends)).toEqual([["local"]]);
  });
});
