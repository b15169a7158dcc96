/** A device that takes Block1 requests apart by itself, for what node-coap's server hides. */

import type { Socket } from "node:dgram";
import { once } from "node:events";
import type { PeerAddress } from "../../ports/transport.ts";
import { nextDatagram, openSocket } from "./support.ts";

export interface Block {
  readonly num: number;
  readonly more: boolean;
  readonly size: number;
}

export interface RawRequest {
  readonly code: number;
  readonly mid: number;
  readonly token: Buffer;
  readonly block1: Block | undefined;
  readonly payload: Buffer;
}

export class RawDevice {
  readonly socket: Socket;
  readonly #server: PeerAddress;

  private constructor(socket: Socket, server: PeerAddress) {
    this.socket = socket;
    this.#server = server;
  }

  static async open(server: PeerAddress): Promise<RawDevice> {
    return new RawDevice(await openSocket(), server);
  }

  /** Sends Register for a one-letter endpoint name and resolves with the answer. */
  async register(endpoint: string): Promise<Buffer> {
    const reply = nextDatagram(this.socket);
    const options = [0xb2, ...Buffer.from("rd"), 0x11, 40, 0x34, ...Buffer.from(`ep=${endpoint}`)];
    this.send([0x41, 0x02, 0, 1, 0xaa, ...options, 0xff, ...Buffer.from("</3/0>")]);
    return reply;
  }

  async nextRequest(): Promise<RawRequest> {
    return parseRequest(await nextDatagram(this.socket));
  }

  onRequest(listener: (request: RawRequest) => void): void {
    this.socket.on("message", (bytes) => listener(parseRequest(bytes)));
  }

  /** A piggybacked answer; `rest` holds options and payload. */
  acknowledge(request: RawRequest, code: number, rest: readonly number[] = []): void {
    const { token, mid } = request;
    this.send([0x60 | token.length, code, mid >> 8, mid & 0xff, ...token, ...rest]);
  }

  send(bytes: readonly number[]): void {
    this.socket.send(Uint8Array.from(bytes), this.#server.port, this.#server.address);
  }

  async close(): Promise<void> {
    const closed = once(this.socket, "close");
    this.socket.close();
    await closed;
  }
}

/** Takes a block-wise push and answers each block as a device of these habits. */
export function receivePush(device: RawDevice, habits: { largest?: number; refuseAt?: number } = {}) {
  const blocks: Buffer[] = [];
  const sizes: number[] = [];
  const seen = new Set<number>();
  device.onRequest((request) => {
    const { block1, mid } = request;
    if (block1 === undefined || seen.has(mid)) return;
    seen.add(mid);
    sizes.push(block1.size);
    const size = Math.min(block1.size, habits.largest ?? 1_024);
    // 2.31 Continue, 2.04 Changed, 4.00 Bad Request; Block1 is option 27.
    const code = habits.refuseAt === block1.num ? 0x80 : block1.more ? 0x5f : 0x44;
    if (code !== 0x80) blocks.push(request.payload);
    const value = (block1.num << 4) | (block1.more ? 8 : 0) | (Math.log2(size) - 4);
    device.acknowledge(request, code, [0xd3, 14, value >> 16, (value >> 8) & 0xff, value & 0xff]);
  });
  return { blocks, sizes };
}

function parseRequest(bytes: Buffer): RawRequest {
  const length = bytes[0]! & 15;
  const request = { code: bytes[1]!, mid: bytes.readUInt16BE(2), token: bytes.subarray(4, 4 + length) };
  let block1: Block | undefined;
  let number = 0;
  let at = 4 + length;
  const extended = (nibble: number) => {
    if (nibble < 13) return nibble;
    at += nibble - 12;
    return nibble === 13 ? bytes[at - 1]! + 13 : bytes.readUInt16BE(at - 2) + 269;
  };
  while (at < bytes.length && bytes[at] !== 0xff) {
    const head = bytes[at++]!;
    number += extended(head >> 4);
    const size = extended(head & 15);
    const value = bytes.subarray(at, at + size);
    at += size;
    if (number !== 27) continue;
    const block = value.length === 0 ? 0 : value.readUIntBE(0, value.length);
    block1 = { num: block >> 4, more: (block & 8) !== 0, size: 16 << (block & 7) };
  }
  return { ...request, block1, payload: bytes.subarray(at + 1) };
}
