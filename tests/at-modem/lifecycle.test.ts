import { describe, expect, it } from "@jest/globals";
import { bench, registeredBench, startedBench } from "./bench.ts";

describe.each(["serialModem", "slm"] as const)("a modem behind %s", (dialect) => {
  it("is found out, restarted and offline after init", async () => {
    const { modem, settle, heard } = await bench({ dialect });
    expect(modem.initialised).toBeUndefined();
    const result = await settle(modem.init());
    expect(result).toEqual({ kind: "ok", firmwareVersion: "mfw_sim_1.0.0" });
    expect(modem.application?.dialect).toBe(dialect);
    expect(modem.functionalMode).toBe("offline");
    expect(modem.capabilities).toMatchObject({ sockets: true, firmwareArea: dialect === "serialModem" });
    expect(heard).toEqual([
      { kind: "initialised", result },
      { kind: "functionalMode", mode: "offline" },
    ]);
  });

  it("registers, has a PDN and says what it knows", async () => {
    const { modem, simulated, settle, until, heard } = await startedBench({ dialect });
    await settle(modem.setFunctionalMode("normal"));
    await until(() => heard.some(({ kind }) => kind === "pdn"));
    expect(heard).toEqual([
      { kind: "functionalMode", mode: "normal" },
      { kind: "registration", status: "searching" },
      { kind: "registration", status: "home" },
      { kind: "pdn", state: "active" },
    ]);
    expect(await settle(modem.activatePdn())).toEqual(await settle(simulated.activatePdn()));
    expect(await settle(modem.identity())).toEqual(await settle(simulated.identity()));
    expect(await settle(modem.sim())).toEqual(await settle(simulated.sim()));
    expect(await settle(modem.signal())).toEqual(await settle(simulated.signal()));
    expect(await settle(modem.cell())).toEqual(await settle(simulated.cell()));
    expect(await settle(modem.batteryVoltage())).toEqual(await settle(simulated.batteryVoltage()));
    expect(await settle(modem.temperature())).toEqual(await settle(simulated.temperature()));
    const asked = await settle(modem.networkTime());
    expect(Math.abs(asked - (await settle(simulated.networkTime())))).toBeLessThan(2_000);
  });

  it("goes offline and off, with PDN and registration before the mode", async () => {
    const { modem, settle, heard } = await registeredBench({ dialect });
    await settle(modem.setFunctionalMode("offline"));
    await settle(modem.setFunctionalMode("powerOff"));
    await settle(modem.shutdown());
    expect(heard).toEqual([
      { kind: "pdn", state: "inactive" },
      { kind: "registration", status: "notRegistered" },
      { kind: "functionalMode", mode: "offline" },
      { kind: "functionalMode", mode: "powerOff" },
      { kind: "shutdown" },
    ]);
    await expect(modem.identity()).rejects.toMatchObject({ code: "notInitialised" });
  });

  it("starts again after a shutdown, and after reset", async () => {
    const { modem, settle, until } = await registeredBench({ dialect });
    await settle(modem.shutdown());
    expect(await settle(modem.init())).toMatchObject({ kind: "ok" });
    await expect(settle(modem.init())).rejects.toMatchObject({ code: "notAllowed" });
    await settle(modem.reset());
    await settle(modem.setFunctionalMode("normal"));
    await until(() => modem.registration === "home");
  });
});

describe("a line that takes its time", () => {
  it.each([115_200, 1_000_000])("of %d baud changes nothing but that", async (baudRate) => {
    const { modem, simulated, settle, clock } = await registeredBench({ front: { baudRate } });
    const begun = clock.now();
    expect(await settle(modem.identity())).toEqual(await settle(simulated.identity()));
    expect(clock.now()).toBeGreaterThan(begun);
    await settle(modem.setFunctionalMode("offline"));
    await settle(modem.credentials.write(25, "psk", new TextEncoder().encode("00112233")));
    expect(await settle(modem.credentials.list())).toHaveLength(1);
  });
});
