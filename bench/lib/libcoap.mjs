/** libcoap's own server and client, as Debian packs them. */
import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CPU, pinned } from "./process.mjs";

const CLIENT = "coap-client-notls";
const SERVER = "coap-server-notls";
const SECURE_SERVER = "coap-server-gnutls";
/** What the secure server takes, and the one suite that clients offer. */
export const PSK = { identity: "bench", key: "0123456789abcdef", suite: "TLS_PSK_WITH_AES_128_CCM_8" };
/** Confirmable, empty: a server answers with Reset (RFC 7252 §4.3). */
const PING = Uint8Array.of(0x40, 0, 0, 1);
const PING_EVERY_MS = 20;
const BLOCK_SIZE = 1_024;
/** Seconds after which the client gives up; its own default is 90. */
const LONGEST_S = 600;

/** Ends this process with what to install when libcoap is not there. */
export function requireLibcoap() {
  const missing = [CLIENT, SERVER, SECURE_SERVER].filter((command) => spawnSync(command, ["-?"]).error !== undefined);
  if (missing.length === 0) return;
  console.error(`${missing.join(" and ")} not found: install libcoap with \`apt-get install -y libcoap3-bin\`.`);
  process.exit(1);
}

/** Starts a server that holds a resource of each of these sizes, at `/SIZE`. */
export async function startLibcoapServer(sizes) {
  const port = await freePort();
  const [command, ...args] = pinned([SERVER, "-d", "10", "-A", "127.0.0.1", "-p", String(port), "-v", "0"], CPU.peer);
  const child = spawn(command, args, { stdio: "ignore" });
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const file = join(folder, "resource");
  try {
    for (const size of sizes) {
      writeFileSync(file, Buffer.alloc(size, "carrier "));
      await client(["-m", "put", "-t", "42", "-b", String(BLOCK_SIZE), "-f", file, `coap://127.0.0.1:${port}/${size}`]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { port, stop: () => child.kill() };
}

/** Starts a server for DTLS with a pre-shared key, on GnuTLS. */
export async function startSecureServer() {
  const port = await freePort();
  const args = ["-A", "127.0.0.1", "-p", String(port), "-k", PSK.key, "-v", "0"];
  const [command, ...rest] = pinned([SECURE_SERVER, ...args], CPU.peer);
  const child = spawn(command, rest, { stdio: "ignore" });
  await answers(port);
  // DTLS is at the next one.
  return { port: port + 1, stop: () => child.kill() };
}

/** Downloads with libcoap's client; ms from its start to its end. */
export async function libcoapDownload(uri, bytes) {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const file = join(folder, "resource");
  try {
    const ms = await client(["-b", String(BLOCK_SIZE), "-B", String(LONGEST_S), "-o", file, uri]);
    const { size } = statSync(file);
    if (size !== bytes) throw new Error(`${CLIENT} got ${size} octets instead of ${bytes}`);
    return ms;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function client(args) {
  const [command, ...rest] = pinned([CLIENT, ...args], CPU.measured);
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { stdio: "ignore" });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve(performance.now() - startedAt);
      else reject(new Error(`${CLIENT} ended with ${code}`));
    });
  });
}

function answers(port) {
  const socket = createSocket("udp4");
  const timer = setInterval(() => socket.send(PING, port, "127.0.0.1"), PING_EVERY_MS);
  return new Promise((resolve) => {
    socket.once("message", () => {
      clearInterval(timer);
      socket.close(resolve);
    });
  });
}

function freePort() {
  const socket = createSocket("udp4");
  return new Promise((resolve) => {
    socket.bind(0, "127.0.0.1", () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
}
