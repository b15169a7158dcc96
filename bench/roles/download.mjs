/**
 * Downloads a resource block by block; tells how long it took.
 * Usage: download.mjs ours|coap URI BYTES
 */
import { product } from "../lib/product.mjs";

const [kind, uri, bytes] = process.argv.slice(2);
const BLOCK_SIZE = 1_024;

process.on("disconnect", () => process.exit());
const { value, ms } = await { ours, coap }[kind]();
if (value !== Number(bytes)) throw new Error(`${kind} got ${value} octets instead of ${bytes}`);
process.send({ ms });

async function ours() {
  const { createUdpTransport, CoapEndpoint, parseCoapUri } = await product("services/coap");
  const { SystemClock, systemRandom } = await product("carrier");
  const { session } = await createUdpTransport().open({ uri });
  const endpoint = new CoapEndpoint({ session, clock: new SystemClock(), random: systemRandom() });
  const { path } = parseCoapUri(uri);
  return timed(async () => {
    const outcome = await endpoint.download({ path, blockSize: BLOCK_SIZE });
    let length = 0;
    for await (const chunk of outcome.download.chunks) length += chunk.length;
    return length;
  });
}

async function coap() {
  const { default: coapPackage } = await import("coap");
  return timed(
    () =>
      new Promise((resolve, reject) => {
        const request = coapPackage.request(uri);
        request.setOption("Block2", Buffer.from([0b0110]));
        request.on("response", (response) => resolve(response.payload.length));
        request.on("error", reject);
        request.end();
      }),
  );
}

async function timed(work) {
  const startedAt = performance.now();
  const value = await work();
  return { value, ms: Math.round(10 * (performance.now() - startedAt)) / 10 };
}
