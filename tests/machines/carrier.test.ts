import { describe, expect, it } from "@jest/globals";
import { EDITIONS } from "../../machines/editions/index.ts";
import { DEFAULT_RETRY } from "../../machines/settings.ts";
import { PULL, serving } from "./support/situations.ts";
import { BOOTSTRAPPED, FACTS, SERVER, WholeCarrier } from "./support/wholeCarrier.ts";

const { policy } = EDITIONS["3.6"];
const TWO_SERVERS = { ...BOOTSTRAPPED, servers: [SERVER, { ...SERVER, shortServerId: 124 }] };
const trigger = (command: string, server = 123) => ({ type: "server.trigger", server, command: { type: command } });

describe("a reboot that the application asked for", () => {
  it("powers the modem off, restarts the device and registers again", () => {
    const carrier = serving().send({ type: "request.reboot" });
    expect(carrier.types).toEqual(["registered", "reboot", "link.poweringOff", "registered"]);
  });

  it("is left to the application when it answers that it is not the time", () => {
    const carrier = serving({ hold: ["ask reboot"] })
      .send({ type: "request.reboot" })
      .release("ask reboot", { value: 1 });
    expect(carrier.is("reboot.none")).toBe(true);
    expect(carrier.is("serving.registered")).toBe(true);
    expect(carrier.send({ type: "restart" }).types).toEqual(["registered", "registered"]);
  });

  it("goes through while the link is going down on request", () => {
    const carrier = serving({ hold: ["ask link.goingDown"] }).send({ type: "request.linkDown" });
    carrier.send({ type: "request.reboot" });
    expect(carrier.types).toEqual(["registered", "reboot", "link.poweringOff", "registered"]);
  });

  it("restarts the device even when the modem does not power off", () => {
    const carrier = serving({ hold: ["ask link.poweringOff"] }).send({ type: "request.reboot" });
    carrier.release("ask link.poweringOff", { value: 0 }).due("link.timedOut");
    expect(carrier.types).toEqual(["registered", "reboot", "error", "registered"]);
  });
});

describe("stop while something else is under way", () => {
  const stopping = () => serving({ hold: ["deregister"], facts: TWO_SERVERS }).send({ type: "stop" });

  it.each([
    ["a server is given up", { type: "server.exhausted", server: 123, bootstrap: true }],
    ["a server wants a bootstrap", { type: "server.bootstrap" }],
    ["the link is taken down", { type: "link.takeDown" }],
    ["the link is powered off", { type: "link.powerOff" }],
    ["the device is to restart", { type: "restart" }],
    ["the application wants to register", { type: "request.register" }],
  ])("is not forgotten when %s", (_, event) => {
    const carrier = stopping().send(event);
    if (carrier.isPending("stop.timedOut")) carrier.due("stop.timedOut");
    expect(carrier.snapshot.status).toBe("done");
  });

  it("deregisters from every server before it ends", () => {
    const carrier = serving({ facts: TWO_SERVERS });
    carrier.effects.length = 0;
    carrier.send({ type: "stop" });
    expect(carrier.effects.filter((effect) => effect === "deregister")).toHaveLength(2);
    expect(carrier.types.filter((type) => type === "deregistered")).toHaveLength(1);
    expect(carrier.snapshot.status).toBe("done");
  });

  it("does not wait for servers that there is no link to", () => {
    const carrier = serving().send({ type: "request.linkDown" });
    carrier.send({ type: "stop" });
    expect(carrier.effects).not.toContain("deregister");
    expect(carrier.snapshot.status).toBe("done");
  });

  it("ends the carrier when the reboot before it is answered only now", () => {
    const carrier = serving({ hold: ["ask reboot", "deregister"] })
      .send({ type: "request.reboot" })
      .send({ type: "stop" });
    carrier.release("ask reboot", { value: 0 });
    if (carrier.isPending("stop.timedOut")) carrier.due("stop.timedOut");
    expect(carrier.snapshot.status).toBe("done");
  });
});

