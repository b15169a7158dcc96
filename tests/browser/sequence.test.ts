/** The sequence chart under somebody's hands: words that can be read, lanes, folds, timers, the expected chart. */
import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { Locator } from "playwright-core";
import { Command } from "./command.ts";
import type { Look } from "./look.ts";
import { useBrowser } from "./useBrowser.ts";

const { path, recording, demo } = useBrowser();

let life: string;
beforeAll(async () => {
  life = path("bad-ca.jsonl");
  await new Command(["demo", "--once", "--inspect", "--scenario", "bad-ca", "--record", life]).done();
});

async function opened(file = life): Promise<Look> {
  const look = await recording(file);
  await look.rows().first().waitFor();
  return look;
}

/** The row that is told so. */
function row(look: Look, told: RegExp): Locator {
  return look.page.getByRole("listbox", { name: /^Sequence chart/ }).getByRole("option", { name: told });
}

const list = ({ page }: Look) => page.getByRole("listbox", { name: /^Sequence chart/ });
const current = ({ page }: Look) => page.locator(".sequence .virtual-row.current");
const heads = ({ page }: Look) => page.getByRole("toolbar", { name: "Lanes" }).getByRole("button");
const names = async (look: Look) => (await heads(look).allTextContents()).map((name) => name.replaceAll("\u00a0", " "));

/** In the page: words of rows that leave the visible part, and names of lanes that are cut, from the first row to the last. */
const UNREADABLE = `(async () => {
  const list = document.querySelector(".sequence .virtual");
  const found = [...document.querySelectorAll(".sequence-head span")]
    .filter((name) => name.scrollHeight > name.clientHeight + 1 || name.scrollWidth > name.clientWidth + 1)
    .map((name) => name.textContent);
  const { left, right } = list.getBoundingClientRect();
  for (let top = 0; top < list.scrollHeight; top += list.clientHeight / 2) {
    list.scrollTop = top;
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    for (const words of list.querySelectorAll(".sequence-drawing text")) {
      const place = words.getBoundingClientRect();
      if (place.left < left || place.right > right + 1) found.push(words.textContent);
    }
  }
  return found;
})()`;

describe("the sequence chart", () => {
  it("cuts no name of a lane and lets no words run over its edge, beside the statechart at 1280 px", async () => {
    const look = await opened();
    for (const level of ["Events", "Messages", "Everything"]) {
      await look.page.getByRole("button", { name: level, exact: true }).click();
      await look.page.getByRole("button", { name: level, exact: true, pressed: true }).waitFor();
      expect(await look.page.evaluate(UNREADABLE)).toEqual([]);
      expect(await look.page.locator(".sequence.wide").count()).toBe(0);
    }
    await look.picture("sequence-beside");
    expect(look.problems).toEqual([]);
  });

  it("tells what it had to cut, to the pointer, to the keyboard and to those who hear it", async () => {
    const look = await opened();
    const { page } = look;
    await look.filter("POST");
    const cut = row(look, /POST \/rd\?.*&b=U.*sms=/);
    expect(await cut.textContent()).toContain("…");
    const card = page.getByRole("tooltip");
    await cut.hover();
    await card.getByText(/&b=U.*sms=/).waitFor();
    await page.mouse.move(5, 5);
    await card.waitFor({ state: "detached" });
    await list(look).focus();
    await page.keyboard.press("End");
    await card.getByText(/&b=U.*sms=/).waitFor();
    await page.keyboard.press("Escape");
    await card.waitFor({ state: "detached" });
    // What was closed was the card alone.
    expect(await current(look).count()).toBe(1);
  });

  it("moves and hides lanes by keyboard and mouse, and remembers it", async () => {
    const look = await opened();
    const { page } = look;
    const usual = await names(look);
    expect(usual.slice(0, 3)).toEqual(["Modem", "LTE link", "Application"]);
    await heads(look).nth(0).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    expect((await names(look)).slice(0, 3)).toEqual(["LTE link", "Application", "Modem"]);
    expect(
      await heads(look)
        .nth(2)
        .evaluate((head) => head === head.ownerDocument.activeElement),
    ).toBe(true);
    await page.keyboard.press("Delete");
    expect(await names(look)).not.toContain("Modem");
    const menu = page.locator(".sequence-menu");
    await menu.getByText("Lanes").click();
    await menu.getByText("7 of 8").waitFor();
    await menu.getByRole("checkbox", { name: "Modem" }).press("Space");
    expect(await names(look)).toHaveLength(8);
    await page
      .locator("header")
      .first()
      .click({ position: { x: 4, y: 4 } });
    await menu.locator(".sequence-menu-list").waitFor({ state: "hidden" });
    const [from, to] = [await heads(look).nth(0).boundingBox(), await heads(look).nth(3).boundingBox()];
    await page.mouse.move(from!.x + 10, from!.y + 20);
    await page.mouse.down();
    await page.mouse.move(to!.x + to!.width, to!.y + 20, { steps: 4 });
    await page.mouse.up();
    const put = await names(look);
    expect(put.slice(0, 4)).toEqual(["Application", "Modem", "Carrier library", "LTE link"]);
    await page.reload();
    await look.rows().first().waitFor();
    expect(await names(look)).toEqual(put);
    await menu.getByText("Lanes").click();
    await menu.getByRole("button", { name: "All, in the usual order" }).click();
    expect(await names(look)).toEqual(usual);
  });

  it("opens and closes what repeats by keyboard and mouse, and one stays where one was", async () => {
    const look = await opened();
    const { page } = look;
    const fold = row(look, /2 notifications.*, (un)?folded/);
    const inside = row(look, /2\.05 Content, notification/);
    await fold.click();
    const before = await inside.count();
    await page.keyboard.press("Enter");
    await row(look, /2 notifications.*, unfolded/).waitFor();
    expect(await inside.count()).toBe(before + 2);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowLeft");
    await row(look, /2 notifications.*, folded/).waitFor();
    expect(await current(look).getAttribute("aria-label")).toMatch(/2 notifications/);
    await fold.getByRole("button", { name: "unfold" }).click();
    await row(look, /2 notifications.*, unfolded/).waitFor();
  });

  it("shows how long a timer still runs at the moment that is looked at", async () => {
    const look = await opened();
    await look.page.getByRole("button", { name: "Everything" }).click();
    await look.filter('kind==timer && text~"ACK_TIMEOUT"');
    const set = row(look, /DTLS: coap bootstrap: ACK_TIMEOUT/);
    await set.click();
    expect(await set.textContent()).toMatch(/· [\d.]+ s left/);
    await row(look, /stopped: coap bootstrap: ACK_TIMEOUT/).click();
    await set.getByText("left").waitFor({ state: "detached" });
  });
});

