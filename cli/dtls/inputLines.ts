/** Standard input in lines of octets, as they are. */
import type { InputStream } from "../io.ts";

const LINE_FEED = 0x0a;
/** No datagram takes more. */
const MAX_LINE_OCTETS = 65_536;

export interface LineHandlers {
  /** Without its line feed. */
  onLine(line: Uint8Array): void;
  /** A line that was too long to keep. */
  onOverlong(maxOctets: number): void;
  /** No more comes; a last line without line feed came before. */
  onEnd(): void;
}

/** Reads until the end or until the function returned is called: then the stream no longer keeps the process. */
export function readLines(stream: InputStream, { onLine, onOverlong, onEnd }: LineHandlers): () => void {
  let begun: Uint8Array[] = [];
  let length = 0;

  const add = (part: Uint8Array) => {
    length += part.length;
    if (length <= MAX_LINE_OCTETS) begun.push(part);
    else begun = [];
  };
  const finish = () => {
    const [line, overlong] = [Buffer.concat(begun), length > MAX_LINE_OCTETS];
    begun = [];
    length = 0;
    if (overlong) onOverlong(MAX_LINE_OCTETS);
    else onLine(new Uint8Array(line));
  };
  const onData = (chunk: Buffer | string) => {
    const octets = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    let from = 0;
    for (let at = octets.indexOf(LINE_FEED); at !== -1; at = octets.indexOf(LINE_FEED, from)) {
      add(octets.subarray(from, at));
      finish();
      from = at + 1;
    }
    if (from < octets.length) add(octets.subarray(from));
  };
  const ended = () => {
    if (length > 0) finish();
    stop();
    onEnd();
  };
  const stop = () => {
    stream.removeListener("data", onData);
    stream.removeListener("end", ended);
    stream.removeListener("error", ended);
    stream.pause();
  };
  stream.on("data", onData);
  stream.on("end", ended);
  stream.on("error", ended);
  return stop;
}
