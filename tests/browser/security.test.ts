/** Who is not to see the page does not: pages of other origins, other names for this machine, guesses of the token. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { Command } from "./command.ts";
import { useBrowser } from "./useBrowser.ts";

/** A name that its owner's name server has point here. */
const REBOUND = "rebound.example";
const { look: lookAt, later } = useBrowser(`--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`);

/** What there is to be seen. */
const inspected = new Command(["demo"]);
let url: string;
beforeAll(async () => {
  url = await inspected.address();
});
afterAll(() => inspected.end());

/** A page of another origin: its address. */
async function elsewhere(): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>elsewhere</title>");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** In the page elsewhere: what comes of asking for `url`, each way that a page has. */
const ATTEMPTS: Readonly<Record<string, (url: string) => string>> = {
  "reading the page": (url) => `fetch("${url}").then((response) => response.text())`,
  "reading it without a check": (url) => `fetch("${url}", { mode: "no-cors" }).then((response) => response.text())`,
  "opening the socket": (url) => `new Promise((resolve, reject) => {
    const socket = new WebSocket("${url.replace("http", "ws")}socket", "lwm2m-inspect.v1");
    socket.onmessage = resolve;
    socket.onopen = resolve;
    socket.onclose = () => reject(new Error("closed"));
  })`,
  "opening another inspector's socket": (url) => `new Promise((resolve, reject) => {
    const socket = new WebSocket("${url.replace("http", "ws")}stately");
    socket.onopen = resolve;
    socket.onclose = () => reject(new Error("closed"));
  })`,
  "taking it as a script": (url) => `new Promise((resolve, reject) => {
    const script = document.createElement("script");
    Object.assign(script, { src: "${url}", onload: resolve, onerror: () => reject(new Error("refused")) });
    document.head.append(script);
  })`,
};

describe("a page of another origin that knows the address", () => {
  it.each(Object.entries(ATTEMPTS))("is refused %s", async (_, attempt) => {
    const { page } = await lookAt(await elsewhere());
    const got = await page.evaluate<string>(
      `${attempt(url)}.then((got) => String(got), (error) => "refused: " + error)`,
    );
    // Without a check for its origin a browser hands out an empty answer.
    expect(got).toMatch(/^(refused: .*)?$/);
  });

  it("has an empty frame of it", async () => {
    const { page } = await lookAt(await elsewhere());
    await page.evaluate(`new Promise((resolve) => {
      const frame = document.createElement("iframe");
      Object.assign(frame, { src: "${url}", onload: resolve });
      document.body.append(frame);
    })`);
    const frame = page.frames()[1]!;
    expect(await frame.locator("#app").count()).toBe(0);
  });
});

describe("the server of the page", () => {
  it("knows no other token", async () => {
    for (const wrong of [url.replace(/[\w-]+\/$/, "0000000000000000/"), new URL("/", url).href]) {
      const { page } = await lookAt(wrong);
      expect(await page.locator("#app").count()).toBe(0);
      expect((await page.request.get(wrong)).status()).toBe(403);
    }
  });

  it("answers to no name that leads here from elsewhere", async () => {
    const { page } = await lookAt(url.replace("127.0.0.1", REBOUND));
    expect(await page.locator("body").innerText()).toMatch(/rebound\.example/);
    expect(await page.locator("#app").count()).toBe(0);
  });
});

describe("the page", () => {
  it("runs no script and fetches nothing that is not its server's", async () => {
    const look = await lookAt(url);
    const other = await elsewhere();
    const refused = await look.page.evaluate<string[]>(`new Promise((resolve) => {
      const refused = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        refused.push(effectiveDirective);
        if (refused.length === 3) resolve(refused.sort());
      });
      const script = document.createElement("script");
      script.textContent = "globalThis.ran = true";
      const image = new Image();
      image.src = "${other}";
      document.body.append(script, image);
      fetch("${other}").catch(() => {});
    })`);
    expect(refused).toEqual(["connect-src", "img-src", "script-src-elem"]);
    expect(await look.page.evaluate("globalThis.ran")).toBeUndefined();
  });
});
