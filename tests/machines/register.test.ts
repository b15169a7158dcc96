import { describe, expect, it } from "@jest/globals";
import type { AnyStateMachine } from "xstate";
import { registerMachine } from "../../machines/register.ts";
import type { RegisterInput } from "../../machines/registerModel.ts";
import { DEFAULT_RETRY, NO_FURTHER_SEQUENCE, type RetrySettings } from "../../machines/settings.ts";
import { RunningChart } from "./support/runningChart.ts";

const SERVER: RegisterInput["server"] = {
  shortServerId: 123,
  retry: DEFAULT_RETRY,
  bootstrapOnFailure: true,
  initialDelaySeconds: 0,
  disableTimeoutSeconds: 86_400,
};

function register(input: Partial<RegisterInput> = {}): RunningChart {
  return new RunningChart(registerMachine as AnyStateMachine, {
    input: { server: SERVER, exhaustedAs: "error", canBootstrap: true, linkIsUp: true, automatic: true, ...input },
  });
}

const retrying = (retry: Partial<RetrySettings>, more: Partial<RegisterInput["server"]> = {}) => ({
  server: { ...SERVER, ...more, retry: { ...DEFAULT_RETRY, ...retry } },
});

const OPEN = { kind: "open" };
const REGISTERED = { kind: "registered", updateAt: 5000 };
const REFUSED = { kind: "refused", code: "4.00" };
const SILENT = { kind: "noAnswer", heard: false };

const registered = (input: Partial<RegisterInput> = {}) =>
  register(input).finish("openSession", OPEN).finish("register", REGISTERED);
const updating = () => registered().send({ type: "update.due" });

/** One more attempt fails; what the application hears of it. */
function failOnce(chart: RunningChart) {
  chart.finish("openSession", OPEN).finish("register", REFUSED);
  return chart.told.at(-1);
}

describe("registration attempts", () => {
  it("come 60, 120, 240 and 480 s after one another, five in all, and then are given up", () => {
    const chart = register();
    for (const timeoutSeconds of [60, 120, 240, 480]) {
      expect(failOnce(chart)).toEqual({ type: "deferred", reason: "SERVER_REGISTRATION", timeoutSeconds });
      expect(chart.inputOf("deadline")).toEqual({ event: "retry.due", afterMs: 1000 * timeoutSeconds });
      chart.send({ type: "retry.due" });
    }
    expect(failOnce(chart)).toEqual({ type: "deferred", reason: "SERVER_REGISTRATION", timeoutSeconds: 0 });
    expect(chart.reports).toEqual([{ type: "server.exhausted", server: 123, bootstrap: true }]);
    expect(chart.states).toEqual(["exhausted"]);
  });

  it("follow 1/x/17 and 1/x/18", () => {
    const chart = register(retrying({ count: 3, timerSeconds: 7 }));
    for (const timeoutSeconds of [7, 14]) {
      expect(failOnce(chart)).toMatchObject({ timeoutSeconds });
      chart.send({ type: "retry.due" });
    }
    expect(failOnce(chart)).toMatchObject({ timeoutSeconds: 0 });
  });

  it("begin a further sequence after 1/x/19, at most 1/x/20 of them", () => {
    const chart = register(retrying({ count: 1, sequenceDelaySeconds: 900, sequenceCount: 3 }));
    for (const sequence of [2, 3]) {
      expect(failOnce(chart)).toMatchObject({ timeoutSeconds: 900 });
      expect(chart.states).toEqual(["pausing"]);
      chart.send({ type: "retry.due" });
      expect(chart.snapshot.context.sequence).toBe(sequence - 1);
    }
    expect(failOnce(chart)).toMatchObject({ timeoutSeconds: 0 });
    expect(chart.states).toEqual(["exhausted"]);
  });

  it("know no end where the edition puts them off for ever, whatever 1/x/20 says", () => {
    const chart = register({
      ...retrying({ count: 1, sequenceCount: 1 }, { bootstrapOnFailure: false }),
      exhaustedAs: "deferred",
    });
    for (let sequence = 0; sequence < 4; sequence++) {
      expect(failOnce(chart)).toMatchObject({ timeoutSeconds: 86_400 });
      chart.send({ type: "retry.due" });
    }
  });

  it("begin no further sequence when 1/x/19 is its largest value", () => {
    const retry = { count: 1, sequenceCount: 9, sequenceDelaySeconds: NO_FURTHER_SEQUENCE };
    const chart = register({ ...retrying(retry, { bootstrapOnFailure: false }), exhaustedAs: "deferred" });
    expect(failOnce(chart)).toMatchObject({ timeoutSeconds: 0 });
    expect(chart.reports).toEqual([{ type: "server.exhausted", server: 123, bootstrap: false }]);
  });

  it.each([
    { bootstrapOnFailure: true, canBootstrap: true, bootstrap: true },
    { bootstrapOnFailure: true, canBootstrap: false, bootstrap: false },
    { bootstrapOnFailure: false, canBootstrap: true, bootstrap: false },
  ])(
    "used up with 1/x/16 $bootstrapOnFailure and a bootstrap server $canBootstrap: new bootstrap $bootstrap",
    (row) => {
      const { bootstrapOnFailure, canBootstrap, bootstrap } = row;
      const chart = register({ ...retrying({ count: 1 }, { bootstrapOnFailure }), canBootstrap });
      failOnce(chart);
      expect(chart.reports).toEqual([{ type: "server.exhausted", server: 123, bootstrap }]);
    },
  );

  it("count from one again after a registration has succeeded", () => {
    const chart = register();
    failOnce(chart);
    chart.send({ type: "retry.due" }).finish("openSession", OPEN).finish("register", REGISTERED);
    chart.send({ type: "update.due" }).finish("update", SILENT);
    expect(chart.told.at(-1)).toEqual({ type: "deferred", reason: "SERVER_NO_ROUTE", timeoutSeconds: 60 });
    chart.send({ type: "retry.due" }).finish("openSession", OPEN).finish("update", SILENT);
    expect(chart.told.at(-1)).toMatchObject({ timeoutSeconds: 120 });
  });

  it("are taken up at once on request", () => {
    const chart = register();
    failOnce(chart);
    expect(chart.send({ type: "server.register" }).states).toEqual(["connecting"]);
  });
});

