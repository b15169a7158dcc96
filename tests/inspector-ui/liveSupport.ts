/** A page and the app that it watches, for the tests of the line between them. */
import { expect } from "@jest/globals";
import type { Frame } from "../../inspector/protocol.ts";
import type { BookmarkMemory } from "../../inspector/ui/state/keptMarks.ts";
import type { Socket } from "../../inspector/ui/state/liveConnection.ts";
import { watchLive } from "../../inspector/ui/state/watchLive.ts";
import { storeOf } from "./shellSupport.ts";

/** The server's end, played by the test. */
export class PlayedSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null;
  readonly asked: Record<string, unknown>[] = [];
  closed = false;

  send(text: string): void {
    this.asked.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  tell(...frames: Frame[]): void {
    this.onmessage?.({ data: JSON.stringify(frames) });
  }

  break(code = 1006, reason = ""): void {
    this.onclose?.({ code, reason });
  }
}

export const hello = (instance: string, more: object = {}): Frame => ({
  frame: "hello",
  protocol: 1,
  version: "1.0.0",
  instance,
  title: "demo",
  live: true,
  ...more,
});

/** A page that watches an app; the test plays the app, and lets time pass. */
export function watched(most?: number, memory?: BookmarkMemory, isStranger?: () => Promise<boolean>) {
  const { store, draw } = storeOf();
  const sockets: PlayedSocket[] = [];
  const due: { work: () => void; ms: number }[] = [];
  const connection = watchLive(store, new URL("http://127.0.0.1:1/token/socket"), {
    open: (url, subprotocol) => {
      expect(url).toBe("ws://127.0.0.1:1/token/socket");
      expect(subprotocol).toBe("lwm2m-inspect.v1");
      const socket = new PlayedSocket();
      sockets.push(socket);
      return socket;
    },
    later: (work, ms) => due.push({ work, ms }),
    random: () => 0.5,
    ...(most !== undefined && { most }),
    ...(memory !== undefined && { memory }),
    ...(isStranger !== undefined && { isStranger }),
  });
  return { store, draw, sockets, due, connection, socket: () => sockets.at(-1)! };
}
