import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { createSimulatedModem, encodeFirmwareImage } from "../../modem/index.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { dfuExtension } from "../../testbed/at/dfu.ts";
import type { AtReply } from "../../testbed/at/extension.ts";
import { createAtFront } from "../../testbed/at/front.ts";
import { duplexPair } from "../support/duplexPair.ts";
import { VirtualClock } from "../support/virtualClock.ts";

const OK = "\r\nOK\r\n";
const ERROR = "\r\nERROR\r\n";
const TAKEN = "\r\n#XDATAMODE: 0\r\n#XDFU: 1,1,0\r\n";
const REFUSED = "\r\n#XDATAMODE: 0\r\n#XDFU: 1,1,-1\r\n";
const SIZE = 8_192;
const image = encodeFirmwareImage({ version: "mfw_sim_2.0.0", sizeBytes: 5_000, random: seededRandom(7) });

describe("the AT front's firmware commands", () => {
  it("take an image as Nordic's example has it, octet for octet", async () => {
    const say = await terminal();
    expect(await say("AT#XFOTA=7\r")).toBe(`\r\n#XFOTA: ${SIZE},0\r\n${OK}`);
    expect(await say("AT#XDFUINIT=1,5000\r")).toBe(OK);
    expect(await say("AT#XDFUWRITE=1,0,4096\r")).toBe(OK);
    expect(await say(image.subarray(0, 4_096))).toBe(TAKEN);
    expect(await say("AT#XDFUWRITE=1,4096,904\r")).toBe(OK);
    expect(await say(image.subarray(4_096, 4_500))).toBe("");
    expect(await say(image.subarray(4_500))).toBe(TAKEN);
    expect(await say("AT#XFOTA=7\r")).toBe(`\r\n#XFOTA: ${SIZE},5000\r\n${OK}`);
    expect(await say("AT#XDFUAPPLY=1\r")).toBe(`${OK}#XDFU: 1,2,0\r\n`);
    expect(await say("AT#XMODEMRESET\r")).toBe(`\r\n#XFOTA: 5,0\r\n\r\n#XMODEMRESET: 0\r\n${OK}`);
    expect(await say("AT%SHORTSWVER\r")).toContain("sim_2.0.0");
    // The used image stays in the area until it is erased.
    expect(await say("AT#XFOTA=7\r")).toBe(`\r\n#XFOTA: ${SIZE},2621440\r\n${OK}`);
    expect(await say("AT#XFOTA=9\r")).toBe(OK);
    expect(await say("AT#XFOTA=7\r")).toBe(`\r\n#XFOTA: ${SIZE},0\r\n${OK}`);
  });

  it("apply an image when the whole application is restarted, and say so after Ready", async () => {
    const say = await terminal();
    await say("AT#XDFUWRITE=1,0,4096\r");
    await say(image.subarray(0, 4_096));
    await say("AT#XDFUWRITE=1,4096,904\r");
    await say(image.subarray(4_096));
    await say("AT#XDFUAPPLY=1\r");
    expect(await say("AT#XRESET\r")).toBe(`${OK}Ready\r\n\r\n#XFOTA: 5,0\r\n`);
  });

  it("tell what they take", async () => {
    const say = await terminal();
    expect(await say("AT#XDFUINIT=?\r")).toBe(`\r\n#XDFUINIT: (1),<size>\r\n${OK}`);
    expect(await say("AT#XDFUWRITE=?\r")).toBe(`\r\n#XDFUWRITE: (1),<addr>,<len>\r\n${OK}`);
    expect(await say("AT#XDFUAPPLY=?\r")).toBe(`\r\n#XDFUAPPLY: (1)\r\n${OK}`);
    expect(await say("AT#XFOTA=?\r")).toBe(`\r\n#XFOTA: (0,2,7,9)[,<file_url>[,<sec_tag>[,<pdn_id>]]]\r\n${OK}`);
  });

  it.each([
    "AT#XDFUINIT=1",
    "AT#XDFUINIT=0,5000",
    `AT#XDFUINIT=1,${SIZE + 1}`,
    "AT#XDFUWRITE=1,0,0",
    "AT#XDFUWRITE=1,0,4097",
    "AT#XDFUWRITE=2,0,10",
    "AT#XDFUAPPLY=0",
    "AT#XFOTA=0",
    "AT#XFOTA=4",
    'AT#XFOTA=1,"http://h/app.bin"',
    "AT#XDFUINIT?",
  ])("answer ERROR and no number to %s", async (command) => {
    const say = await terminal();
    await say("AT+CMEE=1\r");
    expect(await say(`${command}\r`)).toBe(ERROR);
  });

  it.each(['"ftp://h/i.bin"', '"http://h"', '"https://h/i.bin"', '"nonsense"'])(
    "say why a download of %s does not begin",
    async (url) => {
      const say = await terminal();
      expect(await say(`AT#XFOTA=2,${url}\r`)).toBe(`\r\n#XFOTA: 1,1,-22\r\n${ERROR}`);
    },
  );

  it("erase what an octet out of its place was to follow", async () => {
    const say = await terminal();
    await say("AT#XDFUWRITE=1,0,4096\r");
    await say(image.subarray(0, 4_096));
    // Erased only where the area cannot be written at all.
    expect(await say("AT#XFOTA=9\r")).toBe(OK);
    expect(await say("AT#XFOTA=7\r")).toBe(`\r\n#XFOTA: ${SIZE},4096\r\n${OK}`);
    expect(await say("AT#XDFUWRITE=1,4500,10\r")).toBe(OK);
    expect(await say(image.subarray(4_500, 4_510))).toBe(REFUSED);
    expect(await say("AT#XFOTA=7\r")).toBe(`\r\n#XFOTA: ${SIZE},0\r\n${OK}`);
  });

  it("begin a download at once after a restart, whatever is left of the one before", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/i.bin`;
    const clock = new VirtualClock();
    const modem = simulated(clock);
    await modem.init();
    await modem.setFunctionalMode("normal");
    await clock.advanceAsync(1_000);
    expect(modem.registration).toBe("home");
    const told: (string | Uint8Array)[] = [];
    const host = { clock, notify: () => {}, restart: () => {} };
    const extension = dfuExtension({ modem, dialect: "serialModem" })({
      ...host,
      notifyRaw: (octets) => told.push(octets),
    });
    const answers: string[] = [];
    const reply: AtReply = {
      line: (text) => answers.push(text),
      raw: () => {},
      ok: () => answers.push("OK"),
      error: () => answers.push("ERROR"),
      data: () => Promise.reject(new Error("no data follow")),
    };
    const { signal } = new AbortController();
    const say = (text: string) =>
      extension.execute({ text, name: "#XFOTA", form: "set", parameters: "", signal }, reply);

    const asked = [once(silent, "request")];
    await say(`AT#XFOTA=2,"${url}?one"`);
    await asked[0];
    asked.push(once(silent, "request"));
    extension.reset?.();
    extension.modemStarted?.({ kind: "ok", firmwareVersion: "mfw_sim_1.0.0" }, () => {});
    await say("AT#XFOTA=0");
    expect(answers.splice(0)).toEqual(["ERROR"]);
    await say(`AT#XFOTA=2,"${url}?two"`);
    expect(answers).toEqual([]);
    const urls = (await Promise.all(asked)).map(([request]) => (request as IncomingMessage).url);
    expect(urls).toEqual(["/i.bin?one", "/i.bin?two"]);
    await extension.close?.();
    expect(told).toEqual([]);
    silent.close();
  });

  it("have no pushed image in the older Serial LTE Modem", async () => {
    const say = await terminal("slm");
    expect(await say("AT#XDFUINIT=1,5000\r\n")).toBe(ERROR);
    expect(await say("AT#XFOTA=7\r\n")).toBe(`\r\n#XFOTA: ${SIZE},0\r\n${OK}`);
  });
});

/** Says something to a modem that is up, and hears what it says then. */
async function terminal(dialect: "serialModem" | "slm" = "serialModem") {
  const clock = new VirtualClock();
  const [host, device] = duplexPair();
  const modem = simulated(clock);
  let heard = "";
  host.on("data", (octets: Uint8Array) => {
    heard += Buffer.from(octets).toString("latin1");
  });
  const front = createAtFront({
    modem,
    dialect,
    clock,
    stream: device,
    extensions: [dfuExtension({ modem, dialect })],
  });
  await front.ready;
  const say = async (words: string | Uint8Array): Promise<string> => {
    heard = "";
    host.write(words);
    await clock.advanceAsync(100);
    return heard;
  };
  await say("");
  return say;
}

function simulated(clock: VirtualClock) {
  return createSimulatedModem({
    clock,
    random: seededRandom(1),
    storage: createMemoryStorage(),
    timing: "instant",
    firmwareAreaBytes: SIZE,
  });
}
