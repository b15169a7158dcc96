/** A real browser on the inspector's page: what went wrong in it is kept, and what it looks like. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Where the pictures of a run of the tests lie afterwards. */
const PICTURES = fileURLToPath(new URL("../../.build/pictures/", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
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

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
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
    await look.page.goto(url);
    return look;
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
