/** Sessions that are taken up again, by who may and by who may not. */
import { createSecretKey, randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { EXTENSION, encodeServerName } from "../../../services/dtls/messages/extensions.ts";
import { DtlsServer } from "../../../services/dtls/server.ts";
import type { ClientOptions, ServerOptions } from "../../../services/dtls/types.ts";
import { clientHello, flipped, serverHello, withExtension, withoutExtension } from "../support/changes.ts";
import { ClientDuel, type DuelOptions, ServerDuel } from "../support/duel.ts";
import { KINDS, type Kind } from "../support/kinds.ts";
import { expectNextWorks, expectOver, expectRefused, expectUsable, refuses } from "../support/outcomes.ts";
import { all, alter, type Fault, honestScript, inFrontOf } from "../support/script.ts";
import type { TwinOptions } from "../support/twin.ts";

const kind = KINDS.pskCcm;

/** The script of a full handshake for a twin that would resume: for whoever it is refused to. */
const full: Fault = () => honestScript("client", kind, false);

/** A session, and what a twin needs to take it up. */
function earlier(server = new DtlsServer(kind.server), setup: Partial<DuelOptions> = {}) {
  const { twin } = expectConnected(new ServerDuel({ kind, server, ...setup }).run());
  return { server, session: { id: twin.sessionId, master: twin.master! } };
}

function expectConnected(duel: ServerDuel): ServerDuel {
  expectUsable(duel);
  return duel.close();
}

function resumes(setup: Omit<DuelOptions, "kind"> & { readonly server: DtlsServer }): ServerDuel {
  return new ServerDuel({ kind, ...setup }).run();
}

describe("C21 a session that a client wants back from our server", () => {
  it("is given to who knows its secret", () => {
    const { server, session } = earlier();
    const next = resumes({ server, twin: { session } });
    expectUsable(next);
    expect(next.info?.resumed).toBe(true);
  });

  it("gets keys of its own each time", () => {
    const { server, session } = earlier();
    const [one, two] = [resumes({ server, twin: { session } }), resumes({ server, twin: { session } })];
    two.inject(one.twin.sent.at(-1)!);
    expect(two.dropped.unauthentic + two.dropped.replay).toBe(1);
    expectUsable(two);
  });

  it("is not given to who knows its id alone", () => {
    const { server, session } = earlier();
    const master = createSecretKey(randomBytes(48));
    const attacked = resumes({ server, twin: { session: { ...session, master } } });
    // It cannot read the server's Finished, and sends its own all the same.
    attacked.inject(...attacked.twin.flight(5));
    expectRefused(attacked, { dropped: "unauthentic" });
  });

  it("leads to a full handshake when its id is not known", () => {
    const { server, session } = earlier();
    const next = resumes({ server, fault: full, twin: { session: { ...session, id: randomBytes(32) } } });
    expectUsable(next);
    expect(next.info?.resumed).toBe(false);
    expect(next.twin.heard).toContain("helloVerifyRequest");
  });

  it("needs a cookie all the same", () => {
    const { server, session } = earlier();
    for (const id of [session.id, randomBytes(32)]) {
      const next = new ServerDuel({ kind, server, twin: { session: { ...session, id } } });
      const answers = next.deafly(...next.twin.start());
      expect(answers.map((datagram) => datagram[13])).toEqual([3]);
      expect(next.associations).toBe(0);
    }
  });

  it("leads to a full handshake under another suite", () => {
    const options: ServerOptions = { ...kind.server, suites: [kind.suite.name, KINDS.pskGcm.suite.name] };
    const { server, session } = earlier(new DtlsServer(options));
    const next = new ServerDuel({ kind: KINDS.pskGcm, server, fault: full, twin: { session } }).run();
    expectUsable(next);
    expect(next.info).toMatchObject({ resumed: false, suite: KINDS.pskGcm.suite.name });
  });

  it("is refused without the extended master secret that it had", () => {
    const { server, session } = earlier();
    refuses(
      "server",
      { kind, server, fault: full, twin: { session, extendedMasterSecret: false } },
      { alert: "handshake_failure" },
    );
  });

  it("leads to a full handshake with an extended master secret that it had not", () => {
    const { server, session } = earlier(undefined, { twin: { extendedMasterSecret: false } });
    const next = resumes({ server, fault: full, twin: { session } });
    expectUsable(next);
    expect(next.info).toMatchObject({ resumed: false, extendedMasterSecret: true });
  });

  it("leads to a full handshake under another server name", () => {
    const named = (name: string): Fault =>
      alter(
        "clientHello",
        clientHello((hello) => withExtension(hello, EXTENSION.serverName, ...encodeServerName(name))),
      );
    const { server, session } = earlier(undefined, { fault: named("one.example") });
    const next = resumes({ server, fault: all(full, named("two.example")), twin: { session } });
    expectUsable(next);
    expect(next.info).toMatchObject({ resumed: false, serverName: "two.example" });
    const same = resumes({ server, fault: named("one.example"), twin: { session } });
    expect(same.info).toMatchObject({ resumed: true, serverName: "one.example" });
  });

  it("is lost by a wrong Finished", () => {
    const { server, session } = earlier();
    refuses(
      "server",
      { kind, server, fault: alter("finished", flipped(0)), twin: { session } },
      { alert: "decrypt_error" },
    );
    const next = resumes({ server, fault: full, twin: { session } });
    expectUsable(next);
    expect(next.info?.resumed).toBe(false);
  });

  it("takes no messages of a full handshake", () => {
    const { server, session } = earlier();
    refuses(
      "server",
      { kind, server, fault: inFrontOf("changeCipherSpec", { what: "clientKeyExchange" }), twin: { session } },
      { dropped: "unexpected" },
    );
  });

  it("keeps who the client was", () => {
    const certificates = KINDS.certificateCcm;
    const first = new ServerDuel({ kind: certificates }).run();
    const peer = first.info?.peer;
    expect(peer).toMatchObject({ kind: "certificate", subject: expect.stringContaining("client") });
    const session = { id: first.twin.sessionId, master: first.twin.master! };
    const { server } = first.close();
    expect(new ServerDuel({ kind: certificates, server, twin: { session } }).run().info).toMatchObject({
      resumed: true,
      peer,
    });
  });

  it("is not kept by a server that is to keep none", () => {
    const { twin } = new ServerDuel({ kind, options: { ...kind.server, sessions: 0 } }).run();
    expect(twin.sessionId).toHaveLength(0);
  });

  it("is the oldest to go when there are too many", () => {
    const server = new DtlsServer({ ...kind.server, sessions: 2 });
    const sessions = [1, 2, 3].map(() => earlier(server).session);
    const resumed = sessions.map(
      (session, index) => resumes({ server, ...(index === 0 && { fault: full }), twin: { session } }).info?.resumed,
    );
    expect(resumed.slice(0, 1)).toEqual([false]);
    expect(resumed[2]).toBe(true);
  });

  it("is a day old at most", () => {
    let now = 0;
    const server = new DtlsServer({ ...kind.server, now: () => now });
    const { session } = earlier(server);
    now = 24 * 3_600_000;
    expect(resumes({ server, twin: { session } }).info?.resumed).toBe(true);
    now += 1;
    expect(resumes({ server, fault: full, twin: { session } }).info?.resumed).toBe(false);
  });
});

describe("C21 a session that our client wants back", () => {
  function offered(of: Kind = kind, options: ClientOptions = {}, twin: Omit<TwinOptions, "kind" | "script"> = {}) {
    const first = new ClientDuel({ kind: of, options, twin }).run();
    expectUsable(first);
    return { resume: first.client.resumption()!, session: { id: first.twin.sessionId, master: first.twin.master! } };
  }

  it("comes from who knows its secret", () => {
    const { resume, session } = offered();
    const next = new ClientDuel({ kind, options: { resume }, twin: { session } }).run();
    expectUsable(next);
    expect(next.info?.resumed).toBe(true);
  });

  it("does not come from who knows its id alone", () => {
    const { resume, session } = offered();
    const master = createSecretKey(randomBytes(48));
    const attacked = refuses(
      "client",
      { kind, options: { resume }, twin: { session: { ...session, master } } },
      { dropped: "unauthentic" },
    );
    expect((attacked as ClientDuel).client.resumption()).toBeUndefined();
  });

  it("may be refused by a full handshake, which makes a new one", () => {
    const { resume, session } = offered();
    const next = new ClientDuel({ kind, options: { resume } }).run();
    expectUsable(next);
    expect(next.info?.resumed).toBe(false);
    expect(Buffer.from(next.client.resumption()!).toString()).not.toContain(Buffer.from(session.id).toString("hex"));
  });

  it("does not come with another suite", () => {
    const options: ClientOptions = { suites: [kind.suite.name, KINDS.pskGcm.suite.name] };
    const { resume, session } = offered(kind, options);
    const fault = alter(
      "serverHello",
      serverHello(() => ({ suite: KINDS.pskGcm.suite.id })),
    );
    refuses(
      "client",
      { kind, options: { ...options, resume }, fault, twin: { session } },
      { alert: "illegal_parameter" },
    );
  });

  it("does not come without the extended master secret that it had", () => {
    const { resume, session } = offered();
    const fault = alter(
      "serverHello",
      serverHello((hello) => withoutExtension(hello, EXTENSION.extendedMasterSecret)),
    );
    refuses("client", { kind, options: { resume }, fault, twin: { session } }, { alert: "handshake_failure" });
  });

  it("does not come with an extended master secret that it had not", () => {
    const { resume, session } = offered(kind, {}, { extendedMasterSecret: false });
    refuses("client", { kind, options: { resume }, twin: { session } }, { alert: "handshake_failure" });
  });

  it("is not offered to a server for another credential or name", () => {
    const { resume, session } = offered();
    for (const options of [
      { resume, psk: { identity: Uint8Array.of(1), key: kind.client.psk!.key } },
      { resume, psk: { identity: kind.client.psk!.identity, key: new Uint8Array(16).fill(9) } },
      { resume, serverName: "other.example" },
    ] satisfies ClientOptions[]) {
      const attacked = new ClientDuel({ kind, options });
      const [hello] = attacked.begin();
      expect(Buffer.from(hello!).toString("hex")).not.toContain(Buffer.from(session.id).toString("hex"));
    }
  });

  it("is lost by a wrong Finished", () => {
    const { resume, session } = offered();
    const attacked = new ClientDuel({
      kind,
      options: { resume },
      fault: alter("finished", flipped(0)),
      twin: { session },
    }).run();
    expect(attacked.closed).toMatchObject({ error: { alert: "decrypt_error" } });
    expect(attacked.client.resumption()).toBeUndefined();
    expectOver(attacked);
    expectNextWorks(attacked);
  });

  it("is lost by a fatal alert, and not by a close_notify", () => {
    const ended = (level: "fatal" | "warning") => {
      const attacked = new ClientDuel({ kind }).run();
      attacked.inject(attacked.twin.alert(level, level === "fatal" ? "internal_error" : "close_notify", 1));
      return attacked.client.resumption();
    };
    expect(ended("fatal")).toBeUndefined();
    expect(ended("warning")).toBeDefined();
  });

  it("takes no messages of a full handshake", () => {
    const { resume, session } = offered();
    const fault = inFrontOf("changeCipherSpec", { what: "serverHelloDone" });
    refuses("client", { kind, options: { resume }, fault, twin: { session } }, { dropped: "unexpected" });
  });
});
