/** `lwm2m-carrier watch`: what it prints and how it ends. */
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { cli, startCli } from "../cli/support/cli.ts";
import { testFolder } from "../cli/support/folder.ts";
import { logBytes, logPath } from "./support/watched.ts";

const path = testFolder();

const told = (...events: string[]) => events.map((event) => `\r\n#XCARRIEREVT: ${event}\r\n`).join("");
const BOOTSTRAP = told("2,0", "1,0", "2,0", "4,0", "1,0", "5,0");
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it looks for.
const ESCAPE = /\u001b/;

describe("watch --log", () => {
  it("draws the log, says which charts it conforms to, where the device is and what may come, and ends with 0", async () => {
    const { code, stdout, stderr } = await cli("watch", "--log", logPath("edition-0.30"));
    expect(code).toBe(0);
    expect(stderr.text).toBe("");
    expect(stdout.text).toMatch(/◀─+ LTE_LINK_DOWN ─+┤/);
    expect(stdout.text).toContain("✔ conforms to edition-0.30-bootstrap  6 events, put off once");
    expect(stdout.text).toContain("✔ the device does what edition 0.30 does");
    expect(stdout.text).toMatch(/edition +0\.30, as its words tell/);
    expect(stdout.text).toMatch(/now +carrier › serving › registered: Registered with/);
    expect(stdout.text).toMatch(/next +DEFERRED .*FOTA_START|next +FOTA_START/s);
    expect(stdout.text).not.toMatch(ESCAPE);
  });

  it("shows the first deviation with what should have happened, and ends with 1", async () => {
    const { code, stdout } = await cli("watch", "--log", logPath("edition-3.6-deviation"));
    expect(code).toBe(1);
    const lines = stdout.lines;
    const at = lines.findIndex((line) => line.includes("✖ deviates: BOOTSTRAPPED does not belong here"));
    expect(lines[at - 1]).toContain("BOOTSTRAPPED ─");
    expect(lines[at + 1]).toMatch(/chart +edition-3-bootstrap$/);
    expect(lines[at + 2]).toMatch(/its turn +line 12: lib =>> app \[label="LWM2M_CARRIER_EVENT_LTE_LINK_DOWN"\]/);
    expect(stdout.text).toMatch(/missing +LTE_LINK_DOWN before it/);
    expect(stdout.text).toContain("✖ the device deviates from edition 3.6");
  });

  it("with --json prints records that a recording may be made of", async () => {
    const { code, stdout } = await cli("watch", "--log", logPath("edition-3.6-deviation"), "--json");
    expect(code).toBe(1);
    expect(stdout.records[0]).toMatchObject({ kind: "run", edition: "3.6", guess: true });
    expect(stdout.records.find(({ deviates }) => deviates !== undefined)).toMatchObject({
      ...{ kind: "event", seq: 7, semantic: "bootstrapped" },
      deviates: {
        missing: ["LWM2M_CARRIER_EVENT_LTE_LINK_DOWN"],
        expected: expect.arrayContaining(["LWM2M_CARRIER_EVENT_LTE_LINK_DOWN"]),
        chart: "edition-3-bootstrap",
      },
    });
    expect(stdout.records.at(-1)).toMatchObject({
      kind: "result",
      ok: false,
      reason: "the device deviates at record 7: BOOTSTRAPPED, LTE_LINK_DOWN should have come before it",
    });
  });

  it("with --record writes what charts export draws", async () => {
    const file = path("device.jsonl");
    expect((await cli("watch", "--log", logPath("edition-3.6"), "--record", file)).code).toBe(0);
    const { code, stdout } = await cli("charts", "export", file, "--format", "mermaid");
    expect(code).toBe(0);
    expect(stdout.text).toContain("LWM2M_CARRIER_EVENT_FOTA_SUCCESS");
  });

  it("with --record writes what charts check judges, by what can be seen from outside", async () => {
    const file = path("checked.jsonl");
    await cli("watch", "--log", logPath("edition-0.30"), "--record", file);
    const conforms = await cli("charts", "check", file, "edition-0.30-fota-success");
    expect([conforms.code, conforms.stdout.text]).toEqual([
      0,
      expect.stringMatching(/^✔ edition-0\.30-fota-success \(edition 0\.30\): conforms, 4 arcs/),
    ]);
    const other = await cli("charts", "check", file, "edition-0.30-fota-fail-cert");
    expect([other.code, other.stdout.text]).toEqual([1, expect.stringMatching(/^✖ edition-0\.30-fota-fail-cert/)]);
    const unseen = await cli("charts", "check", file, "edition-0.30-init");
    expect([unseen.code, unseen.stderr.text]).toEqual([2, expect.stringMatching(/from outside of the device/)]);
    const foreign = await cli("charts", "check", file, "edition-3-bootstrap");
    expect([foreign.code, foreign.stderr.text]).toEqual([2, expect.stringMatching(/does not run as/)]);
  });

  it("with --level all shows the lines that tell nothing of the library", async () => {
    const { stdout } = await cli("watch", "--log", logPath("edition-3.6"), "--level", "all");
    expect(stdout.text).toContain("Certificate found, tag 411: match");
  });

  it("takes the edition that it is told", async () => {
    const file = path("short.log");
    writeFileSync(file, "LWM2M_CARRIER_EVENT_LTE_LINK_DOWN\nLWM2M_CARRIER_EVENT_LTE_LINK_UP\n");
    const { stdout } = await cli("watch", "--log", file, "--edition", "3.3", "--json");
    expect(stdout.records[0]).toMatchObject({ kind: "run", edition: "3.3" });
    expect(stdout.records[0]).not.toHaveProperty("guess");
  });

  it.each([
    ["has nothing of the library in it", () => path("empty.log"), 1, /no event of the carrier library/],
    ["is a folder", () => path(), 2, /it is a folder/],
    ["is not there", () => path("none.log"), 2, /there is no such file/],
  ])("says so in a sentence when the log %s", async (_, file, code, text) => {
    writeFileSync(path("empty.log"), "hello\nworld\n");
    const ended = await cli("watch", "--log", file());
    expect(ended.code).toBe(code);
    expect(ended.stderr.text).toMatch(text);
  });
});

