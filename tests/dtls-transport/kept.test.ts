/** What is kept of a session for the next one: an abbreviated handshake, or the session itself. */
import { describe, expect, it } from "@jest/globals";
import type { Storage } from "../../ports/storage.ts";
import type { DtlsTransport } from "../../services/dtls/dtlsTransport.ts";
import { createSessionVault, LIVE_DOCUMENT, RESUMABLE_DOCUMENT } from "../../services/dtls/sessionVault.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { CLIENT, IDENTITY, KEY, Network, SERVER, TAG, turn } from "./support/network.ts";

const NO_CID = { connectionId: false } as const;
const DAY = 24 * 3_600_000;

/** Opens, says something that comes back, and ends as told. */
async function life(network: Network, transport: DtlsTransport, end: "close" | "park" | "stay", request = {}) {
  const client = await network.session(transport, request);
  client.say("hello");
  await network.pass(1_000);
  expect(client.received).toEqual(["hello"]);
  if (end === "close") client.session.close();
  if (end === "park") client.session.park?.();
  await network.pass(100);
  return client;
}

describe("a session that was closed", () => {
  for (const by of ["this side", "the server"]) {
    it(`by ${by} is resumed by an abbreviated handshake`, async () => {
      const network = new Network();
      await network.serve();
      const transport = network.client();
      await life(network, transport, by === "this side" ? "close" : "stay");
      network.accepted[0]?.session.close();
      await network.pass(100);
      for (let again = 0; again < 3; again++) await life(network, transport, "close");
      expect(network.connections).toEqual(["full", "resumed", "resumed", "resumed"]);
    });
  }

  it("is not resumed with another server, tag, name or transport", async () => {
    const network = new Network();
    const other = "192.0.2.9";
    await network.serve();
    await network.serve({}, other);
    network.tags = { ...network.tags, 27: { psk: KEY, pskIdentity: IDENTITY } };
    const transport = network.client();
    await network.serve();
    await life(network, transport, "close");
    await life(network, transport, "close", { securityTag: 27 });
    await life(network, transport, "close", { serverName: "server.example" });
    await life(network, network.client(), "close");
    expect(network.connections).toEqual(["full", "full", "full", "full"]);
  });

  it("is forgotten when the tag gets other keys, even those that it had before", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    const before = network.tags;
    await life(network, transport, "close");
    network.tags = { [TAG]: { psk: "abcdef", pskIdentity: "dev-2" } };
    network.keys.set("dev-2", "abcdef");
    await life(network, transport, "close");
    network.tags = before;
    await life(network, transport, "close");
    expect(network.connections).toEqual(["full", "full", "full"]);
  });

  it("is forgotten 24 hours after its full handshake (RFC 5246 §F.1.4), however often it was resumed", async () => {
    const network = new Network();
    await network.serve({ ...NO_CID });
    const transport = network.client();
    await life(network, transport, "close");
    await network.pass(DAY / 2);
    await life(network, transport, "close");
    await network.pass(DAY / 2);
    await life(network, transport, "close");
    expect(network.connections).toEqual(["full", "resumed", "full"]);
  });

  it("is forgotten when its server cannot be met with it any more", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    await life(network, transport, "close");
    const cut = network.memory.lose({
      name: "all but a hello",
      when: ({ from, bytes }) => from.address === SERVER && bytes[13] !== 3,
    });
    expect(await network.open(transport)).toMatchObject({ kind: "handshakeFailed" });
    cut.remove();
    await life(network, transport, "close");
    expect(network.connections).toEqual(["full", "full"]);
  });

  it("is offered again after a server that was merely silent", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    await life(network, transport, "close");
    const silent = network.memory.lose({ name: "silent", when: ({ from }) => from.address === SERVER });
    expect(await network.open(transport)).toMatchObject({ kind: "noRoute" });
    silent.remove();
    await life(network, transport, "close");
    expect(network.connections).toEqual(["full", "resumed"]);
  });

  it("keeps the age of its full handshake when it is resumed", async () => {
    const network = new Network();
    await network.serve();
    const storage = createMemoryStorage();
    const transport = network.client({ sessions: createSessionVault(storage) });
    const born = network.clock.wall();
    for (let hour = 0; hour < 3; hour++) {
      await life(network, transport, "close");
      await network.pass(3_600_000);
    }
    expect(network.connections).toEqual(["full", "resumed", "resumed"]);
    const [kept] = JSON.parse(new TextDecoder().decode(await storage.read(RESUMABLE_DOCUMENT))).sessions;
    expect(kept.since - born).toBeLessThan(1_000);
  });

  it("leaves a whole handshake when the server has lost it", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    await life(network, transport, "close");
    await network.serve();
    await life(network, transport, "close");
    expect(network.connections).toEqual(["full", "full"]);
  });

  it("is one of 32 that are kept", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    for (let n = 0; n <= 32; n++) await life(network, transport, "close", { serverName: `server-${n}.example` });
    await life(network, transport, "close", { serverName: "server-32.example" });
    await life(network, transport, "close", { serverName: "server-0.example" });
    expect(network.connections.slice(33)).toEqual(["resumed", "full"]);
  });
});

