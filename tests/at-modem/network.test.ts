import { describe, expect, it } from "@jest/globals";
import { atModem } from "../../modem/at/atModem.ts";
import { type Bench, bench, registeredBench, startedBench } from "./bench.ts";

const registrations = (heard: readonly { kind: string }[]) => heard.filter(({ kind }) => kind === "registration");

describe("registration", () => {
  it("that the network denies has its EMM cause", async () => {
    const { modem, settle, until, heard } = await startedBench({
      simulated: { faults: [{ name: "registrationDenied", cause: 15, times: 1 }] },
    });
    await settle(modem.setFunctionalMode("normal"));
    await until(() => modem.registration === "denied");
    expect(registrations(heard)).toEqual([
      { kind: "registration", status: "searching" },
      { kind: "registration", status: "denied", rejectCause: 15 },
    ]);
  });

  it("fails with the UICC, and says roaming abroad", async () => {
    const failing = await startedBench({ simulated: { faults: [{ name: "noSim" }] } });
    await failing.settle(failing.modem.setFunctionalMode("normal"));
    await failing.until(() => failing.modem.registration === "uiccFailure");
    const abroad = await startedBench({
      simulated: { operator: { plmn: "24201" }, sim: { present: true, operator: "00101" } },
    });
    await abroad.settle(abroad.modem.setFunctionalMode("normal"));
    await abroad.until(() => abroad.modem.registration === "roaming");
  });

  it("that is lost ends the PDN and comes back", async () => {
    const { modem, simulated, until, heard } = await registeredBench();
    simulated.inject({ name: "registrationLost", times: 1 });
    await until(() => modem.registration === "home" && heard.length >= 4);
    expect(heard).toEqual([
      { kind: "pdn", state: "inactive" },
      { kind: "registration", status: "searching" },
      { kind: "registration", status: "home" },
      { kind: "pdn", state: "active" },
    ]);
  });
});

describe("the default PDN", () => {
  it("is configured before attaching and says what it is", async () => {
    const { modem, settle, until } = await startedBench();
    await settle(modem.configurePdn({ apn: "fleet.example", type: "ipv4" }));
    await settle(modem.setFunctionalMode("normal"));
    await until(() => modem.registration === "home");
    const pdn = await settle(modem.activatePdn());
    expect(pdn).toMatchObject({ apn: "fleet.example", addresses: [expect.stringMatching(/^10\./)], mtu: 1464 });
    await expect(settle(modem.configurePdn({ apn: "other.example" }))).rejects.toMatchObject({ code: "notAllowed" });
  });

  it("that the network refuses has its ESM cause", async () => {
    const { modem, settle, until } = await startedBench({ simulated: { faults: [{ name: "pdnRefused", cause: 33 }] } });
    await settle(modem.setFunctionalMode("normal"));
    await until(() => modem.registration === "home");
    await expect(settle(modem.activatePdn())).rejects.toMatchObject({ code: "pdnRefused", rejectCause: 33 });
  });

  it("falls back to the network's own APN where the configured one is refused", async () => {
    const { modem, simulated, settle, until } = await startedBench({
      simulated: { faults: [{ name: "pdnRefused", cause: 27, times: 1 }] },
    });
    await settle(modem.configurePdn({ apn: "wrong.example" }));
    await settle(modem.setFunctionalMode("normal"));
    await until(() => modem.registration === "home");
    expect(await settle(modem.activatePdn())).toMatchObject({ apn: "iot.example" });
    expect((await settle(simulated.activatePdn())).apn).toBe("iot.example");
  });

  it("is not to be had without registration, and refuses what is no APN", async () => {
    const { modem, settle } = await startedBench();
    await expect(settle(modem.activatePdn())).rejects.toMatchObject({ code: "notAllowed" });
    await expect(settle(modem.configurePdn({ apn: 'a"b' }))).rejects.toMatchObject({ code: "incorrectParameters" });
    await expect(settle(modem.signal())).rejects.toMatchObject({ code: "notAllowed" });
  });
});

