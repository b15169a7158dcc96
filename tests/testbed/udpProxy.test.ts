import type { Socket } from "node:dgram";
import { afterEach, describe, expect, it } from "@jest/globals";
import type { Random } from "../../ports/random.ts";
import { ImpairedPath, type Impairment } from "../../testbed/impairedPath.ts";
import { startUdpProxy, type UdpProxyOptions } from "../../testbed/udpProxy.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { nextDatagram, openSocket, settle } from "./support.ts";

const open: { close(): unknown }[] = [];
const keep = <T extends { close(): unknown }>(resource: T): T => {
  open.push(resource);
  return resource;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((resource) => resource.close()));
});

/** Counts up: every path gets a seed of its own, the same in each run. */
function seeded(seed: number): Random {
  let next = seed;
  return { bytes: (length) => new Uint8Array(length).fill(next++), number: () => 0 };
}

/** What becomes of 200 datagrams, by number, in the order of their arrival. */
function arrivals(impairment: Impairment, seed = 1): { order: number[]; path: ImpairedPath; clock: VirtualClock } {
  const clock = new VirtualClock();
  const order: number[] = [];
  const path = new ImpairedPath(impairment, clock, new Uint8Array(4).fill(seed), (datagram) =>
    order.push(datagram[0]!),
  );
  for (let number = 0; number < 200; number++) {
    path.take(Uint8Array.of(number));
    clock.advance(10);
  }
  clock.advance(10_000);
  return { order, path, clock };
}

const IN_ORDER = Array.from({ length: 200 }, (_, number) => number);

describe("an impaired path", () => {
  it("passes everything at once and in order when nothing is asked of it", () => {
    const { order, path } = arrivals({});
    expect(order).toEqual(IN_ORDER);
    expect(path.statistics).toEqual({
      ...{ received: 200, forwarded: 200, dropped: 0, duplicated: 0, reordered: 0, overflowed: 0 },
    });
  });

  const impairment = { dropRate: 0.2, duplicateRate: 0.1, reorderRate: 0.1, delayMs: 5, jitterMs: 30 };

  it("does the same to the same datagrams by the same seed, and something else by another", () => {
    expect(arrivals(impairment, 7).order).toEqual(arrivals(impairment, 7).order);
    expect(arrivals(impairment, 8).order).not.toEqual(arrivals(impairment, 7).order);
  });

  it("drops about its share, and counts what it did", () => {
    const { order, path } = arrivals({ dropRate: 0.3 });
    const { dropped, forwarded } = path.statistics;
    expect(dropped).toBeGreaterThan(40);
    expect(dropped).toBeLessThan(80);
    expect(forwarded).toBe(200 - dropped);
    expect(order).toHaveLength(forwarded);
  });

  it("drops the same datagrams whatever the other rates are", () => {
    const lost = (order: number[]) => IN_ORDER.filter((number) => !order.includes(number));
    expect(lost(arrivals({ dropRate: 0.2 }).order)).toEqual(lost(arrivals(impairment, 1).order));
  });

  it("duplicates its share", () => {
    const { order, path } = arrivals({ duplicateRate: 0.25 });
    const twice = IN_ORDER.filter((number) => order.filter((arrived) => arrived === number).length === 2);
    expect(twice).toHaveLength(path.statistics.duplicated);
    expect(twice.length).toBeGreaterThan(30);
    expect(order).toHaveLength(200 + twice.length);
  });

  it("lets the next datagram overtake, and loses none by it", () => {
    const { order, path } = arrivals({ reorderRate: 0.2 });
    const overtaken = order.filter((number, index) => (order[index + 1] ?? 200) < number);
    expect([...order].sort((a, b) => a - b)).toEqual(IN_ORDER);
    expect(overtaken).toHaveLength(path.statistics.reordered);
    expect(overtaken.length).toBeGreaterThan(20);
  });

  it("sends a datagram that nothing overtakes after a while", () => {
    const clock = new VirtualClock();
    const arrived: number[] = [];
    const path = new ImpairedPath({ reorderRate: 1 }, clock, new Uint8Array(4), (bytes) => arrived.push(bytes[0]!));
    path.take(Uint8Array.of(1));
    clock.advance(199);
    expect(arrived).toEqual([]);
    clock.advance(1);
    expect(arrived).toEqual([1]);
    expect(clock.nextDue).toBeUndefined();
  });

  it("delays each datagram by its delay and at most its jitter", () => {
    const clock = new VirtualClock();
    const at: number[] = [];
    const path = new ImpairedPath({ delayMs: 100, jitterMs: 50 }, clock, Uint8Array.of(1, 2, 3, 4), () =>
      at.push(clock.now()),
    );
    for (let number = 0; number < 50; number++) path.take(Uint8Array.of(number));
    clock.advance(1_000);
    expect(at).toHaveLength(50);
    expect(Math.min(...at)).toBeGreaterThanOrEqual(100);
    expect(Math.max(...at)).toBeLessThanOrEqual(150);
    expect(new Set(at).size).toBeGreaterThan(10);
  });

  it("holds no more than 4096 datagrams, and forgets them when it is closed", () => {
    const clock = new VirtualClock();
    const path = new ImpairedPath({ delayMs: 100 }, clock, new Uint8Array(4), () => undefined);
    for (let number = 0; number < 5_000; number++) path.take(Uint8Array.of(0));
    expect(path.statistics.overflowed).toBe(5_000 - 4_096);
    path.close();
    clock.advance(1_000);
    expect(path.statistics.forwarded).toBe(0);
  });
});

