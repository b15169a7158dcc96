import { afterEach, describe, expect, it } from "@jest/globals";
import { type AtModem, type AtModemOptions, atModem } from "../../modem/at/atModem.ts";
import type { ModemNotification } from "../../ports/modem.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { type Answer, SERIAL_MODEM, SILENCE, scriptedModem } from "./scripted.ts";

const drivers: AtModem[] = [];
afterEach(async () => {
  for (const driver of drivers.splice(0)) await driver.close();
});

function driver(answers?: Readonly<Record<string, Answer>>, options: Partial<AtModemOptions> = {}) {
  const clock = new VirtualClock();
  const scripted = scriptedModem({ ...SERIAL_MODEM, ...answers });
  const modem = atModem({ stream: scripted.stream, clock, ...options } as AtModemOptions);
  drivers.push(modem);
  const heard: ModemNotification[] = [];
  modem.subscribe((notification) => heard.push(notification));
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    const note = () => {
      settled = true;
    };
    promise.then(note, note);
    for (let step = 0; !settled && step < 20_000; step++) await clock.advanceAsync(50);
    return promise;
  };
  return { clock, scripted, modem, heard, settle };
}

async function attached(answers?: Readonly<Record<string, Answer>>) {
  const made = driver(answers);
  await made.settle(made.modem.init());
  await made.settle(made.modem.setFunctionalMode("normal"));
  made.heard.length = 0;
  return made;
}

describe("what a modem is asked", () => {
  it("at init is the least, in an order that it can follow", async () => {
    const { scripted, modem, settle } = driver();
    await settle(modem.init());
    expect(scripted.commands).toEqual([
      "ATE0",
      "AT#XSMVER",
      "AT#XMODEMRESET",
      "AT+CMEE=1",
      "AT+CEREG=5",
      "AT+CGEREP=1",
      "AT+CNEC=24",
      "AT%MDMEV=2",
      "AT+CNMI?",
      "AT+CNMI=3,2,0,1",
      "AT#XCLOSE",
      "AT+CGMR",
      "AT+CFUN=4",
    ]);
  });

  it("is less where its firmware has less", async () => {
    const { scripted, modem, settle } = driver({ "AT%MDMEV=2": "ERROR", "AT+CNEC=24": "ERROR", "AT+CNMI?": "ERROR" });
    expect(await settle(modem.init())).toEqual({ kind: "ok", firmwareVersion: "mfw_nrf9160_1.3.2" });
    expect(scripted.commands).toContain("AT%MDMEV=1");
  });

  it("as an SMS client is left out where the host is registered already", async () => {
    const { scripted, modem, settle } = driver({ "AT+CNMI?": "+CNMI: 3,2,0,1,1" });
    await settle(modem.init());
    expect(scripted.commands).not.toContain("AT+CNMI=3,2,0,1");
  });

  it("after functional mode 0 is told again what to tell", async () => {
    const { scripted, modem, settle } = driver();
    await settle(modem.init());
    await settle(modem.setFunctionalMode("powerOff"));
    scripted.commands.length = 0;
    await settle(modem.setFunctionalMode("normal"));
    expect(scripted.commands.slice(0, 2)).toEqual(["AT+CMEE=1", "AT+CEREG=5"]);
    expect(scripted.commands.at(-1)).toBe("AT+CFUN=1");
  });
});