describe("what else the modem tells", () => {
  it("is a short message, acknowledged so that the next one comes", async () => {
    const { modem, simulated, until, heard } = await registeredBench();
    for (const octet of [1, 2, 3]) simulated.deliverSms("+47123456", Uint8Array.of(0, octet, 0xff));
    await until(() => heard.length === 3);
    expect(heard).toEqual(
      [1, 2, 3].map((octet) => ({ kind: "sms", from: "+47123456", payload: Uint8Array.of(0, octet, 0xff) })),
    );
    expect(modem.capabilities.sms).toBe(true);
  });

  it("is heat, a low battery and a reset loop", async () => {
    const { simulated, until, heard } = await registeredBench();
    simulated.inject({ name: "overheated" });
    simulated.inject({ name: "batteryLow" });
    await until(() => heard.length === 2);
    expect(heard).toEqual([
      { kind: "domain", event: "overheated" },
      { kind: "domain", event: "batteryLow" },
    ]);
  });
});

describe("the SIM", () => {
  it("that is locked tells its ICCID alone, and one that is missing is not present", async () => {
    const locked = await startedBench({ simulated: { faults: [{ name: "simLocked" }] } });
    expect(await locked.settle(locked.modem.sim())).toEqual({
      present: true,
      iccid: expect.stringMatching(/^89\d{17,18}$/),
    });
    const missing = await startedBench({ simulated: { faults: [{ name: "noSim" }] } });
    expect(await missing.settle(missing.modem.sim())).toEqual({ present: false });
    await expect(missing.settle(missing.modem.apdu(Uint8Array.of(0, 0x70, 0, 0, 1)))).rejects.toMatchObject({
      code: "simNotInserted",
    });
  });

  it("that asks for its PIN is unlocked with it, before the radio and again after a restart", async () => {
    const made = await startedBench({ simulated: { faults: [{ name: "simLocked" }] }, driver: { pin: "2718" } });
    const { modem, simulated, front, settle, until, records } = made;
    expect(await settle(modem.sim())).toMatchObject({ present: true, imsi: expect.any(String) });
    simulated.inject({ name: "simLocked" });
    await settle(modem.setFunctionalMode("normal"));
    await until(() => modem.registration === "home");
    simulated.inject({ name: "simLocked" });
    await settle(front.powerCycle());
    await until(() => modem.registration === "home");
    expect(JSON.stringify(records)).not.toContain("2718");
    expect(JSON.stringify(records)).toContain("AT+CPIN=");
  });

  it("answers APDUs while the radio is off", async () => {
    const { modem, settle } = await startedBench();
    const answer = await settle(modem.apdu(Uint8Array.of(0x00, 0x70, 0x00, 0x00, 0x01)));
    expect([...answer]).toEqual([1, 0x90, 0x00]);
    await settle(modem.setFunctionalMode("powerOff"));
    await expect(settle(modem.sim())).rejects.toMatchObject({ code: "notAllowed" });
  });
});

describe("the driver", () => {
  it("refuses options that cannot be, without their secrets", () => {
    const path = "/dev/ttyACM0";
    expect(() => atModem({ path, dataPath: "host" })).toThrow(/storage/);
    expect(() => atModem({ path, pin: "27x8" })).toThrow(/^(?!.*27x8).*pin is not 4 to 8 digits/);
    expect(() => atModem({ path, technology: "5g" as never })).toThrow(/allowed: lteM, nbIot, lteMAndNbIot/);
  });

  it("looks for the network of the technology that was asked for", async () => {
    const asked = ({ records }: Bench) =>
      records.map(({ line }) => String(line)).filter((line) => /^AT%XSYS/.test(line));
    const other = await startedBench({ driver: { technology: "lteMAndNbIot" } });
    expect(asked(other)).toEqual(["AT%XSYSTEMMODE?", "AT%XSYSTEMMODE=1,1,0,1"]);
    const same = await startedBench({ driver: { technology: "lteM" } });
    expect(asked(same)).toEqual(["AT%XSYSTEMMODE?"]);
  });

  it("refuses everything with closed after close, and says nothing more", async () => {
    const { modem, simulated, heard, clock } = await registeredBench();
    await modem.close();
    simulated.inject({ name: "overheated" });
    await clock.advanceAsync(1_000);
    expect(heard).toEqual([]);
    await expect(modem.init()).rejects.toMatchObject({ code: "closed" });
    expect(modem.functionalMode).toBe("powerOff");
  });

  it("that was never opened refuses with notInitialised", async () => {
    const { modem } = await bench();
    await expect(modem.signal()).rejects.toMatchObject({ code: "notInitialised" });
  });
});
