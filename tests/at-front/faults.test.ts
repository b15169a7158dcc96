/** What goes wrong on purpose, and how the line goes on after it. */
import { afterEach, describe, expect, it } from "@jest/globals";
import { LINE_FAULT_NAMES } from "../../testbed/at/lineFaults.ts";
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

describe("the fault", () => {
  it("garbage puts octets that mean nothing before the answer", async () => {
    const terminal = await started({ faults: [{ name: "garbage", times: 1 }] });
    const answer = await terminal.say("AT+CFUN?");
    expect(answer.endsWith("\r\n+CFUN: 0\r\n\r\nOK\r\n")).toBe(true);
    expect(answer.length).toBeGreaterThan(40);
    expect(await terminal.say("AT+CFUN?")).toBe("\r\n+CFUN: 0\r\n\r\nOK\r\n");
  });

  it("lostByte leaves one octet of the answer out", async () => {
    const terminal = await started({ faults: [{ name: "lostByte", times: 1 }] });
    terminal.write("AT+CFUN?\r");
    const whole = "\r\n+CFUN: 0\r\n\r\nOK\r\n";
    const came = await terminal.rest();
    expect(came).toHaveLength(whole.length - 1);
    expect(came).toBe(whole.slice(0, 9) + whole.slice(10));
    expect(await terminal.say("AT+CFUN?")).toBe(whole);
  });

  it("lateAnswer lets a command of a name wait as long as it is told", async () => {
    const terminal = await started({ faults: [{ name: "lateAnswer", delayMs: 30_000, command: "+CFUN", times: 1 }] });
    await terminal.obeyed("AT");
    terminal.write("AT+CFUN?\r");
    await terminal.passes(29_999);
    expect(await terminal.rest()).toBe("");
    await terminal.passes(1);
    expect(await terminal.rest()).toBe("\r\n+CFUN: 0\r\n\r\nOK\r\n");
  });

  it("silence swallows a command, and the next one is heard", async () => {
    const terminal = await started({ faults: [{ name: "silence", times: 1 }] });
    terminal.write("AT\r");
    expect(await terminal.rest()).toBe("");
    expect(await terminal.say("AT")).toBe("\r\nOK\r\n");
  });

  it("crash ends the command with ERROR, tells of the modem's fault and of its restart, and has it forget", async () => {
    const terminal = await started();
    await terminal.obeyed("AT+CMEE=1", "AT+CEREG=5");
    await terminal.register();
    terminal.front.inject({ name: "crash", reason: 0x10, times: 1 });
    expect(await terminal.say("AT+CESQ")).toBe("\r\nERROR\r\n");
    expect(await terminal.rest()).toMatch(
      /^\r\n#XMODEM: FAULT,0x10,0x[0-9a-f]+\r\n\r\n#XMODEM: SHUTDOWN,0\r\n\r\n#XMODEM: INIT,0\r\n$/,
    );
    expect(await terminal.say("AT+CEREG?")).toBe("\r\n+CEREG: 0,0\r\n\r\nOK\r\n");
    expect(await terminal.say("AT+CFUN?")).toBe("\r\n+CFUN: 0\r\n\r\nOK\r\n");
  });

  it("restart answers a command with Ready", async () => {
    const terminal = await started({ faults: [{ name: "restart", times: 1 }] });
    terminal.write("AT+CFUN?\r");
    expect(await terminal.rest()).toBe("Ready\r\n");
    await terminal.obeyed("AT");
  });

  it("that cannot be is refused by name", async () => {
    const terminal = await started();
    expect(() => terminal.front.inject({ name: "garbage", times: 0 })).toThrow(/fault garbage: times is 0/);
    expect(() => terminal.front.inject({ name: "nonsense" } as never)).toThrow(/there is no fault "nonsense"/);
    expect(() => terminal.front.inject({ name: "crash", reason: 256 })).toThrow(/reason is 256/);
    expect(LINE_FAULT_NAMES).toEqual(["garbage", "lostByte", "lateAnswer", "crash", "silence", "restart"]);
  });

  it("that was cleared is over", async () => {
    const terminal = await started({ faults: [{ name: "silence" }] });
    terminal.write("AT\rAT\r");
    expect(await terminal.rest()).toBe("");
    terminal.front.clear("silence");
    await terminal.obeyed("AT");
  });
});

