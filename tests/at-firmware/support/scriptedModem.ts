/** A modem that plays a transcript: it compares what it hears and says what stands there, octet for octet. */
import type { Duplex } from "node:stream";

/** A command, or so many octets of data, and the answer with its line ends. */
export type Line = readonly [heard: string | number, said: string];

export class ScriptedModem {
  /** What came that the transcript does not have. */
  readonly surprises: string[] = [];
  readonly #stream: Duplex;
  readonly #script: Line[];
  #held = "";

  constructor(stream: Duplex, script: readonly Line[]) {
    this.#stream = stream;
    this.#script = [...script];
    stream.on("data", (octets: Uint8Array) => {
      this.#held += Buffer.from(octets).toString("latin1");
      this.#play();
    });
  }

  /** Lines that were not reached. */
  get left(): readonly Line[] {
    return this.#script;
  }

  say(text: string): void {
    this.#stream.write(text, "latin1");
  }

  add(...lines: readonly Line[]): void {
    this.#script.push(...lines);
    this.#play();
  }

  #play(): void {
    for (;;) {
      const [heard, said] = this.#script[0] ?? ["", ""];
      let come: string | number;
      if (typeof heard === "number") {
        if (this.#held.length < heard) return;
        come = heard;
        this.#held = this.#held.slice(heard);
      } else {
        const end = this.#held.indexOf("\r");
        if (end < 0) return;
        come = this.#held.slice(0, end);
        this.#held = this.#held.slice(end + 1);
      }
      if (come !== heard) {
        this.surprises.push(String(come));
        continue;
      }
      this.#script.shift();
      this.say(said);
    }
  }
}
