/** DTLS handshakes of the client: with a pre-shared key beside node-dtls-client, with a certificate beside OpenSSL. */
import { requireLibcoap, startSecureServer } from "./lib/libcoap.mjs";
import { makeCertificate, opensslHandshakes, SUITE } from "./lib/openssl.mjs";
import { interleave, medianOf, medianRatio } from "./lib/pairs.mjs";
import { CPU, measure, start } from "./lib/process.mjs";
import { report } from "./lib/report.mjs";

const COUNT = 5_000;
const AT_A_TIME = 32;
const BUDGET = 3;
/** A process each for OpenSSL's client. */
const CERTIFICATE_COUNT = { ours: 2_000, openssl: 200 };

requireLibcoap();
const certificate = makeCertificate();
try {
  const runs = await interleave({
    ours: () => withPsk("psk"),
    "node-dtls-client": () => withPsk("node-dtls-client"),
    "ours ECDHE": () => withCertificate((port) => ours("certificate", port, CERTIFICATE_COUNT.ours, 1)),
    openssl: () => withCertificate((port) => opensslHandshakes(port, CERTIFICATE_COUNT.openssl, certificate)),
  });
  report(
    "dtls-handshakes",
    `DTLS handshakes of a client, a socket each; with a pre-shared key ${AT_A_TIME} at a time`,
    [
      pskRow(runs, "PSK, handshakes/s", "ms", BUDGET),
      pskRow(runs, "PSK, handshakes per CPU-s", "cpuMs"),
      certificateRow(runs),
    ],
    runs,
  );
} finally {
  certificate.remove();
}

function pskRow(runs, what, figure, budget) {
  const ratio = medianRatio(runs["node-dtls-client"], runs.ours, (result) => result[figure]);
  return {
    what,
    ours: rate(runs.ours, COUNT, figure),
    peer: `node-dtls-client ${rate(runs["node-dtls-client"], COUNT, figure)}`,
    ratio,
    ...(budget && { budget: `≥ ${budget.toFixed(1)}`, holds: ratio >= budget }),
  };
}

function certificateRow(runs) {
  const each = CERTIFICATE_COUNT.ours / CERTIFICATE_COUNT.openssl;
  return {
    what: `${SUITE.name}, handshakes/s, one at a time`,
    ours: rate(runs["ours ECDHE"], CERTIFICATE_COUNT.ours, "ms"),
    peer: `openssl s_client ${rate(runs.openssl, CERTIFICATE_COUNT.openssl, "ms")}`,
    ratio: each * medianRatio(runs.openssl, runs["ours ECDHE"], ({ ms }) => ms),
  };
}

function rate(results, count, figure) {
  return String(Math.round((1000 * count) / medianOf(results, (result) => result[figure])));
}

/** A server for each run: what one contender left behind is not in the other's way. */
async function withPsk(kind) {
  const server = await startSecureServer();
  try {
    return await ours(kind, server.port, COUNT, AT_A_TIME);
  } finally {
    server.stop();
  }
}

async function withCertificate(run) {
  const args = ["certificate", certificate.certificate, certificate.key];
  const server = start("peers/dtlsServer.mjs", { args, cpu: CPU.peer });
  try {
    return await run(await server.message());
  } finally {
    await server.stop();
  }
}

function ours(kind, port, count, atATime) {
  return measure("roles/dtlsHandshakes.mjs", { args: [kind, port, count, atATime, certificate.certificate] });
}