describe("the reason of a deferral", () => {
  it.each([
    ["no route", "openSession", { kind: "noRoute", detail: "" }, "SERVER_NO_ROUTE"],
    ["a handshake that fails", "openSession", { kind: "handshakeFailed", detail: "" }, "SERVER_CONNECT"],
    ["a credential that is missing", "openSession", { kind: "credential", detail: "" }, "SERVER_CONNECT"],
    ["a PDN that is refused", "openSession", { kind: "pdn", detail: "" }, "PDN_ACTIVATE"],
    ["a Register that is refused", "register", REFUSED, "SERVER_REGISTRATION"],
    ["no answer at all", "register", SILENT, "SERVER_NO_ROUTE"],
    ["no answer on a session that has answered", "register", { kind: "noAnswer", heard: true }, "SERVER_REGISTRATION"],
    ["5.03", "register", { kind: "unavailable" }, "SERVICE_UNAVAILABLE"],
    ["a session that closes", "register", { kind: "closed" }, "SERVER_REGISTRATION"],
  ])("%s", (_, service, outcome, reason) => {
    const chart = register();
    if (service === "register") chart.finish("openSession", OPEN);
    chart.finish(service, outcome);
    expect(chart.told).toEqual([{ type: "deferred", reason, timeoutSeconds: 60 }]);
    expect(chart.done).toContainEqual({ action: "closeSession", params: { server: 123 } });
  });
});

