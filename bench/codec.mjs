/** Payloads written and read: the product's data formats beside V8's own JSON, which checks nothing and knows no types. */
import { interleave, medianOf, medianRatio } from "./lib/pairs.mjs";
import { measure } from "./lib/process.mjs";
import { report } from "./lib/report.mjs";

/** OMA's own example of a device, and 100 instances of it. */
const NODES = { instance: "/3/0, 16 values", object: "100 instances, 1,600 values" };
const FORMATS = { 11542: "TLV", 112: "SenML CBOR", 110: "SenML JSON", 11543: "LwM2M JSON" };
const PEER = "json";

const runs = await interleave(
  Object.fromEntries(
    Object.keys(NODES).flatMap((node) =>
      [...Object.keys(FORMATS), PEER].map((format) => [`${format} ${node}`, () => run(format, node)]),
    ),
  ),
);
report("codec", "Values per CPU millisecond, written and read", Object.keys(NODES).flatMap(rowsOf), runs);

function rowsOf(node) {
  return Object.keys(FORMATS).flatMap((format) => [row(format, node, "write"), row(format, node, "read")]);
}

function row(format, node, way) {
  const [ours, peer] = [runs[`${format} ${node}`], runs[`${PEER} ${node}`]];
  const figure = (result) => result[way];
  return {
    what: `${FORMATS[format]}, ${way}: ${NODES[node]}`,
    ours: Math.round(medianOf(ours, figure)).toString(),
    peer: `JSON of V8 ${Math.round(medianOf(peer, figure))}`,
    ratio: medianRatio(ours, peer, figure),
  };
}

function run(format, node) {
  return measure("roles/codec.mjs", { args: [format, node] });
}
