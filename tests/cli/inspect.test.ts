/** `inspect`: recordings on the page, and records in the terminal. */
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { cli, startCli } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";
import { attach, pageAddress } from "./support/page.ts";

const path = testFolder();
const plain = path("plain.jsonl");
const rich = path("rich.jsonl");

beforeAll(async () => {
  await cli("demo", "--once", "--scenario", "bad-ca", "--record", plain);
  await cli("demo", "--once", "--scenario", "bad-ca", "--inspect", "--record", rich);
});

const linesOf = (file: string) => readFileSync(file, "utf8").trimEnd().split("\n");

/** The page of a recording, attached to, and what was printed. */
async function opened(file: string) {
  const running = startCli(["inspect", file]);
  const page = await attach(await pageAddress(running.stdout));
  await running.stdout.until("Ctrl-C");
  const end = async () => {
    page.close();
    running.interrupt();
    return running.exit;
  };
  return { ...running, page, end };
}

describe("inspect", () => {
  it("opens a recording with everything in it", async () => {
    const { page, stdout, end } = await opened(rich);
    const expected = linesOf(rich).map((line) => JSON.parse(line));
    await page.until(({ kind }) => kind === "result");
    expect(page.hello).toMatchObject({ title: "rich.jsonl", live: false });
    expect(page.hello).not.toHaveProperty("steering");
    expect(page.records.slice(-expected.length)).toEqual(expected);
    expect(stdout.text).toContain(`rich.jsonl – ${expected.length} records`);
    expect(await end()).toBe(0);
  });

  it("opens one that was made without the inspector, with our charts", async () => {
    const { page, end } = await opened(plain);
    await page.until(({ kind }) => kind === "result");
    const { definitions, devices } = page.session.live;
    const carrier = devices.get("demo")?.actors.get("carrier");
    expect([...definitions.values()].map(({ id }) => id)).toEqual(
      expect.arrayContaining(["carrier", "register", "fota", "bootstrap", "link", "init", "certs"]),
    );
    expect(definitions.get(carrier?.definition ?? "")?.id).toBe("carrier");
    expect(await end()).toBe(0);
  });

  it("opens a broken one as far as it can be read, and says what was skipped", async () => {
    const lines = linesOf(plain);
    const file = path("broken.jsonl");
    const newer = JSON.stringify({ seq: 9_999, time: 1, device: "demo", kind: "telepathy" });
    writeFileSync(file, [...lines.slice(0, 20), "{ not a record", newer, ...lines.slice(20, 30), "{"].join("\n"));
    const { page, stdout, end } = await opened(file);
    expect(stdout.text).toContain("2 of 33 lines were skipped (line 21: not JSON");
    expect(stdout.text).toContain("telepathy (1)");
    await page.until(({ seq }) => seq === 9_999);
    expect(await end()).toBe(0);
  });

  it("refuses what is no recording", async () => {
    writeFileSync(path("empty.jsonl"), "");
    writeFileSync(path("other.txt"), "hello\nworld\n");
    const empty = await cli("inspect", path("empty.jsonl"));
    expect([empty.code, empty.stderr.text]).toEqual([1, expect.stringContaining("The file is empty.")]);
    const other = await cli("inspect", path("other.txt"));
    expect([other.code, other.stderr.text]).toEqual([1, expect.stringContaining("none of 2 lines is a record")]);
    const none = await cli("inspect", path("none.jsonl"));
    expect([none.code, none.stderr.text]).toEqual([2, expect.stringContaining("there is no such file")]);
  });

  it("says of a folder that it is one", async () => {
    mkdirSync(path("folder"), { recursive: true });
    for (const argv of [
      ["inspect", path("folder")],
      ["inspect", "--tail", path("folder")],
      ["charts", "replay", path("folder")],
      ["demo", "--once", "--record", path("folder")],
      ["demo", "--once", "--raw-capture", "--record", path("folder")],
    ]) {
      const { code, stderr } = await cli(...argv);
      expect([code, stderr.text]).toEqual([2, `✖ ${path("folder")}: it is a folder\n`]);
    }
  });

  it("refuses a file that is more than a page can show", async () => {
    writeFileSync(path("large.jsonl"), "");
    truncateSync(path("large.jsonl"), 300 * 1024 * 1024);
    const { code, stderr } = await cli("inspect", path("large.jsonl"));
    expect([code, stderr.text]).toEqual([1, expect.stringContaining("--tail prints a file of any size")]);
  });

  it("says how an address and a filter are meant", async () => {
    const address = await cli("inspect", "http://127.0.0.1:1/x/");
    expect([address.code, address.stderr.text]).toEqual([2, expect.stringContaining("--tail follows it here")]);
    const filter = await cli("inspect", plain, "--filter", "kind==coap");
    expect([filter.code, filter.stderr.text]).toEqual([2, expect.stringContaining("--filter is for --tail")]);
    const port = await cli("inspect", plain, "--tail", "--port", "0");
    expect([port.code, port.stderr.text]).toEqual([2, expect.stringContaining("--open and --port are for a page")]);
  });
});

describe("inspect --tail", () => {
  it("prints a recording's records, those of the filter alone", async () => {
    const { code, stdout } = await cli("inspect", "--tail", rich, "--filter", "kind==event");
    expect(code).toBe(0);
    expect(stdout.lines).toHaveLength(linesOf(rich).filter((line) => line.includes('"kind":"event"')).length);
    expect(stdout.text).toContain("FOTA_START");
  });

  it("says where a filter is wrong", async () => {
    const { code, stderr } = await cli("inspect", "--tail", rich, "--filter", "kind== && x");
    expect(code).toBe(2);
    expect(stderr.lines.slice(1, 3)).toEqual(["  kind== && x", "         ^^"]);
  });

  it("colours for a terminal that has colours, and not where none are wanted", async () => {
    const tail = async (env: Record<string, string>, terminal: boolean) => {
      const { exit, stdout } = startCli(["inspect", "--tail", rich], env, { terminal });
      expect(await exit).toBe(0);
      return stdout.text.includes("\u001b[");
    };
    expect(await tail({}, true)).toBe(true);
    expect(await tail({ NO_COLOR: "1" }, true)).toBe(false);
    expect(await tail({}, false)).toBe(false);
  });

  it("follows a run until its page is gone", async () => {
    const demo = startCli(["demo"]);
    const url = await pageAddress(demo.stdout);
    const tail = startCli(["inspect", "--tail", url, "--filter", 'kind==event && name~"REGISTERED"']);
    await tail.stdout.until("REGISTERED");
    demo.interrupt();
    expect(await demo.exit).toEqual(expect.any(Number));
    expect(await tail.exit).toBe(0);
    expect(tail.stderr.text).toContain("the inspector ended");
  });
});