describe("a registration", () => {
  it("is updated when the service says that its time has come", () => {
    const chart = registered();
    expect(chart.lastSentTo("alarm")).toEqual({ type: "alarm.set", at: 5000 });
    chart.send({ type: "update.due" }).finish("update", { kind: "registered", updateAt: 9000 });
    expect(chart.states).toEqual(["registered"]);
    expect(chart.lastSentTo("alarm")).toEqual({ type: "alarm.set", at: 9000 });
    expect(chart.reports).toEqual([{ type: "server.registered", server: 123 }]);
  });

  it("is made anew when an Update is refused (4.04)", () => {
    const chart = updating().finish("update", { kind: "refused", code: "4.04" });
    expect(chart.states).toEqual(["registering"]);
  });

  it("is made anew on a new session when an Update is not answered on a session that has answered", () => {
    const chart = updating().finish("update", { kind: "noAnswer", heard: true });
    expect(chart.states).toEqual(["connecting"]);
    expect(chart.finish("openSession", OPEN).states).toEqual(["registering"]);
  });

  it("is updated on a new session when the old one is lost", () => {
    const chart = registered().send({ type: "server.sessionClosed" });
    expect(chart.finish("openSession", OPEN).states).toEqual(["updating"]);
  });

  it("of a server that closes each session is updated after 1/x/18, doubled each time, and then when its time has come", () => {
    const chart = registered();
    const closedAgain = () =>
      chart.finish("openSession", OPEN).finish("update", REGISTERED).send({ type: "server.sessionClosed" });
    chart.send({ type: "server.sessionClosed" });
    for (const seconds of [60, 120, 240, 480, DEFAULT_RETRY.sequenceDelaySeconds]) {
      expect(closedAgain().states).toEqual(["parted"]);
      expect(chart.inputOf("deadline")).toEqual({ event: "retry.due", afterMs: 1000 * seconds });
      expect(chart.lastSentTo("alarm")).toEqual({ type: "alarm.set", at: 5000 });
      expect(chart.send({ type: "retry.due" }).states).toEqual(["connecting"]);
    }
    expect(closedAgain().send({ type: "update.due" }).states).toEqual(["connecting"]);
    expect(chart.told).toEqual([]);
  });

  it("is updated on a new session at once again after a session that held until an Update was due", () => {
    const chart = registered().send({ type: "server.sessionClosed" });
    chart.finish("openSession", OPEN).finish("update", REGISTERED);
    chart.send({ type: "update.due" }).finish("update", REGISTERED).send({ type: "server.sessionClosed" });
    expect(chart.states).toEqual(["connecting"]);
  });

  it.each(["server.update", "server.register"])("on a session that was closed is updated at once on %s", (type) => {
    const chart = registered().send({ type: "server.sessionClosed" });
    chart.finish("openSession", OPEN).finish("update", REGISTERED).send({ type: "server.sessionClosed" });
    chart.send({ type }).finish("openSession", OPEN);
    expect(chart.states).toEqual(["updating"]);
  });

  it("is updated once more when something changed during an Update", () => {
    const chart = updating().send({ type: "server.update" }).finish("update", REGISTERED);
    expect(chart.states).toEqual(["updating"]);
    expect(chart.finish("update", REGISTERED).states).toEqual(["registered"]);
  });
});

describe("the link taken away", () => {
  const SITUATIONS: [string, () => RunningChart][] = [
    ["connecting", () => register()],
    ["registering", () => register().finish("openSession", OPEN)],
    ["registered", () => registered()],
    ["updating", updating],
    ["waiting", () => register().finish("openSession", { kind: "noRoute", detail: "" })],
  ];

  it.each(SITUATIONS)("closes the session without Deregister: %s", (_, begin) => {
    const chart = begin();
    chart.done.length = 0;
    chart.send({ type: "link.goingDown" });
    expect(chart.states).toEqual(["offline"]);
    expect(chart.done).toEqual([{ action: "closeSession", params: { server: 123 } }]);
    expect(chart.isRunning("deregister")).toBe(false);
  });

  it.each(SITUATIONS)("and given back connects at once, with all attempts before it: %s", (_, begin) => {
    const chart = begin().send({ type: "link.isLost" }).send({ type: "link.isUp" });
    expect(chart.states).toEqual(["connecting"]);
    expect(chart.snapshot.context.attempt).toBe(1);
  });

  it("and given back updates a registration that is still alive, and reports it", () => {
    const chart = registered().send({ type: "link.goingDown" }).send({ type: "link.isUp" }).finish("openSession", OPEN);
    expect(chart.states).toEqual(["updating"]);
    chart.finish("update", REGISTERED);
    expect(chart.reports).toHaveLength(2);
  });
});

