/** The control of all attacks: a twin that does nothing wrong is a good peer, of every kind and in both roles. */
import { createSecretKey } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { ClientDuel, duel, ServerDuel } from "../support/duel.ts";
import { KINDS } from "../support/kinds.ts";
import { completes, expectUsable } from "../support/outcomes.ts";

describe("An honest twin", () => {
  for (const kind of Object.values(KINDS)) {
    it(`completes a handshake with our client by ${kind.name}`, () => {
      const { info, twin } = completes("client", { kind });
      expect(info).toMatchObject({ suite: kind.suite.name, resumed: false, extendedMasterSecret: true });
      expect(twin.heard.at(-1)).toBe("finished");
    });

    it(`completes a handshake with our server by ${kind.name}`, () => {
      const { info } = completes("server", { kind });
      expect(info).toMatchObject({ suite: kind.suite.name, resumed: false, extendedMasterSecret: true });
    });

    it(`resumes a session with our server by ${kind.name}`, () => {
      const first = new ServerDuel({ kind }).run();
      const { sessionId: id, master } = first.twin;
      const { server } = first;
      const next = new ServerDuel({ kind, server, twin: { session: { id, master: master! } } }).run();
      expectUsable(next);
      expect(next.info?.resumed).toBe(true);
    });

    it(`resumes a session with our client by ${kind.name}`, () => {
      const first = new ClientDuel({ kind }).run();
      const { sessionId: id, master } = first.twin;
      const resume = first.client.resumption()!;
      const next = new ClientDuel({ kind, options: { resume }, twin: { session: { id, master: master! } } }).run();
      expectUsable(next);
      expect(next.info?.resumed).toBe(true);
    });
  }

  for (const role of ["client", "server"] as const) {
    it(`completes without the extended master secret with our ${role}`, () => {
      const { info } = completes(role, { kind: KINDS.certificateCcm, twin: { extendedMasterSecret: false } });
      expect(info?.extendedMasterSecret).toBe(false);
    });

    it(`sees a random of its own in each handshake with our ${role}`, () => {
      const randoms = [1, 2, 3].map(() => {
        const { twin } = completes(role, { kind: KINDS.pskCcm });
        return Buffer.from(role === "client" ? twin.clientRandom : twin.serverRandom).toString("hex");
      });
      expect(new Set(randoms).size).toBe(3);
      expect(randoms).not.toContain("00".repeat(32));
    });

    it(`completes with Connection IDs with our ${role}`, () => {
      const options = { connectionId: 4 };
      const { info } = completes(role, { kind: KINDS.pskCcm, options, twin: { connectionId: Uint8Array.of(7, 8, 9) } });
      expect(info?.connectionId).toMatchObject({ peer: "070809" });
    });

    it(`fails with our ${role} when the keys differ`, () => {
      const kind = KINDS.pskCcm;
      const other = createSecretKey(Buffer.alloc(16, 9));
      const wrong = role === "client" ? { psk: { ...kind.client.psk!, key: other } } : { psk: () => other };
      const attacked = duel(role, { kind, options: wrong }).run();
      expect(attacked.connected).toBe(false);
      expect(attacked.settle().closed).toMatchObject({ error: { code: "timeout" } });
    });
  }
});
