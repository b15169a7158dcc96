/** UDP sockets as promises. */
import { createSocket, type Socket } from "node:dgram";
import { TestbedError } from "./testbedError.ts";

/** Where servers behind DTLS listen, and what stands for their devices. */
export const LOOPBACK = "127.0.0.1";

/** Rejects with a `TestbedError`. */
export function bindUdp(host: string, port: number): Promise<Socket> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  return new Promise((resolve, reject) => {
    const refused = (cause: NodeJS.ErrnoException) => {
      const code = cause.code === "EADDRINUSE" ? "portInUse" : "transport";
      socket.close(() => reject(new TestbedError(code, `cannot bind ${host}:${port}: ${cause.message}`, { cause })));
    };
    socket.once("error", refused);
    socket.bind({ address: host, port }, () => {
      socket.off("error", refused);
      resolve(socket);
    });
  });
}

export function closeUdp(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}
