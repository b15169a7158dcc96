import { describe, expect, it } from "@jest/globals";
import { ALERTS, type AlertName, alertOfCode } from "../../services/dtls/alerts.ts";
import { DtlsClient } from "../../services/dtls/client.ts";
import { DtlsError } from "../../services/dtls/errors.ts";
import { RFC6347_RETRANSMISSION, RFC7925_RETRANSMISSION } from "../../services/dtls/resolveOptions.ts";
import type { ClientOptions, Retransmission, Role, Step } from "../../services/dtls/types.ts";
import { Attacker } from "./attacks/support/attacker.ts";
import { PSK, X509 } from "./attacks/support/credentials.ts";
import { other, Pair } from "./attacks/support/pair.ts";
import { expectAlive } from "./attacks/support/untouched.ts";
import { record, records, text } from "./attacks/support/wire.ts";

const ROLES: readonly Role[] = ["client", "server"];

function client(options: Partial<ClientOptions> = {}): DtlsClient {
  return new DtlsClient({ ...PSK.client, ...options });
}

/** The waits of a client that nobody answers, ms, to the end. */
function schedule(retransmission?: Partial<Retransmission>): { waits: number[]; last: Step; sent: Uint8Array[] } {
  const lonely = client(retransmission && { retransmission });
  const waits: number[] = [];
  const sent: Uint8Array[] = [];
  let step = lonely.start();
  while (typeof step.timer === "number") {
    waits.push(step.timer);
    sent.push(...step.datagrams);
    step = lonely.timeout();
  }
  return { waits, last: step, sent };
}

