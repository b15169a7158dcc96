/** A session that is open: its end, its rests, its idle timeout. */
import { describe, expect, it } from "@jest/globals";
import { CLIENT, IDENTITY, Network, SERVER, TAG } from "./support/network.ts";

const ALERT = 21;
const HANDSHAKE = 22;
const NO_CID = { connectionId: false } as const;
const MINUTE = 60_000;

/** Content types of the records that the client sent since. */
function sentTypes(network: Network, since: number): (number | undefined)[] {
  return network.wire.slice(since).flatMap(({ from, bytes }) => (from.address === CLIENT ? [bytes[0]] : []));
}

describe("an end", () => {
  it("of our own is told to the peer by close_notify", async () => {
    const network = new Network();
    await network.serve(NO_CID);
    const client = await network.session(network.client());
    client.session.close();
    client.session.close();
    await network.pass(100);
    expect(client.closed).toEqual([{ kind: "local" }]);
    expect(network.accepted[0]?.closed).toEqual([{ kind: "peer" }]);
    client.say("too late");
    expect(sentTypes(network, 0).at(-1)).toBe(ALERT);
    expect(network.clock.nextDue).toBeUndefined();
  });

  it("of the peer's is told once, after what came before it", async () => {
    const network = new Network();
    await network.serve();
    const client = await network.session(network.client());
    network.accepted[0]?.say("last words");
    network.accepted[0]?.session.close();
    await network.pass(100);
    expect(client.received).toEqual(["last words"]);
    expect(client.closed).toEqual([{ kind: "peer" }]);
  });

  it("of the path underneath ends the session with its reason", async () => {
    const network = new Network();
    await network.serve();
    const client = await network.session(network.client());
    // A second session with the same peer from the same port takes the place of the first.
    await network.memory.transport(CLIENT).open({ uri: `coap://${SERVER}:5684` });
    expect(client.closed).toEqual([{ kind: "error", detail: expect.stringContaining("another session") }]);
    const { length } = network.wire;
    client.say("too late");
    await network.pass(10 * MINUTE);
    expect(network.wire).toHaveLength(length);
  });

  it("comes from no record that is not authentic", async () => {
    const network = new Network();
    await network.serve();
    const client = await network.session(network.client());
    // close_notify and a fatal alert in the clear, and an alert under a key that nobody has.
    const forged = [
      "15fefd00000000000000ff00020100",
      "15fefd00000000000000ff0002022a",
      `15fefd0001000000000009001a${"ab".repeat(26)}`,
    ];
    for (const hex of forged) network.inject(Uint8Array.from(Buffer.from(hex, "hex")));
    expect(network.of("dropped")).toHaveLength(forged.length);
    client.say("still here");
    await network.pass(100);
    expect(client.closed).toEqual([]);
    expect(client.received).toEqual(["still here"]);
  });
});

describe("datagrams", () => {
  it("that came before somebody was attached are delivered then, in order", async () => {
    const network = new Network();
    await network.serve();
    const outcome = await network.open(network.client());
    if (outcome.kind !== "open") throw new Error(outcome.kind);
    for (const words of ["one", "two", "three"]) outcome.session.send(new TextEncoder().encode(words));
    await network.pass(100);
    const received: string[] = [];
    outcome.session.attach({ onDatagram: (bytes) => received.push(new TextDecoder().decode(bytes)), onClose() {} });
    expect(received).toEqual(["one", "two", "three"]);
  });

  it("are held while paused, without being lost", async () => {
    const network = new Network();
    await network.serve();
    const client = await network.session(network.client());
    client.session.pause();
    client.say("one");
    client.say("two");
    await network.pass(100);
    expect(client.received).toEqual([]);
    client.session.unpause();
    expect(client.received).toEqual(["one", "two"]);
  });

  it("that are too large for one record are lost, as datagrams are", async () => {
    const network = new Network();
    await network.serve();
    const client = await network.session(network.client());
    client.session.send(new Uint8Array(client.session.maxDatagram + 1));
    client.session.send(new Uint8Array(client.session.maxDatagram));
    await network.pass(100);
    expect(network.accepted[0]?.received.map(({ length }) => length)).toEqual([client.session.maxDatagram]);
  });
});

describe("a suspended session", () => {
  it("says nothing, not even close_notify, and goes on when resumed", async () => {
    const network = new Network();
    await network.serve();
    const client = await network.session(network.client());
    const { length } = network.wire;
    client.session.suspend();
    client.say("lost");
    await network.pass(10 * MINUTE);
    expect(network.wire).toHaveLength(length);
    client.session.resume();
    client.say("found");
    await network.pass(100);
    expect(client.received).toEqual(["found"]);
    expect(network.connections).toEqual(["full"]);
  });

  it("ends in silence", async () => {
    const network = new Network();
    await network.serve();
    const client = await network.session(network.client());
    const { length } = network.wire;
    client.session.suspend();
    client.session.close();
    await network.pass(100);
    expect(client.closed).toEqual([{ kind: "local" }]);
    expect(network.wire).toHaveLength(length);
  });
});