describe("Deregister", () => {
  it("is sent, and reported when the server has answered", () => {
    const chart = registered().send({ type: "server.deregister" });
    expect(chart.reports).toHaveLength(1);
    chart.finish("deregister");
    expect(chart.reports.at(-1)).toEqual({ type: "server.deregistered", server: 123, wasRegistered: true });
    expect(chart.states).toEqual(["deregistered"]);
  });

  it("is followed by the Register that was asked for meanwhile", () => {
    const chart = registered().send({ type: "server.deregister" }).send({ type: "server.register" });
    expect(chart.states).toEqual(["deregistering"]);
    chart.finish("deregister").finish("openSession", OPEN).finish("register", REGISTERED);
    expect(chart.reports.map(({ type }) => type)).toEqual([
      "server.registered",
      "server.deregistered",
      "server.registered",
    ]);
    expect(chart.send({ type: "server.deregister" }).finish("deregister").states).toEqual(["deregistered"]);
  });

  it("holds when it is asked for once more after a Register, all before the server has answered", () => {
    const chart = registered().send({ type: "server.deregister" });
    chart.send({ type: "server.register" }).send({ type: "server.deregister" }).finish("deregister");
    expect(chart.states).toEqual(["deregistered"]);
  });

  it("is taken back by a Register while it waits for a session", () => {
    const chart = registered().send({ type: "server.sessionClosed" });
    chart.finish("openSession", OPEN).finish("update", REGISTERED).send({ type: "server.sessionClosed" });
    chart.send({ type: "server.deregister" }).send({ type: "server.register" }).finish("openSession", OPEN);
    expect(chart.states).toEqual(["updating"]);
  });

  it("goes to the server also where the registration is from another life and was asked for then", () => {
    const chart = register({ automatic: false, server: { ...SERVER, met: true, registered: true } });
    expect(chart.finish("openSession", OPEN).finish("update", REGISTERED).states).toEqual(["registered"]);
    expect(chart.send({ type: "server.deregister" }).states).toEqual(["deregistering"]);
  });

  it("holds when the link is lost before the server has answered", () => {
    const chart = registered().send({ type: "server.deregister" }).send({ type: "link.isLost" });
    expect(chart.reports.at(-1)).toEqual({ type: "server.deregistered", server: 123, wasRegistered: true });
    expect(chart.send({ type: "link.isUp" }).states).toEqual(["deregistered"]);
  });

  it.each([
    ["is sent on a session of its own when the server closes each one", OPEN, ["deregistering"]],
    ["holds when there is no session to send it on", { kind: "noRoute", detail: "" }, ["deregistered"]],
  ])("%s", (_, outcome, states) => {
    const chart = registered().send({ type: "server.sessionClosed" });
    chart.finish("openSession", OPEN).finish("update", REGISTERED).send({ type: "server.sessionClosed" });
    chart.send({ type: "server.deregister" }).finish("openSession", outcome);
    expect(chart.states).toEqual(states);
    if (chart.isRunning("deregister")) chart.finish("deregister");
    expect(chart.reports.at(-1)).toEqual({ type: "server.deregistered", server: 123, wasRegistered: true });
  });

  it.each([
    ["connecting", () => register()],
    ["registering", () => register().finish("openSession", OPEN)],
    ["waiting", () => register().finish("openSession", { kind: "noRoute", detail: "" })],
    ["delayed", () => register({ server: { ...SERVER, initialDelaySeconds: 30 } })],
    ["offline", () => register({ linkIsUp: false })],
    [
      "pausing",
      () => register(retrying({ count: 1, sequenceCount: 2 })).finish("openSession", { kind: "noRoute", detail: "" }),
    ],
  ])("of a server that there is no registration with is reported as that: %s", (_, begin) => {
    const chart = begin().send({ type: "server.deregister" });
    expect(chart.reports.at(-1)).toEqual({ type: "server.deregistered", server: 123, wasRegistered: false });
    expect(chart.states).toEqual(["deregistered"]);
  });
});

