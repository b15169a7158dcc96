import { describe, expect, it } from "@jest/globals";
import { atModem } from "../../modem/at/atModem.ts";
import type { SimulatedModem } from "../../modem/index.ts";
import { dfuExtension } from "../../testbed/at/dfu.ts";
import { duplexPair } from "../support/duplexPair.ts";
import { type Bench, bench, registeredBench, startedBench, utf8 } from "./bench.ts";

/** It is found registered again, with its PDN, without anybody having asked for it. */
async function isBack({ modem, until, settle, heard }: Bench): Promise<void> {
  await until(() => heard.some(({ kind }) => kind === "fault"));
  await until(() => modem.registration === "home");
  expect(modem.functionalMode).toBe("normal");
  expect((await settle(modem.activatePdn())).apn).toBe("iot.example");
  expect(await settle(modem.signal())).toMatchObject({ rsrpDbm: expect.any(Number) });
}

const LOST = [
  { kind: "pdn", state: "inactive" },
  { kind: "registration", status: "notRegistered" },
];
const FOUND = [
  { kind: "registration", status: "searching" },
  { kind: "registration", status: "home" },
  { kind: "pdn", state: "active" },
];

describe("a modem that fails at work", () => {
  it("with a crash is set to work again, its reason told", async () => {
    const made = await registeredBench();
    made.front.inject({ name: "crash", times: 1, reason: 0x10, command: "+CESQ" });
    await expect(made.settle(made.modem.signal())).rejects.toMatchObject({ name: "ModemError" });
    await isBack(made);
    expect(made.heard).toEqual([...LOST, { kind: "fault", reason: 0x10 }, ...FOUND]);
    expect(made.modem.initialised).toMatchObject({ kind: "ok" });
  });

  it("with a restart in the middle of a command is set to work again", async () => {
    const made = await registeredBench();
    made.front.inject({ name: "restart", times: 1, command: "%XVBAT" });
    expect(await made.settle(made.modem.batteryVoltage())).toEqual({ millivolts: expect.any(Number) });
    await isBack(made);
    expect(made.heard).toEqual([...LOST, { kind: "fault", reason: 0 }, ...FOUND]);
  });

  it("with its supply has its APN and its subscriptions again", async () => {
    const made = await startedBench();
    const { modem, front, simulated, settle, until, heard } = made;
    await settle(modem.configurePdn({ apn: "fleet.example" }));
    await settle(modem.setFunctionalMode("normal"));
    await until(() => modem.registration === "home");
    await settle(front.powerCycle());
    await until(() => modem.registration === "home");
    expect((await settle(modem.activatePdn())).apn).toBe("fleet.example");
    heard.length = 0;
    simulated.deliverSms("123", Uint8Array.of(1));
    simulated.inject({ name: "overheated", times: 1 });
    await until(() => heard.length === 2);
  });

  it("while it is offline stays offline", async () => {
    const made = await startedBench();
    await made.settle(made.front.powerCycle());
    await made.clock.advanceAsync(5_000);
    expect(made.modem.functionalMode).toBe("offline");
    expect(made.simulated.functionalMode).toBe("offline");
    expect(await made.settle(made.modem.identity())).toMatchObject({ manufacturer: "Simulated" });
  });

  it("and does not start again is tried until it does", async () => {
    const made = await registeredBench();
    made.simulated.inject({ name: "initFails", times: 3 });
    made.front.inject({ name: "crash", times: 1, command: "+CESQ" });
    await expect(made.settle(made.modem.signal())).rejects.toMatchObject({ name: "ModemError" });
    await made.clock.advanceAsync(5_000);
    await expect(made.settle(made.modem.identity())).rejects.toThrow("the modem crashed; wait until");
    const before = made.clock.now();
    await isBack(made);
    expect(made.clock.now() - before).toBeGreaterThan(20_000);
    expect(made.heard.filter(({ kind }) => kind === "fault")).toHaveLength(1);
  });

  it("and does not start again takes a reset", async () => {
    const made = await registeredBench();
    made.simulated.inject({ name: "initFails", times: 2 });
    made.front.inject({ name: "crash", times: 1, command: "+CESQ" });
    await expect(made.settle(made.modem.signal())).rejects.toMatchObject({ name: "ModemError" });
    await made.clock.advanceAsync(5_000);
    await made.settle(made.modem.reset());
    expect(made.modem.functionalMode).toBe("offline");
    expect(await made.settle(made.modem.identity())).toMatchObject({ manufacturer: "Simulated" });
  });

  it("at init says so, and starts at the next one", async () => {
    const made = await startedBench();
    await made.settle(made.modem.shutdown());
    made.simulated.inject({ name: "initFails", times: 1 });
    await expect(made.settle(made.modem.init())).rejects.toMatchObject({ code: "fault" });
    await expect(made.modem.identity()).rejects.toMatchObject({ code: "notInitialised" });
    expect(await made.settle(made.modem.init())).toMatchObject({ kind: "ok" });
  });
});