describe("the idle timeout", () => {
  it("closes after 60 s without Connection ID; the next datagram makes an abbreviated handshake first", async () => {
    const network = new Network();
    await network.serve(NO_CID);
    const client = await network.session(network.client());
    client.say("one");
    await network.pass(100);
    await network.pass(MINUTE - 200);
    expect(network.accepted[0]?.closed).toEqual([]);
    await network.pass(200);
    expect(network.accepted[0]?.closed).toEqual([{ kind: "peer" }]);
    expect(client.closed).toEqual([]);
    client.say("two");
    client.say("three");
    await network.pass(1_000);
    expect(client.received).toEqual(["one", "two", "three"]);
    expect(client.closed).toEqual([]);
    expect(network.connections).toEqual(["full", "resumed"]);
  });

  it("begins again with every datagram, of either side", async () => {
    const network = new Network();
    await network.serve(NO_CID);
    const client = await network.session(network.client());
    for (let minute = 0; minute < 10; minute++) {
      await network.pass(0.9 * MINUTE);
      if (minute % 2 === 0) client.say("mine");
      else network.accepted[0]?.say("yours");
    }
    expect(network.accepted[0]?.closed).toEqual([]);
    expect(network.connections).toEqual(["full"]);
  });

  it.each([
    ["with a Connection ID", {}, {}],
    ["when it is -1", NO_CID, { idleTimeoutMs: -1 }],
  ])("is none %s", async (_, server, parameters) => {
    const network = new Network();
    await network.serve(server);
    const client = await network.session(network.client({ parameters }));
    await network.pass(60 * MINUTE);
    client.say("still the same");
    await network.pass(100);
    expect(client.received).toEqual(["still the same"]);
    expect(network.connections).toEqual(["full"]);
    client.session.close();
    await network.pass(100);
    expect(network.clock.nextDue).toBeUndefined();
  });

  it("is looked at again when a suspended session is resumed", async () => {
    const network = new Network();
    await network.serve(NO_CID);
    const client = await network.session(network.client());
    client.session.suspend();
    await network.pass(2 * MINUTE);
    expect(network.accepted[0]?.closed).toEqual([]);
    client.session.resume();
    await network.pass(100);
    expect(network.accepted[0]?.closed).toEqual([{ kind: "peer" }]);
    client.say("hello");
    await network.pass(1_000);
    expect(client.received).toEqual(["hello"]);
  });

  it("makes a whole handshake where the server has forgotten the session", async () => {
    const network = new Network();
    await network.serve(NO_CID);
    const client = await network.session(network.client());
    await network.pass(2 * MINUTE);
    await network.serve(NO_CID);
    client.say("who are you");
    await network.pass(1_000);
    expect(client.received).toEqual(["who are you"]);
    expect(network.connections).toEqual(["full", "full"]);
  });

  it("takes the tag's keys as they are then", async () => {
    const network = new Network();
    await network.serve(NO_CID);
    const client = await network.session(network.client());
    await network.pass(2 * MINUTE);
    network.tags = { [TAG]: { psk: "abcdef", pskIdentity: "dev-2" } };
    network.keys.set("dev-2", "abcdef");
    client.say("with new keys");
    await network.pass(1_000);
    expect(client.received).toEqual(["with new keys"]);
    expect(network.connections).toEqual(["full", "full"]);
  });

  it("keeps 16 datagrams while it wakes, and no more", async () => {
    const network = new Network();
    await network.serve(NO_CID);
    const client = await network.session(network.client());
    await network.pass(2 * MINUTE);
    for (let n = 0; n < 20; n++) client.say(String(n));
    await network.pass(1_000);
    expect(client.received).toEqual(Array.from({ length: 16 }, (_, n) => String(n)));
  });

  const failures: readonly [what: string, prepare: (network: Network) => Promise<void> | void, detail: RegExp][] = [
    ["nobody answers", (network) => network.crash(), /did not answer/],
    ["the keys differ by now", (network) => void network.keys.set(IDENTITY, "ff"), /most likely the key/],
    ["the tag is empty by now", (network) => void delete network.tags[TAG], /tag 26 is empty/],
  ];
  for (const [what, prepare, detail] of failures) {
    it(`ends the session for good when ${what}`, async () => {
      const network = new Network();
      await network.serve({ ...NO_CID, sessions: 0 });
      const client = await network.session(network.client());
      await network.pass(2 * MINUTE);
      await prepare(network);
      client.say("anybody?");
      await network.pass(10 * MINUTE);
      expect(client.closed).toEqual([{ kind: "error", detail: expect.stringMatching(detail) }]);
      expect(network.clock.nextDue).toBeUndefined();
    });
  }

  it("leaves a session that rests to be closed in silence", async () => {
    const network = new Network();
    await network.serve(NO_CID);
    const client = await network.session(network.client());
    await network.pass(2 * MINUTE);
    const { length } = network.wire;
    client.session.close();
    expect(client.closed).toEqual([{ kind: "local" }]);
    expect(network.wire).toHaveLength(length);
  });

  it("lets a session be closed while it wakes", async () => {
    const network = new Network();
    await network.serve(NO_CID);
    const client = await network.session(network.client());
    await network.pass(2 * MINUTE);
    await network.crash();
    const { length } = network.wire;
    client.say("one");
    await network.pass(100);
    expect(sentTypes(network, length)).toEqual([HANDSHAKE]);
    client.session.close();
    await network.pass(10 * MINUTE);
    expect(client.closed).toEqual([{ kind: "local" }]);
    expect(sentTypes(network, length)).toEqual([HANDSHAKE]);
  });
});
