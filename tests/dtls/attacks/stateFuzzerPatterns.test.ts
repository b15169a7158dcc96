/**
 * The bug patterns that DTLS-Fuzzer looks for in servers and clients (Fiterau-Brostean and others, NDSS 2023), by their
 * names there. All apply; where DTLS itself allows what a pattern counts as a bug, the test says what is left of it.
 */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { encodeCertificateRequest } from "../../../services/dtls/messages/certificateRequest.ts";
import { clientHello, flipped, replaced, serverHello } from "../support/changes.ts";
import { ClientDuel, duel, ServerDuel } from "../support/duel.ts";
import { KINDS } from "../support/kinds.ts";
import { completes, expectOver, expectUsable, refuses } from "../support/outcomes.ts";
import {
  all,
  alter,
  behind,
  type Fault,
  type Item,
  inFrontOf,
  move,
  omit,
  type Part,
  send,
  twice,
} from "../support/script.ts";

const kind = KINDS.certificateCcm;
const UNEXPECTED = { dropped: "unexpected" } as const;
const PARTS = {
  server: ["certificate", "clientKeyExchange", "certificateVerify", "changeCipherSpec", "finished"],
  client: [
    "serverHello",
    "certificate",
    "serverKeyExchange",
    "certificateRequest",
    "serverHelloDone",
    "changeCipherSpec",
    "finished",
  ],
} as const satisfies Record<string, readonly Part[]>;

function flight(number: number, ...whats: readonly Part[]): Fault {
  return (script) => ({ ...script, [number]: whats.map((what) => ({ what })) });
}

/** A protected alert in the place of our peer's Finished, which comes behind it. */
function alertBeforeFinished(level: number, code: number): Fault {
  return inFrontOf("finished", { what: "alert", epoch: 1, body: () => Uint8Array.of(level, code) });
}

