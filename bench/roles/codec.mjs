/**
 * Writes and reads one payload over and over; tells how many values a millisecond of CPU took.
 * Usage: node codec.mjs json|CONTENT_FORMAT instance|object
 */
import { product } from "../lib/product.mjs";

const [format, kind] = process.argv.slice(2);
const WARM_UP_MS = 500;
const MEASURED_MS = 1_500;
const INSTANCES = 100;

process.on("disconnect", () => process.exit());
const { DEVICE, findObject, formatOf, parsePath } = await product("services/lwm2m");

/** OMA LwM2M TS 1.0.2 §6.4.3.1. */
const VALUES = new Map([
  [0, "Open Mobile Alliance"],
  [1, "Lightweight M2M Client"],
  [2, "345000123"],
  [3, "1.0"],
  [
    6,
    new Map([
      [0, 1],
      [1, 5],
    ]),
  ],
  [
    7,
    new Map([
      [0, 3800],
      [1, 5000],
    ]),
  ],
  [
    8,
    new Map([
      [0, 125],
      [1, 900],
    ]),
  ],
  [9, 100],
  [10, 15],
  [11, new Map([[0, 0]])],
  [13, 1367491215],
  [14, "+02:00"],
  [16, "U"],
]);
const COUNT = [...VALUES.values()].reduce((sum, value) => sum + (value instanceof Map ? value.size : 1), 0);

const instances = Array.from({ length: INSTANCES }, (_, id) => [id, VALUES]);
const NODES = {
  instance: { node: { kind: "instance", path: parsePath("/3/0"), definition: DEVICE, values: VALUES }, values: COUNT },
  object: {
    node: { kind: "object", path: parsePath("/3"), definition: DEVICE, instances: new Map(instances) },
    values: INSTANCES * COUNT,
  },
};

const { node, values } = NODES[kind];
const { write, read } = format === "json" ? plainJson() : ours(formatOf(Number(format)));
const payload = write();
process.send({ write: rate(write), read: rate(() => read(payload)), octets: payload.length });

function ours(codec) {
  return { write: () => codec.encode(node), read: (bytes) => codec.decode(node.path, bytes, findObject) };
}

/** The same values as nested plain objects, by ids. */
function plainJson() {
  const plain = (map) =>
    Object.fromEntries([...map].map(([id, each]) => [id, each instanceof Map ? plain(each) : each]));
  const tree = plain(node.kind === "object" ? node.instances : node.values);
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  return {
    write: () => encoder.encode(JSON.stringify(tree)),
    read: (bytes) => JSON.parse(decoder.decode(bytes)),
  };
}

/** Values per millisecond of CPU. */
function rate(work) {
  repeat(work, WARM_UP_MS);
  const before = process.cpuUsage();
  const rounds = repeat(work, MEASURED_MS);
  const { user, system } = process.cpuUsage(before);
  return (rounds * values) / ((user + system) / 1_000);
}

function repeat(work, ms) {
  const end = performance.now() + ms;
  let rounds = 0;
  while (performance.now() < end) {
    for (let index = 0; index < 10; index++) work();
    rounds += 10;
  }
  return rounds;
}
