/** HelloVerifyRequest and its cookie: for a client a stranger's word, for a server all that keeps strangers out. */
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { encodeHelloVerifyRequest } from "../../../services/dtls/messages/helloVerifyRequest.ts";
import { DtlsServer } from "../../../services/dtls/server.ts";
import { type Change, clientHello, cut, replaced, withExtension } from "../support/changes.ts";
import { ClientDuel, PEER, ServerDuel } from "../support/duel.ts";
import { KINDS } from "../support/kinds.ts";
import { completes, expectUsable, refuses } from "../support/outcomes.ts";
import { alter, behind, honestScript, type Item, omit, send } from "../support/script.ts";
import { TwinClient } from "../support/twinClient.ts";

const kind = KINDS.pskCcm;

function withCookie(length: number): Change {
  return replaced(encodeHelloVerifyRequest(new Uint8Array(length).fill(7)));
}

describe("B17 a HelloVerifyRequest, given to a client", () => {
  const hellos = (duel: ClientDuel) => duel.twin.heard.filter((what) => what === "clientHello").length;
  const another = (cookie: number, more: Partial<Item> = {}): Item => ({
    what: "helloVerifyRequest",
    body: withCookie(cookie),
    ...more,
  });

  it("may be left out", () => {
    completes("client", { kind, fault: omit("helloVerifyRequest") });
  });

  it("may hold a cookie of 255 octets", () => {
    completes("client", { kind, fault: alter("helloVerifyRequest", withCookie(255)) });
  });

  it("without a cookie is dropped", () => {
    refuses("client", { kind, fault: alter("helloVerifyRequest", withCookie(0)) }, { dropped: "unexpected" });
  });

  it("that comes twice is answered once", () => {
    const attacked = completes(
      "client",
      { kind, fault: behind("helloVerifyRequest", { what: "helloVerifyRequest", messageSeq: () => 0, besides: true }) },
      { unexpected: 1 },
    );
    expect(hellos(attacked as ClientDuel)).toBe(2);
  });

  it("is answered no more than twice, whatever cookies come", () => {
    const fault = (script: Parameters<ReturnType<typeof omit>>[0]) => ({
      ...script,
      2: Array.from({ length: 100 }, (_, index) => another(index + 1, { besides: true, messageSeq: () => 0 })),
      4: [],
    });
    const attacked = refuses("client", { kind, fault }, { dropped: "unexpected" }) as ClientDuel;
    // Its own, its answers to two cookies, and what the timer sent again.
    expect(attacked.dropped.unexpected).toBeGreaterThanOrEqual(98);
    expect(attacked.sent.length).toBe(3 + 5);
  });

  it("without a cookie, after one with a cookie, is dropped", () => {
    const fault = behind("helloVerifyRequest", another(0, { besides: true, messageSeq: () => 0 }));
    const attacked = completes("client", { kind, fault }, { unexpected: 1 }) as ClientDuel;
    expect(hellos(attacked)).toBe(2);
  });

  it("after the ServerHello is dropped", () => {
    const fault = behind("serverHello", another(9, { besides: true }));
    const attacked = completes("client", { kind, fault }, { unexpected: 1 }) as ClientDuel;
    expect(hellos(attacked)).toBe(2);
  });

  it.each([
    [
      "in two fragments",
      { fragments: ({ body }) => [{ bytes: body.subarray(0, 9) }, { offset: 9, bytes: body.subarray(9) }] },
    ],
    ["that begins a longer one", { fragments: ({ body }) => [{ length: body.length + 5 }] }],
    ["cut short", { wire: cut(10) }],
    ["with a cookie longer than it is", { body: () => Uint8Array.of(0xfe, 0xff, 20, 1, 2, 3) }],
  ] satisfies [string, Omit<Item, "what">][])("%s is dropped", (_, how) => {
    refuses("client", { kind, fault: send("helloVerifyRequest", how) }, { dropped: "unexpected" });
  });

  it.each([0, 1, 65_535])("that is forged, under number %d, does not keep out the true one", (messageSeq) => {
    const attacked = new ClientDuel({ kind });
    const hello = attacked.begin();
    attacked.deafly(...attacked.twin.item(another(9, { besides: true, messageSeq: () => messageSeq })));
    expectUsable(attacked.hear(hello));
  });

  it("of version DTLS 1.2 is as good as one of 1.0", () => {
    const fault = alter("helloVerifyRequest", (body) => Uint8Array.from([0xfe, 0xfd, ...body.slice(2)]));
    completes("client", { kind, fault });
  });

  it("makes a client repeat its hello exactly, but for the cookie", () => {
    const { sent } = completes("client", { kind });
    const withoutCookie = (datagram: Uint8Array) => {
      const [header, random, rest] = [25, 25 + 2 + 32, 25 + 2 + 32 + 1];
      const cookie = datagram[rest] ?? 0;
      return [...datagram.slice(header, random), ...datagram.slice(rest + 1 + cookie)];
    };
    expect(withoutCookie(sent[1]!)).toEqual(withoutCookie(sent[0]!));
  });
});