describe("a port that goes away", () => {
  it("and comes back finds a modem that has gone on, and leaves it alone", async () => {
    const made = await registeredBench();
    const spoken: string[] = [];
    made.simulated.subscribe(({ kind }) => spoken.push(kind));
    made.unplug();
    await isBack(made);
    expect(made.heard).toEqual([...LOST, { kind: "fault", reason: 0 }, ...FOUND.slice(1)]);
    expect(spoken).toEqual([]);
  });

  it("and comes back finds the configured APN in use", async () => {
    const made = await startedBench();
    await made.settle(made.modem.configurePdn({ apn: "fleet.example" }));
    await made.settle(made.modem.setFunctionalMode("normal"));
    await made.until(() => made.modem.registration === "home");
    made.unplug();
    await made.until(() => made.heard.some(({ kind }) => kind === "fault"));
    await made.until(() => made.modem.registration === "home");
    expect((await made.settle(made.modem.activatePdn())).apn).toBe("fleet.example");
  });

  it("with the modem's supply finds it restarted", async () => {
    const made = await registeredBench();
    made.unplug();
    await made.settle(made.front.powerCycle());
    await isBack(made);
  });

  it("costs nothing: what was under way is asked again, what is asked meanwhile waits until it is back", async () => {
    const made = await registeredBench();
    const underWay = made.settle(made.modem.identity());
    made.unplug();
    expect(await underWay).toMatchObject({ manufacturer: "Simulated" });
    const [status] = await Promise.all([made.settle(made.modem.temperature()), isBack(made)]);
    expect(status).toEqual({ celsius: expect.any(Number) });
  });

  it("for longer has calls refused after a while, with what is wrong", async () => {
    const made = await registeredBench({ refusesPlugs: 40 });
    made.unplug();
    await made.until(() => made.heard.some(({ kind }) => kind === "fault"));
    const begun = made.clock.now();
    await expect(made.settle(made.modem.temperature())).rejects.toThrow(/^the modem has failed: .*the port was closed/);
    expect(made.clock.now() - begun).toBeLessThan(11_000);
    await isBack(made);
    expect(made.clock.now() - begun).toBeGreaterThan(60_000);
  });

  it("for longer and is asked for by init is opened at once or refused", async () => {
    const made = await registeredBench({ refusesPlugs: 40 });
    made.unplug();
    await made.until(() => made.heard.some(({ kind }) => kind === "fault"));
    await made.settle(made.modem.shutdown());
    await expect(made.settle(made.modem.init())).rejects.toThrow("not plugged in");
    await made.clock.advanceAsync(200_000);
    expect(made.modem.initialised).toBeUndefined();
  });

  it("does not keep close waiting", async () => {
    const made = await registeredBench({ refusesPlugs: 40 });
    made.unplug();
    await made.until(() => made.heard.some(({ kind }) => kind === "fault"));
    const waiting = made.modem.temperature();
    waiting.catch(() => {});
    await made.modem.close();
    await expect(waiting).rejects.toMatchObject({ code: "closed" });
  });
});

