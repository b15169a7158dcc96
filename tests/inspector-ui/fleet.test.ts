/** Many devices in one session: where each stands, and how one of them is found. */
import { describe, expect, it } from "@jest/globals";
import { Session } from "../../inspector/model/session.ts";
import { fleetOf, matchingRows, shortName } from "../../inspector/ui/state/fleet.ts";
import type { TraceRecord } from "../../ports/trace.ts";

const STATES = ["registering", "registered", { serving: "deferred" }];

/** Three devices, each a step further than the one before it; the second one's update fails at the end. */
function fleet(): Session {
  const records: TraceRecord[] = [];
  const add = (device: string, fields: Record<string, unknown>) => {
    const seq = records.length + 1;
    records.push({ seq, time: seq, device, ...fields } as TraceRecord);
  };
  for (const [index, device] of ["urn:imei:01", "urn:imei:02", "urn:imei:03"].entries()) {
    for (const value of STATES.slice(0, index + 1)) add(device, { kind: "chart", actor: "carrier", event: "e", value });
  }
  add("urn:imei:02", { kind: "event", semantic: "error", name: "LWM2M_CARRIER_EVENT_ERROR", error: "fotaFailed" });
  const session = new Session();
  session.append(records);
  return session;
}

describe("a fleet", () => {
  it("tells of each device where it stands and how often it failed", () => {
    const session = fleet();
    expect(fleetOf(session, session.length - 1)).toEqual([
      { device: "urn:imei:01", where: "registering", failures: 0 },
      { device: "urn:imei:02", where: "registered", failures: 1 },
      { device: "urn:imei:03", where: "deferred", failures: 0 },
    ]);
  });

  it("tells where each stood at an earlier moment, and what failed in the whole run", () => {
    expect(fleetOf(fleet(), 1)).toEqual([
      { device: "urn:imei:01", where: "registering", failures: 0 },
      { device: "urn:imei:02", where: "registering", failures: 1 },
      { device: "urn:imei:03", where: "", failures: 0 },
    ]);
  });

  it("is searched by parts of the name and of the state, and by what failed", () => {
    const session = fleet();
    const rows = fleetOf(session, session.length - 1);
    const found = (text: string, failedOnly = false) =>
      matchingRows(rows, text, failedOnly).map(({ device }) => device.slice(-2));
    expect(found("")).toEqual(["01", "02", "03"]);
    expect(found("  REGIST ")).toEqual(["01", "02"]);
    expect(found("imei:0 deferred")).toEqual(["03"]);
    expect(found("", true)).toEqual(["02"]);
    expect(found("deferred", true)).toEqual([]);
  });

  it("keeps of a long name the end, in which names of a fleet differ", () => {
    expect(shortName("urn:imei:350000000000099")).toBe("urn:imei:350000000000099");
    expect(shortName("urn:dev:ops:012345-gateway-000000012345")).toBe("urn:dev:o…way-000000012345");
    expect(shortName("urn:dev:ops:012345-gateway-000000012345")).toHaveLength(26);
  });
});