describe("B17 a cookie, given to a server", () => {
  const answers = ({ sent }: ServerDuel) => sent.map((datagram) => datagram[13]);
  const HELLO_VERIFY_REQUEST = 3;

  it.each<[string, Change]>([
    ["made up", clientHello(() => ({ cookie: randomBytes(32) }))],
    ["cut short", clientHello(({ cookie }) => ({ cookie: cookie.slice(0, 31) }))],
    ["with an octet more", clientHello(({ cookie }) => ({ cookie: Uint8Array.from([...cookie, 0]) }))],
    [
      "with a wrong octet",
      clientHello(({ cookie }) => ({ cookie: cookie.map((octet, at) => (at === 31 ? octet ^ 1 : octet)) })),
    ],
    ["left out", clientHello(() => ({ cookie: new Uint8Array(0) }))],
    ["of another random", clientHello(() => ({ random: randomBytes(32) }))],
    ["of other suites", clientHello(({ suites }) => ({ suites: suites.map(() => 0xc0ae) }))],
    ["of more suites", clientHello(({ suites }) => ({ suites: [...suites, 0xc0ae] }))],
    ["of another session id", clientHello(() => ({ sessionId: randomBytes(32) }))],
    ["of other compressions", clientHello(() => ({ compressions: Uint8Array.of(0, 1) }))],
  ])("%s gets a HelloVerifyRequest, and leaves no state", (_, change) => {
    const attacked = new ServerDuel({ kind, fault: alter("clientHello", change, 3) }).run();
    expect(answers(attacked)).toEqual([HELLO_VERIFY_REQUEST, HELLO_VERIFY_REQUEST]);
    expect(attacked.associations).toBe(0);
    expect(attacked.timer).toBeNull();
    expectUntouched(attacked);
  });

  it.each([
    ["address", { ...PEER, address: "192.0.2.2" }],
    ["port", { ...PEER, port: PEER.port + 1 }],
  ])("of another %s gets a HelloVerifyRequest, and leaves no state", (_, elsewhere) => {
    const attacked = new ServerDuel({ kind });
    const [first] = attacked.twin.start();
    const [verify] = attacked.deafly(first!);
    const [second] = attacked.twin.receive(verify!);
    attacked.from = elsewhere;
    attacked.deafly(second!);
    expect(answers(attacked)).toEqual([HELLO_VERIFY_REQUEST, HELLO_VERIFY_REQUEST]);
    expect(attacked.to).toEqual(elsewhere);
    expect(attacked.associations).toBe(0);
    attacked.from = PEER;
    expectUsable(attacked.inject(second!));
  });

  it("is of one session id, and not of another as long", () => {
    const fault = alter(
      "clientHello",
      clientHello(() => ({ sessionId: randomBytes(32) })),
    );
    const attacked = new ServerDuel({ kind, fault }).run();
    expect(answers(attacked)).toEqual([HELLO_VERIFY_REQUEST, HELLO_VERIFY_REQUEST]);
    expect(attacked.associations).toBe(0);
  });

  it("is not asked of the beginning of a ClientHello, though it could be read", () => {
    // All but the extensions: a hello may have none.
    const WITHOUT_EXTENSIONS = 2 + 32 + 1 + 1 + 4 + 2;
    const attacked = new ServerDuel({ kind });
    const start = attacked.twin.item({
      what: "clientHello",
      fragments: ({ body }) => [{ bytes: body.subarray(0, WITHOUT_EXTENSIONS) }],
    });
    expect(attacked.deafly(...start)).toEqual([]);
    const alone = attacked.twin.item({ what: "clientHello", body: (body) => body.slice(0, WITHOUT_EXTENSIONS) });
    expect(attacked.deafly(...alone)).toHaveLength(1);
  });

  it("holds for the period after its own, and no longer", () => {
    let now = 0;
    const server = new DtlsServer({ ...kind.server, now: () => now });
    const opens = (laterMs: number) => {
      const attacked = new ServerDuel({ kind, server });
      now = 0;
      const [verify] = attacked.deafly(...attacked.twin.start());
      now = laterMs;
      const [second] = attacked.twin.receive(verify!);
      attacked.deafly(second!);
      return attacked.associations;
    };
    expect(opens(600_000)).toBe(0);
    expect(opens(599_999)).toBe(1);
  });

  it("is of one server alone", () => {
    const one = new ServerDuel({ kind });
    const [verify] = one.deafly(...one.twin.start());
    const other = new ServerDuel({ kind });
    other.deafly(...one.twin.receive(verify!));
    expect(other.associations).toBe(0);
  });

  it("is asked for in no more octets than asked", () => {
    for (const change of [
      clientHello(() => ({})),
      clientHello(() => ({ extensions: new Map() })),
      clientHello(() => ({ extensions: new Map(), cookie: new Uint8Array(255) })),
    ]) {
      const attacked = new ServerDuel({ kind, fault: alter("clientHello", change) });
      const [first] = attacked.twin.start();
      const [verify, ...more] = attacked.deafly(first!);
      expect(more).toEqual([]);
      expect(verify!.length).toBeLessThanOrEqual(first!.length);
    }
  });

  it("is never sent of the server's own accord", () => {
    const attacked = new ServerDuel({ kind });
    attacked.deafly(...attacked.twin.start());
    expect(attacked.timer).toBeNull();
    expect(attacked.sent).toHaveLength(1);
  });

  it("is not asked of what is no ClientHello, which gets no answer at all", () => {
    const attacked = new ServerDuel({ kind });
    const [first] = attacked.twin.start();
    const twin = attacked.twin;
    const notHellos = [
      ...twin.item({ what: "clientKeyExchange" }),
      ...twin.item({ what: "changeCipherSpec" }),
      ...twin.item({ what: "finished" }),
      ...twin.item({ what: "finished", epoch: 0 }),
      twin.say("data"),
      twin.record(23, Uint8Array.of(1), 0),
      twin.alert("fatal", "internal_error", 0),
      first!.slice(0, -1),
      // Of another epoch; of another version.
      first!.map((octet, at) => (at === 4 ? 1 : octet)),
      first!.map((octet, at) => (at === 2 ? 0xfc : octet)),
      ...twin.item({
        what: "clientHello",
        fragments: ({ body }) => [{ bytes: body.subarray(0, 30) }, { offset: 30, bytes: body.subarray(30) }],
      }),
    ];
    expect(attacked.deafly(...notHellos)).toEqual([]);
    expect(attacked.associations).toBe(0);
    expect(Object.values(attacked.server.dropped).reduce((sum, count) => sum + count)).toBe(notHellos.length);
  });

  it("keeps a storm of ten thousand ClientHellos from leaving any state", () => {
    const server = new DtlsServer(kind.server);
    const script = honestScript("client", kind, false);
    const [hello] = new TwinClient({ kind, script }).start();
    for (let port = 0; port < 10_000; port++) {
      const { step, association } = server.receive(hello!, { address: "192.0.2.9", port });
      expect(step.datagrams).toHaveLength(1);
      expect(association).toBeUndefined();
    }
    expect(server.associations).toBe(0);
  });

  it("leaves room for extensions that a client changes between its hellos", () => {
    completes("server", {
      kind,
      fault: alter(
        "clientHello",
        clientHello((hello) => withExtension(hello, 0xfafa, 1)),
        3,
      ),
    });
  });
});

/** Nothing was opened: there is nothing to close either. */
function expectUntouched(attacked: ServerDuel): void {
  expect(attacked.events).toEqual([]);
  expectUsable(attacked.again());
}
