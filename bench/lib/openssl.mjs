/** OpenSSL's command: a certificate for the bench, and its client. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CPU, pinned } from "./process.mjs";

export const HOST = "bench.example";
export const SUITE = { name: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", openssl: "ECDHE-ECDSA-AES128-GCM-SHA256" };

/** A certificate on P-256 that signs itself, and its key; `remove` takes the files away. */
export function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const files = { certificate: join(folder, "certificate.pem"), key: join(folder, "key.pem") };
  const name = ["-subj", `/CN=${HOST}`, "-addext", `subjectAltName=DNS:${HOST}`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", files.key];
  execFileSync("openssl", ["req", "-x509", "-days", "2", ...key, ...name, "-out", files.certificate], {
    stdio: "ignore",
  });
  return { ...files, remove: () => rmSync(folder, { recursive: true }) };
}

/** One handshake after another, each in a process of its own; ms from the start to the word of each, added up. */
export async function opensslHandshakes(port, count, { certificate }) {
  const trust = ["-CAfile", certificate, "-verify_return_error", "-verify_hostname", HOST];
  const connect = ["-connect", `127.0.0.1:${port}`, "-servername", HOST, "-dtls1_2", "-cipher", SUITE.openssl];
  let ms = 0;
  for (let done = 0; done < count; done++) ms += await client(["s_client", "-brief", ...connect, ...trust]);
  return { ms: Math.round(ms) };
}

/** Killed when it is connected: at its own end it waits for half a second. */
function client(args) {
  const [command, ...rest] = pinned(["openssl", ...args], CPU.measured);
  const startedAt = performance.now();
  const child = spawn(command, rest, { stdio: ["pipe", "ignore", "pipe"] });
  let ms;
  let told = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    told += text;
    if (ms !== undefined || !told.includes("Verification: OK")) return;
    ms = performance.now() - startedAt;
    child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => (ms === undefined ? reject(new Error(`openssl s_client: ${told}`)) : resolve(ms)));
  });
}
