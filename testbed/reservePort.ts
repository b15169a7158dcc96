/** Ports that are known before anything listens on them: for servers that are absent at first. */
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { TestbedError } from "./testbedError.ts";

/** Below the ephemeral ranges of Linux (32768) and IANA (49152): no system hands these out by itself meanwhile. */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_767;
const MAX_TRIES = 64;

/**
 * A port of `host` that is free now and that nobody gets by asking for any free one. Nothing is bound when this
 * resolves: a datagram sent there meets an ICMP "port unreachable", a connection is refused.
 */
export async function reservePort(kind: "udp" | "tcp", host = "127.0.0.1"): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT + 1);
    if (await (kind === "udp" ? udpIsFree(host, port) : tcpIsFree(host, port))) return port;
  }
  throw new TestbedError("portInUse", `no free ${kind} port found on ${host} in ${MAX_TRIES} tries`);
}

function udpIsFree(host: string, port: number): Promise<boolean> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  return new Promise((resolve) => {
    socket.once("error", () => socket.close(() => resolve(false)));
    socket.bind({ address: host, port, exclusive: true }, () => socket.close(() => resolve(true)));
  });
}

function tcpIsFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
