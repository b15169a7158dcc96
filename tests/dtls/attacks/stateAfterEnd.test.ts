/** What has ended, however it did, is over; and what failed hinders nobody. */
import { describe, expect, it } from "@jest/globals";
import type { AlertName } from "../../../services/dtls/alerts.ts";
import { concat } from "../../../services/dtls/bytes.ts";
import { DtlsServer } from "../../../services/dtls/server.ts";
import { flipped } from "../support/changes.ts";
import { type Duel, duel, PEER, ServerDuel } from "../support/duel.ts";
import { KINDS } from "../support/kinds.ts";
import { expectNextWorks, expectOver, expectUsable } from "../support/outcomes.ts";
import { all, alter, behind, type Fault, HONEST, type Item, inFrontOf, omit } from "../support/script.ts";

const kind = KINDS.pskCcm;

for (const role of ["client", "server"] as const) {
  const connected = () => {
    const attacked = duel(role, { kind }).run();
    expect(attacked.connected).toBe(true);
    return attacked;
  };

  describe(`C19 what has ended, at a ${role}`, () => {
    it.each<AlertName>(["bad_record_mac", "internal_error", "unexpected_message", "user_canceled"])(
      "by the peer's fatal %s takes and says nothing more",
      (alert) => {
        const attacked = connected();
        attacked.inject(attacked.twin.alert("fatal", alert, 1), attacked.twin.say("late"));
        expect(attacked.closed).toMatchObject({ by: "peer", error: { code: "alert", alert } });
        expect(attacked.twin.alerts).toEqual([]);
        expectOver(attacked);
        expectNextWorks(attacked);
      },
    );

    it("by the peer's close_notify is answered by one, and takes nothing more", () => {
      const attacked = connected();
      attacked.inject(attacked.twin.alert("warning", "close_notify", 1), attacked.twin.say("late"));
      expect(attacked.closed).toEqual({ kind: "closed", by: "peer" });
      expect(attacked.twin.alerts).toEqual([{ epoch: 1, level: "warning", alert: "close_notify" }]);
      expectOver(attacked);
      expectNextWorks(attacked);
    });

    it("by our own close takes nothing more, and does not answer a close_notify", () => {
      const attacked = connected().close();
      attacked.inject(attacked.twin.say("late"), attacked.twin.alert("warning", "close_notify", 1));
      expect(attacked.closed).toEqual({ kind: "closed", by: "local" });
      expect(attacked.twin.alerts).toHaveLength(1);
      expectOver(attacked);
      expectNextWorks(attacked);
    });

    it("by what the peer should not have sent takes nothing more", () => {
      const attacked = connected();
      attacked.inject(attacked.twin.record(22, new Uint8Array(0), 1), attacked.twin.say("late"));
      expect(attacked.closed).toMatchObject({ by: "local", error: { code: "protocol", alert: "decode_error" } });
      expectOver(attacked);
      expectNextWorks(attacked);
    });

    it.each<[string, (attacked: Duel) => Uint8Array, readonly AlertName[]]>([
      ["close_notify", ({ twin }) => twin.alert("warning", "close_notify", 1), ["close_notify"]],
      ["a fatal alert", ({ twin }) => twin.alert("fatal", "internal_error", 1), []],
      ["a record of no known content", ({ twin }) => twin.record(20, Uint8Array.of(1), 1), ["unexpected_message"]],
    ])("by %s ends for the records behind it in the datagram too", (_, end, alerts) => {
      const attacked = connected();
      const bad = () => attacked.twin.record(20, Uint8Array.of(1), 1);
      attacked.inject(concat([end(attacked), attacked.twin.say("late"), bad(), bad()]));
      expect(attacked.closed).toBeDefined();
      expect(attacked.twin.alerts.map(({ alert }) => alert)).toEqual(alerts);
      expectOver(attacked);
    });

    it("refuses to send", () => {
      const attacked = connected().close();
      expect(() => attacked.say("late")).toThrow(expect.objectContaining({ code: "option" }));
    });

    it("in the handshake by a protected alert does not take the Finished behind it", () => {
      const alert = (level: number, code: number): Fault =>
        behind("changeCipherSpec", { what: "alert", epoch: 1, body: () => Uint8Array.of(level, code) });
      for (const fault of [alert(2, 40), alert(1, 0)]) {
        const attacked = duel(role, { kind, fault }).run();
        expect(attacked.connected).toBe(false);
        expect(attacked.closed).toMatchObject({ by: "peer" });
        expectOver(attacked);
        expectNextWorks(attacked);
      }
    });

    it("in the handshake does not give away the data that came before a wrong Finished", () => {
      const early = inFrontOf("finished", { what: "applicationData", body: () => Uint8Array.of(101) });
      expect(duel(role, { kind, fault: early }).run().data).toEqual(["e"]);
      const attacked = duel(role, { kind, fault: all(early, alter("finished", flipped(3))) }).run();
      expect(attacked.closed).toMatchObject({ error: { alert: "decrypt_error" } });
      expectOver(attacked);
    });

    it("in the handshake does not take what waited behind a close_notify", () => {
      const closeNotify: Item = { what: "alert", epoch: 1, body: () => Uint8Array.of(1, 0) };
      const fault = inFrontOf("changeCipherSpec", closeNotify, closeNotify);
      const attacked = duel(role, { kind, fault }).run();
      expect(attacked.twin.alerts.map(({ alert }) => alert)).toEqual(["close_notify"]);
      expectOver(attacked);
    });

    it("has no timer", () => {
      expect(connected().close().timer).toBeNull();
      const half = duel(role, { kind, fault: omit("finished") }).run();
      expect(half.timer).toBeGreaterThan(0);
      expect(half.settle().closed).toMatchObject({ error: { code: "timeout" } });
      expectOver(half);
    });

    it("was told once", () => {
      const attacked = connected().close().close();
      attacked.inject(attacked.twin.alert("fatal", "internal_error", 1));
      attacked.fire();
      expect(attacked.events.filter((event) => event.kind === "closed")).toHaveLength(1);
    });
  });
}