describe("restarts", () => {
  it("by AT#XRESET come after OK and end with Ready; credentials stay, settings do not", async () => {
    const terminal = await started();
    await terminal.obeyed('AT%CMNG=0,25,3,"0011"', "AT+CMEE=1", "ATE1");
    terminal.write("AT#XRESET\r");
    expect(await terminal.rest()).toBe("AT#XRESET\r\r\nOK\r\nReady\r\n");
    expect(await terminal.say("AT+CMEE?")).toBe("\r\n+CMEE: 0\r\n\r\nOK\r\n");
    expect(await terminal.say("AT%CMNG=1")).toMatch(/%CMNG: 25,3/);
  });

  it("of the modem alone say how they went", async () => {
    const terminal = await started();
    expect(await terminal.say("AT#XMODEMRESET")).toBe("\r\n#XMODEMRESET: 0\r\n\r\nOK\r\n");
    terminal.front.inject({ name: "initFails", times: 1 });
    expect(await terminal.say("AT#XMODEMRESET")).toBe("\r\n#XMODEMRESET: 2,-5\r\n\r\nOK\r\n");
    expect(await terminal.say("AT+CFUN?")).toBe("\r\nERROR\r\n");
    expect(await terminal.say("AT#XMODEMRESET")).toBe("\r\n#XMODEMRESET: 0\r\n\r\nOK\r\n");
  });

  it("that fail say INIT ERROR, and what needs no modem is answered all the same", async () => {
    const terminal = await started({ faults: [{ name: "initFails", times: 1 }] });
    expect(await terminal.say("AT#XSMVER")).toContain("v1.99.0");
    expect(await terminal.say("AT+CGSN")).toBe("\r\nERROR\r\n");
  });

  it("by the power end what was under way without a word", async () => {
    const terminal = await started();
    await terminal.obeyed("AT#XSOCKET=1,2,0", "AT#XBIND=0,0");
    terminal.write("AT#XRECV=0,1,0,0\r");
    expect(await terminal.rest()).toBe("");
    await terminal.front.powerCycle();
    expect(await terminal.rest()).toBe("Ready\r\n");
    expect(await terminal.say("AT#XSOCKET?")).toBe("\r\nOK\r\n");
  });

  it("wait for the power after AT#XSHUTDOWN", async () => {
    const terminal = await started();
    await terminal.obeyed("AT#XSHUTDOWN");
    terminal.write("AT\r");
    expect(await terminal.rest()).toBe("");
    expect(terminal.modem.initialised).toBeUndefined();
    await terminal.front.powerCycle();
    expect(await terminal.until(/Ready\r\n/)).toBe("Ready\r\n");
  });
});

describe("another line", () => {
  it("is heard though a command of the one before was waiting, for what arrives or for its data", async () => {
    for (const waiting of ["AT#XRECV=0,0,0,0", "AT#XSEND=0,2,0,10"]) {
      const terminal = await started();
      await terminal.register();
      await terminal.obeyed("AT#XSOCKET=1,2,0", "AT#XBIND=0,0", "AT+CEREG=1");
      terminal.write(`${waiting}\r`);
      await terminal.rest();
      terminal.replug();
      expect(await terminal.say("AT+CFUN?")).toBe("\r\n+CFUN: 1\r\n\r\nOK\r\n");
      await terminal.obeyed("AT+CFUN=4");
      expect(await terminal.rest()).toBe("\r\n+CEREG: 0\r\n");
    }
  });
});

describe("a host that does not wait for answers", () => {
  it("gets all of them", async () => {
    const terminal = await started();
    const command = `AT%CMNG=0,1,4,"${"x".repeat(1000)}"\r`;
    terminal.write(command.repeat(200));
    terminal.write("AT+CGMM\r");
    const came = await terminal.until(/nRF91-SIM\r\n\r\nOK\r\n/);
    expect(came.match(/OK/g)).toHaveLength(201);
    expect(came).not.toContain("ERROR");
  });
});

describe("the line's rate", () => {
  it("is what commands and answers take, ten bits an octet, and changes after the answer to AT+IPR", async () => {
    const terminal = await started({ baudRate: 115_200 });
    const command = `AT%CMNG=0,1,4,"${"x".repeat(2000)}"`;
    const octets = command.length + "\r".length + "\r\nOK\r\n".length;
    expect(await timeOf(terminal, command)).toBeCloseTo((octets * 10_000) / 115_200, -0.5);
    await timeOf(terminal, "AT+IPR=1000000");
    expect(await timeOf(terminal, command)).toBeCloseTo((octets * 10_000) / 1_000_000, -0.5);
    expect(await timeOf(terminal, "AT+IPR?")).toBeLessThan(2);
  });

  /** ms of virtual time until OK has come. */
  async function timeOf(terminal: Terminal, command: string): Promise<number> {
    const begin = terminal.clock.now();
    terminal.write(`${command}\r`);
    while (!(await terminal.rest()).includes("OK")) await terminal.passes(0.5);
    return terminal.clock.now() - begin;
  }
});