describe("two management servers", () => {
  it("go on with one when the other is given up", () => {
    const facts = {
      ...TWO_SERVERS,
      servers: TWO_SERVERS.servers.map((server) => ({
        ...server,
        bootstrapOnFailure: false,
        retry: { ...DEFAULT_RETRY, count: server.shortServerId === 124 ? 1 : 2 },
      })),
    };
    const carrier = new WholeCarrier(policy, {
      facts,
      answers: {
        register: ({ server }: { server: number }) => ({
          kind: server === 124 ? "refused" : "registered",
          updateAt: 0,
        }),
      },
    });
    expect(carrier.types).toEqual(["registered", "deferred", "error"]);
    expect(carrier.told.at(-1)).toEqual({ type: "error", error: "connect", errno: "ETIMEDOUT" });
    expect(carrier.is("serving.registered")).toBe(true);

    carrier.send({ type: "request.linkDown" }).send({ type: "request.linkUp" });
    expect(carrier.types.slice(3)).toEqual(["link.goingDown", "link.down", "link.goingUp", "link.up", "registered"]);
  });

  it("both given up leave the carrier at rest until a restart", () => {
    const facts = {
      ...TWO_SERVERS,
      servers: TWO_SERVERS.servers.map((server) => ({
        ...server,
        bootstrapOnFailure: false,
        retry: { ...DEFAULT_RETRY, count: 1 },
      })),
    };
    const carrier = new WholeCarrier(policy, {
      facts,
      answers: { register: () => ({ kind: "refused", code: "4.00" }) },
    });
    expect(carrier.types).toEqual(["deferred", "error", "deferred", "error"]);
    expect(carrier.is("phase.exhausted.resting")).toBe(true);
  });

  it("announce REGISTERED once for both", () => {
    expect(serving({ facts: TWO_SERVERS }).types).toEqual(["registered"]);
  });

  it("announce DEREGISTERED when the last registration has ended", () => {
    const carrier = serving({ facts: TWO_SERVERS });
    carrier.send(trigger("server.disable", 123));
    expect(carrier.types).toEqual(["registered"]);
    carrier.send(trigger("server.disable", 124));
    expect(carrier.types).toEqual(["registered", "deregistered"]);
  });
});

describe("REGISTERED", () => {
  it("is not told again when the network comes back by itself", () => {
    const carrier = serving().modem("normal", false).modem("normal", true);
    expect(carrier.is("serving.registered")).toBe(true);
    expect(carrier.types).toEqual(["registered"]);
  });

  it("is told again on a link that was brought up again on request", () => {
    const carrier = serving().send({ type: "request.linkDown" }).send({ type: "request.linkUp" });
    expect(carrier.types).toEqual([
      "registered",
      "link.goingDown",
      "link.down",
      "link.goingUp",
      "link.up",
      "registered",
    ]);
  });

  it("is told again when the application itself had taken the link down and up", () => {
    const carrier = serving().modem("offline").modem("normal", true);
    expect(carrier.types).toEqual(["registered", "registered"]);
  });

  it("follows an Update, not a Register, when the registration is still alive", () => {
    const carrier = serving();
    carrier.effects.length = 0;
    carrier.modem("normal", false).modem("normal", true);
    expect(carrier.effects).toEqual(["closeSession 123", "openSession 123", "update"]);
  });

  it("keeps the registration when the session is lost before the modem tells why", () => {
    const carrier = serving();
    carrier.effects.length = 0;
    carrier.hold("openSession").send(trigger("server.sessionClosed")).modem("normal", false);
    carrier.recover().modem("normal", true);
    expect(carrier.effects.at(-1)).toBe("update");
  });
});

