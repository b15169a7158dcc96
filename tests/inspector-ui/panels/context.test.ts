import { describe, expect, it } from "@jest/globals";
import { Session } from "../../../inspector/model/session.ts";
import { pointsOf, stateOf } from "../../../inspector/ui/panels/context/points.ts";
import type { RecordFields } from "../../../ports/trace.ts";

function lightSession(): Session {
  const records: RecordFields[] = [
    {
      kind: "actor",
      actor: "light",
      phase: "found",
      id: "light",
      logic: "machine",
      status: "active",
      value: "red",
      active: ["", "red"],
      context: { cars: 1, psk: "[redacted]" },
    },
    { kind: "log", line: "between" },
    {
      kind: "step",
      actor: "light",
      event: { type: "next" },
      microsteps: [],
      value: "green",
      active: ["", "green"],
      entered: ["green"],
      left: ["red"],
      context: { set: { cars: 2 } },
    },
    { kind: "log", line: "after" },
  ];
  const session = new Session();
  session.append(records.map((one, index) => ({ seq: index + 10, time: index, device: "d", ...one })));
  return session;
}

describe("points to compare with", () => {
  const session = lightSession();
  const actorAt = (index: number) => session.worldAt(index).devices.get("d")?.actors.get("light");

  it("are the moment before the actor's last step, the beginning, pins and bookmarks", () => {
    expect(pointsOf(session, actorAt(3), 3, 1, [{ index: 0, label: "attached" }])).toEqual([
      { id: "step", label: "before its last step", index: 1 },
      { id: "pin", label: "pinned: record 11", index: 1 },
      { id: "bookmark 0", label: "bookmark: attached", index: 0 },
      { id: "first", label: "the beginning", index: -1 },
    ]);
  });

  it("leave out what this session does not hold", () => {
    const points = pointsOf(session, actorAt(1), 1, 99, [{ index: 99, label: "elsewhere" }]);
    expect(points.map(({ id }) => id)).toEqual(["first"]);
  });

  it("have the actor's state and context as they were", () => {
    expect(stateOf(session.worldAt(1), "d", "light")).toEqual({
      status: "active",
      value: "red",
      context: { cars: 1, psk: "[redacted]" },
    });
    expect(stateOf(session.worldAt(3), "d", "light")).toMatchObject({ value: "green", context: { cars: 2 } });
    expect(stateOf(session.worldAt(-1), "d", "light")).toBeUndefined();
  });
});
