/** `demo` on the inspector's page: what a page that attaches sees of it, and does to it. */
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { recordProblems } from "../../trace/index.ts";
import { cli, startCli } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";
import { attach, type Page, pageAddress } from "./support/page.ts";

const path = testFolder();

async function shown(...argv: readonly string[]) {
  const running = startCli(["demo", ...argv]);
  const page = await attach(await pageAddress(running.stdout));
  const end = async () => {
    page.close();
    running.interrupt();
    return running.exit;
  };
  return { ...running, page, end };
}

/** Asks for something that the app lets be done; `name` is the control's. */
const control = (page: Page, name: string, values: Record<string, string | number | boolean> = {}) =>
  page.request({ request: "control", name, device: "demo", values });

const activeIn = ({ session }: Page, actor: string) =>
  session.live.devices.get("demo")?.actors.get(actor)?.active ?? [];

/** The newest timer of this name and owner that runs. */
function timerOf({ session }: Page, owner: string, name: string): number {
  const timers = [...(session.live.devices.get("demo")?.timers.values() ?? [])];
  return timers.findLast((timer) => timer.owner === owner && timer.name === name)?.seq ?? -1;
}

describe("demo", () => {
  it("prints the page's address; who comes late sees the whole life, its charts and the device's objects", async () => {
    const { page, stdout, end } = await shown("--edition", "3.6");
    await stdout.until("The carrier goes on.");
    const late = await attach(await pageAddress(stdout));
    const shownAt = (leaf: string) => late.session.live.devices.get("demo")?.trees.get("objects")?.get(leaf)?.value;
    const isRegistered = () => activeIn(late, "carrier").includes("alive.work.running.phase.serving.registered");
    await late.until(() => shownAt("/3/0/3") === "mfw_sim_1.1.0" && isRegistered());
    expect(late.hello).toMatchObject({ title: "demo: success, edition 3.6", live: true });
    expect(late.records.filter(({ seq }) => seq > 0).length).toBeGreaterThan(500);
    const device = late.session.live.devices.get("demo");
    expect(activeIn(late, "carrier/register/123")).toContain("registered");
    expect(device?.edition).toBe("3.6");
    expect(late.session.live.definitions.size).toBeGreaterThanOrEqual(7);
    late.close();
    expect(page.records.flatMap(recordProblems)).toEqual([]);
    expect(await end()).toBe(0);
  });

  it("has no page with --no-inspect, nor with --once or --json unless it is asked for", async () => {
    const { stdout, exit, interrupt } = startCli(["demo", "--no-inspect"]);
    await stdout.until("─ REGISTERED ─");
    interrupt();
    await exit;
    const once = await cli("demo", "--once");
    for (const text of [stdout.text, once.stdout.text, once.stderr.text])
      expect(text).not.toContain("http://127.0.0.1");
  });

  it("prints nothing but records with --json, the address beside them", async () => {
    const { exit, stdout, stderr } = startCli(["demo", "--once", "--json", "--inspect"]);
    const page = await attach(await pageAddress(stderr));
    expect(await exit).toBe(0);
    expect(await page.closed).toEqual(expect.any(String));
    expect(stdout.records.flatMap(recordProblems)).toEqual([]);
    expect(stdout.records.map(({ seq }) => seq)).toEqual(stdout.records.map((_, index) => index + 1));
    expect(new Set(stdout.records.map(({ kind }) => kind))).toContain("step");
  });

  it("records in raw capture what decrypts its packets, and warns of it", async () => {
    const file = path("raw.jsonl");
    const { stdout } = await cli("demo", "--once", "--raw-capture", "--record", file);
    expect(stdout.text).toContain("raw capture: what is recorded holds the datagrams, and the keys that open them");
    const text = readFileSync(file, "utf8");
    expect(text).toMatch(/"kind":"packet","direction":"out"/);
    expect(text).toMatch(/"kind":"keyLog","line":"CLIENT_RANDOM /);
    expect(text).toContain('"rawCapture":true');
  });

  it("keeps a raw capture, and what is made of it, to its owner", async () => {
    const [file, capture] = [path("mine.jsonl"), path("mine.pcapng")];
    const modeOf = (name: string) => (statSync(name).mode & 0o777).toString(8);
    writeFileSync(file, "");
    chmodSync(file, 0o644);
    await cli("demo", "--once", "--raw-capture", "--record", file);
    await cli("charts", "export", file, "--format", "pcapng", "--output", capture);
    expect([modeOf(file), modeOf(capture)]).toEqual(["600", "600"]);
  });
});

describe("who looks at the demo", () => {
  it("fires a timer, and the device updates its registration", async () => {
    const { page, stdout, end } = await shown();
    await stdout.until("The carrier goes on.");
    await page.until(() => timerOf(page, "register/123", "update.due") > 0);
    const timer = timerOf(page, "register/123", "update.due");
    const before = page.records.length;
    await page.request({ request: "fire", device: "demo", timer });
    await page.until(
      (record) =>
        page.records.indexOf(record) >= before && record.kind === "coap" && String(record.path).startsWith("/rd/"),
    );
    expect(page.records.slice(before)).toContainEqual(expect.objectContaining({ kind: "injected", what: "timer" }));
    expect(await end()).toBe(0);
  });

  it("has a datagram lost, which is sent again", async () => {
    const { page, stdout, end } = await shown("--speed", "20");
    await stdout.until("The carrier goes on.");
    await control(page, "datagram", { fault: "drop", towards: "to servers", times: 1, delayMs: 1 });
    await control(page, "request", { request: "deregister" });
    await page.until(({ kind, name }) => kind === "fault" && name === "datagram.drop");
    await page.until(({ kind, retransmission }) => kind === "coap" && retransmission === true);
    expect(await end()).toBe(0);
  });

  it("pulls the link and has the firmware updated from a host that nobody trusts", async () => {
    const { page, stdout, end } = await shown("--speed", "20");
    await stdout.until("The carrier goes on.");
    const before = page.records.length;
    const since = (record: TraceRecord) => page.records.indexOf(record) >= before;
    await control(page, "link.pull", { lasting: false });
    await page.until((record) => record.kind === "injected" && record.name === "link.pull" && since(record));
    await page.until((record) => record.kind === "modem" && record.status === "searching" && since(record));
    await page.until((record) => record.kind === "chart" && record.event === "server.registered" && since(record));
    await control(page, "server.update", { image: "host nobody trusts" });
    await page.until(({ kind, semantic }) => kind === "event" && semantic === "error");
    expect(await end()).toBe(0);
  });

  it("stops time at a breakpoint, steps, and lets it go on", async () => {
    const { page, stdout, end } = await shown();
    await stdout.until("The carrier goes on.");
    await page.until(() => timerOf(page, "register/123", "update.due") > 0);
    const stops = () => page.records.filter(({ kind }) => kind === "breakpoint").map(({ phase }) => phase);
    await page.request({ request: "addBreakpoint", breakpoint: { state: "updating" } });
    await page.request({ request: "fire", device: "demo", timer: timerOf(page, "register/123", "update.due") });
    await page.until(({ kind, phase }) => kind === "breakpoint" && phase === "paused");
    expect(activeIn(page, "carrier/register/123").join()).toContain("updating");
    await page.request({ request: "step" });
    await page.until(({ kind, phase }) => kind === "breakpoint" && phase === "stepped");
    await page.request({ request: "removeBreakpoint", breakpoint: { state: "updating" } });
    await page.request({ request: "continue" });
    await page.until(({ kind, code, direction }) => kind === "coap" && code === "2.04" && direction === "in");
    expect(stops()).toContain("continued");
    expect(await end()).toBe(0);
  });

  it("does not hold up the end by having stopped time", async () => {
    const { page, stdout, end } = await shown();
    await stdout.until("The carrier goes on.");
    await page.request({ request: "pause" });
    expect(await end()).toBe(0);
    expect(stdout.text).toContain("DEREGISTERED");
  });

  it("is told what cannot be done, and why", async () => {
    const { page, stdout, end } = await shown();
    await stdout.until("The carrier goes on.");
    await expect(control(page, "request", { request: "link-up" })).rejects.toThrow("-EBADR");
    await expect(control(page, "nonsense")).rejects.toThrow("nonsense");
    await expect(page.request({ request: "fire", device: "demo", timer: 1 })).rejects.toThrow(/timer/i);
    expect(await end()).toBe(0);
  });
});