describe("watch of standard input", () => {
  it("draws what is piped into it", async () => {
    const { stdin, stdout, exit } = startCli(["watch"]);
    stdin.end(logBytes("edition-3.6-deferred"));
    expect(await exit).toBe(0);
    expect(stdout.text).toContain("conforms to edition-3-deferred-bootstrap");
  });

  it("draws an event as it comes, before the input ends", async () => {
    const { stdin, stdout, exit, interrupt } = startCli(["watch"]);
    stdin.write("LWM2M_CARRIER_EVENT_LTE_LINK_DOWN\r\n");
    await stdout.until("LTE_LINK_DOWN");
    // The reason of a deferral comes right after it, or never.
    stdin.write("LWM2M_CARRIER_EVENT_DEFERRED\r\n");
    await stdout.until("DEFERRED");
    interrupt();
    expect(await exit).toBe(1);
  });

  it("with --json judges an event as it comes, before the input ends", async () => {
    const { stdin, stdout, exit, interrupt } = startCli(["watch", "--json", "--edition", "3.6"]);
    stdin.write(
      "LWM2M_CARRIER_EVENT_INIT\r\nLWM2M_CARRIER_EVENT_LTE_LINK_DOWN\r\nLWM2M_CARRIER_EVENT_BOOTSTRAPPED\r\n",
    );
    await stdout.until('"deviates":');
    const foreign = stdout.records.find(({ kind }) => kind === "log");
    expect(foreign).toMatchObject({ line: "LWM2M_CARRIER_EVENT_INIT", editions: ["0.30"] });
    interrupt();
    expect(await exit).toBe(1);
  });

  it("tells a user at a terminal what to give", async () => {
    const { stderr, exit } = startCli(["watch"], {}, { terminal: true });
    expect(await exit).toBe(2);
    expect(stderr.text).toContain("Give --port or --log");
  });
});

describe("watch --port", () => {
  const servers = new Set<Server>();
  afterEach(() => {
    for (const server of servers) server.close();
    servers.clear();
  });

  /** A Serial Modem behind TCP; what it does with each line that is opened to it. */
  async function modem(opened: (line: Socket, count: number) => void): Promise<string> {
    let count = 0;
    const server = createServer((line) => {
      line.on("error", () => {});
      opened(line, ++count);
    });
    servers.add(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const saysWhatItIs = (line: Socket, then: string) =>
    line.once("data", () => line.write(`\r\n#XSMVER: "v1.99.0","3.3.99","lwm2m_carrier"\r\n\r\nOK\r\n${then}`));

  it("watches until Ctrl-C", async () => {
    const port = await modem((line) => saysWhatItIs(line, BOOTSTRAP));
    const { stdout, exit, interrupt } = startCli(["watch", "--port", port]);
    await stdout.until("conforms to edition-3-bootstrap");
    interrupt();
    expect(await exit).toBe(0);
    expect(stdout.text).toMatch(/edition +3\.6, as its version says/);
  });

  it("has a line at the bottom of a terminal: where the device is, for how long, what may come", async () => {
    const port = await modem((line) => saysWhatItIs(line, told("2,-1")));
    const { stdout, exit, interrupt } = startCli(["watch", "--port", port], {}, { terminal: true });
    await stdout.until(/bootstrap › taking link down.*for \d s of at most 60 s.*next LTE_LINK_UP/);
    interrupt();
    expect(await exit).toBe(0);
  });

  it("has no colours where NO_COLOR is set", async () => {
    const port = await modem((line) => saysWhatItIs(line, BOOTSTRAP));
    const { stdout, exit, interrupt } = startCli(["watch", "--port", port], { NO_COLOR: "1" }, { terminal: true });
    await stdout.until("conforms to edition-3-bootstrap");
    interrupt();
    await exit;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what it looks for.
    expect(stdout.text).not.toMatch(/\u001b\[[\d;]*m/);
  });

  it("goes on when the port was lost and is back", async () => {
    const port = await modem((line, count) => {
      if (count === 1) saysWhatItIs(line, told("2,0", "1,0")).once("data", () => setImmediate(() => line.end()));
      else saysWhatItIs(line, told("2,0", "4,0", "1,0", "5,0"));
    });
    const { stdout, exit, interrupt } = startCli(["watch", "--port", port]);
    await stdout.until("conforms to edition-3-bootstrap");
    expect(stdout.text).toMatch(/▲ .* was lost.*✔ .* is back/s);
    interrupt();
    expect(await exit).toBe(0);
  });

  it("says in a sentence that there is no such port", async () => {
    const { code, stderr } = await cli("watch", "--port", path("ttyNone"));
    expect(code).toBe(1);
    expect(stderr.text).toMatch(/ttyNone is not there/);
  });

  it("is not asked for beside a log", async () => {
    expect((await cli("watch", "--port", "/dev/null", "--log", "x")).code).toBe(2);
  });
});

describe("the samples that the tests watch", () => {
  it("have the line ends that a device writes", () => {
    expect(readFileSync(logPath("edition-3.6"), "utf8").split("\r\n").length).toBeGreaterThan(20);
  });
});
