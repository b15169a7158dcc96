/** A Serial Modem's port: what it says goes to a watcher, and it is asked once what it is. */
import type { Duplex } from "node:stream";
import { carrierPayloadOctets } from "../modem/at/carrier/events.ts";
import { AtReader } from "../modem/at/line/atReader.ts";
import { plainText } from "./plainText.ts";
import { readStamp } from "./timestamp.ts";
import type { Watcher } from "./watcher.ts";

/** Suits the Serial Modem, which ends a command at CR, and the Serial LTE Modem, which wants both. */
const COMMAND_END = "\r\n";
const QUESTIONS = ["AT#XSMVER", "AT#XSLMVER"] as const;
const FINAL = /^(?:OK|ERROR|\+CM[ES] ERROR: \d+)$/;
const NOTIFICATION = /^[+%#][A-Z][A-Z0-9_]*:/;

export interface LivePortOptions {
  readonly stream: Duplex;
  readonly watcher: Watcher;
  /** False: nothing is sent, for a line that another program talks on. */
  readonly asks?: boolean;
}

export class LivePort {
  readonly #options: LivePortOptions;
  readonly #reader: AtReader;
  #question = -1;

  constructor(options: LivePortOptions) {
    this.#options = options;
    this.#reader = new AtReader({
      bodyOf: (line) => carrierPayloadOctets(line) || undefined,
      mayGoOn: () => false,
      onItem: (item) => {
        if (item.kind === "line") this.#line(item.text, item.body);
        else options.watcher.line(`[${item.octets} octets]`);
      },
    });
  }

  /** Listens until the stream ends; rejects when it breaks. */
  async run(): Promise<void> {
    const { stream, asks = true } = this.#options;
    if (asks) this.#ask();
    for await (const chunk of stream) this.#reader.push(chunk as Uint8Array);
  }

  #line(raw: string, body: Uint8Array | undefined): void {
    // A Serial Modem that logs on the same line writes its log's times.
    const { text } = readStamp(plainText(raw));
    if (this.#question >= 0 && this.#question < QUESTIONS.length && FINAL.test(text)) {
      if (text === "OK") this.#question = QUESTIONS.length;
      else this.#ask();
      this.#options.watcher.at(text, "fromModem");
      return;
    }
    if (NOTIFICATION.test(text)) this.#options.watcher.at(text, "fromModem", body);
    else this.#options.watcher.line(text);
  }

  #ask(): void {
    const question = QUESTIONS[++this.#question];
    if (question === undefined) return;
    this.#options.watcher.at(question, "toModem");
    this.#options.stream.write(question + COMMAND_END);
  }
}
