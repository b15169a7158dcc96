/** The last flight: sent again to who lost it, and to nobody else. */
import { describe, expect, it } from "@jest/globals";
import { DtlsClient } from "../../../services/dtls/client.ts";
import { DtlsServer } from "../../../services/dtls/server.ts";
import { flipped } from "../support/changes.ts";
import { ClientDuel, type Duel, PEER, ServerDuel } from "../support/duel.ts";
import { KINDS } from "../support/kinds.ts";
import { expectUsable } from "../support/outcomes.ts";
import { omit } from "../support/script.ts";

const kind = KINDS.pskCcm;

/** A server ends a full handshake, and a client one that resumes. */
const LAST = {
  server: () => new ServerDuel({ kind }).run(),
  client: () => {
    const first = new ClientDuel({ kind }).run();
    const session = { id: first.twin.sessionId, master: first.twin.master! };
    return new ClientDuel({ kind, options: { resume: first.client.resumption()! }, twin: { session } }).run();
  },
} as const satisfies Record<string, () => Duel>;

for (const role of ["client", "server"] as const) {
  describe(`C22 the last flight of a ${role}`, () => {
    const connected = () => {
      const attacked = LAST[role]();
      expect(attacked.connected).toBe(true);
      return attacked;
    };
    /** How many datagrams our side sends on these. */
    const answers = (attacked: Duel, datagrams: readonly Uint8Array[]) => attacked.deafly(...datagrams).length;

    it("is sent again for each repeated Finished, under new record numbers", () => {
      const attacked = connected();
      const last = attacked.sent.at(-1)!;
      expect(answers(attacked, attacked.twin.repeat("finished"))).toBe(1);
      const again = attacked.sent.at(-1)!;
      expect(again).not.toEqual(last);
      expect(again).toHaveLength(last.length);
      expect(answers(attacked, attacked.twin.repeat("finished"))).toBe(1);
      expectUsable(attacked);
    });

    it("is sent again twenty times and no more", () => {
      const attacked = connected();
      let sent = 0;
      for (let count = 0; count < 1_000; count++) sent += answers(attacked, attacked.twin.repeat("finished"));
      expect(sent).toBe(20);
      expect(attacked.connected).toBe(true);
      expect(attacked.closed).toBeUndefined();
    });

    it("is not sent again for a Finished that was recorded", () => {
      const attacked = connected();
      const recorded = attacked.twin.sent.filter((datagram) => datagram[0] === 22 && datagram[4] === 1);
      expect(recorded).toHaveLength(1);
      expect(answers(attacked, recorded)).toBe(0);
      expect(attacked.dropped.replay).toBe(1);
    });

    it("is not sent again for a Finished that is not authentic", () => {
      const attacked = connected();
      const forged = attacked.twin.repeat("finished").map((record) => flipped(-1)(record, attacked.twin));
      expect(answers(attacked, forged)).toBe(0);
      expect(attacked.dropped.unauthentic).toBe(1);
    });

    it("is not sent again for a Finished in the clear", () => {
      const attacked = connected();
      const bodies: Uint8Array[] = [];
      attacked.twin.repeat("finished", (bytes) => {
        bodies.push(bytes);
        return bytes;
      });
      expect(bodies.map(([type, , , length]) => [type, length])).toEqual([[20, 12]]);
      expect(answers(attacked, [attacked.twin.record(22, bodies[0]!, 0)])).toBe(0);
      expect(attacked.dropped.plaintext).toBe(1);
    });

    it.each([
      ["another verify_data", flipped(-1)],
      ["another message_seq", flipped(5)],
    ])("is not sent again for a Finished of %s, which ends the connection", (_, change) => {
      const attacked = connected();
      attacked.inject(...attacked.twin.repeat("finished", (bytes) => change(bytes, attacked.twin)));
      expect(attacked.closed).toMatchObject({ by: "local", error: { code: "protocol", alert: "unexpected_message" } });
      expect(attacked.twin.heard.filter((what) => what === "finished")).toHaveLength(1);
    });

    it("is not sent again once the peer sends data: it has it", () => {
      const attacked = connected();
      attacked.inject(attacked.twin.say("there"));
      expect(attacked.timer).toBeNull();
      expect(answers(attacked, attacked.twin.repeat("finished"))).toBe(0);
      expectUsable(attacked);
    });

    it("is not sent again after twice the life of a segment", () => {
      const attacked = connected();
      expect(attacked.timer).toBe(240_000);
      const sent = attacked.sent.length;
      attacked.fire();
      expect(attacked.sent).toHaveLength(sent);
      expect(attacked.timer).toBeNull();
      expect(answers(attacked, attacked.twin.repeat("finished"))).toBe(0);
      expectUsable(attacked);
    });
  });
}

describe("C22 the last flight of a server", () => {
  it("is sent again beside a half-open handshake of the same address", () => {
    const first = new ServerDuel({ kind }).run();
    const half = new ServerDuel({ kind, server: first.server, fault: omit("finished") }).run();
    expect(half.associations).toBe(2);
    // As a client has it that lost flight 6: all of flight 5 in a datagram, plain records first.
    const { twin } = first;
    const flight5 = Buffer.concat([
      ...twin.repeat("clientKeyExchange"),
      ...twin.item({ what: "changeCipherSpec" }),
      ...twin.repeat("finished"),
    ]);
    first.inject(flight5);
    expect(twin.heard.filter((what) => what === "finished")).toHaveLength(2);
    expect(first.association?.state).toBe("connected");
  });
});

describe("C22 two ends whose datagrams all come three times", () => {
  it.each(Object.values(KINDS))("do not drive each other on by $name", (of) => {
    const server = new DtlsServer(of.server);
    const client = new DtlsClient(of.client);
    const toServer = [...client.start().datagrams];
    const toClient: Uint8Array[] = [];
    let passed = 0;
    let connections = 0;
    while (toServer.length + toClient.length > 0) {
      expect(++passed).toBeLessThan(40);
      const [up, down] = [toServer.shift(), toClient.shift()];
      for (let copy = 0; copy < 3; copy++) {
        if (up !== undefined) {
          const { step } = server.receive(up, PEER);
          connections += step.events.filter(({ kind: what }) => what === "connected").length;
          toClient.push(...step.datagrams);
        }
        if (down !== undefined) toServer.push(...client.receive(down).datagrams);
      }
    }
    expect(client.state).toBe("connected");
    expect(connections).toBe(1);
  });
});
