/** A program that is not ours speaks with the modem: socat and plain text, over a pseudo terminal and over TCP. */
import { type ChildProcessByStdio, spawn, spawnSync } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { afterEach, describe, expect, it } from "@jest/globals";
import { reservePort } from "../../testbed/reservePort.ts";
import { type RunningCli, startCli } from "../cli/support/cli.ts";

const running: { cli?: RunningCli; socat?: ChildProcessByStdio<Writable, Readable, null> } = {};
afterEach(async () => {
  running.socat?.kill();
  running.cli?.interrupt();
  await running.cli?.exit;
});

interface Place {
  readonly device?: string;
  readonly tcp?: string;
}

async function modem(...argv: readonly string[]): Promise<Place> {
  running.cli = startCli(["modem", "--json", ...argv]);
  await running.cli.stdout.until(/\n/);
  return running.cli.stdout.records[0] as unknown as Place;
}

/** What socat shows of the line. */
class Socat {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  #text = "";
  #more = () => {};

  constructor(address: string) {
    this.#process = spawn("socat", ["-", address], { stdio: ["pipe", "pipe", "inherit"] });
    running.socat = this.#process;
    this.#process.stdout.on("data", (octets: Buffer) => {
      this.#text += octets.toString("latin1");
      this.#more();
    });
  }

  async type(text: string, until: string): Promise<string> {
    this.#process.stdin.write(text);
    while (!this.#text.includes(until)) {
      await new Promise<void>((resolve) => {
        this.#more = resolve;
      });
    }
    const end = this.#text.indexOf(until) + until.length;
    const come = this.#text.slice(0, end);
    this.#text = this.#text.slice(end);
    return come;
  }
}

const OK = "\r\nOK\r\n";

describe("socat", () => {
  it("is here", () => {
    expect(spawnSync("socat", ["-V"]).status).toBe(0);
  });

  it("registers, sees it happen, writes a key and is refused one, on a pseudo terminal", async () => {
    const { device } = await modem();
    const socat = new Socat(`${device},rawer`);
    expect(await socat.type("AT+CMEE=1\r", OK)).toBe(OK);
    expect(await socat.type("AT+CEREG=5\r", OK)).toBe(OK);
    expect(await socat.type('AT%CMNG=0,25,3,"00112233"\r', OK)).toBe(OK);
    expect(await socat.type("AT+CFUN=1\r", OK)).toBe(OK);
    expect(await socat.type("", '"11100000","11100000"\r\n')).toMatch(
      /^\r\n\+CEREG: 2\r\n\r\n\+CEREG: 1,"0901","[0-9A-F]{8}",7,,,"11100000","11100000"\r\n$/,
    );
    expect(await socat.type('AT%CMNG=0,26,3,"00112233"\r', "518\r\n")).toBe("\r\n+CME ERROR: 518\r\n");
    expect(await socat.type("AT%CMNG=2,25,3\r", "514\r\n")).toBe("\r\n+CME ERROR: 514\r\n");
    expect(await socat.type("AT+COPS?\r", OK)).toBe(`\r\n+COPS: 0,2,"00101",7\r\n${OK}`);
    expect(await socat.type("AT#XRESET\r", "Ready\r\n")).toBe(`${OK}Ready\r\n`);
  });

  it("sends octets of its own to itself through the modem's sockets, over TCP", async () => {
    const { tcp } = await modem("--tcp");
    const port = await reservePort("udp");
    const socat = new Socat(`TCP:${tcp}`);
    await socat.type("AT+CEREG=1\rAT+CFUN=1\r", "+CEREG: 1\r\n");
    expect(await socat.type(`AT#XSOCKET=1,2,0\rAT#XBIND=0,${port}\r`, `17\r\n${OK}${OK}`)).toBe(
      `\r\n#XSOCKET: 0,2,17\r\n${OK}${OK}`,
    );
    expect(await socat.type(`AT#XSENDTO=0,0,0,"127.0.0.1",${port},"hello"\r`, OK)).toBe(`\r\n#XSENDTO: 0,0,5\r\n${OK}`);
    expect(await socat.type("AT#XRECVFROM=0,0,0,10\r", OK)).toBe(
      `\r\n#XRECVFROM: 0,0,5,"127.0.0.1",${port}\r\nhello${OK}`,
    );
  });
});
