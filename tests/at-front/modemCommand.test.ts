/** `lwm2m-carrier modem`, with the streams of a test. */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { FAULT_NAMES } from "../../cli/modem/faultText.ts";
import { cli, startCli } from "../cli/support/cli.ts";
import { itWithTerminal } from "../support/terminalPrograms.ts";

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

/** The command over TCP, and a connection to it. */
async function started(...argv: readonly string[]) {
  const running = startCli(["modem", "--tcp", "--json", ...argv]);
  ending.push(() => {
    running.interrupt();
    return running.exit;
  });
  await running.stdout.until(/\n/);
  const [{ tcp = "" } = {}] = running.stdout.records as unknown as readonly { tcp?: string }[];
  const socket = connect(Number(tcp.split(":")[1]), "127.0.0.1");
  ending.push(() => socket.destroy());
  return { running, socket };
}

async function say(socket: Socket, command: string, until = /OK\r\n|ERROR/): Promise<string> {
  let came = "";
  socket.write(`${command}\r`);
  while (!until.test(came)) came += ((await once(socket, "data")) as [Buffer])[0].toString("latin1");
  return came;
}

describe("lwm2m-carrier modem", () => {
  it("answers over TCP, and the newest connection has the line", async () => {
    const { running, socket } = await started("--firmware-version", "mfw_nrf9160_1.3.2");
    expect(await say(socket, "AT+CGMR")).toContain("mfw_nrf9160_1.3.2");
    const [{ tcp = "" } = {}] = running.stdout.records as unknown as readonly { tcp?: string }[];
    const another = connect(Number(tcp.split(":")[1]), "127.0.0.1");
    ending.push(() => another.destroy());
    const gone = once(socket, "close");
    expect(await say(another, "AT")).toBe("\r\nOK\r\n");
    await gone;
  });

  it("answers who has ended his side of the connection, and then ends its own", async () => {
    const { socket } = await started("--timing", "realistic", "--baud", "9600", "--firmware-version", "mfw_x");
    let came = "";
    socket.on("data", (data: Buffer) => {
      came += data.toString("latin1");
    });
    socket.end("AT+CMEE=1\rAT+CGMR\r");
    await once(socket, "close");
    expect(came).toBe("\r\nOK\r\n\r\nmfw_x\r\n\r\nOK\r\n");
  });

  it("takes faults by name, from its options and from its standard input", async () => {
    const { running, socket } = await started("--fault", "simLocked", "--fault", "silence:1");
    socket.write("AT+CFUN=41\r");
    expect(await say(socket, "AT")).toBe("\r\nOK\r\n");
    await say(socket, "AT+CFUN=41");
    expect(await say(socket, "AT+CPIN?")).toContain('"SIM PIN"');
    running.stdin.write("clear simLocked\nfault crash=5:1\nfault nonsense\nstatus\n");
    await running.stdout.until(/"command":"status"/);
    expect(running.stdout.lines.slice(1).map((line) => JSON.parse(line))).toMatchObject([
      { command: "clear simLocked", ok: true },
      { command: "fault crash=5:1", ok: true },
      { command: "fault nonsense", ok: false, error: expect.stringContaining("There is no fault nonsense") },
      { command: "status", ok: true, value: { mode: "offline", registration: "notRegistered" } },
    ]);
    expect(await say(socket, "AT+CPIN?", /INIT,0\r\n/)).toContain("#XMODEM: FAULT,0x5,");
  });

  it("delivers a short message and takes the power away when it is told to", async () => {
    const { running, socket } = await started();
    await say(socket, "AT+CNMI=3,2,0,1");
    await say(socket, "AT+CEREG=1");
    await say(socket, "AT+CFUN=1", /CEREG: 1/);
    running.stdin.write("sms +123456 wake\n");
    expect(await say(socket, "", /\+CMT: .*\r\n.*\r\n/)).toContain('+CMT: "+123456",');
    running.stdin.write("power\n");
    expect(await say(socket, "", /Ready\r\n/)).toBe("Ready\r\n");
  });

  it("keeps in a folder what survives its power", async () => {
    const folder = mkdtempSync(join(tmpdir(), "modem-"));
    ending.unshift(() => rmSync(folder, { recursive: true }));
    const first = await started("--storage", folder);
    await say(first.socket, 'AT%CMNG=0,25,4,"identity"');
    first.running.interrupt();
    expect(await first.running.exit).toBe(0);
    const second = await started("--storage", folder);
    expect(await say(second.socket, "AT%CMNG=1")).toContain("%CMNG: 25,4,");
  });

  it("plays a device that runs the carrier library, against the servers of a configuration file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "modem-"));
    ending.unshift(() => rmSync(folder, { recursive: true }));
    const config = join(folder, "carrier.json");
    const servers = startCli(["servers", "--json", "--write-config", config]);
    ending.push(() => {
      servers.interrupt();
      return servers.exit;
    });
    await servers.stdout.until(/\n/);
    const { socket } = await started("--carrier", config);
    const heard = await say(socket, "AT", /#XCARRIEREVT: 5,0\r\n/);
    expect(heard.match(/#XCARRIEREVT: \S+/g)?.slice(-2)).toEqual(["#XCARRIEREVT: 1,0", "#XCARRIEREVT: 5,0"]);
    expect(await say(socket, 'AT#XCARRIER="regup"')).toContain("OK");
    expect(await say(socket, "AT#XSMVER")).toMatch(/#XSMVER: "[^"]+","[^"]+","lwm2m_carrier"\r\n/);
  });

  it("speaks as the older application", async () => {
    const { socket } = await started("--dialect", "slm");
    expect(await say(socket, "AT#XSLMVER\r\n")).toContain("#XSLMVER:");
  });

  itWithTerminal("prints the path of a pseudo terminal", async () => {
    const running = startCli(["modem"]);
    await running.stdout.until("lists commands");
    expect(running.stdout.text).toMatch(/device\s+\/dev\/\S+/);
    running.interrupt();
    expect(await running.exit).toBe(0);
  });

  itWithTerminal("ends with a word about it when the pseudo terminal's helper does", async () => {
    const mine = () => readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
    const before = new Set(mine());
    const running = startCli(["modem"]);
    await running.stdout.until("lists commands");
    for (const child of mine().filter((each) => !before.has(each))) process.kill(Number(child));
    expect(await running.exit).toBe(1);
    expect(running.stderr.text).toContain("the pseudo terminal is gone: its helper process has ended");
  });

  it("lists every fault in its help", async () => {
    const { stdout } = await cli("modem", "--help");
    for (const name of FAULT_NAMES) expect(stdout.text).toContain(name);
  });

  it.each([
    [["--fault", "garbge"], "did you mean garbage?"],
    [["--fault", "garbage=1"], "garbage has no number"],
    [["--fault", "registrationDenied"], "is invalid. fault registrationDenied: cause is missing"],
    [["--fault", "firmwareRejected=7"], "code is 7, a whole number from 71303169"],
    [["--fault", "keyWriteRefused=99999999999"], "tag is 99999999999"],
    [["--dialect", "hayes"], "Allowed choices are serialModem, slm"],
    [["--pty", "--tcp"], "cannot be used with"],
    [["--firmware-version", "with spaces"], "firmwareVersion"],
  ])("refuses %j with a word about it", async (argv, says) => {
    const { code, stderr } = await cli("modem", ...argv);
    expect(code).toBeGreaterThan(0);
    expect(stderr.text).toContain(says);
  });
});