describe("Disable (1/x/4)", () => {
  it("deregisters, stays away until the time of day that 1/x/5 leads to, and registers again", () => {
    const chart = registered().send({ type: "server.disable" });
    expect(chart.inputOf("disable")).toEqual({ server: 123, disableTimeoutSeconds: 86_400 });
    chart.finish("disable", 86_400_000);
    expect(chart.inputOf("deadline")).toEqual({ event: "disable.over", at: 86_400_000, afterMs: 86_400_000 });
    expect(chart.reports.at(-1)).toEqual({ type: "server.deregistered", server: 123, wasRegistered: true });
    chart.send({ type: "disable.over" }).finish("openSession", OPEN);
    expect(chart.states).toEqual(["registering"]);
  });

  it("is not forgotten when it comes during an Update", () => {
    const chart = updating().send({ type: "server.disable", timeoutSeconds: 30 }).finish("update", REGISTERED);
    expect(chart.states).toEqual(["disabling"]);
    expect(chart.inputOf("disable")).toEqual({ server: 123, disableTimeoutSeconds: 30 });
    const absence = { event: "disable.over", at: 9000, afterMs: 30_000 };
    expect(chart.finish("disable", 9000).inputOf("deadline")).toEqual(absence);
  });

  it("lasts the whole timeout from then on when the link goes while the server is being told", () => {
    const chart = registered().send({ type: "server.disable", timeoutSeconds: 30 }).send({ type: "link.isLost" });
    expect(chart.inputOf("deadline")).toEqual({ event: "disable.over", afterMs: 30_000 });
  });

  it("goes on after a restart until the time of day it was to end at, whatever the link does", () => {
    const chart = register({ server: { ...SERVER, met: true, disabledUntil: 9000 }, linkIsUp: false });
    expect(chart.states).toEqual(["disabled"]);
    expect(chart.inputOf("deadline")).toEqual({ event: "disable.over", at: 9000, afterMs: 86_400_000 });
    expect(chart.send({ type: "disable.over" }).states).toEqual(["offline"]);
    expect(chart.send({ type: "link.isUp" }).states).toEqual(["connecting"]);
  });

  it("holds when the link goes away and comes back meanwhile", () => {
    const chart = registered()
      .send({ type: "server.disable" })
      .send({ type: "link.isLost" })
      .send({ type: "link.isUp" });
    expect(chart.states).toEqual(["disabled"]);
  });

  it("ends by a request to register", () => {
    const chart = registered().send({ type: "server.disable" }).finish("disable", 1000);
    expect(chart.send({ type: "server.register" }).states).toEqual(["connecting"]);
  });

  it.each([
    ["register ends it as soon as it has begun", ["server.register"], ["connecting"]],
    ["deregister makes it last until the next request", ["server.deregister"], ["deregistered"]],
    ["register and then deregister is the latter", ["server.register", "server.deregister"], ["deregistered"]],
  ])("is told to the server first: a request meanwhile to %s", (_, requests, states) => {
    const chart = registered().send({ type: "server.disable" });
    for (const type of requests) chart.send({ type });
    expect(chart.states).toEqual(["disabling"]);
    chart.finish("disable", 86_400_000);
    expect(chart.states).toEqual(states);
    expect(chart.reports.filter(({ wasRegistered }) => wasRegistered === true)).toHaveLength(1);
    if (states[0] === "deregistered") expect(chart.send({ type: "server.register" }).states).toEqual(["connecting"]);
  });
});

describe("the order of registrations (1/x/13)", () => {
  it("lets a server wait for its turn, and then for 1/x/14", () => {
    const chart = register({ server: { ...SERVER, initialDelaySeconds: 30 }, waitsForTurn: true });
    expect(chart.states).toEqual(["queued"]);
    chart.send({ type: "server.turn" });
    expect(chart.inputOf("deadline")).toEqual({ event: "delay.over", afterMs: 30_000 });
    expect(chart.send({ type: "delay.over" }).states).toEqual(["connecting"]);
  });

  it("holds for a request to register too, and again after Deregister", () => {
    const chart = register({ waitsForTurn: true, automatic: false }).send({ type: "server.register", behind: true });
    expect(chart.states).toEqual(["queued"]);
    chart.send({ type: "server.turn" }).finish("openSession", OPEN).finish("register", REGISTERED);
    chart.send({ type: "server.deregister" }).finish("deregister").send({ type: "server.register", behind: true });
    expect(chart.states).toEqual(["queued"]);
  });

  it("is not forgotten while the link is away, and a turn that comes then holds", () => {
    const chart = register({ waitsForTurn: true }).send({ type: "link.isLost" }).send({ type: "link.isUp" });
    expect(chart.states).toEqual(["queued"]);
    chart.send({ type: "link.isLost" }).send({ type: "server.turn" }).send({ type: "link.isUp" });
    expect(chart.states).toEqual(["connecting"]);
  });

  it("goes on when a sequence of attempts has failed", () => {
    const chart = register(retrying({ count: 1, sequenceCount: 2 }));
    failOnce(chart);
    expect(chart.reports).toEqual([{ type: "server.failed", server: 123 }]);
  });
});

