import { describe, expect, it } from "@jest/globals";
import type { ModemFault } from "../../modem/index.ts";
import { createTrace } from "../../trace/trace.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { registeredBench, registrations, startedBench } from "./support.ts";

describe("attaching", () => {
  it("searches, registers at home at the clock's next turn and brings the PDN up", async () => {
    const { modem, clock, heard } = await startedBench();
    await modem.setFunctionalMode("normal");
    expect(heard).toEqual([
      { kind: "functionalMode", mode: "normal" },
      { kind: "registration", status: "searching" },
    ]);
    expect(clock.nextDue).toBe(clock.now());
    heard.length = 0;
    await clock.advanceAsync(0);
    expect(heard).toEqual([
      { kind: "registration", status: "home" },
      { kind: "pdn", state: "active" },
    ]);
    expect(modem.registration).toBe("home");
  });

  it("roams in a network that is not the SIM's", async () => {
    const { modem } = await registeredBench({ operator: { plmn: "24201" }, sim: { present: true, operator: "00101" } });
    expect(modem.registration).toBe("roaming");
    expect((await modem.cell()).plmn).toBe("24201");
  });

  for (const mode of ["offline", "powerOff"] as const) {
    it(`ends with ${mode}: PDN inactive, not registered, then the mode`, async () => {
      const { modem, heard } = await registeredBench();
      await modem.setFunctionalMode(mode);
      expect(heard).toEqual([
        { kind: "pdn", state: "inactive" },
        { kind: "registration", status: "notRegistered" },
        { kind: "functionalMode", mode },
      ]);
    });
  }

  it("works again after each time it ended", async () => {
    const { modem, clock, heard } = await registeredBench();
    for (let round = 0; round < 3; round++) {
      await modem.setFunctionalMode("offline");
      await modem.setFunctionalMode("normal");
      await clock.advanceAsync(1);
    }
    expect(registrations(heard)).toEqual(Array(3).fill(["notRegistered", "searching", "home"]).flat());
  });
});

describe("the PDN", () => {
  it("has the network's APN and addresses of both kinds by default", async () => {
    const { modem } = await registeredBench();
    const pdn = await modem.activatePdn();
    expect(pdn).toEqual({
      apn: "iot.example",
      addresses: [expect.stringMatching(/^10(\.\d{1,3}){3}$/), expect.stringMatching(/^2001:db8:[0-9a-f:]+::1$/)],
      dnsServers: ["192.0.2.53", "2001:db8::53"],
      mtu: 1464,
    });
    expect(await modem.activatePdn()).toEqual(pdn);
  });

  const types = [
    { type: "ipv4", addresses: 1, servers: ["192.0.2.53"] },
    { type: "ipv6", addresses: 1, servers: ["2001:db8::53"] },
    { type: "nonIp", addresses: 0, servers: [] },
  ] as const;
  for (const { type, addresses, servers } of types) {
    it(`of type ${type} has addresses of that kind only`, async () => {
      const { modem, clock } = await startedBench();
      await modem.configurePdn({ apn: "mine.example", type });
      await modem.setFunctionalMode("normal");
      await clock.advanceAsync(1);
      const pdn = await modem.activatePdn();
      expect([pdn.apn, pdn.addresses.length, pdn.dnsServers]).toEqual(["mine.example", addresses, servers]);
    });
  }

  it("keeps its configuration over a power cycle, and gives it up when none is asked for", async () => {
    const { modem, again } = await startedBench();
    await modem.configurePdn({ apn: "mine.example", type: "ipv4" });
    const { modem: after, clock } = again();
    await after.init();
    await after.setFunctionalMode("normal");
    await clock.advanceAsync(1);
    expect(await after.activatePdn()).toMatchObject({ apn: "mine.example", addresses: [expect.any(String)] });
    await after.setFunctionalMode("offline");
    await after.configurePdn({});
    await after.setFunctionalMode("normal");
    await clock.advanceAsync(1);
    expect(await after.activatePdn()).toMatchObject({ apn: "iot.example" });
  });

  it("is not configured while it is active, unless nothing would change", async () => {
    const { modem } = await registeredBench();
    await expect(modem.configurePdn({ apn: "other.example" })).rejects.toMatchObject({ code: "notAllowed" });
    await modem.configurePdn({});
  });

  for (const options of [{ apn: "" }, { apn: "x".repeat(64) }, { apn: 'a"b' }, { type: "ipx" as "ipv4" }]) {
    it(`refuses ${JSON.stringify(options)}`, async () => {
      const { modem } = await startedBench();
      await expect(modem.configurePdn(options)).rejects.toMatchObject({ code: "incorrectParameters" });
    });
  }
});

