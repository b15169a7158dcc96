/**
 * Raw capture: each datagram as it is on the wire, as a record of kind `packet`. They hold secrets, as the key log does
 * that decrypts them; a trace has to be made for it (`rawCapture`), and its run says so.
 */
import type { Trace } from "../ports/trace.ts";
import type { PeerAddress, Transport } from "../ports/transport.ts";
import { tapTransport } from "../services/coap/transportTap.ts";

export function capturePackets(transport: Transport, trace: Trace): Transport {
  return tapTransport(transport, {
    pass(bytes, direction, { local, peer }, forward) {
      const addresses = { local: addressText(local), remote: addressText(peer) };
      const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
      const seq = trace.record({ kind: "packet", direction, ...addresses, hex });
      if (direction === "out") forward(bytes);
      else trace.causedBy(seq, () => forward(bytes));
    },
  });
}

function addressText({ address, port }: PeerAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
