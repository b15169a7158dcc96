/** The modem's end of a line that a test plays by hand, and a channel on the other end. */
import type { Duplex } from "node:stream";
import { lineBytes, lineText } from "../../modem/at/commands/tokens.ts";
import { AtChannel, type AtChannelOptions } from "../../modem/at/line/atChannel.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { createTrace } from "../../trace/index.ts";
import { duplexPair } from "../support/duplexPair.ts";
import { VirtualClock } from "../support/virtualClock.ts";

export class FarSide {
  readonly stream: Duplex;
  #heard = "";

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.on("data", (chunk: Uint8Array) => {
      this.#heard += lineText(chunk);
    });
  }

  /** Everything that has come and was not asked for yet. */
  async heard(): Promise<string> {
    await settled();
    const heard = this.#heard;
    this.#heard = "";
    return heard;
  }

  async say(text: string | Uint8Array): Promise<void> {
    this.stream.write(typeof text === "string" ? lineBytes(text) : text);
    await settled();
  }

  /** Hears a command and answers it. */
  async answer(text: string): Promise<string> {
    const heard = await this.heard();
    await this.say(text);
    return heard;
  }
}

/** Lets everything that is on its way between the two ends arrive. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export function lineWithModem(options: Partial<AtChannelOptions> = {}) {
  const [near, far] = duplexPair();
  const clock = new VirtualClock();
  const records: TraceRecord[] = [];
  const trace = createTrace({ clock, device: "d", sink: (record) => records.push(record) });
  const channel = new AtChannel({ stream: near, clock, trace, dialect: "serialModem", ...options });
  const modem = new FarSide(far);
  const notifications: unknown[] = [];
  channel.subscribe((notification) => notifications.push(notification));
  const lines = () => records.map(({ from, line }) => `${from === "modem" ? "<" : ">"} ${line}`);
  return { channel, modem, clock, near, records, lines, notifications };
}

/** How a promise ended, without an unhandled rejection meanwhile. */
export function ending<T>(promise: Promise<T>): Promise<{ value: T } | { error: Error & { code?: string } }> {
  return promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
}