describe("registration under a fault", () => {
  /** What each fault that strikes once makes of an attach, and of the attach after it. */
  const rows: readonly { fault: ModemFault; first: readonly string[] }[] = [
    { fault: { name: "noSim", times: 1 }, first: ["uiccFailure"] },
    { fault: { name: "simLocked", times: 1 }, first: ["uiccFailure"] },
    { fault: { name: "attachTimesOut", times: 1 }, first: ["searching"] },
    { fault: { name: "registrationDenied", cause: 15, times: 1 }, first: ["searching", "denied"] },
    { fault: { name: "registrationLost", times: 1 }, first: ["searching", "home", "searching", "home"] },
    { fault: { name: "pdnRefused", cause: 33, times: 1 }, first: ["searching", "home"] },
  ];
  for (const { fault, first } of rows) {
    it(`${fault.name} once gives ${first.join(", ")}, then all is well`, async () => {
      const { modem, clock, heard } = await startedBench({ faults: [fault] });
      await modem.setFunctionalMode("normal");
      await clock.advanceAsync(1000);
      expect(registrations(heard)).toEqual(first);
      if (fault.name === "pdnRefused") {
        await expect(modem.activatePdn()).rejects.toMatchObject({ code: "pdnRefused", rejectCause: 33 });
        await modem.activatePdn();
      }
      heard.length = 0;
      await modem.setFunctionalMode("offline");
      await modem.setFunctionalMode("normal");
      await clock.advanceAsync(1000);
      expect(registrations(heard).slice(-2)).toEqual(["searching", "home"]);
    });
  }

  const lasting: readonly ModemFault[] = [
    { name: "noSim" },
    { name: "simLocked" },
    { name: "attachTimesOut" },
    { name: "registrationDenied", cause: 15 },
    { name: "registrationLost" },
  ];
  for (const fault of lasting) {
    it(`${fault.name} lasts over attempts, and ends by itself when it is cleared`, async () => {
      const { modem, clock, heard } = await startedBench({ faults: [fault] });
      for (let attempt = 0; attempt < 2; attempt++) {
        await modem.setFunctionalMode("normal");
        await clock.advanceAsync(3_600_000);
        expect(modem.registration).not.toBe("home");
        await modem.setFunctionalMode("offline");
      }
      await modem.setFunctionalMode("normal");
      await clock.advanceAsync(1000);
      heard.length = 0;
      modem.clear(fault.name);
      await clock.advanceAsync(1000);
      expect(registrations(heard).at(-1)).toBe("home");
      expect(heard.at(-1)).toEqual({ kind: "pdn", state: "active" });
    });
  }

  it("tells the EMM cause of a denial", async () => {
    const { modem, clock, heard } = await startedBench({ faults: [{ name: "registrationDenied", cause: 11 }] });
    await modem.setFunctionalMode("normal");
    await clock.advanceAsync(1);
    expect(heard.at(-1)).toEqual({ kind: "registration", status: "denied", rejectCause: 11 });
  });

  it("loses a registration at once, comes back by itself and brings the PDN back", async () => {
    const { modem, clock, heard } = await registeredBench();
    modem.inject({ name: "registrationLost", times: 1 });
    expect(heard).toEqual([
      { kind: "pdn", state: "inactive" },
      { kind: "registration", status: "searching" },
    ]);
    heard.length = 0;
    await clock.advanceAsync(1);
    expect(heard).toEqual([
      { kind: "registration", status: "home" },
      { kind: "pdn", state: "active" },
    ]);
  });

  it("loses its SIM when that is pulled", async () => {
    const { modem, heard } = await registeredBench();
    modem.inject({ name: "noSim" });
    expect(heard).toEqual([
      { kind: "pdn", state: "inactive" },
      { kind: "registration", status: "uiccFailure" },
    ]);
    expect(await modem.sim()).toEqual({ present: false });
  });

  it("tells of a locked SIM no more than its ICCID", async () => {
    const { modem } = await startedBench({ faults: [{ name: "simLocked" }] });
    expect(Object.keys(await modem.sim()).sort()).toEqual(["iccid", "present"]);
  });

  it("fails without a SIM in the options too", async () => {
    const { modem, clock, heard } = await startedBench({ sim: { present: false } });
    await modem.setFunctionalMode("normal");
    await clock.advanceAsync(1);
    expect(registrations(heard)).toEqual(["uiccFailure"]);
  });

  it("stays without a PDN as long as that is refused", async () => {
    const { modem, heard } = await registeredBench({ faults: [{ name: "pdnRefused", cause: 27 }] });
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(modem.activatePdn()).rejects.toMatchObject({ code: "pdnRefused", rejectCause: 27 });
    }
    modem.clear("pdnRefused");
    await modem.activatePdn();
    expect(heard).toEqual([{ kind: "pdn", state: "active" }]);
  });
});