describe("the initial registration delay (1/x/14)", () => {
  const delayed = { server: { ...SERVER, initialDelaySeconds: 30 } };

  it("has still to pass when the link was away meanwhile", () => {
    const chart = register(delayed).send({ type: "link.isLost" }).send({ type: "link.isUp" });
    expect(chart.states).toEqual(["delayed"]);
  });

  it("is not waited for a second time, nor once a registration has succeeded since the bootstrap", () => {
    const chart = register(delayed).send({ type: "delay.over" }).send({ type: "link.isLost" });
    expect(chart.send({ type: "link.isUp" }).states).toEqual(["connecting"]);
    expect(register({ server: { ...delayed.server, met: true } }).states).toEqual(["connecting"]);
  });
});

describe("a server that refuses a device it knew (1/x/16)", () => {
  const known = (more = {}, code = "4.03") =>
    register({ server: { ...SERVER, met: true, ...more } })
      .finish("openSession", OPEN)
      .finish("register", { kind: "refused", code });

  it("leads to a new bootstrap at once", () => {
    const chart = known();
    expect(chart.reports).toEqual([{ type: "server.exhausted", server: 123, bootstrap: true }]);
    expect(chart.told.at(-1)).toEqual({ type: "deferred", reason: "SERVER_REGISTRATION", timeoutSeconds: 0 });
  });

  it("is tried again where 1/x/16 is false, or where the fault is its own", () => {
    expect(known({ bootstrapOnFailure: false }).states).toEqual(["waiting"]);
    expect(known({}, "5.00").states).toEqual(["waiting"]);
  });

  it("is tried again once there is no bootstrap server any more", () => {
    const chart = register({ server: { ...SERVER, met: true } }).send({ type: "server.alone" });
    chart.finish("openSession", OPEN).finish("register", { kind: "refused", code: "4.03" });
    expect(chart.states).toEqual(["waiting"]);
  });

  it("is tried again when it has never taken this device since the bootstrap: no bootstrap follows another at once", () => {
    expect(known({ met: false }).states).toEqual(["waiting"]);
  });
});

describe("a server that answers 4.12", () => {
  const OLDER = { kind: "refused", code: "4.12" };

  it("is registered with as LwM2M 1.0, on the same session and without a deferral", () => {
    const chart = register().finish("openSession", OPEN);
    expect(chart.inputOf("register")).toEqual({ server: 123, version: "1.1" });
    chart.finish("register", OLDER);
    expect(chart.inputOf("register")).toEqual({ server: 123, version: "1.0" });
    expect(chart.finish("register", REGISTERED).states).toEqual(["registered"]);
    expect(chart.told).toEqual([]);
  });

  it("is spoken 1.0 with from then on", () => {
    const chart = register({ server: { ...SERVER, version: "1.0" } }).finish("openSession", OPEN);
    expect(chart.inputOf("register")).toEqual({ server: 123, version: "1.0" });
  });

  it("to 1.0 too refuses the device", () => {
    const chart = register().finish("openSession", OPEN).finish("register", OLDER).finish("register", OLDER);
    expect(chart.told.at(-1)).toMatchObject({ reason: "SERVER_REGISTRATION", timeoutSeconds: 60 });
  });
});

describe("a registration from before the restart", () => {
  it("is gone on with by an Update", () => {
    const chart = register({ server: { ...SERVER, met: true, registered: true } }).finish("openSession", OPEN);
    expect(chart.states).toEqual(["updating"]);
    expect(chart.finish("update", REGISTERED).reports).toEqual([{ type: "server.registered", server: 123 }]);
  });

  it("that the server forgot is made anew", () => {
    const chart = register({ server: { ...SERVER, met: true, registered: true } }).finish("openSession", OPEN);
    expect(chart.finish("update", { kind: "refused", code: "4.04" }).states).toEqual(["registering"]);
  });
});

describe("events that a state does not take", () => {
  it.each([
    ["retry.due", "registered", () => registered()],
    ["update.due", "updating", updating],
    ["disable.over", "registered", () => registered()],
    ["delay.over", "connecting", () => register()],
    ["server.register", "offline", () => register({ linkIsUp: false })],
    ["server.sessionClosed", "offline", () => register({ linkIsUp: false })],
    ["link.isUp", "deregistered", () => register({ automatic: false })],
    [
      "server.register",
      "exhausted",
      () => register(retrying({ count: 1 })).finish("openSession", { kind: "noRoute", detail: "" }),
    ],
  ])("%s in %s", (type, state, begin) => {
    const chart = begin();
    expect(chart.states).toEqual([state]);
    expect(chart.send({ type }).states).toEqual([state]);
  });
});
