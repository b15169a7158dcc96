/**
 * The simulated modem behind AT commands, on a pseudo terminal at a baud rate; it takes no time of its own.
 * Usage: atModem.mjs BAUD, 0 for a line that takes no time either. Says the device's path.
 */
import { productFile } from "../lib/product.mjs";

const [baudRate] = process.argv.slice(2);

process.on("disconnect", () => process.exit());
const { createSimulatedModem } = await productFile("modem/index.js");
const { createAtFront } = await productFile("testbed/at/front.js");
const { dfuExtension } = await productFile("testbed/at/dfu.js");
const { openPty } = await productFile("testbed/at/pty.js");
const { SystemClock } = await productFile("carrier/clock/systemClock.js");
const { createMemoryStorage } = await productFile("services/store/memoryStorage.js");
const { systemRandom } = await productFile("carrier/random.js");

const clock = new SystemClock();
const modem = createSimulatedModem({
  clock,
  random: systemRandom(),
  storage: createMemoryStorage(),
  timing: "instant",
});
const extensions = [dfuExtension({ modem, dialect: "serialModem" })];
const { path, stream } = await openPty();
const front = createAtFront({ modem, clock, stream, baudRate: Number(baudRate), extensions });
await front.ready;
process.send(path);
