/** A raw capture as the command makes it, read by Wireshark: what it decrypts is what the library understood. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { cli } from "../cli/support/cli.ts";
import { testFolder } from "../cli/support/folder.ts";
import { isInstalled } from "./support/peer.ts";

const run = promisify(execFile);
const path = testFolder();

/** Message id and token of what Wireshark finds inside of DTLS records (RFC 7252 §3). */
async function decrypted(capture: string): Promise<readonly string[]> {
  const { stdout } = await run("tshark", ["-r", capture, "-Y", "dtls && data", "-T", "fields", "-e", "data.data"]);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((hex) => `${Number.parseInt(hex.slice(4, 8), 16)} ${hex.slice(8, 8 + 2 * Number(hex[1]))}`);
}

describe("the raw capture of a demo", () => {
  it.each(["success", "coaps-download"])("is decrypted by the keys inside of it, scenario %s", async (scenario) => {
    expect(isInstalled("tshark")).toBe(true);
    const [record, capture] = [path(`${scenario}.jsonl`), path(`${scenario}.pcapng`)];
    const played = await cli("demo", "--once", "--scenario", scenario, "--raw-capture", "--record", record);
    expect(played.code).toBe(0);
    expect((await cli("charts", "export", record, "--format", "pcapng", "--output", capture)).code).toBe(0);
    const records: readonly TraceRecord[] = readFileSync(record, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const messages = records.filter(({ kind }) => kind === "coap");
    const understood = messages.map(({ mid, token }) => `${mid} ${token}`);
    const found = await decrypted(capture);
    expect(found.length).toBeGreaterThan(40);
    expect([...found].sort()).toEqual(understood.sort());
  });
});
