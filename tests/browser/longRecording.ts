/** A recording as long as one wants it: what a device says when it goes on for days. */
import type { TraceRecord } from "../../ports/trace.ts";

type Fields = Partial<TraceRecord> & Pick<TraceRecord, "kind">;

const WIRE = { from: "library", to: "server/1", direction: "out", remote: "127.0.0.1:5684" } as const;
const BACK = { from: "server/1", to: "library", direction: "in", remote: "127.0.0.1:5684" } as const;

/** What happens again and again; `n` makes each time differ. */
function day(n: number): readonly Fields[] {
  return [
    { kind: "chart", actor: "register/1", event: "update.due", value: "updating", entered: ["updating"], input: true },
    {
      kind: "coap",
      ...WIRE,
      type: "CON",
      code: "0.02",
      mid: n & 0xffff,
      token: n.toString(16).padStart(8, "0"),
      path: `/rd/${n}`,
      size: 24,
    },
    {
      kind: "coap",
      ...BACK,
      type: "ACK",
      code: "2.04",
      mid: n & 0xffff,
      token: n.toString(16).padStart(8, "0"),
      size: 6,
    },
    {
      kind: "event",
      from: "library",
      to: "application",
      semantic: "registered",
      name: "LWM2M_CARRIER_EVENT_REGISTERED",
      number: 6,
    },
    {
      kind: "coap",
      ...BACK,
      type: "CON",
      code: "0.01",
      mid: (n + 7) & 0xffff,
      token: "aa",
      path: `/3/0/${n % 20}`,
      size: 18,
    },
    { kind: "coap", ...WIRE, type: "ACK", code: "2.05", mid: (n + 7) & 0xffff, token: "aa", size: 40 },
    { kind: "modem", from: "modem", to: "library", notification: "registration", status: "registeredHome" },
    { kind: "dtls", ...WIRE, phase: "record", type: "applicationData", epoch: 1, sequence: n, size: 60 + (n % 40) },
    { kind: "store", operation: "write", name: `registrations-${n % 9}`, bytes: 300 },
    { kind: "timer", operation: "set", name: "updateDue", owner: "register/1", delay: 60_000 + n },
  ];
}

/** JSON lines with at least so many records that are drawn. */
export function longRecording(rows: number): string {
  const lines = [
    { seq: 1, time: 0, wall: 1_800_000_000_000, device: "demo", kind: "run", edition: "3.6", version: "0.1.0" },
  ].map((record) => JSON.stringify(record));
  for (let n = 0; lines.length < rows; n++) {
    for (const fields of day(n)) {
      const seq = lines.length + 1;
      lines.push(JSON.stringify({ seq, time: seq * 37.5, device: "demo", cause: seq - 1, ...fields }));
    }
  }
  return `${lines.join("\n")}\n`;
}