describe("a device that is no such modem", () => {
  it("and says nothing is named with what to do", async () => {
    const silent = Object.fromEntries(["ATE0", "AT+CMEE?", "AT+CFUN?"].map((command) => [command, SILENCE]));
    const { modem, settle } = driver(silent);
    const opening = settle(modem.init());
    await expect(opening).rejects.toMatchObject({ name: "ModemError", code: "lineError" });
    await expect(opening).rejects.toThrow(/^the stream does not answer AT; give the modem's port and its baud rate$/);
  });

  it("and answers AT only is told to get Nordic's application", async () => {
    const { modem, settle } = driver({ "AT#XSMVER": "ERROR", "AT#XSLMVER": "ERROR" });
    await expect(settle(modem.init())).rejects.toThrow(/neither AT#XSMVER nor AT#XSLMVER.*Serial Modem/s);
  });

  it("and is the older application is found out", async () => {
    const { modem, settle } = driver({ "AT#XSMVER": "ERROR", "AT#XSLMVER": '#XSLMVER: "1.7.0","2.9.0"' });
    await settle(modem.init());
    expect(modem.application).toEqual({ dialect: "slm", version: "1.7.0" });
  });

  it("and says nothing does not keep close waiting", async () => {
    const { modem } = driver({ ATE0: SILENCE });
    const opening = modem.init();
    opening.catch(() => {});
    await new Promise(setImmediate);
    await modem.close();
    await expect(opening).rejects.toMatchObject({ code: "closed" });
  });

  it("and cannot restart the modem alone restarts with it", async () => {
    const { scripted, modem, settle, heard } = driver({ "AT#XMODEMRESET": "ERROR" });
    scripted.answer("AT#XRESET", () => {
      setImmediate(() => scripted.say("Ready\r\n"));
      return "";
    });
    await settle(modem.init());
    expect(scripted.commands.slice(2, 5)).toEqual(["AT#XMODEMRESET", "AT#XRESET", "AT+CMEE=1"]);
    expect(heard.map(({ kind }) => kind)).toEqual(["initialised", "functionalMode"]);
  });

  it("and has no port is named with what to do", async () => {
    const modem = atModem({ path: "/dev/no-such-modem" });
    drivers.push(modem);
    await expect(modem.init()).rejects.toMatchObject({ name: "ModemError", code: "lineError" });
    await expect(modem.init()).rejects.toThrow("/dev/no-such-modem is not there; connect the device");
  });

  it("and whose stream has ended is named as that", async () => {
    const { modem, scripted, settle, clock } = driver();
    await settle(modem.init());
    scripted.unplug();
    await clock.advanceAsync(100);
    await settle(modem.shutdown());
    await expect(settle(modem.init())).rejects.toThrow("the stream to the modem has ended; make a new driver");
  });
});

describe("registration as a real modem tells it", () => {
  /** Lines of a trace of mfw_nrf9160_1.3.2, in their order. */
  const REGISTERING = [
    '\r\n+CEREG: 2,"0901","02024720",7\r\n',
    "\r\n%MDMEV: SEARCH STATUS 1\r\n",
    '\r\n+CEREG: 5,"0901","02024720",7,,,"11100000","11100000"\r\n',
    "\r\n+CSCON: 1\r\n",
    "\r\n+CGEV: ME PDN ACT 0\r\n",
  ];

  it("is roaming with an active PDN", async () => {
    const { scripted, modem, heard } = await attached();
    for (const line of REGISTERING) scripted.say(line);
    await new Promise(setImmediate);
    expect(heard).toEqual([
      { kind: "registration", status: "searching" },
      { kind: "registration", status: "roaming" },
      { kind: "pdn", state: "active" },
    ]);
    expect(modem.registration).toBe("roaming");
  });

  it("has the cause of a refusal in its own notification or in the one before", async () => {
    const own = await attached();
    own.scripted.say('\r\n+CEREG: 3,"002F","0012BEEF",7,0,11\r\n');
    const before = await attached();
    before.scripted.say('\r\n+CNEC_EMM: 22\r\n\r\n+CEREG: 3,"002F","0012BEEF",7\r\n');
    await new Promise(setImmediate);
    expect(own.heard).toEqual([{ kind: "registration", status: "denied", rejectCause: 11 }]);
    expect(before.heard).toEqual([{ kind: "registration", status: "denied", rejectCause: 22 }]);
  });

  it("is unknown where the modem has lost its cell, and a failure of the UICC is its own", async () => {
    const { scripted, heard } = await attached();
    scripted.say('\r\n+CEREG: 1,"0901","FFFFFFFF",7\r\n\r\n+CEREG: 90\r\n');
    await new Promise(setImmediate);
    expect(heard).toEqual([
      { kind: "registration", status: "unknown" },
      { kind: "registration", status: "uiccFailure" },
    ]);
  });

  it("is asked for in case its notification was lost on the line", async () => {
    const { scripted, modem, clock } = await attached();
    scripted.say("\r\n+CEREG: 2\r\n");
    scripted.answer("AT+CEREG?", '+CEREG: 5,1,"0901","02024720",7');
    scripted.answer("AT+CGACT?", "+CGACT: 0,1");
    await clock.advanceAsync(29_000);
    expect(modem.registration).toBe("searching");
    await clock.advanceAsync(2_000);
    expect(modem.registration).toBe("home");
    scripted.commands.length = 0;
    await clock.advanceAsync(3_600_000);
    expect(scripted.commands).toEqual([]);
  });

  it("goes on without the configured APN where the network refuses that at the attachment", async () => {
    const { scripted, modem, settle, heard, clock } = driver();
    await settle(modem.init());
    await settle(modem.configurePdn({ apn: "wrong.example" }));
    await settle(modem.setFunctionalMode("normal"));
    scripted.commands.length = 0;
    heard.length = 0;
    // It tries twice before anybody can stop it.
    scripted.say("\r\n+CNEC_ESM: 27,0\r\n\r\n+CNEC_ESM: 27,0\r\n");
    await clock.advanceAsync(1_000);
    expect(scripted.commands).toEqual(["AT+CFUN=4", 'AT+CGDCONT=0,"IPV4V6"', "AT+CFUN=1"]);
    scripted.say("\r\n+CNEC_ESM: 27,0\r\n");
    await clock.advanceAsync(1_000);
    expect(scripted.commands).toHaveLength(3);
    expect(heard).toEqual([]);
    expect(modem.functionalMode).toBe("normal");
  });
});

describe("a PIN that the SIM refuses", () => {
  it("is not tried again: the third time would lock it", async () => {
    const { scripted, modem, settle } = driver(
      {
        "AT+CPIN?": '+CPIN: "SIM PIN"',
        "AT+CPIN": "+CME ERROR: 16",
        "AT%XICCID": "%XICCID: 89",
        "AT+CIMI": "+CME ERROR: 11",
      },
      { pin: "0000" },
    );
    await settle(modem.init());
    expect(await settle(modem.sim())).toEqual({ present: true, iccid: "89" });
    for (const mode of ["normal", "offline", "normal"] as const) await settle(modem.setFunctionalMode(mode));
    expect(scripted.commands.filter((command) => command.startsWith("AT+CPIN="))).toHaveLength(1);
  });
});

describe("what a real modem answers", () => {
  it("is read as the modem means it", async () => {
    const { scripted, modem, settle } = await attached({
      "AT+CGSN=1": '+CGSN: "352656106647673"',
      "AT+CGMI": "Nordic Semiconductor ASA",
      "AT+CGMM": "nRF9160-SICA",
      "AT%HWVERSION": "%HWVERSION: nRF9160 SICA B0A",
      "AT%XICCID": "%XICCID: 8901234567012345678F",
      "AT+CIMI": "204080813630037",
      "AT+CRSM": '+CRSM: 144,0,"00000002"',
      "AT+CNUM": '+CNUM: ,"+47991234",145',
      "AT+CESQ": "+CESQ: 99,99,255,255,31,62",
      "AT%XMONITOR":
        '%XMONITOR: 5,"Telia N@","Telia N@","24202","0901",7,20,"02024720",428,6300,53,22,"","11100000","11100000","01001001"',
      "AT+CCLK?": '+CCLK: "22/06/12,10:32:55+08"',
      "AT%XVBAT": "%XVBAT: 4464",
      "AT%XTEMP?": "%XTEMP: 27",
      "AT+CGACT?": "+CGACT: 0,1",
      "AT+CGDCONT?": '+CGDCONT: 0,"IP","ibasis.iot","10.160.148.98",0,0',
      "AT+CGCONTRDP=0": '+CGCONTRDP: 0,,"example.com","","","198.176.154.230","12.34.56.78",,,,,1464',
    });
    scripted.say('\r\n+CEREG: 5,"0901","02024720",7\r\n');
    await new Promise(setImmediate);
    expect(await settle(modem.identity())).toEqual({
      imei: "352656106647673",
      manufacturer: "Nordic Semiconductor ASA",
      model: "nRF9160-SICA",
      firmwareVersion: "mfw_nrf9160_1.3.2",
      hardwareVersion: "nRF9160 SICA B0A",
    });
    expect(await settle(modem.sim())).toEqual({
      present: true,
      iccid: "8901234567012345678",
      imsi: "204080813630037",
      operator: "20408",
      msisdn: "+47991234",
    });
    expect(await settle(modem.signal())).toEqual({ rsrpDbm: -78, rsrqDb: -4, snrDb: -2 });
    expect(await settle(modem.cell())).toEqual({
      plmn: "24202",
      trackingArea: 0x0901,
      cellId: 0x02024720,
      physicalCellId: 428,
      earfcn: 6300,
      technology: "lteM",
    });
    expect(await settle(modem.networkTime())).toBe(Date.UTC(2022, 5, 12, 8, 32, 55));
    expect(await settle(modem.batteryVoltage())).toEqual({ millivolts: 4464 });
    expect(await settle(modem.temperature())).toEqual({ celsius: 27 });
    expect(await settle(modem.activatePdn())).toEqual({
      apn: "ibasis.iot",
      addresses: ["10.160.148.98"],
      dnsServers: ["198.176.154.230", "12.34.56.78"],
      mtu: 1464,
    });
  });

  it("about a network code has two or three digits, by the card or by the country", async () => {
    const answers = { "AT%XICCID": "%XICCID: 89", "AT+CNUM": "", "AT+CRSM": "ERROR" };
    const { scripted, modem, settle } = await attached(answers);
    scripted.answer("AT+CIMI", "310150123456789");
    expect((await settle(modem.sim())).operator).toBe("310150");
    scripted.answer("AT+CIMI", "242016000001234");
    expect((await settle(modem.sim())).operator).toBe("24201");
    scripted.answer("AT+CRSM", '+CRSM: 144,0,"00000002"');
    scripted.answer("AT+CIMI", "310150123456789");
    expect((await settle(modem.sim())).operator).toBe("31015");
  });

  it("before it has heard the time is no time", async () => {
    const { scripted, modem, settle } = await attached({ "AT+CCLK?": "ERROR" });
    await expect(settle(modem.networkTime())).rejects.toMatchObject({ code: "refused" });
    scripted.answer("AT+CCLK?", '+CCLK: "15/01/01,00:00:12+00"');
    await expect(settle(modem.networkTime())).rejects.toMatchObject({ code: "notAllowed" });
  });

  it("about signal and cell may be that there is none", async () => {
    const { scripted, modem, settle } = await attached({
      "AT+CESQ": "+CESQ: 99,99,255,255,255,255",
      "AT%XMONITOR": "%XMONITOR: 2",
    });
    scripted.say('\r\n+CEREG: 1,"0901","02024720",9\r\n');
    await new Promise(setImmediate);
    await expect(settle(modem.signal())).rejects.toMatchObject({ code: "notAllowed" });
    await expect(settle(modem.cell())).rejects.toMatchObject({ code: "notAllowed" });
  });

  it("is an error with the command, the number, its meaning and its cure", async () => {
    const { scripted, modem, settle } = await attached({ "AT%XVBAT": "+CME ERROR: 60" });
    await expect(settle(modem.batteryVoltage())).rejects.toThrow(
      "system error (+CME ERROR: 60): AT%XVBAT; reset the modem",
    );
    scripted.answer("AT%XVBAT", "ERROR");
    await expect(settle(modem.batteryVoltage())).rejects.toMatchObject({ code: "refused" });
  });
});

describe("a short message", () => {
  const HELLO = "07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37";

  it("is acknowledged and told, as a status report is acknowledged", async () => {
    const { scripted, heard } = await attached();
    scripted.commands.length = 0;
    scripted.say(`\r\n+CMT: "27838890001",28\r\n${HELLO}\r\n`);
    scripted.say(`\r\n+CDS: 28\r\n${HELLO}\r\n`);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(heard).toEqual([{ kind: "sms", from: "27838890001", payload: new TextEncoder().encode("hellohello") }]);
    expect(scripted.commands).toEqual(["AT+CNMA=1", "AT+CNMA=1"]);
  });

  it("after the other from a modem that answers nothing any more has few acknowledgements wait", async () => {
    const { scripted, modem, settle, clock, heard } = driver();
    await settle(modem.init());
    scripted.commands.length = 0;
    scripted.answer("AT+CNMA=1", SILENCE);
    for (let count = 0; count < 1_000; count++) scripted.say("\r\n+CDS: 1\r\n00\r\n");
    await clock.advanceAsync(1);
    scripted.answer("AT+CNMA=1", "");
    await clock.advanceAsync(3_600_000);
    expect(scripted.commands.filter((command) => command === "AT+CNMA=1").length).toBeLessThanOrEqual(16);
    expect(heard.filter(({ kind }) => kind === "fault")).toEqual([]);
  });

  it("that makes no sense is acknowledged all the same", async () => {
    const { scripted, heard } = await attached();
    scripted.commands.length = 0;
    scripted.say("\r\n+CMT: ,2\r\n0001\r\n");
    await new Promise(setImmediate);
    expect(heard).toEqual([]);
    expect(scripted.commands).toEqual(["AT+CNMA=1"]);
  });

  it("comes again after the modem has dropped its client", async () => {
    const { scripted, clock } = await attached();
    scripted.commands.length = 0;
    scripted.say("\r\n+CMS ERROR: 524\r\n");
    await clock.advanceAsync(100);
    expect(scripted.commands).toEqual(["AT+CNMI?", "AT+CNMI=3,2,0,1"]);
  });
});

describe("a firmware image", () => {
  it("that the restart applied is told until the modem is set to work", async () => {
    const { modem, settle } = driver({ "AT#XMODEMRESET": "#XFOTA: 5,0\n#XMODEMRESET: 0" });
    expect(await settle(modem.init())).toEqual({ kind: "updated", firmwareVersion: "mfw_nrf9160_1.3.2" });
    expect(modem.initialised).toMatchObject({ kind: "updated" });
  });

  it("that the modem refused is told with its number", async () => {
    const { scripted, modem, settle } = driver({ "AT#XMODEMRESET": "#XFOTA: 5,1,71303171\n#XMODEMRESET: 0" });
    expect(await settle(modem.init())).toMatchObject({ kind: "updateFailed", code: 71_303_171 });
    scripted.answer("AT#XMODEMRESET", "#XMODEMRESET: 0");
    await settle(modem.reset());
    expect(modem.initialised).toMatchObject({ kind: "updateFailed" });
    await settle(modem.setFunctionalMode("normal"));
    await settle(modem.reset());
    expect(modem.initialised).toMatchObject({ kind: "ok" });
  });
});
