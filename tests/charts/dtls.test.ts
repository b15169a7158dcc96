/** How a handshake is drawn. */
import { describe, expect, it } from "@jest/globals";
import { itemText } from "../../charts/oneLine.ts";
import { sequenceOf } from "../../charts/sequence.ts";
import type { TraceRecord } from "../../ports/trace.ts";

const ends = { device: "dev", kind: "dtls", remote: "192.0.2.2:5684" } as const;
const out = { ...ends, direction: "out", from: "library", to: "server/123" } as const;
const back = { ...ends, direction: "in", from: "server/123", to: "library" } as const;

const flight = (side: typeof out | typeof back, number: number, messages: string[], retransmission = 0) => ({
  ...side,
  phase: "flight",
  flight: number,
  messages,
  retransmission,
  size: 90,
});

const HANDSHAKE = [
  flight(out, 1, ["ClientHello"]),
  flight(out, 1, ["ClientHello"], 1),
  flight(out, 1, ["ClientHello"], 2),
  flight(back, 2, ["HelloVerifyRequest"]),
  flight(out, 5, ["ClientKeyExchange", "ChangeCipherSpec", "Finished"]),
  {
    ...ends,
    from: "library",
    to: "server/123",
    phase: "connected",
    suite: "TLS_PSK_WITH_AES_128_CCM_8",
    resumed: true,
    extendedMasterSecret: true,
    connectionIds: { own: "", peer: "0a" },
  },
  { ...out, phase: "record", type: "applicationData", epoch: 1, sequence: 1, size: 54 },
  { ...back, phase: "dropped", reason: "replay", size: 54 },
  { ...back, phase: "alert", level: "fatal", alert: "decrypt_error" },
  { ...ends, from: "library", to: "server/123", phase: "closed", by: "peer", detail: "the alert decrypt_error" },
].map((fields, index) => ({ ...fields, seq: index + 1, time: index }) as TraceRecord);

const linesAt = (level: "events" | "messages" | "all") => [...sequenceOf(HANDSHAKE, { level })].map(itemText);

describe("DTLS on a chart", () => {
  it("is one arrow for the session among the events", () => {
    expect(linesAt("events")).toEqual([
      "LwM2M carrier library ↔ Management server 123  DTLS session (TLS_PSK_WITH_AES_128_CCM_8, resumed, Connection ID)",
    ]);
  });

  it("shows flights and alerts among the messages, repeated ones in one line", () => {
    expect(linesAt("messages")).toEqual([
      "LwM2M carrier library → Management server 123  DTLS flight 1: ClientHello",
      "LwM2M carrier library → Management server 123  … 2 retransmissions",
      "Management server 123 → LwM2M carrier library  DTLS flight 2: HelloVerifyRequest",
      "LwM2M carrier library → Management server 123  DTLS flight 5: ClientKeyExchange, ChangeCipherSpec, Finished",
      "LwM2M carrier library ↔ Management server 123  DTLS session (TLS_PSK_WITH_AES_128_CCM_8, resumed, Connection ID)",
      "Management server 123 → LwM2M carrier library  DTLS alert: decrypt_error",
      "LwM2M carrier library → Management server 123  DTLS session closed (the alert decrypt_error)",
    ]);
  });

  it("shows each record, and what was dropped, where everything is shown", () => {
    const lines = linesAt("all");
    expect(lines).toContain(
      "LwM2M carrier library → Management server 123  DTLS applicationData, epoch 1, record 1, 54 B",
    );
    expect(lines).toContain("Management server 123 -✕ LwM2M carrier library  DTLS: 54 B dropped (replay)");
  });

  it("tells a session that goes on without a handshake, and draws nothing of an unknown phase", () => {
    const [kept, unknown] = [
      { ...HANDSHAKE[5], imported: true },
      { ...HANDSHAKE[5], phase: "dreaming" },
    ] as TraceRecord[];
    expect([...sequenceOf([kept!, unknown!])].map(itemText)).toEqual([
      expect.stringContaining("CCM_8, without a handshake, Connection ID"),
    ]);
  });
});
