/**
 * `node docs/inspectorPictures.mjs`: takes the pictures of the inspector in docs/pictures anew, each from a demo of its
 * own. Needs Chromium; `CHROMIUM` says where it is.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { prepare, ROOT } from "../scripts/lib/prepare.mjs";
import { indexedPng } from "./indexedPng.mjs";

const FOLDER = join(ROOT, "docs", "pictures");
const MAIN = join(ROOT, "dist", "cli", "main.js");
const ADDRESS = /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\//;
const SCREEN = { width: 1280, height: 800 };
/** Octets that a picture may have: a clone of the repository has them all. */
const LARGEST = 200 * 1024;

/** @typedef {import("playwright-core").Page} Page */

/**
 * @typedef {object} Picture
 * @property {string} name
 * @property {readonly string[]} demo arguments
 * @property {RegExp} after what the demo has printed when the picture is taken
 * @property {"dark"} [colours]
 * @property {(page: Page) => Promise<void>} show
 */

/** @type {readonly Picture[]} */
const PICTURES = [
  {
    name: "inspector",
    demo: ["--timing", "realistic", "--speed", "4"],
    after: /The carrier goes on/,
    async show(page) {
      await record(page, "kind==step && actor==carrier && event~done.actor.fota");
    },
  },
  {
    name: "inspector-dark",
    demo: [],
    after: /The carrier goes on/,
    colours: "dark",
    async show(page) {
      await record(page, "kind==step && actor==carrier && state~bootstrapping");
    },
  },
  {
    name: "inspector-why",
    demo: ["--scenario", "bad-ca"],
    after: /The carrier goes on/,
    async show(page) {
      await page.keyboard.press("n");
      await page.getByText("How it came to this").waitFor();
    },
  },
  {
    name: "inspector-sequence",
    demo: ["--timing", "realistic", "--speed", "4"],
    after: /The carrier goes on/,
    async show(page) {
      await page.keyboard.press("2");
      await page.getByRole("button", { name: "Events", exact: true }).click();
      await page.getByRole("button", { name: "Expected" }).click();
      await page.getByText("conforms").first().waitFor();
    },
  },
  {
    name: "inspector-wire",
    demo: [],
    after: /The carrier goes on/,
    async show(page) {
      await record(page, "kind==coap && path==/rd && direction==out");
      await page.getByRole("tab", { name: "Wire" }).click();
    },
  },
  {
    name: "inspector-steering",
    demo: [],
    after: /The carrier goes on/,
    async show(page) {
      await page.getByRole("navigation", { name: "Where every machine stands" }).getByText("register/123").click();
      await page.getByRole("tab", { name: "Steer" }).click();
      await page.getByLabel(/^Which, in/).fill("updating");
      await page.getByRole("button", { name: "Add" }).click();
      await page.getByText("when updating is entered").waitFor();
      await page.getByRole("tab", { name: "Timers" }).click();
      await page.getByRole("button", { name: "Fire now" }).first().click();
      await page.getByText("time is frozen: continue").waitFor();
      await page.getByRole("tab", { name: "Steer" }).click();
    },
  },
];

/**
 * Goes to the first record that a filter lets through.
 * @param {Page} page
 * @param {string} filter
 */
async function record(page, filter) {
  const field = page.getByRole("combobox", { name: "Filter" });
  await field.fill(filter);
  await field.blur();
  await page.getByRole("listbox", { name: "Records" }).getByRole("option").first().click();
  await field.fill("");
  await field.blur();
}

/**
 * @param {import("playwright-core").Browser} browser
 * @param {Picture} picture
 */
async function take(browser, { name, demo, after, colours = "light", show }) {
  const child = spawn(process.execPath, [MAIN, "demo", ...demo], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  try {
    let printed = "";
    for await (const text of child.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
      printed += text;
      if (after.test(printed)) break;
    }
    child.stdout.resume();
    const page = await browser.newPage({ viewport: SCREEN, colorScheme: colours });
    await page.goto(ADDRESS.exec(printed)?.[0] ?? "");
    await page.locator('[role=treeitem][aria-label^="registered, "]').first().waitFor({ state: "attached" });
    await page
      .getByRole("listbox", { name: /^Sequence/ })
      .getByRole("option")
      .first()
      .waitFor();
    await show(page);
    // The camera glides to what was chosen.
    await page.evaluate("new Promise((resolve) => setTimeout(resolve, 1500))");
    const pixels = await pixelsOf(browser, await page.screenshot({ animations: "disabled" }));
    await page.close();
    const png = indexedPng(SCREEN.width, SCREEN.height, pixels);
    if (png.length > LARGEST) throw new Error(`${name}.png has ${png.length} octets, more than ${LARGEST}.`);
    await writeFile(join(FOLDER, `${name}.png`), png);
    console.log(`${name}.png, ${Math.ceil(png.length / 1024)} KiB`);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

/**
 * The browser can read what it has written.
 * @param {import("playwright-core").Browser} browser
 * @param {Buffer} png
 * @returns {Promise<Uint8Array>} four octets a pixel
 */
async function pixelsOf(browser, png) {
  const page = await browser.newPage();
  const text = await page.evaluate(`(async () => {
    const image = new Image();
    image.src = "data:image/png;base64,${png.toString("base64")}";
    await image.decode();
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: image.width, height: image.height });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    return data.toBase64?.() ?? btoa(Array.from(data, (octet) => String.fromCharCode(octet)).join(""));
  })()`);
  await page.close();
  return Buffer.from(String(text), "base64");
}

await prepare("build");
await mkdir(FOLDER, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});
try {
  for (const picture of PICTURES) await take(browser, picture);
} finally {
  await browser.close();
}