describe("a client that hears nothing", () => {
  it("sends its ClientHello again after 1, 2, 4, 8, 16 and 32 s, and gives up after 63 s (RFC 6347 §4.2.4.1)", () => {
    const { waits, last } = schedule();
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
    expect(last).toMatchObject({ datagrams: [], timer: null, events: [{ kind: "closed", by: "local" }] });
    expect(RFC6347_RETRANSMISSION).toEqual({ initialMs: 1_000, maxMs: 60_000, max: 5 });
  });

  it("does so after 9, 18, 36 and 60 s by the profile of RFC 7925 §11", () => {
    expect(schedule(RFC7925_RETRANSMISSION).waits).toEqual([9_000, 18_000, 36_000, 60_000]);
  });

  it.each([
    { retransmission: { initialMs: 100, max: 0 }, waits: [100] },
    { retransmission: { initialMs: 100, maxMs: 150, max: 3 }, waits: [100, 150, 150, 150] },
    { retransmission: { max: 2 }, waits: [1_000, 2_000, 4_000] },
  ])("keeps to $retransmission", ({ retransmission, waits }) => {
    expect(schedule(retransmission).waits).toEqual(waits);
  });

  it("sends the same message each time, in a record of its own", () => {
    const { sent } = schedule();
    const views = sent.map((datagram) => records(datagram)[0]!);
    expect(views.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(new Set(views.map(({ fragment }) => Buffer.from(fragment).toString("hex"))).size).toBe(1);
  });

  it("ends with noAnswer, and with timeout where something came", () => {
    const errorOf = ({ events }: Step) =>
      events.flatMap((event) => (event.kind === "closed" ? [event.error?.code] : []));
    expect(errorOf(schedule().last)).toEqual(["noAnswer"]);
    const heard = client({ retransmission: { max: 0 } });
    heard.start();
    heard.receive(text("rubbish"));
    const { events } = heard.timeout();
    expect(events).toMatchObject([{ error: { code: "timeout", message: expect.stringContaining("1 malformed") } }]);
  });
});

describe("a handshake that falls silent", () => {
  it("begins with the first wait again at each flight", () => {
    const pair = new Pair(PSK);
    pair.start();
    expect(pair.timeout("client").timer).toBe(2_000);
    pair.carry(({ from, bytes }) => (from === "client" && bytes[13] === 16 ? [] : [bytes]));
    expect(pair.timers).toEqual({ client: 1_000, server: 1_000 });
  });

  it("before the client's keys is a timeout without a guess at the reason", () => {
    const pair = new Pair({ ...PSK, client: { ...PSK.client, retransmission: { max: 0 } } });
    pair.start();
    pair.carry(({ from, bytes }) => (from === "server" && bytes[13] === 2 ? [] : [bytes]));
    pair.timeout("client");
    expect(pair.closed("client").error).toMatchObject({
      code: "timeout",
      message: "the peer fell silent in the handshake",
    });
  });

  it.each([
    { fatal: "handshake_failure", code: 40 },
    { fatal: "unknown_psk_identity", code: 115 },
    { fatal: 222, code: 222 },
  ])("after a plain alert $fatal ends with that, at the next timer", ({ fatal, code }) => {
    const lonely = client();
    lonely.start();
    const step = lonely.receive(record({ type: 21, fragment: Uint8Array.of(2, code) }));
    expect(step).toEqual({ datagrams: [], events: [] });
    expect(lonely.state).toBe("handshaking");
    expect(lonely.timeout().events).toMatchObject([
      { kind: "closed", by: "peer", error: { code: "alert", alert: fatal } },
    ]);
  });

  it("is not ended by a forged alert when the true answer comes", () => {
    const pair = new Pair(PSK);
    pair.start();
    const forged = record({ type: 21, fragment: Uint8Array.of(2, 40) });
    pair.carry(({ bytes }) => [forged, bytes, forged]);
    expectAlive(pair);
  });

  it("is not ended by a warning", () => {
    const lonely = client();
    lonely.start();
    lonely.receive(record({ type: 21, fragment: Uint8Array.of(1, 112) }));
    expect(lonely.timeout()).toMatchObject({ events: [], timer: 2_000 });
  });
});

describe.each(ROLES)("the end of a connection, by a %s", (role) => {
  const peer = other(role);

  it("by close says close_notify, which the peer answers; both tell of it once, without an error", () => {
    const pair = new Pair(PSK).connect();
    const attacker = new Attacker(pair);
    const { datagrams } = pair.close(role);
    expect(datagrams).toHaveLength(1);
    expect([...attacker.open(role, datagrams[0]!)].slice(0, 2)).toEqual([1, 0]);
    pair.carry();
    expect(pair.closed(role)).toEqual({ kind: "closed", by: "local" });
    expect(pair.closed(peer)).toEqual({ kind: "closed", by: "peer" });
    expect(pair.history.at(-1)?.from).toBe(peer);
    expect(pair.server.associations).toBe(0);
  });

  it("by abort says nothing", () => {
    const pair = new Pair(PSK).connect();
    const step = pair.end(role).abort();
    expect(step).toMatchObject({ datagrams: [], timer: null });
    expect(step.events).toMatchObject([{ kind: "closed", by: "local", error: { code: "aborted" } }]);
    expect(pair.end(peer).state).toBe("connected");
  });

  it("is told once, whatever comes after it", () => {
    const pair = new Pair(PSK).connect();
    const end = pair.end(role);
    const late = pair.held(peer, text("late"));
    pair.close(role);
    for (const step of [end.close(), end.abort(), end.timeout()])
      expect(step).toMatchObject({ datagrams: [], events: [] });
    pair.give(role, late);
    pair.carry();
    pair.closed(role);
    expect(pair.data(role)).toEqual([]);
    expect(() => end.send(text("more"))).toThrow(DtlsError);
  });

  it("comes with a fatal alert of the peer, which is named with its meaning", () => {
    const pair = new Pair(PSK).connect();
    const content = Uint8Array.of(2, ALERTS.internal_error.code);
    const step = pair.give(role, new Attacker(pair).seal(peer, { type: 21, sequence: 40, content }));
    expect(step.datagrams).toEqual([]);
    expect(pair.closed(role)).toMatchObject({
      by: "peer",
      error: { code: "alert", alert: "internal_error", alertCode: 80 },
    });
    expect(pair.closed(role).error?.message).toContain(ALERTS.internal_error.meaning);
  });

  it("does not come with a warning, or one that nobody knows", () => {
    const pair = new Pair(PSK).connect();
    const attacker = new Attacker(pair);
    for (const [index, code] of [90, 100, 112, 250].entries()) {
      pair.give(role, attacker.seal(peer, { type: 21, sequence: 40 + index, content: Uint8Array.of(1, code) }));
    }
    expect(pair.events[role].filter(({ kind }) => kind === "closed")).toEqual([]);
    expect(pair.end(role).state).toBe("connected");
  });
});

describe("close and abort in a handshake", () => {
  it.each(["close", "abort"] as const)("%s ends it without a word, as aborted", (how) => {
    const lonely = client();
    lonely.start();
    const step = lonely[how]();
    expect(step).toMatchObject({
      datagrams: [],
      timer: null,
      events: [{ kind: "closed", by: "local", error: { code: "aborted" } }],
    });
    expect(lonely.timeout()).toMatchObject({ datagrams: [], events: [] });
  });
});

describe("what is sent", () => {
  it("needs a connection, and has to fit", () => {
    const lonely = client();
    expect(() => lonely.send(text("early"))).toThrow(/nothing can be sent: the connection is handshaking/);
    const pair = new Pair(PSK).connect();
    const { maxSend } = pair.client;
    expect(() => pair.client.send(new Uint8Array(maxSend + 1))).toThrow(
      `${maxSend + 1} octets do not fit a record; at most ${maxSend} do`,
    );
    expect(pair.client.state).toBe("connected");
  });

  it.each([228, 512, 1_212, 16_384])("fills a datagram of an mtu of %d octets, and never more", (mtu) => {
    for (const kind of [PSK, X509]) {
      const pair = new Pair({ client: { ...kind.client, mtu }, server: { ...kind.server, mtu } }).connect();
      for (const role of ROLES) {
        const [datagram] = pair.send(role, new Uint8Array(pair.end(role).maxSend)).datagrams;
        expect(datagram).toHaveLength(mtu);
      }
      const whole = pair.history.filter(({ bytes }) => bytes[13] !== 1 || bytes[0] !== 22);
      expect(Math.max(...whole.map(({ bytes }) => bytes.length))).toBe(mtu);
    }
  });
});

describe("the timers of a handshake that is complete", () => {
  it("are off with the side that heard Finished last; the other keeps its flight for 240 s", () => {
    const pair = new Pair(PSK).connect();
    expect(pair.timers).toEqual({ client: null, server: 240_000 });
    const resume = pair.client.resumption()!;
    const next = new Pair({ client: { ...PSK.client, resume }, server: pair.server }).connect();
    expect(next.timers).toEqual({ client: 240_000, server: null });
  });

  it.each(ROLES)("lets go of the last flight when data comes: a %s that sent it", (role) => {
    const { pair, finished } = lastFlightOf(role);
    expect(pair.give(role, finished(40)).datagrams).not.toEqual([]);
    pair.give(role, pair.held(other(role), text("data")));
    expect(pair.timers[role]).toBeNull();
    expect(pair.give(role, finished(41)).datagrams).toEqual([]);
  });

  it.each(ROLES)("lets go of the last flight after 240 s: a %s that sent it", (role) => {
    const { pair, finished } = lastFlightOf(role);
    expect(pair.timeout(role)).toMatchObject({ datagrams: [], events: [], timer: null });
    expect(pair.give(role, finished(40)).datagrams).toEqual([]);
    expect(pair.end(role).state).toBe("connected");
  });

  it.each(ROLES)(
    "sends the last flight again for each Finished that is authentic, 20 times: a %s that sent it",
    (role) => {
      const { pair, finished } = lastFlightOf(role);
      const answers = Array.from({ length: 30 }, (_, index) => pair.give(role, finished(40 + index)).datagrams.length);
      expect(answers).toEqual([...new Array<number>(20).fill(1), ...new Array<number>(10).fill(0)]);
      expect(pair.end(role).state).toBe("connected");
    },
  );

  it.each(ROLES)("sends it for nothing that is forged or replayed: a %s that sent it", (role) => {
    const { pair, finished } = lastFlightOf(role);
    const genuine = finished(40);
    pair.give(role, genuine);
    const changed = Uint8Array.from(genuine);
    changed[changed.length - 1]! ^= 1;
    for (const datagram of [genuine, changed]) expect(pair.give(role, datagram).datagrams).toEqual([]);
  });
});

/** A connection in which one side sent the last flight, and what repeats the Finished of the other. */
function lastFlightOf(role: Role): { pair: Pair; finished: (sequence: number) => Uint8Array } {
  const first = new Pair(PSK).connect();
  const resume = first.client.resumption()!;
  const pair =
    role === "server" ? first : new Pair({ client: { ...PSK.client, resume }, server: first.server }).connect();
  const attacker = new Attacker(pair);
  const content = attacker.finished(pair, other(role));
  return { pair, finished: (sequence) => attacker.seal(other(role), { type: 22, sequence, content }) };
}

describe.each(ROLES)("renegotiation, asked of a %s", (role) => {
  it("is refused with a warning, each time, and the connection goes on", () => {
    const pair = new Pair(PSK).connect();
    const attacker = new Attacker(pair);
    const content = Uint8Array.of(role === "client" ? 0 : 1, ...new Uint8Array(11));
    for (const sequence of [40, 41, 42]) {
      const { datagrams } = pair.give(role, attacker.seal(other(role), { type: 22, sequence, content }));
      expect(datagrams.map((one) => [...attacker.open(role, one)].slice(0, 2))).toEqual([
        [1, ALERTS.no_renegotiation.code],
      ]);
      pair.carry();
    }
    expect(pair.end(role).state).toBe("connected");
  });
});

describe("a client's connection that is up", () => {
  it("is told once, before any data, with what was agreed on", () => {
    const pair = new Pair(PSK);
    pair.start();
    // The server's data overtakes its Finished, once with the keys to read it and once without.
    pair.carry(({ from, bytes }) => {
      if (from !== "server" || bytes[0] !== 20) return [bytes];
      const [changeCipherSpec, finished] = records(bytes).map((one) => one.bytes);
      const [first, second] = [pair.held("server", text("first")), pair.held("server", text("second"))];
      return [first, changeCipherSpec!, second, finished!];
    });
    expect(pair.events.client.map(({ kind }) => kind)).toEqual(["connected", "data", "data"]);
    expect(pair.data("client")).toEqual(["first", "second"]);
    expect(pair.events.client[0]).toMatchObject({ info: pair.client.info });
    expect(pair.client.info).toMatchObject({ role: "client", suite: "TLS_PSK_WITH_AES_128_CCM_8", resumed: false });
  });
});

describe.each(ROLES)("what comes to a %s before it can be used", (role) => {
  /** The last flight to it: what is before ChangeCipherSpec, that itself, and Finished. */
  function lastFlight() {
    const pair = new Pair({ client: { ...PSK.client, connectionId: false }, server: PSK.server });
    const flight: Uint8Array[] = [];
    pair.start();
    pair.carry(({ from, bytes }) => {
      if (from === role || !records(bytes).some(({ epoch }) => epoch === 1)) return [bytes];
      flight.push(...records(bytes).map((one) => one.bytes));
      return [];
    });
    return { pair, attacker: new Attacker(pair), before: flight.slice(0, -1), finished: flight.at(-1)! };
  }

  it("is kept as four records without the keys to read them, and as no more than 8192 octets", () => {
    for (const [length, kept] of [
      [40, 4],
      [3_000, 2],
      [9_000, 0],
    ] as const) {
      const { pair, finished } = lastFlight();
      const { overflow } = pair.drops(role);
      const rubbish = record({ epoch: 1, sequence: 9, fragment: new Uint8Array(length) });
      for (let count = 0; count < 10; count++) pair.give(role, rubbish);
      expect(pair.drops(role).overflow).toBe(overflow + 10 - kept);
      pair.give(role, finished);
      expect(pair.end(role).state).toBe("handshaking");
    }
  });

  it("is kept as four records of data before Finished, which are delivered after it and not before", () => {
    const { pair, attacker, before, finished } = lastFlight();
    for (const one of before) pair.give(role, one);
    const { overflow } = pair.drops(role);
    for (let sequence = 1; sequence <= 6; sequence++) {
      pair.give(role, attacker.seal(other(role), { sequence, content: text(`data ${sequence}`) }));
    }
    expect(pair.events[role]).toEqual([]);
    expect(pair.drops(role).overflow).toBe(overflow + 2);
    pair.give(role, finished);
    expect(pair.events[role][0]).toMatchObject({ kind: "connected" });
    expect(pair.data(role)).toEqual(["data 1", "data 2", "data 3", "data 4"]);
  });
});

describe("the alerts", () => {
  it("are known by number, with a meaning, and no number stands for two", () => {
    const names = Object.keys(ALERTS) as AlertName[];
    for (const name of names) {
      expect(alertOfCode(ALERTS[name].code)).toBe(name);
      expect(ALERTS[name].meaning).toMatch(/^[a-z].{10,}/);
      expect(new DtlsError("alert", "told", name).alertCode).toBe(ALERTS[name].code);
    }
    expect(new Set(names.map((name) => ALERTS[name].code)).size).toBe(names.length);
    expect(alertOfCode(250)).toBeUndefined();
    expect(new DtlsError("alert", "told", 250).alertCode).toBe(250);
  });

  it("have the numbers of the specifications (RFC 5246 §7.2, RFC 4279 §6, RFC 6066 §9)", () => {
    const numbers = {
      close_notify: 0,
      unexpected_message: 10,
      bad_record_mac: 20,
      record_overflow: 22,
      handshake_failure: 40,
    };
    const more = {
      decode_error: 50,
      decrypt_error: 51,
      protocol_version: 70,
      no_renegotiation: 100,
      unknown_psk_identity: 115,
    };
    for (const [name, code] of Object.entries({ ...numbers, ...more }))
      expect(ALERTS[name as AlertName].code).toBe(code);
  });
});
