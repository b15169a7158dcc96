/** What strangers can write into a conversation: everything in epoch 0, and ClientHellos of their own. */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { encodeHelloVerifyRequest } from "../../../services/dtls/messages/helloVerifyRequest.ts";
import { DtlsServer } from "../../../services/dtls/server.ts";
import { clientHello, flipped, serverHello } from "../support/changes.ts";
import { ClientDuel, duel, PEER, ServerDuel } from "../support/duel.ts";
import { KINDS } from "../support/kinds.ts";
import { completes, expectNextWorks, expectOver, expectUsable } from "../support/outcomes.ts";
import {
  all,
  alter,
  behind,
  type Fault,
  honestScript,
  type Item,
  inFrontOf,
  omit,
  type Part,
  send,
} from "../support/script.ts";

const kind = KINDS.certificateCcm;
const ALERTS: readonly (readonly [string, Uint8Array])[] = [
  ["a fatal alert", Uint8Array.of(2, 40)],
  ["a close_notify", Uint8Array.of(1, 0)],
  ["an alert of no known number", Uint8Array.of(2, 255)],
  ["an alert of no known level", Uint8Array.of(7, 40)],
  ["an empty alert", new Uint8Array(0)],
  ["an alert of three octets", Uint8Array.of(2, 40, 0)],
];

for (const role of ["client", "server"] as const) {
  describe(`C20 forged in the clear, given to a ${role}`, () => {
    const parts = new Set(
      Object.values(honestScript(role === "client" ? "server" : "client", kind, false))
        .flat()
        .map(({ what }) => what),
    );
    const others = [...parts].filter((what) => what !== "clientHello");

    it.each(ALERTS)("%s before any message hinders nobody", (_, bytes) => {
      for (const what of others)
        completes(role, { kind, fault: inFrontOf(what, { what: "alert", body: () => bytes }) });
    });

    it.each(ALERTS)("%s is dropped once the connection is there", (_, bytes) => {
      const attacked = duel(role, { kind }).run();
      attacked.inject(attacked.twin.record(21, bytes, 0));
      expect(attacked.dropped.plaintext).toBe(1);
      expectUsable(attacked);
    });

    it.each(ALERTS.slice(3))("%s is not believed even when nothing better comes", (_, bytes) => {
      const alone: Fault = (script) => ({
        ...script,
        [role === "client" ? 6 : 5]: [{ what: "alert", body: () => bytes }],
      });
      const attacked = duel(role, { kind, fault: alone }).run();
      attacked.fire();
      expect(attacked.closed).toBeUndefined();
    });

    it.each([
      ["of one octet", Uint8Array.of(20)],
      ["of half a header", Uint8Array.of(11, 0, 0, 9, 0, 3)],
      ["shorter than it says", Uint8Array.of(11, 0, 0, 9, 0, 3, 0, 0, 0, 0, 0, 9, 1)],
    ])("a handshake record %s ends nothing", (_, bytes) => {
      const attacked = duel(role, { kind, fault: omit("finished") }).run();
      const { malformed } = attacked.dropped;
      attacked.inject(attacked.twin.record(22, bytes, 0));
      expect(attacked.dropped.malformed).toBe(malformed + 1);
      expect(attacked.closed).toBeUndefined();
      expect(attacked.timer).toBeGreaterThan(0);
    });

    it("a fatal alert is believed when nothing better comes until the timer fires", () => {
      const fault: Fault = (script) => ({
        ...script,
        [role === "client" ? 6 : 5]: [{ what: "alert", body: () => Uint8Array.of(2, 40) }],
      });
      const attacked = duel(role, { kind, fault }).run();
      expect(attacked.closed).toBeUndefined();
      attacked.fire();
      expect(attacked.closed).toMatchObject({ by: "peer", error: { code: "alert", alert: "handshake_failure" } });
      expectOver(attacked);
      expectNextWorks(attacked);
    });

    it("a fatal alert is forgotten when the handshake goes on", () => {
      const last = role === "client" ? "serverHelloDone" : "certificateVerify";
      const fault = all(inFrontOf(last, { what: "alert", body: () => Uint8Array.of(2, 40) }), (script) => ({
        ...script,
        ...(role === "client" ? { 6: [] } : { 5: script[5]!.slice(0, -1) }),
      }));
      const attacked = duel(role, { kind, fault }).run();
      attacked.fire();
      expect(attacked.closed).toBeUndefined();
      expect(attacked.settle().closed).toMatchObject({ error: { code: "timeout" } });
    });

    it("a warning is not believed at all", () => {
      const fault: Fault = (script) => ({
        ...script,
        [role === "client" ? 6 : 5]: [{ what: "alert", body: () => Uint8Array.of(1, 112) }],
      });
      expect(duel(role, { kind, fault }).run().settle().closed).toMatchObject({ error: { code: "timeout" } });
    });

    it("each message of the handshake, once it is complete, changes nothing", () => {
      const attacked = duel(role, { kind }).run();
      const again = others.flatMap((what) => (what === "finished" ? [] : attacked.twin.repeat(what)));
      const sent = attacked.sent.length;
      attacked.inject(...again);
      expect(attacked.sent).toHaveLength(sent);
      expect(attacked.dropped.plaintext).toBe(again.length);
      expectUsable(attacked);
    });

    it("messages of the other side hinder nobody", () => {
      const wrongWay = honestScript(role, kind, false);
      const items = Object.values(wrongWay)
        .flat()
        .filter(({ what }) => what !== "finished" && what !== "changeCipherSpec" && what !== "clientHello")
        .filter(({ what }) => what !== "helloVerifyRequest" && !parts.has(what))
        .map(
          ({ what }): Item => ({
            what,
            besides: true,
            body: () => new Uint8Array(what === "serverHelloDone" ? 0 : 40),
          }),
        );
      expect(items.length).toBeGreaterThan(1);
      completes(role, { kind, fault: inFrontOf("certificate", ...items) }, { unexpected: items.length });
    });

    it("a hello or key exchange that wins the race ends the handshake at worst, and not the next one", () => {
      const what: Part = role === "client" ? "serverHello" : "clientKeyExchange";
      const forged =
        role === "client"
          ? alter(
              what,
              serverHello(() => ({ random: randomBytes(32) })),
            )
          : alter(what, flipped(-1));
      // The twin's own message comes second, under the same number.
      const both: Fault = (script) =>
        inFrontOf(what, {
          what,
          besides: true,
          body: forged(script)[role === "client" ? 4 : 5]!.find((item) => item.what === what)!.body!,
        })(script);
      const attacked = duel(role, { kind, fault: both }).run();
      expect(attacked.connected).toBe(false);
      expect(attacked.data).toEqual([]);
      attacked.settle();
      expect(attacked.closed?.error?.code).toMatch(/^(protocol|peerCredential|timeout)$/);
      expectOver(attacked);
      expectNextWorks(attacked);
    });
  });
}

