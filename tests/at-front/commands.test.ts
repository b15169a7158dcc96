/** What the front answers, octet for octet, to a terminal that types. */
import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "@jest/globals";
import { DFU } from "../../modem/at/commands/dfu.ts";
import { COMMANDS } from "../../modem/at/commands/table.ts";
import { HANDLERS } from "../../testbed/at/commands/index.ts";
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

const SIM = {
  present: true,
  iccid: "8901234567012345678",
  imsi: "204080813630037",
  operator: "20408",
  msisdn: "+479912345",
};
const IDENTITY = {
  imei: "352656106647673",
  manufacturer: "Nordic Semiconductor ASA",
  model: "nRF9160-SICA",
  hardwareVersion: "nRF9160 SICA B0A",
};

describe("a modem in functional mode 0", () => {
  const rows: readonly (readonly [command: string, answer: string])[] = [
    ["AT", "\r\nOK\r\n"],
    ["at", "\r\nOK\r\n"],
    ["noise on the line AT", "\r\nOK\r\n"],
    ["AT+CGMI", "\r\nNordic Semiconductor ASA\r\n\r\nOK\r\n"],
    ["AT+CGMM", "\r\nnRF9160-SICA\r\n\r\nOK\r\n"],
    ["AT+CGMR", "\r\nmfw_nrf9160_1.3.2\r\n\r\nOK\r\n"],
    ["AT+CGSN", "\r\n352656106647673\r\n\r\nOK\r\n"],
    ["AT+CGSN=1", '\r\n+CGSN: "352656106647673"\r\n\r\nOK\r\n'],
    ["AT+CGSN=2", '\r\n+CGSN: "3526561066476700"\r\n\r\nOK\r\n'],
    ["AT%SHORTSWVER", "\r\n%SHORTSWVER: nrf9160_1.3.2\r\n\r\nOK\r\n"],
    ["AT%HWVERSION", "\r\n%HWVERSION: nRF9160 SICA B0A\r\n\r\nOK\r\n"],
    ["AT#XSMVER", '\r\n#XSMVER: "v1.99.0","3.3.99"\r\n\r\nOK\r\n'],
    ["AT#XSLMVER", "\r\nERROR\r\n"],
    ["AT+CFUN?", "\r\n+CFUN: 0\r\n\r\nOK\r\n"],
    ["AT+CFUN=?", "\r\n+CFUN: (0,1,4,20,21,30,31,40,41,44)\r\n\r\nOK\r\n"],
    ["AT+CMEE?", "\r\n+CMEE: 0\r\n\r\nOK\r\n"],
    ["AT+CEREG?", "\r\n+CEREG: 0,0\r\n\r\nOK\r\n"],
    ["AT+CIMI", "\r\nERROR\r\n"],
    ["AT+CGDCONT?", '\r\n+CGDCONT: 0,"","","",0,0\r\n\r\nOK\r\n'],
    ["AT+CCLK?", "\r\nERROR\r\n"],
    ["AT+CNMI?", "\r\n+CNMI: 0,0,0,0,1\r\n\r\nOK\r\n"],
    ["AT%XMONITOR", "\r\n%XMONITOR: 0\r\n\r\nOK\r\n"],
    ["AT+CESQ", "\r\n+CESQ: 99,99,255,255,255,255\r\n\r\nOK\r\n"],
    ["AT%XNEWCID?", "\r\n%XNEWCID: 1\r\n\r\nOK\r\n"],
    ["AT%CMNG=1", "\r\nOK\r\n"],
    ["AT+IPR=?", "\r\n+IPR: (115200,230400,460800,921600,1000000)\r\n\r\nOK\r\n"],
    ["AT+NOSUCH", "\r\nERROR\r\n"],
    ["AT+CFUN=9", "\r\nERROR\r\n"],
    ["AT+CFUN=1 2", "\r\nERROR\r\n"],
    ["AT+CFUN", "\r\nERROR\r\n"],
  ];
  for (const [command, answer] of rows) {
    it(`answers ${command}`, async () => {
      const terminal = await started({
        simulated: { identity: IDENTITY, sim: SIM, firmwareVersion: "mfw_nrf9160_1.3.2" },
      });
      expect(await terminal.say(command)).toBe(answer);
    });
  }

  it("has powered the UICC in functional mode 41", async () => {
    const terminal = await started({ simulated: { sim: SIM } });
    await terminal.obeyed("AT+CFUN=41");
    expect(await terminal.say("AT+CIMI")).toBe("\r\n204080813630037\r\n\r\nOK\r\n");
    expect(await terminal.say("AT%XICCID")).toBe("\r\n%XICCID: 8901234567012345678F\r\n\r\nOK\r\n");
    expect(await terminal.say("AT+CRSM=176,12258,0,0,10")).toBe(
      '\r\n+CRSM: 144,0,"981032547610325476F8"\r\n\r\nOK\r\n',
    );
    expect(await terminal.say("AT+CNUM")).toBe('\r\n+CNUM: ,"+479912345",145\r\n\r\nOK\r\n');
    expect(await terminal.say("AT%XSIM?")).toBe("\r\n%XSIM: 1\r\n\r\nOK\r\n");
    expect(await terminal.say("AT+CPIN?")).toBe("\r\n+CPIN: READY\r\n\r\nOK\r\n");
  });
});

