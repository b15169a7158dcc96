import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { createSimulatedModem, isModemError, type SimulatedModemOptions } from "../../modem/index.ts";
import type { Modem } from "../../ports/modem.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { bench, registeredBench, registrations, startedBench, utf8 } from "./support.ts";

/** Everything that asks the modem something. */
const COMMANDS: Readonly<Record<string, (modem: Modem) => Promise<unknown>>> = {
  setFunctionalMode: (modem) => modem.setFunctionalMode("normal"),
  configurePdn: (modem) => modem.configurePdn({ apn: "a.example" }),
  activatePdn: (modem) => modem.activatePdn(),
  identity: (modem) => modem.identity(),
  sim: (modem) => modem.sim(),
  apdu: (modem) => modem.apdu(Uint8Array.of(0)),
  signal: (modem) => modem.signal(),
  cell: (modem) => modem.cell(),
  networkTime: (modem) => modem.networkTime(),
  batteryVoltage: (modem) => modem.batteryVoltage(),
  temperature: (modem) => modem.temperature(),
  "credentials.write": (modem) => modem.credentials.write(25, "psk", utf8("00")),
  "credentials.delete": (modem) => modem.credentials.delete(25, "psk"),
  "credentials.list": (modem) => modem.credentials.list(),
  "credentials.read": (modem) => modem.credentials.read(25, "ca"),
  "firmware.offset": (modem) => modem.firmware.offset(),
  "firmware.size": (modem) => modem.firmware.size(),
  "firmware.erase": (modem) => modem.firmware.erase(),
  "firmware.write": (modem) => modem.firmware.write(0, Uint8Array.of(1)),
  "firmware.finish": (modem) => modem.firmware.finish(),
  "firmware.schedule": (modem) => modem.firmware.schedule(),
};

describe("a simulated modem that is shut down", () => {
  for (const [name, command] of Object.entries(COMMANDS)) {
    it(`refuses ${name} with notInitialised`, async () => {
      await expect(command(bench().modem)).rejects.toMatchObject({ name: "ModemError", code: "notInitialised" });
    });
  }

  it("is powered off and not registered", () => {
    const { modem } = bench();
    expect([modem.initialised, modem.functionalMode, modem.registration]).toEqual([
      undefined,
      "powerOff",
      "notRegistered",
    ]);
  });

  it("minds no further shutdown", async () => {
    const { modem, heard } = bench();
    await modem.shutdown();
    expect(heard).toEqual([]);
  });
});

describe("a simulated modem that is initialised", () => {
  it("is offline, says so in order, and needs no timer for it when timing is instant", async () => {
    const { modem, heard, clock } = bench({ firmwareVersion: "mfw_1" });
    const result = await modem.init();
    expect(result).toEqual({ kind: "ok", firmwareVersion: "mfw_1" });
    expect(modem.initialised).toBe(result);
    expect(modem.functionalMode).toBe("offline");
    expect(heard).toEqual([
      { kind: "initialised", result },
      { kind: "functionalMode", mode: "offline" },
    ]);
    expect(clock.nextDue).toBeUndefined();
  });

  it("refuses to be initialised again", async () => {
    const { modem } = await startedBench();
    await expect(modem.init()).rejects.toMatchObject({ code: "notAllowed" });
  });

  it("says nothing when it is set to the mode it has", async () => {
    const { modem, heard } = await startedBench();
    await modem.setFunctionalMode("offline");
    expect(heard).toEqual([]);
  });

  it("refuses a mode that there is not", async () => {
    const { modem } = await startedBench();
    const mode = "flying" as "offline";
    await expect(modem.setFunctionalMode(mode)).rejects.toMatchObject({ code: "incorrectParameters" });
  });

  it("detaches, powers off and says so in order when it is shut down", async () => {
    const { modem, heard } = await registeredBench();
    await modem.shutdown();
    expect(heard).toEqual([
      { kind: "pdn", state: "inactive" },
      { kind: "registration", status: "notRegistered" },
      { kind: "functionalMode", mode: "powerOff" },
      { kind: "shutdown" },
    ]);
    expect(modem.initialised).toBeUndefined();
  });

  it("is offline again after a reset, with its credentials and its PDN", async () => {
    const { modem, heard } = await startedBench();
    await modem.credentials.write(25, "psk", utf8("00ff"));
    await modem.configurePdn({ apn: "mine.example" });
    const before = await modem.credentials.list();
    await modem.reset();
    expect(heard).toEqual([
      { kind: "functionalMode", mode: "powerOff" },
      { kind: "shutdown" },
      { kind: "initialised", result: modem.initialised },
      { kind: "functionalMode", mode: "offline" },
    ]);
    expect(await modem.credentials.list()).toEqual(before);
  });

  it("starts shut-down hardware with a reset too", async () => {
    const { modem } = bench();
    await modem.reset();
    expect(modem.functionalMode).toBe("offline");
  });

  it("answers commands in the order in which they were given", async () => {
    const { modem } = bench();
    const answers: string[] = [];
    await Promise.all([
      modem.init().then(() => answers.push("init")),
      modem.setFunctionalMode("normal").then(() => answers.push("normal")),
      modem.credentials.write(1, "psk", utf8("00")).catch((error) => answers.push(error.code)),
      modem.setFunctionalMode("offline").then(() => answers.push("offline")),
      modem.credentials.write(1, "psk", utf8("00")).then(() => answers.push("written")),
    ]);
    expect(answers).toEqual(["init", "normal", "notAllowedInActiveState", "offline", "written"]);
  });
});