describe("a new bootstrap", () => {
  it("follows registration attempts that are used up while 1/x/16 is true", () => {
    const facts = { ...BOOTSTRAPPED, servers: [{ ...SERVER, retry: { ...DEFAULT_RETRY, count: 1 } }] };
    const carrier = new WholeCarrier(policy, { facts, hold: ["register", "serveBootstrap"] });
    carrier.release("register", { kind: "refused", code: "4.00" });
    expect(carrier.is("phase.bootstrapping")).toBe(true);
    expect(carrier.told[0]).toEqual({ type: "deferred", reason: "SERVER_REGISTRATION", timeoutSeconds: 0 });
    carrier.release("serveBootstrap");
    expect(carrier.types.slice(-2)).toEqual(["link.up", "registered"]);
    expect(carrier.types).toContain("bootstrapped");
  });

  it("closes the sessions to the management servers first", () => {
    const carrier = serving({ hold: ["ask link.goingDown"], facts: TWO_SERVERS });
    carrier.effects.length = 0;
    carrier.send({ type: "server.bootstrap" });
    expect(carrier.effects).toEqual(["closeSession 123", "closeSession 124"]);
  });

  it("ends as the bootstrap's error when that fails too", () => {
    const carrier = serving({ settings: { bootstrapRetry: { ...DEFAULT_RETRY, count: 1 } } });
    carrier.answers.requestBootstrap = () => ({ kind: "refused", code: "4.00" });
    carrier.send({ type: "server.bootstrap" });
    expect(carrier.told.slice(-2)).toEqual([
      { type: "deferred", reason: "BOOTSTRAP_SEQUENCE", timeoutSeconds: 0 },
      { type: "error", error: "connect" },
    ]);
  });

  it("does not use up its attempts while there is no network", () => {
    const carrier = serving({ settings: { bootstrapRetry: { ...DEFAULT_RETRY, count: 2 } } });
    carrier.answers.requestBootstrap = () => ({ kind: "refused", code: "4.00" });
    carrier.send({ type: "server.bootstrap" });
    expect(carrier.types.at(-1)).toBe("deferred");
    carrier.modem("normal", false);
    expect(carrier.isPending("retry.due")).toBe(false);
    carrier.recover().modem("normal", true);
    expect(carrier.is("serving.registered")).toBe(true);
  });

  it("waits for the network before it registers when that went away at the very end", () => {
    const carrier = new WholeCarrier(EDITIONS["0.10"].policy, {
      facts: { ...FACTS, keysOnly: true, keysWritten: true },
      hold: ["writeManagementKeys"],
    });
    carrier.effects.length = 0;
    carrier.modem("normal", false).release("writeManagementKeys");
    expect(carrier.types).not.toContain("deferred");
    carrier.modem("normal", true);
    expect(carrier.is("serving.registered")).toBe(true);
  });

  it("asks for the link to go down again when an update has meanwhile brought it up", () => {
    const carrier = serving({ hold: ["scheduleImage", "ask link.goingDown"] }).send(PULL);
    carrier
      .release("download", { kind: "complete" })
      .send({ type: "firmware.update" })
      .send({ type: "server.bootstrap" });
    expect(carrier.is("takingLinkDown", "bootstrap")).toBe(true);
    carrier.answers.initialiseModem = () => ({ kind: "updated" });
    carrier.release("scheduleImage");
    expect(carrier.types).toContain("fota.succeeded");
    carrier.recover();
    expect(carrier.types).toContain("bootstrapped");
    expect(carrier.is("serving.registered")).toBe(true);
  });
});

describe("requests about the link", () => {
  it.each([
    ["bootstrapping", () => new WholeCarrier(policy, { hold: ["serveBootstrap"] })],
    [
      "the bootstrap attempts are used up",
      () => {
        const carrier = new WholeCarrier(policy, {
          answers: { requestBootstrap: () => ({ kind: "refused", code: "4.00" }) },
          settings: { bootstrapRetry: { ...DEFAULT_RETRY, count: 1 } },
        });
        return carrier;
      },
    ],
  ])("are not taken while %s", (_, begin) => {
    expect(begin().takes("request.linkDown")).toBe(false);
    expect(begin().takes("request.linkUp")).toBe(false);
  });

  it("bring the link up that the application had not brought up before main()", () => {
    const carrier = new WholeCarrier(policy, { facts: BOOTSTRAPPED, answers: { prepareApplication: () => undefined } });
    expect(carrier.types).toEqual([]);
    carrier.send({ type: "request.linkUp" });
    expect(carrier.types).toEqual(["link.goingUp", "link.up", "registered"]);
  });

  it("are taken again after a link that did not go down", () => {
    const carrier = serving({ hold: ["ask link.goingDown"] }).send({ type: "request.linkDown" });
    carrier.release("ask link.goingDown", { value: 0 }).due("link.timedOut");
    expect(carrier.types).toContain("error");
    expect(carrier.is("serving.registered")).toBe(true);
    expect(carrier.takes("request.linkDown")).toBe(true);
  });
});

describe("a deregistration that was asked for", () => {
  it("is told, and register brings the registration back", () => {
    const carrier = serving().send({ type: "request.deregister" });
    expect(carrier.types).toEqual(["registered", "deregistered"]);
    expect(carrier.send({ type: "request.register" }).types).toEqual(["registered", "deregistered", "registered"]);
  });

  it("holds although the network goes away before the server answered", () => {
    const carrier = serving({ hold: ["deregister"] }).send({ type: "request.deregister" });
    carrier.modem("normal", false).modem("normal", true).recover();
    expect(carrier.types).toEqual(["registered", "deregistered"]);
    expect(carrier.is("deregistered", "register/123")).toBe(true);
  });
});

