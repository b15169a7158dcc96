/** A UDP path between a client and a server that a test can break, and whose ends can move. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { PeerAddress } from "../../../ports/transport.ts";

export type Direction = "toServer" | "toClient";

export class Relay {
  /** What the client talks to. */
  readonly address: PeerAddress;
  readonly #server: PeerAddress;
  #near: Socket;
  /** What the server sees as the client. */
  #far: Socket;
  #client: PeerAddress | undefined = undefined;
  /** False for a datagram that gets lost. */
  passes: (direction: Direction, datagram: Uint8Array) => boolean = () => true;
  /** Called when a datagram has been passed on. */
  passed: (direction: Direction) => void = () => {};

  private constructor(near: Socket, far: Socket, server: PeerAddress) {
    this.#near = near;
    this.#far = far;
    this.#server = server;
    this.address = near.address();
    this.#listenNear();
    this.#listenFar();
  }

  static async start(server: PeerAddress): Promise<Relay> {
    return new Relay(await bound(), await bound(), server);
  }

  /** From now on the server sees the client at another port, as behind a NAT that forgot it. */
  async move(): Promise<void> {
    this.#far.close();
    this.#far = await bound();
    this.#listenFar();
  }

  /** The client is told that nobody listens, until `comeBack`. */
  leave(): void {
    this.#near.close();
  }

  async comeBack(): Promise<void> {
    this.#near = await bound(this.address);
    this.#listenNear();
  }

  async close(): Promise<void> {
    for (const socket of [this.#near, this.#far]) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  #listenNear(): void {
    this.#near.on("message", (datagram, { address, port }) => {
      this.#client = { address, port };
      this.#pass("toServer", datagram, this.#far, this.#server);
    });
  }

  #listenFar(): void {
    this.#far.on("message", (datagram) => {
      if (this.#client !== undefined) this.#pass("toClient", datagram, this.#near, this.#client);
    });
  }

  #pass(direction: Direction, datagram: Uint8Array, from: Socket, to: PeerAddress): void {
    if (this.passes(direction, datagram)) from.send(datagram, to.port, to.address, () => this.passed(direction));
  }
}

/** A bound socket that answers nobody. */
export async function bound({ address = "127.0.0.1", port = 0 }: Partial<PeerAddress> = {}): Promise<Socket> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.bind({ port, address, exclusive: true });
  await once(socket, "listening");
  return socket;
}

/** Throws when somebody still has the port. */
export async function checkFree(port: number): Promise<void> {
  const socket = await bound({ port });
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}
