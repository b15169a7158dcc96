import { describe, expect, it } from "@jest/globals";
import { play } from "./play.ts";

describe("a scenario", () => {
  it("plays over DTLS", async () => {
    const records = await play({ scenario: "link-down-request", edition: "3.6" });
    const suites = records.filter(({ phase, kind }) => kind === "dtls" && phase === "connected");
    expect(new Set(suites.map(({ to }) => to))).toEqual(new Set(["bootstrap", "server/123"]));
    expect(new Set(suites.map(({ suite }) => suite))).toEqual(new Set(["TLS_PSK_WITH_AES_128_CCM_8"]));
  });

  it.each(["0.10", "3.6"] as const)("plays without security as well, in edition %s", async (edition) => {
    const records = await play({ scenario: "success", edition, security: "none" });
    expect(records.some(({ kind }) => kind === "dtls")).toBe(false);
  });
});