describe("domain events", () => {
  for (const name of ["overheated", "batteryLow", "resetLoop"] as const) {
    it(`${name} is told when it happens, and at each start while it lasts`, async () => {
      const { modem, heard } = await startedBench();
      modem.inject({ name });
      expect(heard).toEqual([{ kind: "domain", event: name }]);
      heard.length = 0;
      await modem.reset();
      expect(heard.at(-1)).toEqual({ kind: "domain", event: name });
      modem.clear(name);
      heard.length = 0;
      await modem.reset();
      expect(heard.map(({ kind }) => kind)).not.toContain("domain");
    });

    it(`${name} once, in the options, is told at the first start only`, async () => {
      const { modem, heard } = await startedBench({ faults: [{ name, times: 1 }] });
      await modem.reset();
      expect(heard.map(({ kind }) => kind)).not.toContain("domain");
    });
  }

  it("come with the readings that belong to them", async () => {
    const { modem } = await startedBench();
    modem.inject({ name: "overheated" });
    modem.inject({ name: "batteryLow" });
    expect((await modem.temperature()).celsius).toBeGreaterThan(85);
    expect((await modem.batteryVoltage()).millivolts).toBeLessThan(3300);
  });

  it("of a reset loop keep the modem from attaching for 30 minutes", async () => {
    const { modem, clock, heard } = await startedBench({ faults: [{ name: "resetLoop", times: 1 }] });
    await modem.setFunctionalMode("normal");
    await clock.advanceAsync(30 * 60_000 - 1);
    expect(registrations(heard)).toEqual([]);
    await clock.advanceAsync(1);
    expect(registrations(heard)).toEqual(["searching", "home"]);
  });
});

describe("the fault initFails", () => {
  it("fails one start and lets the next one succeed", async () => {
    const { modem, heard } = await startedBench();
    modem.inject({ name: "initFails", times: 1 });
    await expect(modem.reset()).rejects.toMatchObject({ code: "fault" });
    expect([modem.initialised, modem.functionalMode]).toEqual([undefined, "powerOff"]);
    heard.length = 0;
    await modem.init();
    expect(heard.map(({ kind }) => kind)).toEqual(["initialised", "functionalMode"]);
  });
});

describe("faults that strike", () => {
  it("are records", async () => {
    const records: unknown[] = [];
    const trace = createTrace({
      clock: new VirtualClock(),
      device: "test",
      sink: ({ kind, name }) => records.push({ kind, name }),
    });
    const { modem, clock } = await startedBench({
      trace,
      faults: [{ name: "registrationDenied", cause: 3, times: 1 }],
    });
    await modem.setFunctionalMode("normal");
    await clock.advanceAsync(1);
    expect(records).toEqual([{ kind: "fault", name: "registrationDenied" }]);
  });
});