describe("a firmware update", () => {
  it("goes on where it was when the link was taken down on request and given back", () => {
    const carrier = serving().send(PULL);
    expect(carrier.waitsFor("download")).toBe(true);
    carrier.send({ type: "request.linkDown" });
    expect(carrier.waitsFor("download")).toBe(false);
    carrier.send({ type: "request.linkUp" });
    expect(carrier.waitsFor("download")).toBe(true);
    expect(carrier.types.filter((type) => type === "fota.started")).toHaveLength(1);
    expect(carrier.types).not.toContain("error");
  });

  it("waits while a bootstrap that a server triggered cycles the link", () => {
    const carrier = serving({ hold: ["ask link.goingUp"] })
      .send(PULL)
      .send({ type: "server.bootstrap" });
    expect(carrier.waitsFor("download")).toBe(false);
    expect(carrier.isPending("resume.due")).toBe(false);
    carrier.release("ask link.goingUp");
    expect(carrier.waitsFor("download")).toBe(true);
    expect(carrier.is("serving.registered")).toBe(true);
  });

  it("prepares the area again when the link was lost while it was prepared", () => {
    const carrier = serving({ hold: ["prepareArea"] })
      .send(PULL)
      .modem("normal", false)
      .modem("normal", true);
    expect(carrier.waitsFor("prepareArea")).toBe(true);
    expect(carrier.waitsFor("download")).toBe(false);
  });

  it.each(Object.values(EDITIONS).map((edition) => ({ id: edition.id, edition })))(
    "is applied in the way of edition $id",
    ({ edition }) => {
      const carrier = new WholeCarrier(edition.policy, { facts: BOOTSTRAPPED });
      carrier.told.length = 0;
      carrier.effects.length = 0;
      carrier.send(PULL).release("download", { kind: "complete" });
      // A restart finds the update under way, and the modem says at its initialisation that it was applied.
      carrier.facts = { ...BOOTSTRAPPED, firmware: { state: 3, uri: "" } };
      carrier.answers.initialiseModem = () => ({ kind: "updated" });
      carrier.send({ type: "firmware.update" });
      expect(carrier.types).toEqual(APPLIED[edition.policy.imageAppliedBy](edition.policy.announcesLinkFree));
      expect(carrier.effects.filter((effect) => effect.startsWith("firmware"))).toEqual([
        "firmware 1/0",
        "firmware 2/0",
        "firmware 3/0",
        "firmware 0/1",
      ]);
    },
  );

  const APPLIED = {
    reinitialisation: () => [
      ...["fota.started", "link.goingDown", "link.down", "fota.succeeded", "link.goingUp", "link.up", "link.free"],
      "registered",
    ],
    reboot: (announcesLinkFree: boolean) => [
      ...["fota.started", "reboot", "link.poweringOff"],
      ...(announcesLinkFree ? ["certificates.wanted", "initialised"] : ["initialised"]),
      ...["fota.succeeded", ...(announcesLinkFree ? ["link.free"] : []), "registered"],
    ],
    modemCycle: () => [
      ...["fota.started", "link.poweringOff", "modem.shutdownWanted", "modem.initWanted", "fota.succeeded"],
      ...["link.goingUp", "link.up", "registered"],
    ],
  };
});

describe("events that nothing waits for", () => {
  it("are noted and change nothing", () => {
    const carrier = serving();
    const before = JSON.stringify(carrier.snapshot.value);
    carrier.send({ type: "link.isDown" }).send({ type: "firmware.update" }).send({ type: "unheard.of" });
    expect(JSON.stringify(carrier.snapshot.value)).toBe(before);
    expect(carrier.unexpected).toEqual(["firmware.update", "unheard.of"]);
  });

  it("leave a defect of a service visible: the carrier says so and a restart cures it", () => {
    const carrier = serving({ hold: ["loadDevice"] });
    carrier.fail("loadDevice");
    expect(carrier.told).toEqual([{ type: "error", error: "run", errno: "EFAULT" }]);
    expect(carrier.send({ type: "restart" }).recover().is("serving.registered")).toBe(true);
  });
});
