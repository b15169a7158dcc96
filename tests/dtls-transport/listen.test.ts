/** The server side over a transport of datagrams. */
import { describe, expect, it } from "@jest/globals";
import type { Session, Transport } from "../../ports/transport.ts";
import { createDtlsTransport } from "../../services/dtls/dtlsTransport.ts";
import { CLIENT, Network, SERVER } from "./support/network.ts";

/** Counts the sessions of the listener underneath that are open. */
function counting(inner: Transport): { readonly transport: Transport; readonly open: () => number } {
  const opened = new Set<Session>();
  const transport: Transport = {
    open: (request) => inner.open(request),
    close: () => inner.close(),
    listen: (at, onSession) =>
      inner.listen(at, (session) => {
        opened.add(session);
        const watched: Session = new Proxy(session, {
          get(target, property) {
            const value = Reflect.get(target, property, target);
            if (property !== "close") return typeof value === "function" ? value.bind(target) : value;
            return () => {
              opened.delete(session);
              target.close();
            };
          },
        });
        onSession(watched);
      }),
  };
  return { transport, open: () => opened.size };
}

async function listening() {
  const network = new Network();
  const { transport, open } = counting(network.memory.transport(SERVER));
  const sessions: Session[] = [];
  const secure = createDtlsTransport({
    inner: transport,
    clock: network.clock,
    serverOptions: { psk: () => Uint8Array.from(Buffer.from("00112233445566778899aabbccddeeff", "hex")) },
  });
  const listener = await secure.listen({ address: SERVER, port: 5684 }, (session) => sessions.push(session));
  return { network, open, sessions, listener };
}

describe("a listener", () => {
  it("tells where it listens", async () => {
    const { listener } = await listening();
    expect(listener.address).toEqual({ address: SERVER, port: 5684 });
  });

  it("holds nothing for peers that have not shown their address, nor for rubbish", async () => {
    const { network, open } = await listening();
    await network.session(network.client());
    const hello = network.wire.find(({ from }) => from.address === CLIENT)?.bytes ?? new Uint8Array(0);
    expect(hello[13]).toBe(1);
    expect(open()).toBe(1);
    const before = network.wire.length;
    for (let host = 1; host <= 50; host++) {
      const path = await network.memory.transport(`203.0.113.${host}`).open({ uri: `coap://${SERVER}:5684` });
      if (path.kind === "open") path.session.send(host % 2 === 0 ? hello : Uint8Array.of(host, 2, 3));
    }
    await network.pass(100);
    expect(open()).toBe(1);
    // A HelloVerifyRequest for each hello, and nothing for the rest.
    expect(network.wire.slice(before).filter(({ from }) => from.address === SERVER)).toHaveLength(25);
  });

  it("lets go of everything when a client leaves", async () => {
    const { network, open, sessions } = await listening();
    const { session } = await network.session(network.client());
    expect(sessions).toHaveLength(1);
    session.close();
    await network.pass(100);
    expect(open()).toBe(0);
  });

  it("ends its sessions with close_notify when it is closed", async () => {
    const { network, listener } = await listening();
    const client = await network.session(network.client());
    await listener.close();
    await network.pass(100);
    expect(client.closed).toEqual([{ kind: "peer" }]);
  });

  it("has sessions that can be suspended, paused and closed as the client's can", async () => {
    const { network, sessions } = await listening();
    const client = await network.session(network.client());
    const [session] = sessions;
    if (session === undefined) throw new Error("none was accepted");
    const received: number[] = [];
    session.attach({ onDatagram: (bytes) => received.push(bytes.length), onClose() {} });
    session.suspend();
    client.say("lost");
    session.send(Uint8Array.of(1));
    await network.pass(100);
    session.resume();
    session.pause();
    client.say("held");
    await network.pass(100);
    expect(received).toEqual([]);
    session.unpause();
    expect(received).toEqual([4]);
    session.send(new Uint8Array(session.maxDatagram + 1));
    session.close();
    session.close();
    await network.pass(100);
    expect(client.received).toEqual([]);
    expect(client.closed).toEqual([{ kind: "peer" }]);
  });

  it("takes a client that begins again from the same address, and ends what it had before (RFC 6347 §4.2.8)", async () => {
    const { network, sessions, open } = await listening();
    const first = await network.session(network.client());
    const ends: string[] = [];
    sessions[0]?.attach({ onDatagram() {}, onClose: ({ kind }) => ends.push(kind) });
    first.session.suspend();
    first.session.close();
    const second = await network.session(network.client());
    await network.pass(100);
    expect(sessions).toHaveLength(2);
    expect(ends).toHaveLength(1);
    const received: string[] = [];
    sessions[1]?.attach({ onDatagram: (bytes) => received.push(new TextDecoder().decode(bytes)), onClose() {} });
    second.say("here again");
    await network.pass(100);
    expect(received).toEqual(["here again"]);
    expect(open()).toBe(1);
  });
});