describe("a line that a host left in the middle", () => {
  it.each([
    ["a command", "serialModem", "AT+CGS"],
    ["a string", "serialModem", 'AT%CMNG=0,99,0,"-----BEGIN'],
    ["a datagram", "serialModem", "AT#XSOCKET=1,2,0\rAT#XSEND=0,2,0,700\r"],
    ["a piece of firmware", "serialModem", "AT#XDFUINIT=1,16384\rAT#XDFUWRITE=1,0,4096\r"],
    ["a command", "slm", "AT+CGS"],
    ["data of any length", "slm", "AT#XSOCKET=1,2,0\r\nAT#XSEND\r\n"],
  ] as const)("of %s is the next host's all the same, %s", async (_, dialect, typed) => {
    const extensions = (modem: SimulatedModem) => [dfuExtension({ modem, dialect })];
    const made = await bench({ dialect, extensions });
    const [host, far] = duplexPair();
    made.front.attach(far);
    host.write(typed);
    await made.clock.advanceAsync(100);
    const modem = atModem({ stream: host, clock: made.clock });
    expect(await made.settle(modem.init())).toMatchObject({ kind: "ok" });
    expect(await made.settle(modem.firmware.offset())).toBe(0);
    await modem.close();
  });
});

describe("a line that is disturbed", () => {
  it("by silence has the command sent again, once", async () => {
    const made = await registeredBench();
    made.front.inject({ name: "silence", times: 1, command: "%XVBAT" });
    expect(await made.settle(made.modem.batteryVoltage())).toEqual({ millivolts: expect.any(Number) });
    made.front.inject({ name: "silence", times: 2, command: "%XVBAT" });
    await expect(made.settle(made.modem.batteryVoltage())).rejects.toMatchObject({ code: "timeout" });
    expect(await made.settle(made.modem.batteryVoltage())).toEqual({ millivolts: expect.any(Number) });
    expect(made.modem.registration).toBe("home");
    expect(made.heard).toEqual([]);
  });

  it("by an answer that comes after its time has it belong to nobody else", async () => {
    const made = await registeredBench();
    made.front.inject({ name: "lateAnswer", times: 2, delayMs: 12_000, command: "+CGSN" });
    await expect(made.settle(made.modem.identity())).rejects.toMatchObject({ code: "timeout" });
    expect(await made.settle(made.modem.identity())).toEqual(await made.settle(made.simulated.identity()));
  });

  it.each(["garbage", "lostByte"] as const)("by %s is in order again with the next command", async (name) => {
    const made = await registeredBench();
    for (let time = 0; time < 20; time++) {
      made.front.inject({ name, times: 1 });
      await made.settle(made.modem.identity().catch(() => undefined));
      expect(await made.settle(made.modem.identity())).toEqual(await made.settle(made.simulated.identity()));
    }
  });

  it.each(["lostByte", "garbage", "silence", "crash", "restart"] as const)(
    "by %s in the middle of any command of a start, a key and an attachment costs time and nothing else",
    async (name) => {
      for (const command of ["#XMODEMRESET", "+CEREG", "%CMNG", "+CFUN", "+CGDCONT"]) {
        const made = await bench();
        if (command === "#XMODEMRESET") made.front.inject({ name, times: 1, command });
        await made.settle(made.modem.init());
        if (command !== "#XMODEMRESET") made.front.inject({ name, times: 1, command });
        await made.settle(made.modem.credentials.write(25, "psk", utf8("00112233")));
        await made.settle(made.modem.configurePdn({ apn: "fleet.example" }));
        await made.settle(made.modem.setFunctionalMode("normal"));
        await made.until(() => made.modem.registration === "home");
        expect(await made.settle(made.modem.credentials.list(25))).toHaveLength(1);
        expect((await made.settle(made.modem.activatePdn())).apn).toBe("fleet.example");
      }
    },
  );

  it("never has an APDU sent twice", async () => {
    const made = await startedBench();
    await made.settle(made.modem.sim());
    made.front.inject({ name: "lateAnswer", times: 1, delayMs: 120_000, command: "+CSIM" });
    await expect(made.settle(made.modem.apdu(Uint8Array.of(0, 0x70, 0, 0, 1)))).rejects.toMatchObject({
      code: "timeout",
    });
    const sent = made.records.filter((each) => each.kind === "at" && String(each.line).startsWith("AT+CSIM"));
    expect(sent).toHaveLength(1);
  });
});