describe("functional modes", () => {
  it("are those of before while the UICC alone is off", async () => {
    const terminal = await started();
    await terminal.obeyed("AT+CFUN=4", "AT+CFUN=40");
    expect(await terminal.say("AT+CFUN?")).toBe("\r\n+CFUN: 4\r\n\r\nOK\r\n");
    expect(await terminal.say("AT%XSIM?")).toBe("\r\n%XSIM: 0\r\n\r\nOK\r\n");
    await terminal.obeyed("AT+CFUN=41");
    expect(await terminal.say("AT+CFUN?")).toBe("\r\n+CFUN: 4\r\n\r\nOK\r\n");
    await terminal.obeyed("AT+CFUN=40", "AT+CFUN=0");
    expect(await terminal.say("AT+CFUN?")).toBe("\r\n+CFUN: 0\r\n\r\nOK\r\n");
  });
});

describe("packet data contexts", () => {
  it("but the default one are gone after a restart, however often a host asks for one", async () => {
    const terminal = await started();
    for (const restart of Array.from({ length: 12 }, () => "AT#XMODEMRESET")) {
      expect(await terminal.say("AT%XNEWCID?")).toBe("\r\n%XNEWCID: 1\r\n\r\nOK\r\n");
      await terminal.obeyed(restart);
    }
    expect(await terminal.say("AT+CGDCONT?")).toBe('\r\n+CGDCONT: 0,"","","",0,0\r\n\r\nOK\r\n');
  });
});

describe("errors", () => {
  it("have numbers where AT+CMEE=1 asks for them, and are plain otherwise", async () => {
    const terminal = await started();
    const write = "AT%CMNG=2,25,0";
    expect(await terminal.say(write)).toBe("\r\nERROR\r\n");
    await terminal.obeyed("AT+CMEE=1");
    expect(await terminal.say(write)).toBe("\r\n+CME ERROR: 513\r\n");
    expect(await terminal.say("AT+CFUN=9")).toBe("\r\n+CME ERROR: 50\r\n");
    expect(await terminal.say("AT+CFUN=2")).toBe("\r\n+CME ERROR: 4\r\n");
    expect(await terminal.say("AT#XCLOSE=7")).toBe("\r\nERROR\r\n");
  });

  it("of a SIM that is absent or locked say so", async () => {
    const terminal = await started({ faults: [{ name: "noSim" }] });
    await terminal.obeyed("AT+CMEE=1", "AT+CFUN=41");
    expect(await terminal.say("AT+CPIN?")).toBe("\r\n+CME ERROR: 10\r\n");
    terminal.front.clear("noSim");
    terminal.front.inject({ name: "simLocked" });
    expect(await terminal.say("AT+CPIN?")).toBe('\r\n+CPIN: "SIM PIN"\r\n\r\nOK\r\n');
    expect(await terminal.say("AT%XSIM?")).toBe("\r\n%XSIM: 0,1\r\n\r\nOK\r\n");
    expect(await terminal.say("AT+CIMI")).toBe("\r\n+CME ERROR: 13\r\n");
    await terminal.obeyed('AT+CPIN="1234"');
    expect(await terminal.say("AT+CPIN?")).toBe("\r\n+CPIN: READY\r\n\r\nOK\r\n");
  });

  it("come for a command that is longer than the buffer, and the next one is heard", async () => {
    const terminal = await started();
    expect(await terminal.say(`AT%CMNG=0,1,4,"${"x".repeat(5000)}`)).toBe("\r\nERROR\r\n");
    expect(await terminal.say("AT")).toBe("\r\nOK\r\n");
    expect(await terminal.say(`AT%CMNG=0,1,4,"${"x".repeat(5000)}"`)).toBe("\r\nERROR\r\n");
    expect(await terminal.say("AT")).toBe("\r\nOK\r\n");
  });
});

