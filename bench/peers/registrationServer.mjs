/**
 * The least that a device can register with: one socket, no state but two counters. In a process of its own, so that
 * its time and memory are nobody else's. Sends its port, then answers each message with what it has counted.
 */
import { createSocket } from "node:dgram";

const POST = 0x02;
const DELETE = 0x04;
const CREATED = 0x41;
const DELETED = 0x42;
const CHANGED = 0x44;
const NOT_FOUND = 0x84;
const URI_PATH = 11;
const PAYLOAD_MARKER = 0xff;
/** Location-Path rd, Location-Path then the registration's number; options 8 and 8. */
const LOCATION_RD = Buffer.from([0x82, 0x72, 0x64]);

const counts = { registers: 0, updates: 0, others: 0 };
const socket = createSocket({ type: "udp4", lookup: (address, _options, done) => done(null, address, 4) });

socket.on("message", (request, { port, address }) => {
  const type = (request[0] >> 4) & 0b11;
  if (type !== 0) return;
  const segments = countPathSegments(request);
  const [code, location] = answer(request[1], segments);
  const tokenLength = request[0] & 0x0f;
  const head = Buffer.from(request.subarray(0, 4 + tokenLength));
  head[0] = 0b01_10_0000 | tokenLength;
  head[1] = code;
  socket.send(location === undefined ? head : Buffer.concat([head, location]), port, address);
});
socket.bind(0, "127.0.0.1", () => {
  socket.setRecvBufferSize(4 * 2 ** 20);
  process.send(socket.address().port);
});
process.on("message", () => process.send(counts));
process.on("disconnect", () => process.exit());
if (process.argv.includes("--awake")) stayAwake();

/** Looks at the socket without a pause: whoever sends slower would else pay more often for waking this process. */
function stayAwake() {
  setImmediate(stayAwake);
}

function answer(code, segments) {
  if (code === POST && segments === 1) {
    const number = Buffer.from(String(++counts.registers));
    return [CREATED, Buffer.concat([LOCATION_RD, Buffer.from([number.length]), number])];
  }
  if (code === POST && segments === 2) {
    counts.updates++;
    return [CHANGED];
  }
  counts.others++;
  return [code === DELETE ? DELETED : NOT_FOUND];
}

function countPathSegments(message) {
  let at = 4 + (message[0] & 0x0f);
  let option = 0;
  let segments = 0;
  while (at < message.length && message[at] !== PAYLOAD_MARKER) {
    const first = message[at++];
    const [delta, afterDelta] = extended(message, first >> 4, at);
    const [length, afterLength] = extended(message, first & 0x0f, afterDelta);
    option += delta;
    if (option > URI_PATH) break;
    if (option === URI_PATH) segments++;
    at = afterLength + length;
  }
  return segments;
}

/** RFC 7252 §3.1: 13 and 14 stand for one and two further octets. */
function extended(message, nibble, at) {
  if (nibble === 13) return [13 + message[at], at + 1];
  if (nibble === 14) return [269 + message.readUInt16BE(at), at + 2];
  return [nibble, at];
}
