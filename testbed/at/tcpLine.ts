/** An AT front reached over TCP on this host: one connection at a time, the newest has the line. */
import { createServer, type Socket } from "node:net";
import type { PeerAddress } from "../../ports/transport.ts";
import { TestbedError } from "../testbedError.ts";
import { LOOPBACK } from "../udpSocket.ts";
import type { AtFront } from "./front.ts";

export interface TcpLine {
  readonly address: PeerAddress;
  close(): Promise<void>;
}

/** Rejects with a `TestbedError` when the port is taken. `port` 0 takes a free one. */
export async function listenTcp(front: AtFront, port = 0): Promise<TcpLine> {
  let current: Socket | undefined;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    current?.destroy();
    current = socket;
    front.attach(socket);
    // Whoever has nothing more to say still hears the answer: `printf 'AT\r' | nc -N 127.0.0.1 5000`.
    socket.once("end", () => void front.answered().then(() => socket.end()));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const code = cause.code === "EADDRINUSE" ? "portInUse" : "transport";
      reject(new TestbedError(code, `cannot listen at ${LOOPBACK}:${port}: ${cause.message}`, { cause }));
    });
    server.listen({ host: LOOPBACK, port }, () => resolve());
  });
  const address = server.address() as { readonly port: number };
  return {
    address: { address: LOOPBACK, port: address.port },
    close: () => {
      current?.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