describe("the expected chart", () => {
  async function heldAgainst(file: string): Promise<Locator> {
    const look = await opened(file);
    await look.page.getByRole("button", { name: "Sequence", exact: true }).click();
    await look.page.getByRole("button", { name: "Expected" }).click();
    return look.page.getByRole("region", { name: "Expected chart" });
  }

  /** The recording with something else in it. */
  function changed(name: string, change: (lines: string[]) => string[]): string {
    writeFileSync(path(name), change(readFileSync(life, "utf8").trimEnd().split("\n")).join("\n"));
    return path(name);
  }

  function isEvent(line: string, event: string): boolean {
    const { kind, name } = JSON.parse(line) as { kind: string; name?: string };
    return kind === "event" && name === `LWM2M_CARRIER_EVENT_${event}`;
  }

  it("is ticked at each record of a run that conforms, and can be walked through", async () => {
    const bar = await heldAgainst(life);
    await bar.getByRole("status").getByText("conforms").waitFor();
    await bar.getByText("The arcs of the chart").click();
    await bar.getByRole("button", { name: "LWM2M_CARRIER_EVENT_FOTA_START" }).click();
    const page = bar.page();
    expect(await page.locator(".sequence .virtual-row.current").getAttribute("aria-label")).toMatch(
      /FOTA_START.*, as expected, edition-3-fota-fail-cert, line \d+: /,
    );
  });

  it("says in a sentence where a run is otherwise, and shows it", async () => {
    const bar = await heldAgainst(
      changed("missing.jsonl", (lines) => lines.filter((line) => !isEvent(line, "BOOTSTRAPPED"))),
    );
    await bar.getByText(/Expected: “LWM2M_CARRIER_EVENT_BOOTSTRAPPED”\. Instead: /).waitFor();
    await bar.getByRole("button", { name: "Show it" }).click();
    await bar.page().locator(".sequence .virtual-row.current.deviates:not(.excused)").waitFor();
  });

  it("is not expected to hold after the link was pulled by hand, and says so", async () => {
    const bar = await heldAgainst(
      changed("pulled.jsonl", (lines) => {
        const until = lines.slice(0, lines.findIndex((line) => isEvent(line, "FOTA_START")) + 1);
        const { time, device, seq } = JSON.parse(until.at(-1)!) as { time: number; device: string; seq: number };
        const more = [
          { kind: "injected", what: "control", name: "link.pull" },
          { kind: "event", semantic: "link.down", name: "LWM2M_CARRIER_EVENT_LTE_LINK_DOWN", number: 3 },
        ].map((fields, n) => JSON.stringify({ seq: seq + 1 + n, time, device, ...fields }));
        return [...until, ...more];
      }),
    );
    await bar.getByRole("status").getByText("after something done by hand").waitFor();
    await bar.getByText(/^Since “link\.pull” was done by hand at .*, the chart is not expected to hold\./).waitFor();
  });
});

describe("the sequence chart of a run that goes on", () => {
  it("follows the newest row until somebody scrolls away, and again when asked to", async () => {
    const look = await demo("--scenario", "bad-ca");
    const { page } = look;
    await look.untilActive("registered");
    const scroller = page.locator(".sequence .virtual");
    const isAtEnd = `(() => {
      const list = document.querySelector(".sequence .virtual");
      return list.scrollTop + list.clientHeight >= list.scrollHeight - 2;
    })()`;
    await look.untilTrue(isAtEnd);
    const newest = page.getByRole("button", { name: "Newest" });
    expect(await newest.count()).toBe(0);
    await scroller.hover();
    await page.mouse.wheel(0, -600);
    await newest.waitFor();
    expect(await page.evaluate(isAtEnd)).toBe(false);
    await newest.click();
    await newest.waitFor({ state: "detached" });
    await look.untilTrue(isAtEnd);
    expect(look.problems).toEqual([]);
  });
});
