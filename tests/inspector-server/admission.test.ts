import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { ask, client, raw, serve } from "./support/served.ts";

const upgrade = (path: string, lines: readonly string[]) =>
  [
    `GET ${path} HTTP/1.1`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: lwm2m-inspect.v1",
    ...lines,
    "",
    "",
  ].join("\r\n");

describe("a wrong token", () => {
  it.each([
    ["none", ""],
    ["another", "AAAAAAAAAAAAAAAAAAAAAA/"],
    ["a part of it", "PART/"],
    ["it with more behind", "MORE/"],
  ])("is refused: %s", async (_, given) => {
    const { url } = await serve();
    const { origin, pathname } = new URL(url);
    const token = pathname.slice(1, -1);
    const wrong = given.replace("PART", token.slice(0, -1)).replace("MORE", `${token}x`);
    expect(await ask(`${origin}/${wrong}`)).toMatchObject({ status: 403, body: "the token in the address is wrong\n" });
    expect(await client(`${origin}/${wrong}socket`).ended).toEqual({
      code: 403,
      reason: "the token in the address is wrong",
    });
  });
});

describe("the Host header", () => {
  it.each(["127.0.0.1", "localhost", "LOCALHOST", "[::1]", "127.0.0.1:1"])("may be %s", async (host) => {
    const { url } = await serve();
    expect((await ask(`${url}nothing`, { host })).status).toBe(404);
    expect((await client(`${url}nothing`, { host }).ended).code).toBe(404);
  });

  it.each([
    ["evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["localhost.evil.example:80", 403],
    ["10.0.0.1", 403],
    ["[2001:db8::1]", 403],
    ["user@127.0.0.1", 400],
    ["127.0.0.1/evil.example", 400],
    ["127.0.0.1:99999", 400],
  ])("is not taken when it is forged: %s", async (host, code) => {
    const { url } = await serve();
    expect((await ask(url, { host })).status).toBe(code);
    expect((await client(`${url}socket`, { host }).ended).code).toBe(code);
  });

  it("has to be there once", async () => {
    const { port, url } = await serve();
    const path = `${new URL(url).pathname}socket`;
    expect(await raw(port, upgrade(path, []))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(port, upgrade(`http://127.0.0.1${path}`, ["Host: 127.0.0.1"]))).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe("pages of other origins", () => {
  it.each(["http://evil.example", "null", "https://127.0.0.1:PORT", "http://localhost:PORT", "http://127.0.0.1:1"])(
    "are refused: %s",
    async (given) => {
      const { url, port } = await serve();
      const origin = given.replace("PORT", String(port));
      const reason = `pages of ${origin} may not ask here`;
      expect(await ask(url, { origin })).toMatchObject({ status: 403, body: `${reason}\n` });
      expect(await client(`${url}socket`, { origin }).ended).toEqual({ code: 403, reason });
    },
  );

  it("do not become pages of ours by being allowed for other inspectors", async () => {
    const origin = "http://localhost:3000";
    const { url } = await serve(undefined, { origins: [origin] });
    expect((await ask(url, { origin })).status).toBe(403);
    expect((await client(`${url}socket`, { origin }).ended).code).toBe(403);
  });

  it("are told from ours by the name that each was asked with", async () => {
    const { url, port } = await serve();
    const own = client(`${url}socket`, { host: `localhost:${port}`, origin: `http://localhost:${port}` });
    await own.until((frames) => frames[0]?.frame === "hello");
  });
});

describe("a WebSocket", () => {
  it("needs the subprotocol of its path", async () => {
    const { url } = await serve();
    const reason = "the subprotocol here is lwm2m-inspect.v1";
    expect(await client(`${url}socket`, {}, "other").ended).toEqual({ code: 400, reason });
  });

  it("is refused when there are too many, and taken when one has gone", async () => {
    const { url } = await serve(undefined, { maxConnections: 2 });
    const pages = [client(`${url}socket`), client(`${url}socket`)];
    for (const page of pages) await page.open;
    const reason = "2 are attached already: close a page";
    expect(await client(`${url}socket`).ended).toEqual({ code: 503, reason });
    pages[0]!.socket.close();
    await pages[0]!.ended;
    // The page may know that it has gone a little before the server does.
    for (let isTaken = false; !isTaken; ) {
      const another = client(`${url}socket`);
      const hello = another.until((frames) => frames[0]?.frame === "hello");
      isTaken = await Promise.race([hello.then(() => true), another.ended.then(() => false)]);
    }
  });

  it("gets an answer to a handshake that is none", async () => {
    const { port, url } = await serve();
    const broken = upgrade(`${new URL(url).pathname}socket`, ["Host: 127.0.0.1"]).replace(
      "dGhlIHNhbXBsZSBub25jZQ==",
      "x",
    );
    expect(await raw(port, broken)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(port, "nonsense\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe("connections that say nothing", () => {
  async function silent(port: number, count: number) {
    const sockets: Socket[] = [];
    for (let n = 0; n < count; n++) {
      const socket = connect(port, "127.0.0.1").on("error", () => {});
      sockets.push(socket);
      await once(socket, "connect");
    }
    const end = () => {
      for (const socket of sockets) socket.destroy();
    };
    return { sockets, end };
  }

  it("keep no page out, however many: the oldest of them goes", async () => {
    const { url, port } = await serve();
    const page = client(`${url}socket`);
    await page.open;
    const { sockets, end } = await silent(port, 300);
    const gone = sockets.slice(0, 200).map((socket) => socket.closed || once(socket, "close"));
    expect([200, 503]).toContain((await ask(url)).status);
    const other = client(`${url}socket`);
    await other.open;
    await Promise.all(gone);
    expect(sockets.slice(-10).map(({ closed }) => closed)).not.toContain(true);
    await page.heard();
    end();
  });

  it("are no better for a wrong token", async () => {
    const { url, port } = await serve();
    const { sockets, end } = await silent(port, 1);
    const [asked] = sockets;
    asked?.write("GET /wrong/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    expect(String((await once(asked!, "data"))[0])).toContain("403");
    const more = await silent(port, 100);
    if (!asked?.closed) await once(asked!, "close");
    expect([200, 503]).toContain((await ask(url)).status);
    more.end();
    end();
  });
});
