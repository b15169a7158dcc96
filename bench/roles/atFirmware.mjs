/**
 * Pushes the first octets of a firmware image to a modem over AT commands; tells how long it took.
 * Usage: atFirmware.mjs PATH BAUD BYTES
 */
import { productFile } from "../lib/product.mjs";

const [path, baudRate, bytes] = process.argv.slice(2);
const IMAGE_OCTETS = 2 * 1_048_576;
const CHUNK = 4_096;

process.on("disconnect", () => process.exit());
const { encodeFirmwareImage } = await productFile("modem/index.js");
const { atModem } = await productFile("modem/at/atModem.js");
const { systemRandom } = await productFile("carrier/random.js");

const image = encodeFirmwareImage({ version: "mfw_sim_2.0.0", sizeBytes: IMAGE_OCTETS, random: systemRandom() });
const modem = atModem({ path, baudRate: Number(baudRate) });
await modem.init();
// The first chunk begins an image, and readies both processes.
await modem.firmware.write(0, image.subarray(0, CHUNK));
const end = CHUNK + Number(bytes);
const startedAt = performance.now();
for (let at = CHUNK; at < end; at += CHUNK) await modem.firmware.write(at, image.subarray(at, at + CHUNK));
const ms = performance.now() - startedAt;
if ((await modem.firmware.offset()) !== end) throw new Error("the modem's area is not as long as what was written");
await modem.close();
process.send({ bytesPerSecond: Math.round((1_000 * Number(bytes)) / ms) });