describe("credentials", () => {
  const PEM = "-----BEGIN X-----\nline\r\nline\n-----END X-----";

  it("keep the line ends of what stands in quotes", async () => {
    const terminal = await started();
    await terminal.obeyed("AT+CMEE=1", `AT%CMNG=0,25,4,"${PEM}"`);
    const digest = createHash("sha256").update(PEM, "latin1").digest("hex").toUpperCase();
    expect(await terminal.say("AT%CMNG=1,25")).toBe(`\r\n%CMNG: 25,4,"${digest}"\r\n\r\nOK\r\n`);
    expect(await terminal.modem.hostCredentials(25)).toEqual({
      pskIdentity: Uint8Array.from(Buffer.from(PEM, "latin1")),
    });
  });

  it("give no secret back, are refused while active, and are gone when deleted", async () => {
    const terminal = await started();
    await terminal.obeyed("AT+CMEE=1", 'AT%CMNG=0,25,3,"00112233"', 'AT%CMNG=0,25,4,"identity"');
    expect(await terminal.say("AT%CMNG=2,25,3")).toBe("\r\n+CME ERROR: 514\r\n");
    await terminal.register();
    expect(await terminal.say('AT%CMNG=0,26,3,"00112233"')).toBe("\r\n+CME ERROR: 518\r\n");
    expect(await terminal.say("AT%CMNG=3,25,3")).toBe("\r\n+CME ERROR: 518\r\n");
    await terminal.obeyed("AT+CFUN=4", "AT%CMNG=3,25,3");
    expect(await terminal.say("AT%CMNG=1")).toMatch(/^\r\n%CMNG: 25,4,"[0-9A-F]{64}"\r\n\r\nOK\r\n$/);
  });

  it("are refused when the memory is full, though an old one may still be replaced", async () => {
    const terminal = await started();
    await terminal.obeyed("AT+CMEE=1", 'AT%CMNG=0,25,3,"0011"');
    terminal.front.inject({ name: "memoryFull" });
    expect(await terminal.say('AT%CMNG=0,26,3,"0011"')).toBe("\r\n+CME ERROR: 515\r\n");
    await terminal.obeyed('AT%CMNG=0,25,3,"0022"');
  });

  it("are refused twice where a modem is made so", async () => {
    const terminal = await started({ simulated: { existingCredential: "refuse" } });
    await terminal.obeyed("AT+CMEE=1", 'AT%CMNG=0,25,3,"0011"');
    expect(await terminal.say('AT%CMNG=0,25,3,"0022"')).toBe("\r\n+CME ERROR: 519\r\n");
  });
});

describe("the smartcard", () => {
  it("answers APDUs with lengths counted in digits", async () => {
    const terminal = await started({ simulated: { smartcard: { bootstrap: Uint8Array.of(1, 2, 3) } } });
    await terminal.obeyed("AT+CFUN=41");
    expect(await terminal.say('AT+CSIM=10,"0070000001"')).toBe('\r\n+CSIM: 6,"019000"\r\n\r\nOK\r\n');
    expect(await terminal.say('AT+CSIM=34,"01A404040CA000000063504B43532D3135"')).toBe(
      '\r\n+CSIM: 8,"62009000"\r\n\r\nOK\r\n',
    );
    expect(await terminal.say('AT+CSIM=9,"0070000001"')).toBe("\r\nERROR\r\n");
  });
});

describe("the older application", () => {
  it("ends its commands with CR LF and knows its own version alone", async () => {
    const terminal = await started({ dialect: "slm" });
    expect(await terminal.say("AT#XSLMVER")).toBe('\r\n#XSLMVER: "1.7.0","2.9.0"\r\n\r\nOK\r\n');
    expect(await terminal.say("AT#XSMVER")).toBe("\r\nERROR\r\n");
    terminal.write("AT\r");
    expect(await terminal.rest()).toBe("");
    terminal.write("\n");
    expect(await terminal.until(/OK\r\n/)).toBe("\r\nOK\r\n");
  });
});

describe("the command table", () => {
  it("has a handler for every command that is no firmware extension's, and no handler more", () => {
    const firmware = new Set(Object.keys(DFU));
    const expected = Object.keys(COMMANDS).filter((key) => !firmware.has(key));
    expect(Object.keys(HANDLERS).sort()).toEqual(expected.sort());
  });
});
