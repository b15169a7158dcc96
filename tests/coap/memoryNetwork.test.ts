import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import type { Session } from "../../ports/transport.ts";
import { createMemoryNetwork, type MemoryNetwork } from "../../services/coap/index.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { bytes, CLIENT, isFromClient, SERVER, text } from "./support.ts";

async function createLink(seed = 1) {
  const clock = new VirtualClock();
  const network = createMemoryNetwork({ clock, random: seededRandom(seed), latencyMs: 10 });
  const arrived: string[] = [];
  await network.transport(SERVER).listen({ address: SERVER, port: 5683 }, (session) => {
    session.attach({ onDatagram: (datagram) => arrived.push(`${clock.now()} ${text(datagram)}`), onClose: () => {} });
  });
  const session = await openSession(network);
  const send = (...names: string[]) => {
    for (const name of names) session.send(bytes(name));
  };
  return { clock, network, arrived, session, send };
}

async function openSession(network: MemoryNetwork, uri = `coap://${SERVER}`): Promise<Session> {
  const outcome = await network.transport(CLIENT).open({ uri });
  if (outcome.kind !== "open") throw new Error(outcome.detail);
  return outcome.session;
}

describe("the network in memory", () => {
  it("delivers in order after its latency, and never before", async () => {
    const { clock, arrived, send } = await createLink();
    send("a", "b");
    clock.advance(9);
    expect(arrived).toEqual([]);
    clock.advance(1);
    expect(arrived).toEqual(["10 a", "10 b"]);
  });

  it("loses, delays, repeats and swaps what a named filter picks, and counts it", async () => {
    const { clock, network, arrived, send } = await createLink();
    const filters = [
      network.lose({ name: "second lost", when: (datagram, n) => isFromClient(datagram) && n === 1 }),
      network.delay({ name: "c late", when: ({ bytes: datagram }) => text(datagram) === "c", ms: 5 }),
      network.duplicate({ name: "d twice", when: ({ bytes: datagram }) => text(datagram) === "d", afterMs: 7 }),
      network.reorder({ name: "e overtaken", when: ({ bytes: datagram }) => text(datagram) === "e" }),
    ];
    send("a", "b", "c", "d", "e", "f");
    clock.advance(100);
    expect(arrived).toEqual(["10 a", "10 d", "10 f", "10 e", "15 c", "17 d"]);
    expect(filters.map(({ name, hits }) => [name, hits])).toEqual([
      ["second lost", 1],
      ["c late", 1],
      ["d twice", 1],
      ["e overtaken", 1],
    ]);
    for (const filter of filters) filter.remove();
    send("c", "e");
    clock.advance(100);
    expect(arrived.slice(6)).toEqual(["110 c", "110 e"]);
  });

  it("loses at random the same datagrams for the same seed, and others for another", async () => {
    const run = async (seed: number) => {
      const { clock, network, arrived, send } = await createLink(seed);
      network.loseAtRandom(0.5);
      send(..."abcdefghijklmnopqrstuvwxyz");
      clock.advance(100);
      return arrived.join();
    };
    expect(await run(1)).toBe(await run(1));
    expect(await run(1)).not.toBe(await run(2));
  });

  it("loses what is larger than its largest datagram, and what nobody listens for", async () => {
    const { clock, network, arrived, session } = await createLink();
    session.send(new Uint8Array(session.maxDatagram + 1));
    (await openSession(network, `coap://${SERVER}:9`)).send(bytes("x"));
    clock.advance(100);
    expect(arrived).toEqual([]);
  });

  it("has no route to who is not on it, and resolves the names it is given", async () => {
    const { network } = await createLink();
    const transport = network.transport(CLIENT);
    expect(await transport.open({ uri: "coap://10.9.9.9" })).toMatchObject({ kind: "noRoute" });
    expect(await transport.open({ uri: "coap://server.example" })).toMatchObject({ kind: "noRoute" });
    expect(await transport.open({ uri: "nonsense" })).toMatchObject({ kind: "noRoute" });
    expect(await transport.open({ uri: `coaps://${SERVER}` })).toMatchObject({ kind: "handshakeFailed" });
    network.name("server.example", SERVER);
    expect((await openSession(network, "coap://server.example")).peer).toEqual({ address: SERVER, port: 5683 });
  });
});