describe("a session that was parked", () => {
  it("goes on with a Connection ID as if nothing had been: no handshake, no word in between", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    const first = await life(network, transport, "stay");
    const { length } = network.wire;
    first.session.park?.();
    first.say("nothing goes out");
    await network.pass(60_000);
    expect(first.closed).toEqual([{ kind: "local" }]);
    const second = await network.session(transport);
    expect(network.wire).toHaveLength(length);
    expect(second.session.identity).toEqual({ kind: "psk", tag: TAG });
    expect(second.session.maxDatagram).toBe(first.session.maxDatagram);
    second.say("again");
    await network.pass(100);
    expect(second.received).toEqual(["again"]);
    expect(network.accepted).toHaveLength(1);
    expect(network.connections).toEqual(["full", "imported"]);
  });

  it("goes on from another address (RFC 9146 §6)", async () => {
    const network = new Network();
    await network.serve();
    const storage = createMemoryStorage();
    const before = network.client({ sessions: createSessionVault(storage) });
    await life(network, before, "park");
    await before.save();
    const moved = network.client({
      sessions: createSessionVault(storage),
      inner: network.memory.transport("198.51.100.77"),
    });
    await life(network, moved, "stay");
    expect(network.accepted).toHaveLength(1);
    expect(network.accepted[0]?.session.peer.address).toBe("198.51.100.77");
    network.accepted[0]?.say("to the new address");
    await network.pass(100);
    expect(network.wire.at(-1)?.to.address).toBe("198.51.100.77");
  });

  it("never repeats a record number, nor takes a record that was there before", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    for (let n = 0; n < 5; n++) await life(network, transport, n < 4 ? "park" : "stay");
    const protectedRecords = network.wire.filter(({ bytes }) => bytes[0] === 25 && bytes.length > 20);
    const numbers = protectedRecords.map(({ bytes }) => Buffer.from(bytes.subarray(3, 11)).toString("hex"));
    expect(numbers.length).toBeGreaterThanOrEqual(5);
    expect(new Set(numbers).size).toBe(numbers.length);
    // What the server sent before is played back.
    const replies = network.wire.filter(({ from, bytes }) => from.address === SERVER && (bytes[4] ?? 0) === 1);
    const dropped = network.of("dropped").length;
    for (const { bytes } of replies) network.inject(bytes);
    expect(replies.length).toBeGreaterThanOrEqual(5);
    expect(network.of("dropped").length - dropped).toBe(replies.length);
  });

  it("without a Connection ID is closed, and resumed by a handshake", async () => {
    const network = new Network();
    await network.serve(NO_CID);
    const transport = network.client();
    await life(network, transport, "park");
    expect(network.accepted[0]?.closed).toEqual([{ kind: "peer" }]);
    await life(network, transport, "park");
    expect(network.connections).toEqual(["full", "resumed"]);
  });

  it("is used once, and not again when nothing answers on it", async () => {
    const network = new Network();
    await network.serve();
    const transport = network.client();
    await life(network, transport, "park");
    await network.serve();
    const dead = await network.session(transport);
    dead.say("anybody?");
    await network.pass(60_000);
    expect(dead.received).toEqual([]);
    dead.session.park?.();
    await life(network, transport, "stay");
    expect(network.connections).toEqual(["full", "imported", "full"]);
  });

  it("is not used with other keys, and not after 24 hours", async () => {
    const network = new Network();
    await network.serve({ sessions: 0 });
    const transport = network.client();
    const before = network.tags;
    await life(network, transport, "park");
    network.tags = { [TAG]: { psk: "abcdef", pskIdentity: "dev-2" } };
    network.keys.set("dev-2", "abcdef");
    await life(network, transport, "park");
    await network.pass(DAY + 1);
    await life(network, transport, "park");
    network.tags = before;
    await life(network, transport, "park");
    expect(network.connections).toEqual(["full", "full", "full", "full"]);
  });

  it("is still there when the attempt that found it was given up", async () => {
    const network = new Network();
    await network.serve();
    const storage = createMemoryStorage();
    const transport = network.client({ sessions: createSessionVault(storage) });
    await life(network, transport, "park");
    await transport.save();
    const giveUp = new AbortController();
    const slow = new Proxy(storage, {
      get: (target, property) =>
        property === "remove" ? slowRemove(target, giveUp) : Reflect.get(target, property).bind(target),
    });
    const next = network.client({ sessions: createSessionVault(slow) });
    expect(await network.open(next, { signal: giveUp.signal })).toMatchObject({ kind: "noRoute" });
    await life(network, next, "stay");
    expect(network.connections).toEqual(["full", "imported"]);
  });
});

