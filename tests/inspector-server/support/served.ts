/** Servers, sockets and requests of the tests; all are closed after each. */
import { type IncomingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach } from "@jest/globals";
import { WebSocket } from "ws";
import type { Inspector } from "../../../inspector/options.ts";
import { type Frame, SUBPROTOCOL } from "../../../inspector/protocol.ts";
import { type Following, type FollowOptions, followInspector } from "../../../inspector/server/followInspector.ts";
import { type InspectorServer, type ServeOptions, serveInspector } from "../../../inspector/server/serveInspector.ts";
import { PlainInspector } from "./plainInspector.ts";

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export async function serve(
  inspector: Inspector = new PlainInspector(),
  options: ServeOptions = {},
): Promise<InspectorServer> {
  const server = await serveInspector(inspector, options);
  closing.push(() => server.close());
  return server;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** With whatever headers, those included that `fetch` does not let one set. */
export function ask(
  url: string | URL,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        body += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** What came out of an attempt to open a WebSocket: the refusal's status and reason, or the close's code and reason. */
export interface Ended {
  readonly code: number;
  readonly reason: string;
}

/** A client that does as it is told, also what it must not. */
export class RawClient {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  readonly messages: string[] = [];
  readonly ended: Promise<Ended>;
  readonly open: Promise<void>;
  #waiting: (() => void)[] = [];

  constructor(url: string, headers: Readonly<Record<string, string>> = {}, subprotocol = SUBPROTOCOL) {
    this.socket = new WebSocket(url.replace(/^http/, "ws"), subprotocol === "" ? [] : [subprotocol], {
      headers,
    });
    closing.push(() => this.socket.terminate());
    this.socket.on("error", () => {});
    this.socket.on("message", (data) => {
      this.messages.push(String(data));
      const parsed: unknown = JSON.parse(String(data));
      if (Array.isArray(parsed)) this.frames.push(...parsed);
      for (const check of this.#waiting) check();
    });
    this.open = new Promise((resolve) => this.socket.on("open", () => resolve()));
    this.ended = new Promise((resolve) => {
      this.socket.on("unexpected-response", (_request, response) => {
        let reason = "";
        response.setEncoding("utf8").on("data", (part: string) => {
          reason += part;
        });
        response.on("end", () => resolve({ code: response.statusCode ?? 0, reason: reason.trim() }));
      });
      this.socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  send(request: unknown): void {
    this.socket.send(typeof request === "string" || request instanceof Uint8Array ? request : JSON.stringify(request));
  }

  /** When the server has taken everything that was sent. */
  async heard(): Promise<void> {
    const pong = new Promise((resolve) => this.socket.once("pong", resolve));
    this.socket.ping();
    await pong;
  }

  /** When `condition` holds of the frames so far; it is asked with every message. */
  until(condition: (frames: readonly Frame[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!condition(this.frames)) return;
        this.#waiting = this.#waiting.filter((other) => other !== check);
        resolve();
      };
      this.#waiting.push(check);
      check();
    });
  }
}

export function client(...args: ConstructorParameters<typeof RawClient>): RawClient {
  return new RawClient(...args);
}

/** A page that looks: all that it is told first has come. */
export async function openPage(url: string, from: { instance?: string; after?: number } = {}): Promise<RawClient> {
  const page = client(`${url}socket`);
  await page.open;
  page.send({ id: 1, request: "resume", ...from });
  await page.until((frames) => frames.some((frame) => frame.frame === "reply" && frame.id === 1));
  return page;
}

/** Follows, and keeps all frames that came. */
export async function follow(
  url: string,
  options?: FollowOptions,
): Promise<{
  following: Following;
  frames: Frame[];
  until(condition: () => boolean): Promise<void>;
  closed: Promise<string>;
}> {
  const frames: Frame[] = [];
  let waiting: (() => void)[] = [];
  const take = (frame: Frame) => {
    frames.push(frame);
    for (const check of waiting) check();
  };
  let tellClosed: (reason: string) => void = () => {};
  const closed = new Promise<string>((resolve) => {
    tellClosed = resolve;
  });
  const following = await followInspector(
    url,
    { checkpoint: take, records: take, gap: take, breakpoints: take, closed: tellClosed },
    options,
  );
  closing.push(() => following.close());
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!condition()) return;
        waiting = waiting.filter((other) => other !== check);
        resolve();
      };
      waiting.push(check);
      check();
    });
  return { following, frames, until, closed };
}

/** Bytes as they are. */
export async function raw(port: number, text: string): Promise<string> {
  const socket: Socket = connect(port, "127.0.0.1");
  closing.push(() => socket.destroy());
  socket.write(text);
  let answer = "";
  for await (const part of socket.setEncoding("utf8")) answer += part;
  return answer;
}
