/**
 * The product's DTLS server, which sends back what comes; or the same on UDP alone. In a process of its own; sends its
 * port. Usage: node dtlsServer.mjs psk|certificate|udp [CERTIFICATE_FILE KEY_FILE]
 */
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { PSK } from "../lib/libcoap.mjs";
import { product } from "../lib/product.mjs";

const [kind, certificateFile, keyFile] = process.argv.slice(2);
const MAX_ASSOCIATIONS = 50_000;

process.on("disconnect", () => process.exit());
process.send(kind === "udp" ? await udp() : await listen());

async function listen() {
  const { listenDtls, readCertificateChain, readPrivateKey } = await product("services/dtls");
  const listener = await listenDtls({
    port: 0,
    maxAssociations: MAX_ASSOCIATIONS,
    // Nobody resumes here.
    sessions: 0,
    ...(kind === "psk" && { psk: () => Buffer.from(PSK.key), suites: [PSK.suite] }),
    ...(kind === "certificate" && {
      certificate: {
        chain: readCertificateChain(readFileSync(certificateFile)),
        privateKey: readPrivateKey(readFileSync(keyFile)),
      },
    }),
    onConnection: (socket) => socket.attach({ onData: (bytes) => socket.send(bytes), onClose: () => {} }),
  });
  return listener.address.port;
}

function udp() {
  const socket = createSocket({ type: "udp4", lookup: (address, _options, done) => done(null, address, 4) });
  socket.on("message", (bytes, { port, address }) => socket.send(bytes, port, address));
  return new Promise((resolve) => socket.bind(0, "127.0.0.1", () => resolve(socket.address().port)));
}
