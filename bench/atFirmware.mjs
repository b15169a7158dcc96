/**
 * A firmware image pushed to the modem over AT commands, at the baud rates of a slow and a fast line, beside what the
 * line can carry at all: ten bits an octet.
 */
import { interleave, medianOf } from "./lib/pairs.mjs";
import { CPU, measure, start } from "./lib/process.mjs";
import { report } from "./lib/report.mjs";

const BITS_PER_OCTET = 10;
const KIB = 1_024;
/** Ten seconds each of the two lines. */
const LINES = [
  { baudRate: 115_200, bytes: 112 * KIB, budget: 0.95 },
  { baudRate: 1_000_000, bytes: 1_024 * KIB, budget: 0.85 },
  { baudRate: 0, bytes: 1_024 * KIB },
];

const runs = await interleave(Object.fromEntries(LINES.map((line) => [nameOf(line), () => push(line)])));
report("at-firmware", "Firmware image over AT commands, octets per second", LINES.map(row), runs);

function nameOf({ baudRate }) {
  return baudRate === 0 ? "unpaced" : `${baudRate} baud`;
}

function row(line) {
  const { baudRate, budget } = line;
  const ours = medianOf(runs[nameOf(line)], ({ bytesPerSecond }) => bytesPerSecond);
  if (baudRate === 0) return { what: "a line that takes no time", ours: `${ours} B/s`, peer: "" };
  const limit = baudRate / BITS_PER_OCTET;
  const ratio = ours / limit;
  return {
    what: nameOf(line),
    ours: `${ours} B/s`,
    peer: `the line's limit ${limit} B/s`,
    ratio,
    budget: `≥ ${budget}`,
    holds: ratio >= budget,
  };
}

async function push({ baudRate, bytes }) {
  const modem = start("roles/atModem.mjs", { args: [baudRate], cpu: CPU.peer });
  try {
    const path = await modem.message();
    return await measure("roles/atFirmware.mjs", { args: [path, baudRate || 1_000_000, bytes] });
  } finally {
    await modem.stop();
  }
}