describe("C20 a forged HelloVerifyRequest", () => {
  it("that comes first costs a datagram, and not the handshake", () => {
    const attacked = new ClientDuel({ kind });
    const hello = attacked.begin();
    const forged: Item = {
      what: "helloVerifyRequest",
      besides: true,
      body: () => encodeHelloVerifyRequest(randomBytes(20)),
    };
    expect(attacked.deafly(...attacked.twin.item(forged))).toHaveLength(1);
    expectUsable(attacked.hear(hello));
  });
});

describe("C20 ClientHellos from the address of a connection", () => {
  const connection = () => {
    const first = new ServerDuel({ kind: KINDS.pskCcm }).run();
    expect(first.connected).toBe(true);
    return first;
  };
  const beside = (first: ServerDuel, fault?: Fault) =>
    new ServerDuel({ kind: KINDS.pskCcm, server: first.server, ...(fault && { fault }) });

  it("get a HelloVerifyRequest, and leave the connection as it is", () => {
    const first = connection();
    const stranger = beside(first);
    const answers = stranger.deafly(...stranger.twin.start());
    expect(answers).toHaveLength(1);
    expect(answers[0]![13]).toBe(3);
    expect(first.associations).toBe(1);
    expectUsable(first);
  });

  it("that were recorded open nothing", () => {
    const first = connection();
    first.deafly(...first.twin.sent);
    expect(first.closed).toBeUndefined();
    expect(first.associations).toBe(1);
    expectUsable(first);
  });

  it("leave the connection as it is until the new one is there", () => {
    const first = connection();
    const half = beside(first, omit("finished")).run();
    expect(half.closed).toBeUndefined();
    expect(first.associations).toBe(2);
    first.inject(first.twin.say("still here"));
    expect(first.data).toEqual(["still here"]);
    expect(first.association?.state).toBe("connected");
  });

  it("leave the connection as it is when the new one fails", () => {
    const first = connection();
    const failing = beside(first, send("finished", { wire: (body) => body.map((octet) => octet ^ 1) })).run();
    expect(failing.closed).toMatchObject({ error: { alert: "decrypt_error" } });
    expect(first.associations).toBe(1);
    expectUsable(first);
  });

  it("end the connection when the new one is there", () => {
    const first = connection();
    const second = beside(first).run();
    expectUsable(second);
    expect(second.others).toMatchObject([{ kind: "closed", error: { code: "aborted" } }]);
    expect(first.association?.state).toBe("closed");
    expect(first.associations).toBe(1);
  });
});

describe("C20 a storm of ClientHellos from one address and port", () => {
  it("without cookies does not hinder the handshake that is under way", () => {
    const server = new DtlsServer(kind.server);
    const storm: Fault = (script) => ({
      ...script,
      5: script[5]!.flatMap((item) => [
        ...Array.from(
          { length: 200 },
          (): Item => ({
            what: "clientHello",
            besides: true,
            messageSeq: () => 0,
            body: clientHello(() => ({ random: randomBytes(32), cookie: new Uint8Array(0) })),
          }),
        ),
        item,
      ]),
    });
    expectUsable(new ServerDuel({ kind, server, fault: storm }).run());
    expect(server.associations).toBe(1);
  });

  it("with good cookies has one handshake under way at a time", () => {
    const server = new DtlsServer(kind.server);
    const first = new ServerDuel({ kind, server }).run();
    for (let count = 0; count < 200; count++) {
      const next = new ServerDuel({ kind, server, fault: omit("clientKeyExchange") }).run();
      expect(next.closed).toBeUndefined();
      expect(server.associations).toBe(2);
    }
    first.inject(first.twin.say("still here"));
    expect(first.association?.state).toBe("connected");
  });

  it("that repeats one hello with its cookie sends one flight until the timer fires", () => {
    const attacked = new ServerDuel({ kind, fault: (script) => ({ ...script, 5: [] }) }).run();
    const hello = attacked.twin.sent.at(-1)!;
    const sent = attacked.sent.length;
    for (let count = 0; count < 1_000; count++) attacked.deafly(hello);
    expect(attacked.sent.length - sent).toBe(1);
    expect(attacked.associations).toBe(1);
    expect(PEER).toEqual(attacked.to);
  });

  it("that changes the hello of a handshake under way does not begin it anew", () => {
    const attacked = new ServerDuel({
      kind,
      fault: behind("certificate", {
        what: "clientHello",
        besides: true,
        messageSeq: () => 1,
        body: clientHello(() => ({ extensions: new Map() })),
      }),
    }).run();
    expectUsable(attacked);
  });
});
