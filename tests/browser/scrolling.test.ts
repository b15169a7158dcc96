/** A hundred thousand rows scroll at sixty frames a second: the browser's own tracing counts its frames. */

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Browser, Locator, Page } from "playwright-core";
import { FRAME_CATEGORIES, type Frames, framesOf } from "./frames.ts";
import { longRecording } from "./longRecording.ts";
import { Look, openBrowser } from "./look.ts";

const ROWS = 100_000;
const PAGE = process.env.INSPECTOR_PAGE ?? fileURLToPath(new URL("../../dist/inspector/ui/", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const SCROLLING_MS = 4_000;
const STRETCHES = 12;
/** A second: sixty, but for the ends of a stretch and for what else a machine of two cores does; the figures are printed. */
const LEAST_FRAMES = 55;
/** Of the frames that an empty page scrolls at meanwhile, where the machine has no more to give to any page. */
const LEAST_SHARE = 0.92;
const LIST = ".sequence .virtual";
/** Stripes and no script. */
const EMPTY = `<!doctype html><div id="empty" style="height: 600px; overflow: auto">
<p style="height: 100000px; background: repeating-linear-gradient(white 0 20px, silver 20px 40px)"></p></div>`;

let server: Server;
let browser: Browser;
let look: Look;
let page: Page;

beforeAll(async () => {
  const recording = longRecording(ROWS);
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
    const name = pathname === "/" ? "/index.html" : pathname;
    try {
      const made = { "/long.jsonl": recording, "/empty.html": EMPTY }[name];
      const body = made ?? readFileSync(join(PAGE, name));
      response.writeHead(200, { "content-type": TYPES[extname(name)] ?? "text/plain" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  browser = await openBrowser();
  look = await Look.at(browser, `http://127.0.0.1:${port}/?open=long.jsonl`, { storageState: remembering(port) });
  page = look.page;
  await page.waitForFunction(
    `Number(document.querySelector(".sequence .virtual-row")?.getAttribute("aria-setsize")) >= ${ROWS}`,
    undefined,
    { timeout: 90_000 },
  );
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

describe("the sequence chart of 100,000 rows", () => {
  it("has only what is visible in the page", async () => {
    expect(await page.locator(".sequence .virtual-row").count()).toBeLessThan(80);
  });

  it("scrolls at sixty frames a second, and no place is ever empty", async () => {
    const blanks: number[] = [];
    // Whatever else runs on the machine takes frames too: the best stretch tells what the page is able to.
    let isSmooth = false;
    while (!isSmooth && blanks.length < STRETCHES) {
      const { frames, sampled, blank } = await scrollAndCount(page, LIST);
      console.log(`${JSON.stringify(frames)}; of ${sampled} frames of the page itself ${blank} had an empty place`);
      blanks.push(blank);
      isSmooth =
        isWhole(frames) &&
        (frames.perSecond >= LEAST_FRAMES || frames.perSecond >= LEAST_SHARE * (await framesOfEmpty()));
    }
    expect(isSmooth).toBe(true);
    expect(blanks).toEqual(blanks.map(() => 0));
  }, 240_000);

  it("is walked by the keyboard, to the last row and back", async () => {
    const list = page.locator(".sequence .virtual-rows");
    const current = page.locator(".sequence .virtual-row.current");
    await list.focus();
    for (const [key, row] of [
      ["Home", 1],
      ["ArrowDown", 2],
      ["End", ROWS + 1],
      ["ArrowUp", ROWS],
    ] as const) {
      await page.keyboard.press(key);
      await page.locator(`.sequence .virtual-row.current[aria-posinset="${row}"]`).waitFor();
      expect(await list.getAttribute("aria-activedescendant")).toBe(await current.getAttribute("id"));
      await expectInside(current, page.locator(".sequence .virtual"));
    }
  });

  it("says how much memory it takes", async () => {
    const client = await page.context().newCDPSession(page);
    await client.send("HeapProfiler.collectGarbage");
    const { usedSize } = await client.send("Runtime.getHeapUsage");
    const mebibytes = usedSize / (1024 * 1024);
    console.log(`heap of the page with ${ROWS} rows: ${mebibytes.toFixed(1)} MiB`);
    expect(mebibytes).toBeLessThan(400);
  });

  it("had no error meanwhile", () => {
    // A browser asks for an icon that not every server has.
    expect(look.problems.filter((problem) => !problem.includes("404"))).toEqual([]);
  });
});

async function expectInside(inner: Locator, outer: Locator): Promise<void> {
  const [small, large] = [(await inner.boundingBox())!, (await outer.boundingBox())!];
  // A list is not always whole px high.
  expect(small.y).toBeGreaterThanOrEqual(large.y - 1);
  expect(small.y + small.height).toBeLessThanOrEqual(large.y + large.height + 1);
}

function isWhole({ seconds }: Frames): boolean {
  return seconds > (SCROLLING_MS / 1000) * 0.8;
}

interface Stretch extends Sampled {
  readonly frames: Frames;
}

async function scrollAndCount(page: Page, list: string): Promise<Stretch> {
  await page.locator(list).evaluate((element) => {
    element.scrollTop = 0;
  });
  await browser.startTracing(page, { categories: FRAME_CATEGORIES });
  const sampled = await scrollFor(page, list, SCROLLING_MS);
  return { ...sampled, frames: framesOf(await browser.stopTracing()) };
}

/** Frames a second of a page that has nothing to do. */
async function framesOfEmpty(): Promise<number> {
  const empty = await Look.at(browser, new URL("/empty.html", page.url()).href);
  try {
    const { frames } = await scrollAndCount(empty.page, "#empty");
    console.log(`an empty page meanwhile: ${JSON.stringify(frames)}`);
    return isWhole(frames) ? frames.perSecond : Number.POSITIVE_INFINITY;
  } finally {
    await empty.close();
  }
}

/** Turns the wheel all the time; counts the frames in which a visible place had no row. */
async function scrollFor(page: Page, list: string, ms: number): Promise<Sampled> {
  const box = (await page.locator(list).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.evaluate(samplingOf(list));
  const client = await page.context().newCDPSession(page);
  const speed = 6_000;
  await client.send("Input.synthesizeScrollGesture", {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    yDistance: -speed * (ms / 1000),
    speed,
    gestureSourceType: "mouse",
    preventFling: true,
  });
  return page.evaluate<Sampled>("found.stop = true; found");
}

interface Sampled {
  readonly blank: number;
  readonly sampled: number;
}

/** In the page: at each frame, whether rows reach from the top of the list to its bottom. */
const samplingOf = (list: string) => `{
  const list = document.querySelector(${JSON.stringify(list)});
  globalThis.found = { blank: 0, sampled: 0, stop: false };
  const sample = () => {
    const { top, bottom } = list.getBoundingClientRect();
    const places = [...list.querySelectorAll(".virtual-row")].map((row) => row.getBoundingClientRect());
    const reach = places.some((place) => place.top <= top + 60) && places.some((place) => place.bottom >= bottom);
    found.sampled++;
    if (!reach) found.blank++;
    if (!found.stop) requestAnimationFrame(sample);
  };
  requestAnimationFrame(sample);
}`;

/** Every record has a row, none is folded, and the chart has the page to itself. */
function remembering(port: number) {
  const sequence = { level: "all", mode: "lifelines", fold: false, time: "start", order: [], hidden: [] };
  return {
    cookies: [],
    origins: [
      {
        origin: `http://127.0.0.1:${port}`,
        localStorage: [
          { name: "lwm2m-inspector.sequence", value: JSON.stringify(sequence) },
          { name: "lwm2m-inspector.view", value: JSON.stringify("sequence") },
        ],
      },
    ],
  };
}
