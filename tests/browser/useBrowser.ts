/** What the tests of a file open: one browser for all of them, and pages and processes that each closes when it is over. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll } from "@jest/globals";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { Command } from "./command.ts";
import { Look, openBrowser } from "./look.ts";

export interface Opener {
  /** `lwm2m-carrier` with these arguments, in a process of its own. */
  command(...args: readonly string[]): Command;
  /** A page of this address. */
  look(url: string, options?: BrowserContextOptions): Promise<Look>;
  /** `demo` with these arguments, and its page. */
  demo(...args: readonly string[]): Promise<Look>;
  /** `inspect FILE`, and its page. */
  recording(file: string, options?: BrowserContextOptions): Promise<Look>;
  /** Closes something else when the test is over. */
  later(close: () => unknown): void;
  /** A path in a folder that goes when the tests of the file are over. */
  path(name: string): string;
}

/** Call it at the top of a file of tests. */
export function useBrowser(...flags: readonly string[]): Opener {
  const folder = mkdtempSync(join(tmpdir(), "browser-"));
  const closing: (() => unknown)[] = [];
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser(flags);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const later = (close: () => unknown) => void closing.push(close);
  const command = (...args: readonly string[]) => {
    const started = new Command(args);
    later(() => started.end());
    return started;
  };
  const look = async (url: string, options?: BrowserContextOptions) => {
    const opened = await Look.at(browser, url, options);
    later(() => opened.close());
    return opened;
  };
  return {
    command,
    look,
    later,
    demo: async (...args) => look(await command("demo", ...args).address()),
    recording: async (file, options) => look(await command("inspect", file).address(), options),
    path: (name) => join(folder, name),
  };
}
