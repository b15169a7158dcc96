import { describe, expect, it } from "@jest/globals";
import { DATA_PATHS } from "../../cli/scenarios/scenario.ts";
import { play } from "./play.ts";

const LIFE = { scenario: "success", edition: "3.6" } as const;

describe.each(DATA_PATHS)("a life over AT commands, with the sockets of the %s,", (dataPath) => {
  const modem = { kind: "at", dataPath } as const;

  it("goes with the older Serial LTE Modem application as well", async () => {
    const records = await play({ ...LIFE, scenario: "link-down-request", modem: { ...modem, dialect: "slm" } });
    const lines = records.filter(({ kind }) => kind === "at").map(({ line }) => String(line));
    expect(lines.some((line) => line.startsWith("#XSLMVER: "))).toBe(true);
  });

  it.each([
    ["without DTLS", { security: "none" }],
    ["with a modem that takes its time", { timing: "realistic" }],
  ] as const)("goes %s", async (_how, more) => {
    await play({ ...LIFE, ...more, modem });
  });
});

describe("a modem that fetches its firmware itself", () => {
  it.each([
    ["serialModem", "psk"],
    // Its sockets have no Connection ID: a management server that asks meanwhile would see the session end.
    ["slm", "none"],
  ] as const)("is updated, with the %s application", async (dialect, security) => {
    const modem = { kind: "at", dataPath: "modem", downloads: "modem", dialect } as const;
    const records = await play({ ...LIFE, security, modem });
    const commands = records.filter(({ kind, from }) => kind === "at" && from === "library");
    expect(commands.filter(({ line }) => /^AT#XFOTA=2,/.test(String(line)))).toHaveLength(1);
    expect(commands.some(({ line }) => String(line).startsWith("AT#XDFUWRITE"))).toBe(false);
  });
});