async function start(options: Partial<UdpProxyOptions> = {}) {
  const clock = new VirtualClock();
  const target = keep(await openSocket());
  const { port } = target.address();
  const proxy = keep(
    await startUdpProxy({ target: { address: "127.0.0.1", port }, clock, random: seeded(1), ...options }),
  );
  const client = keep(await openSocket());
  const send = (text: string, from: Socket = client) => from.send(text, proxy.address.port, proxy.address.address);
  return { clock, target, proxy, client, send };
}

/** The text of the next datagram, and who it is from. */
async function received(socket: Socket): Promise<{ text: string; port: number }> {
  return new Promise((resolve) => {
    socket.once("message", (bytes, from) => resolve({ text: String(bytes), port: from.port }));
  });
}

describe("the UDP proxy", () => {
  it("carries datagrams both ways, with a port of its own for each client", async () => {
    const { target, proxy, client, send } = await start();
    const other = keep(await openSocket());
    const first = received(target);
    send("a");
    const a = await first;
    const second = received(target);
    send("b", other);
    const b = await second;
    expect([a.text, b.text]).toEqual(["a", "b"]);
    expect(a.port).not.toBe(b.port);
    const back = nextDatagram(client);
    target.send("to a", a.port, "127.0.0.1");
    expect(String(await back)).toBe("to a");
    expect(proxy.clients).toBe(2);
    expect(proxy.statistics).toMatchObject({ up: { received: 2, forwarded: 2 }, down: { received: 1, forwarded: 1 } });
  });

  it("is dark while blackholed, and clear after", async () => {
    const { target, proxy, send } = await start();
    proxy.blackhole(true);
    send("lost");
    while (proxy.clients === 0) await settle(1);
    proxy.blackhole(false);
    const next = received(target);
    send("found");
    expect((await next).text).toBe("found");
    expect(proxy.statistics.up).toMatchObject({ received: 1, forwarded: 1 });
  });

  it("holds datagrams back while paused and delivers them in order", async () => {
    const { target, proxy, send } = await start();
    proxy.pause();
    for (const text of ["1", "2", "3"]) send(text);
    while (proxy.statistics.up.received < 3) await settle(1);
    expect(proxy.statistics.up.forwarded).toBe(0);
    const texts: string[] = [];
    const all = new Promise<void>((resolve) => {
      target.on("message", (bytes) => texts.push(String(bytes)) === 3 && resolve());
    });
    proxy.resume();
    await all;
    expect(texts).toEqual(["1", "2", "3"]);
  });

  it("passes what its filter passes", async () => {
    const { target, send } = await start({
      filter: (datagram, direction) => direction === "up" && datagram[0] !== 0x31,
    });
    const next = received(target);
    send("1");
    send("2");
    expect((await next).text).toBe("2");
  });

  it("gives clients another port when it is told to rebind, and still finds them", async () => {
    const { target, proxy, client, send } = await start();
    const first = received(target);
    send("a");
    const { port } = await first;
    await proxy.rebind();
    const second = received(target);
    send("b");
    const after = await second;
    expect(after.port).not.toBe(port);
    const back = nextDatagram(client);
    target.send("c", after.port, "127.0.0.1");
    expect(String(await back)).toBe("c");
  });

  it("keeps as many clients as allowed, the quietest goes, and its counts stay", async () => {
    const { target, proxy, send } = await start({ maxClients: 2 });
    for (let number = 0; number < 4; number++) {
      const next = received(target);
      send(String(number), keep(await openSocket()));
      await next;
    }
    expect(proxy.clients).toBe(2);
    expect(proxy.statistics.up).toMatchObject({ received: 4, forwarded: 4 });
  });

  it("gives the same statistics by the same seed", async () => {
    const run = async () => {
      const { clock, proxy, send } = await start({ dropRate: 0.3, duplicateRate: 0.2, reorderRate: 0.2, jitterMs: 20 });
      for (let number = 0; number < 100; number++) {
        send(String(number));
        while (proxy.statistics.up.received <= number) await settle(1);
        clock.advance(5);
      }
      clock.advance(1_000);
      return proxy.statistics.up;
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(first.dropped).toBeGreaterThan(10);
  });
});