function slowRemove(storage: Storage, giveUp: AbortController) {
  return async (name: string) => {
    await storage.remove(name);
    giveUp.abort();
  };
}

describe("the store", () => {
  /** A storage that tells what happens to it. */
  function watched(inner = createMemoryStorage(), broken: { remove?: boolean; write?: boolean } = {}) {
    const log: string[] = [];
    const storage: Storage = {
      read: (name) => inner.read(name),
      write: async (name, bytes, options) => {
        log.push(`write ${name}${options?.secret === true ? " secret" : ""}`);
        if (broken.write) throw new Error("disk full");
        await inner.write(name, bytes, options);
      },
      remove: async (name) => {
        await turn();
        log.push(`remove ${name}`);
        if (broken.remove) throw new Error("read-only");
        await inner.remove(name);
      },
      append: (name, bytes) => inner.append(name, bytes),
      length: (name) => inner.length(name),
    };
    return { storage, log, inner };
  }

  it("has what was parked after an orderly halt, and gives it back once, before a datagram leaves", async () => {
    const network = new Network();
    await network.serve();
    const { storage, log } = watched();
    const before = network.client({ sessions: createSessionVault(storage) });
    await life(network, before, "park");
    await before.save();
    expect(log).toEqual([`write ${RESUMABLE_DOCUMENT} secret`, `write ${LIVE_DOCUMENT} secret`]);
    const { length } = network.wire;
    const stop = network.memory.watch(({ from }) => {
      if (from.address === CLIENT && network.wire.length === length + 1) log.push("first datagram");
    });
    await life(network, network.client({ sessions: createSessionVault(storage) }), "stay");
    stop();
    expect(log.slice(2)).toEqual([`remove ${LIVE_DOCUMENT}`, "first datagram"]);
    expect(await storage.read(LIVE_DOCUMENT)).toBeUndefined();
    expect(network.connections).toEqual(["full", "imported"]);
  });

  it("has what resumes a session whose process was killed", async () => {
    const network = new Network();
    await network.serve();
    const { storage } = watched();
    await life(network, network.client({ sessions: createSessionVault(storage) }), "stay");
    // The next process has another port.
    const inner = network.memory.transport("198.51.100.2");
    await life(network, network.client({ sessions: createSessionVault(storage), inner }), "stay");
    expect(network.connections).toEqual(["full", "resumed"]);
  });

  it("gives nothing that was used before: a second process on the same store makes a handshake", async () => {
    const network = new Network();
    await network.serve();
    const { storage } = watched();
    const first = network.client({ sessions: createSessionVault(storage) });
    await life(network, first, "park");
    await first.save();
    await life(network, network.client({ sessions: createSessionVault(storage) }), "stay");
    const inner = network.memory.transport("198.51.100.2");
    await life(network, network.client({ sessions: createSessionVault(storage), inner }), "stay");
    expect(network.connections).toEqual(["full", "imported", "resumed"]);
  });

  it("that cannot let go of a live session does not give it: a handshake is made", async () => {
    const network = new Network();
    await network.serve();
    const { storage, inner } = watched();
    const first = network.client({ sessions: createSessionVault(storage) });
    await life(network, first, "park");
    await first.save();
    const stuck = watched(inner, { remove: true });
    await life(network, network.client({ sessions: createSessionVault(stuck.storage) }), "stay");
    expect(network.connections).toEqual(["full", "resumed"]);
  });

  it("that takes nothing costs handshakes and nothing else", async () => {
    const network = new Network();
    await network.serve();
    const { storage } = watched(undefined, { write: true });
    const first = network.client({ sessions: createSessionVault(storage) });
    await life(network, first, "park");
    await first.save();
    await life(network, network.client({ sessions: createSessionVault(storage) }), "stay");
    expect(network.connections).toEqual(["full", "full"]);
  });

  const damages: readonly [what: string, document: string][] = [
    ["no JSON", "{"],
    ["another version", '{"version":9,"sessions":[]}'],
    ["no list", '{"version":1,"sessions":{}}'],
    ["an entry without its fields", '{"version":1,"sessions":[{"key":"x"}]}'],
    ["too many entries", JSON.stringify({ version: 1, sessions: Array(33).fill({}) })],
    ["octets that are no session", ""],
  ];
  for (const [what, document] of damages) {
    it(`with ${what} in its documents is as one with none`, async () => {
      const network = new Network();
      await network.serve();
      const { storage } = watched();
      const first = network.client({ sessions: createSessionVault(storage) });
      await life(network, first, "park");
      await first.save();
      for (const name of [LIVE_DOCUMENT, RESUMABLE_DOCUMENT]) {
        const good = JSON.parse(new TextDecoder().decode(await storage.read(name)));
        const session = { ...good.sessions[0], bytes: Buffer.from("rubbish").toString("base64") };
        const text = document === "" ? JSON.stringify({ ...good, sessions: [session] }) : document;
        await storage.write(name, new TextEncoder().encode(text), { secret: true });
      }
      await life(network, network.client({ sessions: createSessionVault(storage) }), "stay");
      expect(network.connections).toEqual(["full", "full"]);
    });
  }

  it("holds no session that was parked and then used in the same run", async () => {
    const network = new Network();
    await network.serve();
    const { storage } = watched();
    const transport = network.client({ sessions: createSessionVault(storage) });
    await life(network, transport, "park");
    await life(network, transport, "close");
    await transport.save();
    expect(await storage.read(LIVE_DOCUMENT)).toBeUndefined();
  });
});

describe("a transport that falls silent", () => {
  it("says nothing more to anyone and stores nothing more", async () => {
    const network = new Network();
    await network.serve();
    const storage = createMemoryStorage();
    const transport = network.client({ sessions: createSessionVault(storage) });
    await life(network, transport, "park", { serverName: "parked.example" });
    const client = await life(network, transport, "stay");
    const { length } = network.wire;
    const resumable = await storage.read(RESUMABLE_DOCUMENT);
    transport.fallSilent();
    client.say("unheard");
    client.session.park?.();
    await transport.close();
    await network.pass(1_000);
    expect(network.wire).toHaveLength(length);
    expect(client.closed).toEqual([{ kind: "local" }]);
    expect(await storage.read(LIVE_DOCUMENT)).toBeUndefined();
    expect(await storage.read(RESUMABLE_DOCUMENT)).toEqual(resumable);
  });
});
