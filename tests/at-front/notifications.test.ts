/** What the front tells unasked, to whom it subscribed, and when. */
import { afterEach, describe, expect, it } from "@jest/globals";
import { decodeSmsDeliver } from "../../modem/at/smsPdu.ts";
import { ACKNOWLEDGE_MS } from "../../testbed/at/smsClient.ts";
import { type Setting, Terminal } from "./support/terminal.ts";

const terminals: Terminal[] = [];
afterEach(async () => {
  for (const terminal of terminals.splice(0)) await terminal.close();
});

async function started(setting: Setting = {}): Promise<Terminal> {
  const terminal = await Terminal.start(setting);
  terminals.push(terminal);
  return terminal;
}

/** What comes after AT+CFUN=1 and its OK. */
async function attaching(terminal: Terminal): Promise<string> {
  await terminal.obeyed("AT+CFUN=1");
  await terminal.passes(1);
  return terminal.rest();
}

describe("registration", () => {
  it("is told at the level that was asked for, with the cell from 2 on", async () => {
    const levels = [
      [1, "\r\n+CEREG: 2\r\n\r\n+CEREG: 1\r\n"],
      [2, /^\r\n\+CEREG: 2\r\n\r\n\+CEREG: 1,"0901","[0-9A-F]{8}",7\r\n$/],
      [5, /^\r\n\+CEREG: 2\r\n\r\n\+CEREG: 1,"0901","[0-9A-F]{8}",7,,,"11100000","11100000"\r\n$/],
    ] as const;
    for (const [level, expected] of levels) {
      const terminal = await started();
      await terminal.obeyed(`AT+CEREG=${level}`);
      const told = await attaching(terminal);
      if (typeof expected === "string") expect(told).toBe(expected);
      else expect(told).toMatch(expected);
    }
  });

  it("is told to nobody who did not ask", async () => {
    expect(await attaching(await started())).toBe("");
  });

  it("that the network refuses names its cause, in both notifications and when read", async () => {
    const terminal = await started({ faults: [{ name: "registrationDenied", cause: 15 }] });
    await terminal.obeyed("AT+CEREG=5", "AT+CNEC=24");
    expect(await attaching(terminal)).toBe("\r\n+CEREG: 2\r\n\r\n+CEREG: 3,,,,0,15\r\n\r\n+CNEC_EMM: 15\r\n");
    expect(await terminal.say("AT+CEREG?")).toBe("\r\n+CEREG: 5,3,,,,0,15\r\n\r\nOK\r\n");
  });

  it("without a UICC is 90, and the UICC's state is told", async () => {
    const terminal = await started({ faults: [{ name: "noSim" }] });
    await terminal.obeyed("AT+CEREG=5", "AT%XSIM=1");
    expect(await attaching(terminal)).toBe("\r\n%XSIM: 0\r\n\r\n+CEREG: 90\r\n");
  });

  it("brings PDN, time and signal with it, as far as they were asked for", async () => {
    const terminal = await started();
    await terminal.obeyed("AT+CGEREP=1", "AT%XTIME=1", "AT%CESQ=1", "AT+CSCON=1");
    const told = await attaching(terminal);
    expect(told).toMatch(
      /^\r\n\+CSCON: 1\r\n\r\n%XTIME: "00","\d{12}00","00"\r\n\r\n%CESQ: \d+,\d,\d+,\d\r\n\r\n\+CGEV: ME PDN ACT 0\r\n$/,
    );
    await terminal.obeyed("AT+CFUN=4");
    expect(await terminal.rest()).toBe("\r\n+CGEV: ME PDN DEACT 0\r\n\r\n+CSCON: 0\r\n");
  });

  it("is no longer told after AT+CFUN=0, nor after AT#XMODEMRESET", async () => {
    for (const command of ["AT+CFUN=0", "AT#XMODEMRESET"]) {
      const terminal = await started();
      await terminal.obeyed("AT+CEREG=5");
      await terminal.say(command);
      expect(await attaching(terminal)).toBe("");
    }
  });
});

describe("PDN", () => {
  it("that the network refuses is an error with its ESM cause told", async () => {
    const terminal = await started({ faults: [{ name: "pdnRefused", cause: 33 }] });
    await terminal.obeyed("AT+CNEC=16", "AT+CGEREP=1");
    await terminal.register();
    expect(await terminal.say("AT+CGACT=1,0")).toBe("\r\nERROR\r\n");
    expect(await terminal.rest()).toBe("\r\n+CNEC_ESM: 33,0\r\n");
    expect(await terminal.say("AT+CGACT?")).toBe("\r\n+CGACT: 0,0\r\n\r\nOK\r\n");
  });

  it("that is refused for its APN comes up with the network's own", async () => {
    const terminal = await started({ faults: [{ name: "pdnRefused", cause: 27, apn: "wrong.example" }] });
    await terminal.obeyed('AT+CGDCONT=0,"IP","wrong.example"');
    await terminal.register();
    expect(await terminal.say("AT+CGACT=1,0")).toBe("\r\nERROR\r\n");
    await terminal.obeyed("AT+CFUN=4", "AT+CGDCONT=0");
    await terminal.register();
    expect(await terminal.say("AT+CGDCONT?")).toMatch(
      /^\r\n\+CGDCONT: 0,"IPV4V6","iot\.example","10\.\d+\.\d+\.\d+ 2001:db8:\S+",0,0\r\n\r\nOK\r\n$/,
    );
    expect(await terminal.say("AT+CGCONTRDP=0")).toBe(
      '\r\n+CGCONTRDP: 0,,"iot.example","","","192.0.2.53","",,,,,1464\r\n' +
        '+CGCONTRDP: 0,,"iot.example","","","2001:db8::53",""\r\n\r\nOK\r\n',
    );
  });
});