describe("a simulated modem that is closed", () => {
  it("says nothing any more and leaves no timer behind", async () => {
    const { modem, heard, clock } = await startedBench();
    await modem.setFunctionalMode("normal");
    await modem.close();
    heard.length = 0;
    await clock.advanceAsync(1000);
    expect(heard).toEqual([]);
    expect(clock.nextDue).toBeUndefined();
  });

  it("refuses everything with closed, what was under way included", async () => {
    const { modem, clock } = await (async () => {
      const made = bench({ timing: "realistic" });
      const started = made.modem.init();
      await made.clock.advanceAsync(60_000);
      await started;
      return made;
    })();
    const underWay = expect(modem.credentials.write(1, "psk", utf8("00"))).rejects.toMatchObject({ code: "closed" });
    const waiting = expect(modem.identity()).rejects.toMatchObject({ code: "closed" });
    await modem.close();
    await Promise.all([underWay, waiting]);
    for (const command of [...Object.values(COMMANDS), (m: Modem) => m.init(), (m: Modem) => m.shutdown()]) {
      await expect(command(modem)).rejects.toMatchObject({ code: "closed" });
    }
    expect(clock.nextDue).toBeUndefined();
  });
});

describe("listeners", () => {
  it("hear what one of them causes after what was going on, all in the same order", async () => {
    const { modem, clock, heard } = await startedBench();
    const late: string[] = [];
    modem.subscribe(({ kind }) => {
      if (kind === "registration" && modem.registration === "home") modem.inject({ name: "overheated", times: 1 });
    });
    modem.subscribe((notification) => late.push(notification.kind));
    await modem.setFunctionalMode("normal");
    await clock.advanceAsync(1);
    expect(late).toEqual(heard.map(({ kind }) => kind));
    expect(late).toEqual(["functionalMode", "registration", "registration", "domain", "pdn"]);
  });

  it("hear nothing after they end, and may end twice", async () => {
    const { modem } = await startedBench();
    const heard: string[] = [];
    const end = modem.subscribe(({ kind }) => heard.push(kind));
    end();
    end();
    modem.inject({ name: "overheated" });
    expect(heard).toEqual([]);
  });
});

