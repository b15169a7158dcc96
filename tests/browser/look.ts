/** A real browser on the inspector's page: what went wrong in it is kept, and what it looks like. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";

/** Where the pictures of a run of the tests lie afterwards. */
const PICTURES = fileURLToPath(new URL("../../.build/pictures/", import.meta.url));
const IN_PAGE = fileURLToPath(new URL("./inPage.js", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Under jest's own time for a test. */
const WAIT_MS = 45_000;
/** Nothing is fetched, looked up or reported by the browser itself. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function openBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...more] });
}

export class Look {
  readonly page: Page;
  /** Errors on the console, exceptions, refusals of the content security policy, requests to other hosts. */
  readonly problems: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.problems.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(message.text());
    });
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (/^(http|ws)s?:$/.test(protocol) && hostname !== "127.0.0.1") this.problems.push(`asked ${hostname}`);
    });
  }

  /** A page of its own, 1280 x 720 unless said otherwise. */
  static async at(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Look> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
    const look = new Look(await context.newPage());
    // A test's own time is longer: what does not come is told of by the name of what was waited for.
    look.page.setDefaultTimeout(WAIT_MS);
    await look.page.addInitScript({ path: IN_PAGE });
    await look.page.goto(url);
    return look;
  }

  /** States of this name in the tree that mirrors the statechart. */
  state(name: string): Locator {
    return this.page.locator(`[role=treeitem][aria-label^="${name}, "]`);
  }

  active(name: string): Locator {
    return this.page.locator(`[role=treeitem][aria-label^="${name}, "][aria-label$=", active"]`);
  }

  /** Until an expression of the page is true. The page's policy keeps Playwright's own wait from asking more than once. */
  async untilTrue(expression: string): Promise<void> {
    while (!(await this.page.evaluate<boolean>(expression))) {
      await this.page.evaluate("new Promise((drawn) => requestAnimationFrame(() => drawn()))");
    }
  }

  /** Resolves once a state of this name is active. */
  async untilActive(name: string): Promise<void> {
    await this.active(name).first().waitFor({ state: "attached" });
  }

  /** Resolves once these have become active, one after the other. */
  async wentThrough(names: readonly string[]): Promise<void> {
    await this.page.evaluate(`look.wentThrough(${JSON.stringify(names)}, ${WAIT_MS})`);
  }

  /** Chooses a panel; what it shows. */
  async panel(label: string): Promise<Locator> {
    await this.page.getByRole("tab", { name: label }).click();
    return this.page.getByRole("tabpanel", { name: label });
  }

  /** The rows of the sequence chart, as they are told. */
  rows(): Locator {
    return this.page.getByRole("listbox", { name: /^Sequence chart/ }).getByRole("option");
  }

  /** The records that the filter lets through, as far as they are drawn. */
  records(): Locator {
    return this.page.getByRole("listbox", { name: "Records" }).getByRole("option");
  }

  async filter(text: string): Promise<void> {
    const field = this.page.getByRole("combobox", { name: "Filter" });
    await field.fill(text);
    await field.blur();
  }

  /** Keeps a picture of the page as `<name>.png`. */
  async picture(name: string): Promise<void> {
    await mkdir(PICTURES, { recursive: true });
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled" });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