describe("while a command runs", () => {
  it("notifications wait, in their order", async () => {
    const terminal = await started();
    await terminal.obeyed("AT+CEREG=1", "AT+CGEREP=1", "AT#XSOCKET=1,2,0", "AT#XBIND=0,0");
    terminal.write("AT+CFUN=1\rAT#XRECV=0,1,0,60\r");
    expect(await terminal.until(/OK\r\n/)).toBe("\r\nOK\r\n");
    await terminal.passes(1);
    // Between the two commands there was time for one.
    expect(await terminal.rest()).toBe("\r\n+CEREG: 2\r\n");
    terminal.modem.inject({ name: "registrationLost", times: 1 });
    expect(await terminal.rest()).toBe("");
    await terminal.passes(60_000);
    const told = ["+CEREG: 1", "+CGEV: ME PDN ACT 0"];
    const lines = ["ERROR", ...told, "+CGEV: ME PDN DEACT 0", "+CEREG: 2", ...told];
    expect(await terminal.rest()).toBe(lines.map((line) => `\r\n${line}\r\n`).join(""));
  });

  it("and, with echo, while one is half typed", async () => {
    const terminal = await started();
    await terminal.obeyed("AT+CEREG=1", "ATE1");
    await terminal.register();
    terminal.write("AT+CF");
    expect(await terminal.rest()).toBe("AT+CF");
    terminal.modem.inject({ name: "registrationLost", times: 1 });
    expect(await terminal.rest()).toBe("");
    terminal.write("UN?\r");
    expect(await terminal.rest()).toBe("UN?\r\r\n+CFUN: 1\r\n\r\nOK\r\n\r\n+CEREG: 2\r\n");
  });
});

describe("the SIM", () => {
  it("is told as %XSIM when it is pulled, put in, locked and unlocked", async () => {
    const terminal = await started();
    await terminal.obeyed("AT%XSIM=1", "AT+CFUN=41");
    expect(await terminal.rest()).toBe("\r\n%XSIM: 1\r\n");
    terminal.front.inject({ name: "noSim" });
    expect(await terminal.rest()).toBe("\r\n%XSIM: 0\r\n");
    terminal.front.clear("noSim");
    expect(await terminal.rest()).toBe("\r\n%XSIM: 1\r\n");
    terminal.front.inject({ name: "simLocked" });
    expect(await terminal.rest()).toBe("\r\n%XSIM: 0,1\r\n");
    await terminal.obeyed('AT+CPIN="1234"');
    expect(await terminal.rest()).toBe("\r\n%XSIM: 1\r\n");
  });
});

describe("domain events", () => {
  it("are told as %MDMEV, those from before the subscription right after it", async () => {
    const terminal = await started();
    terminal.front.inject({ name: "overheated", times: 1 });
    expect(await terminal.rest()).toBe("");
    await terminal.obeyed("AT%MDMEV=2");
    expect(await terminal.rest()).toBe("\r\n%MDMEV: ME OVERHEATED\r\n");
    terminal.front.inject({ name: "batteryLow", times: 1 });
    expect(await terminal.rest()).toBe("\r\n%MDMEV: ME BATTERY LOW\r\n");
  });
});

describe("short messages", () => {
  const text = (octets: string) => new TextEncoder().encode(octets);

  it("go to the one client, the next when it has acknowledged", async () => {
    const terminal = await started();
    await terminal.obeyed("AT+CNMI=3,2,0,1", "AT+CMEE=1");
    expect(await terminal.say("AT+CNMI=3,2,0,1")).toBe("\r\n+CMS ERROR: 302\r\n");
    await terminal.register();
    terminal.modem.deliverSms("+123456", text("first"));
    terminal.modem.deliverSms("+123456", text("second"));
    const [, length, pdu = ""] = /^\r\n\+CMT: "\+123456",(\d+)\r\n([0-9A-F]+)\r\n$/.exec(await terminal.rest()) ?? [];
    expect(decodeSmsDeliver(pdu)).toEqual({ from: "+123456", payload: text("first") });
    expect(Number(length)).toBe(pdu.length / 2 - 1);
    await terminal.obeyed("AT+CNMA=1");
    expect(await terminal.rest()).toContain("+CMT:");
  });

  it("that are not acknowledged cost the client its registration", async () => {
    const terminal = await started();
    await terminal.obeyed("AT+CNMI=3,2,0,1");
    await terminal.register();
    terminal.modem.deliverSms("+123456", text("first"));
    await terminal.rest();
    await terminal.passes(ACKNOWLEDGE_MS);
    expect(await terminal.rest()).toBe("\r\n+CMS ERROR: 524\r\n");
    expect(await terminal.say("AT+CNMI?")).toBe("\r\n+CNMI: 0,0,0,0,1\r\n\r\nOK\r\n");
  });
});