describe("what a simulated modem says about itself", () => {
  const luhn = (digits: string) =>
    [...digits].reverse().reduce((sum, digit, index) => {
      const weighted = Number(digit) * (index % 2 === 1 ? 2 : 1);
      return sum + (weighted > 9 ? weighted - 9 : weighted);
    }, 0) % 10;

  it("is a valid IMEI and ICCID, another for each seed, the same after a power cycle", async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const { modem, again } = await startedBench({ random: seededRandom(seed) });
      const { imei } = await modem.identity();
      const sim = await modem.sim();
      expect(imei).toMatch(/^\d{15}$/);
      expect(luhn(imei)).toBe(0);
      expect(sim.iccid).toMatch(/^89\d{17}$/);
      expect(luhn(sim.iccid ?? "")).toBe(0);
      expect(sim.imsi).toMatch(/^00101\d{10}$/);
      expect(sim.msisdn).toMatch(/^\+\d{11}$/);
      seen
        .add(imei)
        .add(sim.iccid ?? "")
        .add(sim.imsi ?? "");
      const after = again({ random: seededRandom(seed + 1000) });
      await after.modem.init();
      expect((await after.modem.identity()).imei).toBe(imei);
      expect(await after.modem.sim()).toEqual(sim);
    }
    expect(seen.size).toBe(150);
  });

  it("is what the options say where they say something", async () => {
    const { modem } = await startedBench({
      identity: { imei: "352656106647673", model: "X1" },
      sim: { present: true, iccid: "8900" },
      firmwareVersion: "mfw_7",
    });
    expect(await modem.identity()).toMatchObject({ imei: "352656106647673", model: "X1", firmwareVersion: "mfw_7" });
    expect(await modem.sim()).toEqual({ present: true, iccid: "8900" });
  });

  it("moves with time, within what is plausible, and not with how often one asks", async () => {
    const { modem, clock } = await registeredBench();
    const seen = {
      rsrp: new Set<number>(),
      volts: new Set<number>(),
      heat: new Set<number>(),
      cells: new Set<number>(),
    };
    for (let minute = 0; minute < 600; minute++) {
      const signal = await modem.signal();
      expect(await modem.signal()).toEqual(signal);
      expect(signal.rsrpDbm).toBeGreaterThanOrEqual(-140);
      expect(signal.rsrpDbm).toBeLessThanOrEqual(-44);
      expect(signal.rsrqDb).toBeGreaterThanOrEqual(-20);
      expect(signal.rsrqDb).toBeLessThanOrEqual(-3);
      const { millivolts } = await modem.batteryVoltage();
      expect(millivolts).toBeGreaterThan(3500);
      expect(millivolts).toBeLessThan(4250);
      const { celsius } = await modem.temperature();
      expect(celsius).toBeGreaterThan(15);
      expect(celsius).toBeLessThan(45);
      const cell = await modem.cell();
      expect(cell).toMatchObject({ plmn: "00101", technology: "lteM", trackingArea: 0x0901 });
      expect(cell.cellId).toBeLessThan(2 ** 28);
      seen.rsrp.add(signal.rsrpDbm);
      seen.volts.add(millivolts);
      seen.heat.add(celsius);
      seen.cells.add(cell.cellId);
      clock.advance(60_000);
    }
    expect(seen.rsrp.size).toBeGreaterThan(10);
    expect(seen.volts.size).toBeGreaterThan(10);
    expect(seen.heat.size).toBeGreaterThan(5);
    expect(seen.cells.size).toBeGreaterThan(1);
  });

  it("is refused where only a network could tell", async () => {
    const { modem, clock } = await startedBench();
    for (const ask of [
      () => modem.signal(),
      () => modem.cell(),
      () => modem.networkTime(),
      () => modem.activatePdn(),
    ]) {
      await expect(ask()).rejects.toMatchObject({ code: "notAllowed" });
    }
    await modem.setFunctionalMode("normal");
    await clock.advanceAsync(1);
    expect(await modem.networkTime()).toBe(clock.wall());
    await modem.setFunctionalMode("offline");
    expect(await modem.networkTime()).toBe(clock.wall());
  });

  it("leaves the SIM out while the UICC has no power", async () => {
    const { modem } = await startedBench();
    await modem.setFunctionalMode("powerOff");
    await expect(modem.sim()).rejects.toMatchObject({ code: "notAllowed" });
    expect((await modem.identity()).imei).toMatch(/^\d{15}$/);
  });

  it("names what it cannot do, and refuses it", async () => {
    const { modem } = await startedBench();
    expect(modem.capabilities).toMatchObject({ apdu: true, sockets: false });
    expect("sockets" in modem && modem.sockets).toBeFalsy();
  });
});

