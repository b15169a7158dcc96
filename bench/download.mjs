/** Block-wise downloads from libcoap's server: ours, libcoap's client, the `coap` package; and ours over a long path. */
import { libcoapDownload, requireLibcoap, startLibcoapServer } from "./lib/libcoap.mjs";
import { interleave, medianOf, medianRatio } from "./lib/pairs.mjs";
import { CPU, measure, start } from "./lib/process.mjs";
import { report } from "./lib/report.mjs";

const BLOCK = 1_024;
const LARGE = 8 * 2 ** 20;
/** Over the long path: 64 blocks are 6.4 s. */
const SMALL = 64 * BLOCK;
const ONE_WAY_MS = 50;

requireLibcoap();
const server = await startLibcoapServer([BLOCK, LARGE, SMALL]);
const path = start("peers/delayedPath.mjs", { args: [server.port, ONE_WAY_MS], cpu: CPU.peer });
try {
  const far = `coap://127.0.0.1:${await path.message()}/${SMALL}`;
  const near = `coap://127.0.0.1:${server.port}/${LARGE}`;
  const runs = await interleave({
    ours: () => download("ours", near, LARGE),
    libcoap: () => libcoap(near, LARGE),
    coap: () => download("coap", near, LARGE),
  });
  const longRuns = await interleave({
    "ours far": () => download("ours", far, SMALL),
    "libcoap far": () => libcoap(far, SMALL),
  });
  report(
    "download",
    `Block-wise download from coap-server-notls, blocks of ${BLOCK} octets`,
    [...nearRows(runs), farRow(longRuns)],
    { ...runs, ...longRuns },
  );
} finally {
  server.stop();
  await path.stop();
}

function nearRows(runs) {
  const speed = (name) => `${(LARGE / 1000 / medianOf(runs[name], ({ ms }) => ms)).toFixed(1)} MB/s`;
  const against = (peer) => medianRatio(runs[peer], runs.ours, ({ ms }) => ms);
  const libcoapRatio = against("libcoap");
  return [
    {
      what: "8 MiB on loopback",
      ours: speed("ours"),
      peer: `libcoap ${speed("libcoap")}`,
      ratio: libcoapRatio,
      budget: "≥ 0.50",
      holds: libcoapRatio >= 0.5,
    },
    { what: "8 MiB on loopback", ours: speed("ours"), peer: `coap ${speed("coap")}`, ratio: against("coap") },
  ];
}

/** Lockstep's limit is a block for each round trip. What the path takes beyond its delay counts against us. */
function farRow(runs) {
  const rttMs = 2 * ONE_WAY_MS;
  const speed = (ms) => `${(SMALL / ms).toFixed(2)} kB/s`;
  const [ours, libcoapMs] = [runs["ours far"], runs["libcoap far"]].map((results) => medianOf(results, ({ ms }) => ms));
  const limitMs = (rttMs * SMALL) / BLOCK;
  return {
    what: `64 KiB over ${rttMs} ms round trip`,
    ours: speed(ours),
    peer: `block/RTT ${speed(limitMs)} (libcoap ${speed(libcoapMs)})`,
    ratio: limitMs / ours,
    budget: "≥ 0.95",
    holds: limitMs / ours >= 0.95,
  };
}

function download(kind, uri, bytes) {
  return measure("roles/download.mjs", { args: [kind, uri, bytes] });
}

/** Without what the process takes to start and end: the time of a single block. */
async function libcoap(uri, bytes) {
  const startMs = await libcoapDownload(`coap://127.0.0.1:${server.port}/${BLOCK}`, BLOCK);
  return { ms: Math.round(10 * ((await libcoapDownload(uri, bytes)) - startMs)) / 10 };
}