describe("DTLS-Fuzzer's patterns of servers:", () => {
  it("Early Finished", () => {
    refuses("server", { kind, fault: flight(5, "changeCipherSpec", "finished") }, UNEXPECTED);
    refuses("server", { kind, fault: flight(5, "certificate", "changeCipherSpec", "finished") }, UNEXPECTED);
    refuses("server", { kind: KINDS.pskCcm, fault: flight(5, "finished") }, {});
  });

  it("CertificateVerify-less Client Authentication", () => {
    refuses("server", { kind, fault: omit("certificateVerify") }, UNEXPECTED);
  });

  it("Certificate-less Client Authentication", () => {
    refuses("server", { kind, fault: omit("certificate") }, UNEXPECTED);
  });

  it("ClientKeyExchange before Certificate", () => {
    refuses("server", { kind, fault: move("clientKeyExchange", "certificate") }, UNEXPECTED);
  });

  it("Unauthenticated ClientKeyExchange", () => {
    refuses("server", { kind, fault: all(omit("certificate"), omit("certificateVerify")) }, UNEXPECTED);
  });

  it("ChangeCipherSpec before CertificateVerify", () => {
    // The two may overtake each other on their way: what counts is that no Finished does without the proof.
    const late = all(omit("certificateVerify"), behind("finished", { what: "certificateVerify" }));
    refuses("server", { kind, fault: late }, {});
  });

  it("Finished before ChangeCipherSpec", () => {
    // It may overtake too, and then waits; in the clear, or without ChangeCipherSpec, it leads nowhere.
    const plain = all(move("finished", "changeCipherSpec"), send("finished", { epoch: 0 }));
    refuses("server", { kind, fault: plain }, { dropped: "plaintext" });
    refuses("server", { kind, fault: omit("changeCipherSpec") }, {});
  });

  it("Multiple ChangeCipherSpec", () => {
    completes("server", { kind, fault: twice("changeCipherSpec") }, { unexpected: 1 });
  });

  it("Handshake Restarted", () => {
    const hello: Item = { what: "clientHello", besides: true, messageSeq: () => 1 };
    for (const what of ["clientKeyExchange", "certificateVerify"] as const) {
      const { associations } = completes("server", { kind, fault: inFrontOf(what, hello) });
      expect(associations).toBe(1);
    }
    const numbered = inFrontOf("clientKeyExchange", { what: "clientHello" });
    refuses("server", { kind, fault: numbered }, UNEXPECTED);
  });

  it("Invalid Finished as Retransmission", () => {
    const attacked = new ServerDuel({ kind }).run();
    attacked.inject(...attacked.twin.repeat("finished", (bytes) => flipped(-1)(bytes, attacked.twin)));
    expect(attacked.twin.heard.filter((what) => what === "finished")).toHaveLength(1);
    expect(attacked.closed).toMatchObject({ error: { alert: "unexpected_message" } });
  });

  it("Non-conforming Cookie", () => {
    for (const cookie of [new Uint8Array(0), new Uint8Array(32), randomBytes(255)]) {
      const fault = alter(
        "clientHello",
        clientHello(() => ({ cookie })),
        3,
      );
      const attacked = new ServerDuel({ kind, fault }).run();
      expect(attacked.twin.heard).toEqual(["helloVerifyRequest", "helloVerifyRequest"]);
      expect(attacked.associations).toBe(0);
    }
  });

  it("Invalid HelloVerifyRequest Response", () => {
    for (const whats of [
      ["clientKeyExchange"],
      ["changeCipherSpec"],
      ["finished"],
      ["changeCipherSpec", "clientHello"],
    ] as const) {
      const attacked = new ServerDuel({ kind, fault: flight(3, ...whats) }).run();
      const answered = whats.includes("clientHello" as never);
      expect(attacked.connected).toBe(answered);
      expect(attacked.twin.heard.includes("serverHello")).toBe(answered);
    }
  });

  it("HelloVerifyRequest Retransmission", () => {
    const attacked = new ServerDuel({ kind, fault: flight(3) }).run();
    expect(attacked.timer).toBeNull();
    attacked.fire();
    expect(attacked.twin.heard).toEqual(["helloVerifyRequest"]);
  });

  it("Crash on CCS", () => {
    for (const what of PARTS.server) {
      for (const body of [Uint8Array.of(1), Uint8Array.of(2), new Uint8Array(0), new Uint8Array(300)]) {
        completes("server", { kind, fault: inFrontOf(what, { what: "changeCipherSpec", body: () => body }) });
      }
    }
    const attacked = new ServerDuel({ kind });
    expect(attacked.deafly(...attacked.twin.item({ what: "changeCipherSpec" }))).toEqual([]);
  });

  it("Insecure Renegotiation", () => {
    const attacked = new ServerDuel({ kind }).run();
    attacked.inject(
      ...attacked.twin.item({
        what: "clientHello",
        epoch: 1,
        body: clientHello(() => ({ cookie: new Uint8Array(0) })),
      }),
    );
    expect(attacked.twin.alerts).toEqual([{ epoch: 1, level: "warning", alert: "no_renegotiation" }]);
    expect(attacked.twin.heard.filter((what) => what === "serverHello")).toHaveLength(1);
    expectUsable(attacked);
  });

  it("Invalid DecryptError Alert", () => {
    // Only what a signature or Finished says wrong is told so, and not what has no place.
    for (const fault of [
      move("certificateVerify", "clientKeyExchange"),
      twice("certificateVerify"),
      flight(5, "finished"),
    ]) {
      const attacked = new ServerDuel({ kind, fault }).run().settle();
      expect(attacked.connected).toBe(false);
      expect(attacked.twin.alerts).toEqual([]);
    }
  });

  it("Internal Error on Finished", () => {
    for (const what of PARTS.server) {
      for (const epoch of [0, 1] as const) {
        const attacked = new ServerDuel({ kind, fault: inFrontOf(what, { what: "finished", epoch, besides: true }) })
          .run()
          .settle();
        expect(attacked.closed?.error?.alert).not.toBe("internal_error");
      }
    }
  });

  it("Invalid Handshake Start", () => {
    // Without state there is nothing that could fail: it is dropped, and the ClientHello begins as if alone.
    for (const what of [
      "certificate",
      "clientKeyExchange",
      "certificateVerify",
      "changeCipherSpec",
      "finished",
    ] as const) {
      const attacked = new ServerDuel({ kind });
      expect(attacked.deafly(...attacked.twin.item({ what, besides: true }))).toEqual([]);
      expect(attacked.associations).toBe(0);
      expectUsable(attacked.run());
    }
  });

  it("Multiple Certificate", () => {
    refuses("server", { kind, fault: twice("certificate") }, UNEXPECTED);
  });
});