describe("an SMS", () => {
  it("reaches a registered modem and no other", async () => {
    const { modem, heard } = await registeredBench();
    expect(modem.deliverSms("+99912345678", utf8("wake"))).toBe(true);
    expect(heard).toEqual([{ kind: "sms", from: "+99912345678", payload: utf8("wake") }]);
    await modem.setFunctionalMode("offline");
    expect(modem.deliverSms("+99912345678", utf8("wake"))).toBe(false);
  });
});

describe("realistic timing", () => {
  async function life(seed: number): Promise<[number, string][]> {
    const { modem, clock } = bench({ timing: "realistic", random: seededRandom(seed) });
    const log: [number, string][] = [];
    modem.subscribe((notification) => log.push([Math.round(clock.now()), notification.kind]));
    const done = (async () => {
      await modem.init();
      await modem.setFunctionalMode("normal");
    })();
    await clock.advanceAsync(30_000);
    await done;
    return log;
  }

  it("takes seconds to attach, the same ones for the same seed", async () => {
    const log = await life(5);
    expect(log.map(([, kind]) => kind)).toEqual([
      "initialised",
      "functionalMode",
      "functionalMode",
      "registration",
      "registration",
      "pdn",
    ]);
    const [, , , [searching] = [0], [home] = [0]] = log;
    expect(home - searching).toBeGreaterThanOrEqual(2000);
    expect(home - searching).toBeLessThanOrEqual(9000);
    expect(await life(5)).toEqual(log);
    expect(await life(6)).not.toEqual(log);
  });
});

describe("wrong options", () => {
  const wrong: readonly [string, Partial<SimulatedModemOptions>][] = [
    ["firmwareAreaBytes", { firmwareAreaBytes: 100 }],
    ["firmwareAreaBytes", { firmwareAreaBytes: 2 ** 40 }],
    ["firmwareVersion", { firmwareVersion: "" }],
    ["firmwareVersion", { firmwareVersion: "has space" }],
    ["identity.imei", { identity: { imei: "123" } }],
    ["operator.plmn", { operator: { plmn: "x" } }],
    ["cause", { faults: [{ name: "pdnRefused", cause: 256 }] }],
    ["afterBytes", { faults: [{ name: "powerLossDuringWrite", afterBytes: 0 }] }],
    ["times", { faults: [{ name: "noSim", times: 0 }] }],
    ["there is no fault", { faults: [{ name: "toString" as "noSim" }] }],
  ];
  for (const [named, options] of wrong) {
    it(`${JSON.stringify(options)} are refused with the name of the option`, () => {
      const make = () =>
        createSimulatedModem({
          clock: new VirtualClock(),
          random: seededRandom(1),
          storage: createMemoryStorage(),
          timing: "instant",
          ...options,
        });
      expect(make).toThrow(expect.objectContaining({ code: "incorrectParameters" }));
      expect(make).toThrow(named);
    });
  }
});

describe("a storage that fails", () => {
  it("becomes a modem error with its cause", async () => {
    const broken = new Error("the medium is gone");
    const storage = { ...createMemoryStorage(), read: () => Promise.reject(broken) };
    const { modem } = bench({ storage });
    const error = await modem.init().catch((reason: unknown) => reason);
    expect(isModemError(error)).toBe(true);
    expect(error).toMatchObject({ code: "memoryFailure", cause: broken });
    expect(modem.initialised).toBeUndefined();
  });

  for (const damaged of ["", "{", "[]", '{"version":2}', '{"version":1,"seed":1,"firmwareVersion":"a","area":"odd"}']) {
    it(`with the state ${JSON.stringify(damaged)} is told, and the document left alone`, async () => {
      const storage = createMemoryStorage();
      await storage.write("modem-state", utf8(damaged));
      await expect(bench({ storage }).modem.init()).rejects.toMatchObject({
        code: "memoryFailure",
        message: expect.stringContaining("modem-state"),
      });
      expect(await storage.read("modem-state")).toEqual(utf8(damaged));
    });
  }
});

describe("registration of a modem that was set to work and back", () => {
  it("ends without a trace of the attach that was under way", async () => {
    const { modem, clock, heard } = await startedBench();
    await modem.setFunctionalMode("normal");
    await modem.setFunctionalMode("offline");
    await clock.advanceAsync(1000);
    expect(registrations(heard)).toEqual(["searching", "notRegistered"]);
  });
});
