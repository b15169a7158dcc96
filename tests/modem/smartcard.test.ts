/** The UICC of the simulated modem, APDU by APDU. */
import { describe, expect, it } from "@jest/globals";
import type { SimulatedModem, SmartcardOptions } from "../../modem/index.ts";
import { startedBench } from "./support.ts";

const BOOTSTRAP = Uint8Array.from({ length: 300 }, (_, index) => index & 0xff);
const OPEN = "0070000001";
const SELECT_APPLICATION = "01a404040ca000000063504b43532d313500";

async function card(smartcard?: SmartcardOptions): Promise<SimulatedModem> {
  const { modem } = await startedBench(smartcard === undefined ? {} : { smartcard });
  return modem;
}

/** Each answer in hexadecimal, its content cut off after 8 octets. */
async function talk(modem: SimulatedModem, ...commands: string[]): Promise<string[]> {
  const answers: string[] = [];
  for (const command of commands) {
    const answer = Buffer.from(await modem.apdu(Uint8Array.from(Buffer.from(command, "hex")))).toString("hex");
    answers.push(answer.length > 20 ? `${answer.slice(0, 16)}…${answer.slice(-4)}` : answer);
  }
  return answers;
}

describe("the simulated card", () => {
  it("is walked from EF(ODF) to the bootstrap file on a channel of its own", async () => {
    const modem = await card({ bootstrap: BOOTSTRAP });
    const files = ["5031", "6430", "6432"].flatMap((file) => [`01a40804047fff${file}00`, "01b0000000"]);
    expect(await talk(modem, OPEN, SELECT_APPLICATION, ...files, "01b0010000", "01708001")).toEqual([
      "019000",
      "62009000",
      "6204800200089000",
      "a7063004040264306282",
      "6204800200279000",
      "a125300030110c0f…6282",
      "62048002012c9000",
      "0001020304050607…9000",
      "0001020304050607…6282",
      "9000",
    ]);
  });

  it("without bootstrap data has no PKCS#15 application", async () => {
    expect(await talk(await card(), OPEN, SELECT_APPLICATION, "01a40804047fff503100")).toEqual([
      "019000",
      "6a82",
      "6a82",
    ]);
  });

  it("answers what makes no sense with the status words that say so", async () => {
    const modem = await card({ bootstrap: BOOTSTRAP });
    expect(
      await talk(modem, "00", "01b0000000", OPEN, OPEN, OPEN, OPEN, "01b0000000", "01ee0000", "00708000", "0170800000"),
    ).toEqual(["6700", "6881", "019000", "029000", "039000", "6a81", "6986", "6d00", "6881", "6881"]);
    await talk(modem, SELECT_APPLICATION, "01a40804047fff503100");
    expect(await talk(modem, "01b0000900", "01a40804047fff643100")).toEqual(["6b00", "6a82"]);
  });

  it("forgets its channels when the modem starts again", async () => {
    const modem = await card({ bootstrap: BOOTSTRAP });
    await talk(modem, OPEN, OPEN, OPEN);
    await modem.shutdown();
    await modem.init();
    expect(await talk(modem, OPEN)).toEqual(["019000"]);
  });

  it("cannot be asked while it has no power, is missing or waits for its PIN", async () => {
    const modem = await card({ bootstrap: BOOTSTRAP });
    const ask = () => talk(modem, OPEN);
    modem.inject({ name: "noSim" });
    await expect(ask()).rejects.toMatchObject({ code: "simNotInserted" });
    modem.clear("noSim");
    modem.inject({ name: "simLocked" });
    await expect(ask()).rejects.toMatchObject({ code: "simFailure" });
    modem.clear("simLocked");
    await modem.setFunctionalMode("powerOff");
    await expect(ask()).rejects.toMatchObject({ code: "notAllowed" });
  });

  it("has no file that READ BINARY could not reach the end of", async () => {
    await expect(card({ bootstrap: new Uint8Array(0x8000) })).rejects.toThrow(/smartcard/);
  });
});
