/** Message numbers and places that are not the next ones. */
import { describe, expect, it } from "@jest/globals";
import { cut } from "../support/changes.ts";
import { ClientDuel, type Duel, duel } from "../support/duel.ts";
import { KINDS } from "../support/kinds.ts";
import { completes, expectUsable, refuses } from "../support/outcomes.ts";
import { HONEST, inFrontOf, type Part, send } from "../support/script.ts";

const ROLES = [
  { role: "client", message: "certificate", last: "serverHelloDone", flight: 4 },
  { role: "server", message: "certificate", last: "certificateVerify", flight: 5 },
] as const;

for (const { role, message, last, flight } of ROLES) {
  describe(`B12 message numbers, given to a ${role}`, () => {
    const kind = KINDS.certificateCcm;

    it.each([1, 7])("that leave out %d are waited for in vain", (skipped) => {
      refuses(role, { kind, fault: send(message, { messageSeq: (next) => next + skipped }) }, {});
    });

    it.each([8, 1_000, 65_000])("that are ahead by %d are not kept", (ahead) => {
      const fault = send(message, { messageSeq: (next) => (next + ahead) & 0xffff });
      refuses(role, { kind, fault }, { dropped: "overflow" });
    });

    it("of messages before are not taken for the next", () => {
      refuses(role, { kind, fault: send(last, { messageSeq: (next) => next - 1 }) }, {});
    });

    it.each<Part>([message, last])("of a %s that come twice count once", (what) => {
      completes(role, { kind, fault: send(what, { fragments: () => [{}, {}] }) });
    });

    it("in reverse order, as far as a flight has them, are sorted", () => {
      const attacked = duel(role, { kind, fault: HONEST });
      attacked.reverse(flight);
      expectUsable(attacked.run());
    });

    it("of HelloRequests in a flood change nothing", () => {
      const flood = Array.from({ length: 1_000 }, () => ({ what: "helloRequest", besides: true }) as const);
      const attacked = completes(role, { kind, fault: inFrontOf(message, ...flood) }, { unexpected: 1_000 });
      const honest = duel(role, { kind }).run();
      // The two that `completes` says and hears apart.
      expect(attacked.sent).toHaveLength(honest.sent.length + 1);
    });

    it.each<Part>([message, last])("of a message cut short in place of a %s do not keep the true one out", (what) => {
      completes(
        role,
        { kind, fault: inFrontOf(what, { what: "helloRequest", besides: true, wire: cut(0) }) },
        { unexpected: 1 },
      );
    });
  });
}

describe("B12 a flight of the past", () => {
  /** The twin's datagrams of the flight before the one that our side sent last. */
  function repeatedTo(attacked: Duel, from: number): number {
    const before = attacked.sent.length;
    attacked.deafly(...attacked.twin.sent.slice(from));
    return attacked.sent.length - before;
  }

  it("makes a client send its own again, once until the timer fires", () => {
    const attacked = new ClientDuel({
      kind: KINDS.pskCcm,
      fault: (script) => ({ ...script, 6: [] }),
    }).run();
    const flight5 = attacked.twin.heard.slice(-3);
    expect(flight5).toEqual(["clientKeyExchange", "changeCipherSpec", "finished"]);
    expect(repeatedTo(attacked, 1)).toBe(1);
    for (let storm = 0; storm < 100; storm++) expect(repeatedTo(attacked, 1)).toBe(0);
    attacked.fire();
    expect(repeatedTo(attacked, 1)).toBe(1);
    expect(repeatedTo(attacked, 1)).toBe(0);
    expect(attacked.connected).toBe(false);
  });

  it("makes a server send its own again, once until the timer fires", () => {
    const attacked = duel("server", { kind: KINDS.pskCcm, fault: (script) => ({ ...script, 5: [] }) }).run();
    expect(repeatedTo(attacked, 1)).toBe(1);
    for (let storm = 0; storm < 100; storm++) expect(repeatedTo(attacked, 1)).toBe(0);
    attacked.fire();
    expect(repeatedTo(attacked, 1)).toBe(1);
    expect(attacked.associations).toBe(1);
  });
});
