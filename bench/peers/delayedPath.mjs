/** The testbed's UDP proxy in a process of its own. Usage: delayedPath.mjs TARGET_PORT DELAY_MS (each way) */
import { product } from "../lib/product.mjs";

const [port, delayMs] = process.argv.slice(2).map(Number);
const { startUdpProxy } = await product("testbed");
const { SystemClock, systemRandom } = await product("carrier");
const proxy = await startUdpProxy({
  target: { address: "127.0.0.1", port },
  delayMs,
  clock: new SystemClock(),
  random: systemRandom(),
});
process.on("disconnect", () => process.exit());
process.send(proxy.address.port);
