/** The tool in both of its roles in this process, and credentials for them in files. */
import { createPublicKey, type KeyObject } from "node:crypto";
import { writeFileSync } from "node:fs";
import { afterEach, expect } from "@jest/globals";
import { createCa, type Issued, issue } from "../../support/certificateAuthority.ts";
import { type RunningCli, startCli } from "./cli.ts";
import { testFolder } from "./folder.ts";

export const path = testFolder();
export const KEY = "000102030405060708090a0b0c0d0e0f";
export const PSK = ["--psk-identity", "dev", "--psk", `hex:${KEY}`];

const running: RunningCli[] = [];
afterEach(async () => {
  for (const { interrupt, exit } of running.splice(0)) {
    interrupt();
    await exit;
  }
});

export function start(
  argv: readonly string[],
  env: Record<string, string> = {},
  how: { terminal?: boolean } = {},
): RunningCli {
  const started = startCli(argv, env, how);
  running.push(started);
  return started;
}

export async function listen(...options: readonly string[]) {
  const server = start(["dtls", "listen", "coaps://127.0.0.1:0", ...options]);
  await server.stderr.until(/listening at coaps:/);
  return { server, uri: /coaps:\/\/[\d.]+:\d+/.exec(server.stderr.text)?.[0] ?? "" };
}

/** Connects, says a line, waits for it to come back, and closes. */
export async function echoed(uri: string, ...options: readonly string[]): Promise<RunningCli> {
  const client = start(["dtls", "connect", uri, ...options]);
  client.stdin.write("hello\n");
  await client.stdout.until(/^hello$/m);
  client.stdin.end();
  expect(await client.exit).toBe(0);
  return client;
}

export function write(name: string, content: string): string {
  writeFileSync(path(name), content);
  return path(name);
}

const spkiPem = (key: KeyObject) => createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
function files(name: string, { pem, privateKey, privateKeyPem }: Issued) {
  return {
    cert: write(`${name}.pem`, pem),
    key: write(`${name}.key`, privateKeyPem),
    publicKey: write(`${name}.pub`, spkiPem(privateKey)),
  };
}

const authority = createCa({ name: "tool CA" });
export const ca = write("ca.pem", authority.pem);
export const ours = files(
  "server",
  issue({ ca: authority, subject: "server", san: ["IP:127.0.0.1", "DNS:s.example"] }),
);
export const theirs = files("client", issue({ ca: authority, subject: "client", san: ["DNS:c.example"] }));
