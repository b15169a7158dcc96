/** How the kinds of records look in the list: the word that a filter knows, whatever its case, and a colour. */
import type { RecordKind } from "../../../ports/trace.ts";

export interface KindLook {
  readonly word: string;
  /** Number of a lane colour (tokens.css). */
  readonly lane: number;
}

const LOOKS: Readonly<Record<RecordKind, KindLook>> = {
  run: { word: "run", lane: 7 },
  event: { word: "event", lane: 1 },
  call: { word: "call", lane: 1 },
  return: { word: "return", lane: 1 },
  application: { word: "application", lane: 1 },
  request: { word: "request", lane: 1 },
  answer: { word: "answer", lane: 1 },
  chart: { word: "chart", lane: 0 },
  step: { word: "step", lane: 0 },
  actor: { word: "actor", lane: 0 },
  definition: { word: "definition", lane: 7 },
  coap: { word: "CoAP", lane: 2 },
  dtls: { word: "DTLS", lane: 5 },
  http: { word: "HTTP", lane: 2 },
  refused: { word: "refused", lane: 2 },
  modem: { word: "modem", lane: 3 },
  at: { word: "AT", lane: 3 },
  log: { word: "log", lane: 7 },
  store: { word: "store", lane: 6 },
  timer: { word: "timer", lane: 4 },
  resource: { word: "resource", lane: 6 },
  fault: { word: "fault", lane: 1 },
  injected: { word: "injected", lane: 1 },
  breakpoint: { word: "breakpoint", lane: 1 },
  packet: { word: "packet", lane: 2 },
  keyLog: { word: "keyLog", lane: 7 },
  result: { word: "result", lane: 7 },
};

export function lookOf(kind: RecordKind): KindLook {
  // A recording may be newer than the page.
  return LOOKS[kind] ?? { word: String(kind), lane: 7 };
}