describe("DTLS-Fuzzer's patterns of clients:", () => {
  it("(EC)DH without ServerKeyExchange", () => {
    for (const each of [kind, KINDS.ecdhePsk]) {
      const { twin } = refuses("client", { kind: each, fault: omit("serverKeyExchange") }, UNEXPECTED);
      expect(twin.heard).not.toContain("clientKeyExchange");
    }
  });

  it("Early Finished", () => {
    refuses("client", { kind, fault: flight(4, "serverHello", "changeCipherSpec", "finished") }, UNEXPECTED);
    refuses(
      "client",
      { kind, fault: flight(4, "serverHello", "certificate", "changeCipherSpec", "finished") },
      UNEXPECTED,
    );
  });

  it("Finished before CCS", () => {
    const plain = all(move("finished", "changeCipherSpec"), send("finished", { epoch: 0 }));
    refuses("client", { kind, fault: plain }, { dropped: "plaintext" });
    refuses("client", { kind, fault: omit("changeCipherSpec") }, {});
  });

  it("Handshake completed with invalid message sequence", () => {
    for (const what of ["serverHello", "certificate", "serverHelloDone", "finished"] as const) {
      for (const by of [-1, 1]) refuses("client", { kind, fault: send(what, { messageSeq: (next) => next + by }) }, {});
    }
  });

  it("Incorrect CertificateRequest response", () => {
    // rsa_sign and rsa_fixed_dh, or ECDSA with SHA-1: what an ECDSA key on P-256 cannot answer to.
    for (const [types, algorithms] of [
      [[1, 3], [0x0401]],
      [[64], [0x0203]],
      [[1], [0x0403]],
    ] as const) {
      const request = encodeCertificateRequest({ types: Uint8Array.from(types), signatureAlgorithms: algorithms });
      const attacked = new ClientDuel({ kind, fault: alter("certificateRequest", replaced(request)) }).run();
      expect(attacked.twin.heard.slice(2)).toEqual([
        "certificate",
        "clientKeyExchange",
        "changeCipherSpec",
        "finished",
      ]);
      expectUsable(attacked);
    }
  });

  it.each<[string, Part]>([
    ["Multiple Certificate", "certificate"],
    ["Multiple CertificateRequest", "certificateRequest"],
    ["Multiple ServerKeyExchange", "serverKeyExchange"],
  ])("%s", (_, what) => {
    refuses("client", { kind, fault: twice(what) }, UNEXPECTED);
  });

  it("Multiple ChangeCipherSpec", () => {
    completes("client", { kind, fault: twice("changeCipherSpec") }, { unexpected: 1 });
  });

  it("Reorder Certificate/CertificateRequest", () => {
    refuses("client", { kind, fault: move("certificateRequest", "certificate") }, UNEXPECTED);
    refuses("client", { kind, fault: move("certificateRequest", "serverKeyExchange") }, UNEXPECTED);
  });

  it("Retransmitted Flight 5", () => {
    // RFC 6347 §4.2.4 has it sent again when flight 4 comes again; it is the same, and not sent more than once a timer.
    const attacked = new ClientDuel({ kind, fault: flight(6) }).run();
    const flight4 = attacked.twin.sent.slice(1);
    const sent = attacked.sent.length;
    for (let count = 0; count < 10; count++) attacked.inject(...flight4);
    expect(attacked.sent.length - sent).toBe(1);
    expect(attacked.twin.heard.filter((what) => what === "clientKeyExchange")).toHaveLength(2);
    expect(attacked.connected).toBe(false);
  });

  it("ServerHello Flight Restart", () => {
    refuses("client", { kind, fault: behind("certificate", { what: "serverHello" }) }, UNEXPECTED);
    const again = inFrontOf("changeCipherSpec", {
      what: "serverHello",
      body: serverHello(() => ({ random: randomBytes(32) })),
    });
    refuses("client", { kind, fault: again }, UNEXPECTED);
  });

  it("Unexpected ClientHello response", () => {
    for (const what of PARTS.client.slice(1)) {
      const attacked = completes("client", {
        kind,
        fault: inFrontOf(what, { what: "helloVerifyRequest", besides: true }),
      });
      expect(attacked.twin.heard.filter((heard) => heard === "clientHello")).toHaveLength(2);
    }
  });

  it("Unrequested Certificate", () => {
    const { twin } = completes("client", { kind, fault: omit("certificateRequest") });
    expect(twin.heard).not.toContain("certificate");
  });
});

describe.each(["client", "server"] as const)("DTLS-Fuzzer's patterns of both, at a %s:", (role) => {
  // In the clear both can be forged by anybody, and do not end a handshake that goes on (RFC 6347 §4.1.2.7).
  it.each([
    ["Continue After CloseNotify", 1, 0],
    ["Continue After Fatal Alert", 2, 40],
  ])("%s", (_, level, code) => {
    const attacked = duel(role, { kind, fault: alertBeforeFinished(level, code) }).run();
    expect(attacked.connected).toBe(false);
    expect(attacked.closed).toMatchObject({ by: "peer" });
    expectOver(attacked);
    const later = duel(role, { kind }).run();
    later.inject(later.twin.record(21, Uint8Array.of(level, code), 1), later.twin.say("late"));
    expect(later.closed).toMatchObject({ by: "peer" });
    expectOver(later);
  });
});