describe("C19 a server that handshakes fail on", () => {
  const failures: readonly Fault[] = [
    alter("finished", flipped(0)),
    alter("clientKeyExchange", () => new Uint8Array(0)),
    alter("clientHello", () => new Uint8Array(3), 3),
    omit("clientKeyExchange"),
    omit("changeCipherSpec"),
    omit("finished"),
  ];

  it("has all its places free again", () => {
    const server = new DtlsServer({ ...kind.server, maxHandshakes: 2, maxAssociations: 2 });
    for (let round = 0; round < 5; round++) {
      for (const fault of failures) {
        const attacked = new ServerDuel({ kind, server, fault }).run().settle();
        expect(attacked.connected).toBe(false);
        expect(server.associations).toBe(0);
      }
    }
    expectUsable(new ServerDuel({ kind, server }).run());
    expect(server.associations).toBe(1);
  });

  it("has no more half-open handshakes than it is told, and the newest has a place", () => {
    const server = new DtlsServer({ ...kind.server, maxHandshakes: 3 });
    for (let port = 1; port <= 50; port++) {
      const half = new ServerDuel({ kind, server, fault: omit("clientKeyExchange") });
      half.from = { ...PEER, port };
      half.run();
      expect(half.closed).toBeUndefined();
      expect(server.associations).toBeLessThanOrEqual(3);
      expect(half.others).toHaveLength(port > 3 ? 1 : 0);
    }
    const last = new ServerDuel({ kind, server });
    last.from = { ...PEER, port: 60 };
    expectUsable(last.run());
  });

  it("has no more connections than it is told: the one that was silent longest ends", () => {
    const server = new DtlsServer({ ...kind.server, maxAssociations: 2 });
    const duels = [1, 2, 3].map((port) => {
      const next = new ServerDuel({ kind, server, fault: HONEST });
      next.from = { ...PEER, port };
      return next;
    });
    const [first, second, third] = duels as [ServerDuel, ServerDuel, ServerDuel];
    first.run();
    second.run();
    first.inject(first.twin.say("still here"));
    third.run();
    expect(server.associations).toBe(2);
    expect(third.others).toMatchObject([{ kind: "closed", error: { code: "aborted" } }]);
    expect(second.association?.state).toBe("closed");
    first.inject(first.twin.say("and now"));
    expect(first.data).toEqual(["still here", "and now"]);
  });
});
