import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { serveInspector } from "../../inspector/server/serveInspector.ts";
import { VERSION } from "../../inspector/server/version.ts";
import { PlainInspector } from "./support/plainInspector.ts";
import { ask, client, openPage, raw, serve } from "./support/served.ts";

let uiFolder: string;

beforeAll(() => {
  uiFolder = mkdtempSync(join(tmpdir(), "inspector-page-"));
  mkdirSync(join(uiFolder, "assets"));
  writeFileSync(join(uiFolder, "index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(uiFolder, "assets", "main-Ab12_xYz.js"), "export {};");
  writeFileSync(join(uiFolder, "assets", "plain.css"), "body {}");
  writeFileSync(join(uiFolder, "private.key"), "SECRET");
});

afterAll(() => rmSync(uiFolder, { recursive: true }));

describe("the inspector's address", () => {
  it("is a port of this machine below a random token", async () => {
    const first = await serve();
    const second = await serve();
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/$/);
    expect(first.address).toBe("127.0.0.1");
    expect(first.warning).toBeUndefined();
    expect(new URL(first.url).pathname).not.toBe(new URL(second.url).pathname);
  });

  it("can be told, token and all", async () => {
    const server = await serve(undefined, { token: "0123456789abcdef", host: "localhost" });
    expect(new URL(server.url).pathname).toBe("/0123456789abcdef/");
  });

  it("warns where other machines reach it", async () => {
    const { warning, url } = await serve(undefined, { host: "0.0.0.0", uiFolder });
    expect(warning).toMatch(/^The inspector listens at 0\.0\.0\.0, port \d+: .*ssh -L/);
    const { port, pathname } = new URL(url);
    expect((await ask(`http://127.0.0.1:${port}${pathname}`)).status).toBe(200);
    expect((await ask(`http://127.0.0.1:${port}${pathname}`, { host: "evil.example" })).status).toBe(403);
  });

  it("is refused with the reason where it cannot be", async () => {
    const { port } = await serve();
    const inspector = new PlainInspector();
    await expect(serveInspector(inspector, { port })).rejects.toMatchObject({
      code: "portInUse",
      message: `port ${port} of 127.0.0.1 is taken: choose another one, or 0`,
    });
    await expect(serveInspector(inspector, { host: "192.0.2.1" })).rejects.toMatchObject({ code: "cannotListen" });
    await expect(serveInspector(inspector, { token: "short" })).rejects.toMatchObject({ code: "badOption" });
    for (const maxConnections of [0, 1.5, 193])
      await expect(serveInspector(inspector, { maxConnections })).rejects.toMatchObject({
        code: "badOption",
        message: `maxConnections is ${maxConnections}, must be 1 to 192`,
      });
  });

  it("names the package's version", () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(VERSION).toBe(version);
  });
});

describe("a server that is closed", () => {
  it("does not wait for a client that was refused and stays", async () => {
    const { url, port, close } = await serve();
    const { pathname } = new URL(url);
    const stranger = connect({ port, host: "127.0.0.1", allowHalfOpen: true }).on("error", () => {});
    stranger.write(
      `GET ${pathname}nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    expect(String((await once(stranger, "data"))[0])).toContain("404");
    await close();
    stranger.destroy();
  });

  it("takes no page any more while others take their leave", async () => {
    const { url, close } = await serve();
    const slow = await openPage(url);
    slow.socket.pause();
    const closing = close();
    // It is refused, or there is nobody any more.
    expect([503, 1006]).toContain((await client(`${url}socket`).ended).code);
    slow.socket.terminate();
    await closing;
  });
});

describe("the page's files", () => {
  it("come with a policy that allows nothing from elsewhere and nothing inline", async () => {
    const { url } = await serve(undefined, { uiFolder });
    const { status, headers, body } = await ask(url);
    expect({ status, body }).toEqual({ status: 200, body: "<!doctype html><title>page</title>" });
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    const policy = headers["content-security-policy"] as string;
    expect(policy).toContain("default-src 'self';");
    expect(policy).toContain(`connect-src 'self' ws://${new URL(url).host};`);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });

  it("are kept by the browser when their names have a hash", async () => {
    const { url } = await serve(undefined, { uiFolder });
    const hashed = await ask(`${url}assets/main-Ab12_xYz.js`);
    expect(hashed.headers["cache-control"]).toBe("private, max-age=31536000, immutable");
    expect(hashed.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect((await ask(`${url}assets/plain.css`)).headers["cache-control"]).toBe("no-store");
  });

  it("are all that is served", async () => {
    const { url, port } = await serve(undefined, { uiFolder });
    const { pathname } = new URL(url);
    for (const path of ["private.key", "assets", "assets/", "nothing.js", "%69ndex.html"])
      expect((await ask(url + path)).status).toBe(404);
    for (const path of ["../../etc/passwd", "assets/../../private.key", "/etc/passwd", "..%2f..%2fetc/passwd"]) {
      const answer = await raw(port, `GET ${pathname}${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    }
  });

  it("are there below the slash, which the address may lack", async () => {
    const { url } = await serve(undefined, { uiFolder });
    const { status, headers } = await ask(url.slice(0, -1));
    expect({ status, location: headers.location }).toEqual({ status: 308, location: new URL(url).pathname });
  });

  it("are read, not written", async () => {
    const { url } = await serve(undefined, { uiFolder });
    expect(await ask(url, {}, "HEAD")).toMatchObject({ status: 200, body: "" });
    const { status, headers } = await ask(url, {}, "POST");
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: "GET, HEAD" });
  });

  it("are said to be missing when the page has not been built", async () => {
    const { url } = await serve(undefined, { uiFolder: join(uiFolder, "nowhere") });
    expect(await ask(url)).toMatchObject({
      status: 503,
      body: "The page has not been built: run `npm run build`.\n",
    });
  });
});
