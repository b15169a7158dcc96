/** A modem's end of the line that says what a test wrote down, and the lines that the driver sent. */
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import { duplexPair } from "../support/duplexPair.ts";

/** Answer to a command: information lines and final result, as a modem sends them; a function sees the command. */
export type Answer = string | ((command: string) => string | undefined);

export interface ScriptedModem {
  /** The driver's end. */
  readonly stream: Duplex;
  /** Commands so far, oldest first. */
  readonly commands: string[];
  /** What a command gets from now on; a name without parameters stands for all its forms. */
  answer(command: string, answer: Answer): void;
  /** Unasked. */
  say(text: string): void;
  /** The port goes away. */
  unplug(): void;
}

/** What every driver asks of a modem that has started, answered as Serial Modem does. */
export const SERIAL_MODEM: Readonly<Record<string, Answer>> = {
  "AT#XSMVER": '#XSMVER: "v1.99.0","3.3.99"',
  "AT#XMODEMRESET": "#XMODEMRESET: 0",
  "AT+CNMI?": "+CNMI: 0,0,0,0,1",
  "AT+CGMR": "mfw_nrf9160_1.3.2",
  "AT+CFUN?": "+CFUN: 4",
};

/** Every other command is answered OK. An answer is information lines; `ERROR` and its like are final results. */
export function scriptedModem(answers: Readonly<Record<string, Answer>> = SERIAL_MODEM): ScriptedModem {
  const [stream, far] = duplexPair();
  const known = new Map(Object.entries(answers));
  const commands: string[] = [];
  const lines = createInterface({ input: far, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on("line", (line) => {
    if (line === "") return;
    commands.push(line);
    const answer = known.get(line) ?? known.get(line.replace(/[=?].*/s, ""));
    const text = typeof answer === "function" ? answer(line) : (answer ?? "");
    if (text !== undefined) far.write(text === SILENCE ? "" : framed(text));
  });
  return {
    stream,
    commands,
    answer: (command, answer) => known.set(command, answer),
    say: (text) => far.write(Buffer.from(text, "latin1")),
    unplug: () => far.destroy(),
  };
}

/** No answer at all. */
export const SILENCE = "\u0000";

function framed(text: string): string {
  const lines = text === "" ? [] : text.split("\n");
  const isFinal = /^(OK|ERROR|\+CM[ES] ERROR: \d+)$/.test(lines.at(-1) ?? "");
  return [...lines, ...(isFinal ? [] : ["OK"])].map((line) => `\r\n${line}\r\n`).join("");
}
