/** The session: what it holds, how records hang together, and the world at any of them. */
import { describe, expect, it } from "@jest/globals";
import { fold } from "../../inspector/model/fold.ts";
import { Session } from "../../inspector/model/session.ts";
import { lamp, lampRun } from "./lamp.ts";

describe("A session", () => {
  it("finds records by device and seq, what caused them and what they led to", () => {
    const session = new Session();
    session.append(lampRun());
    const step = session.indexOf("lamp", 4)!;
    expect(session.at(step)).toMatchObject({ seq: 4, kind: "step" });
    expect(session.indexOf("other", 4)).toBeUndefined();
    expect(session.causeOf(step + 1)).toBe(step);
    expect(session.effectsOf(step)).toEqual([step + 1]);
    expect(() => session.at(session.length)).toThrow(RangeError);
  });

  it("gives the world after any record, in whatever order it is asked", () => {
    const records = Array.from({ length: 300 }, (_, turn) => lampRun(turn)).flat();
    const session = new Session();
    session.append(records);
    for (const index of [-1, 0, 1199, 5, 1200, 255, 256, 257, 600, 599, 598, 1198, records.length - 1]) {
      const world = session.worldAt(index);
      const again = fold(records.slice(0, index + 1));
      expect(plain(world)).toEqual(plain(again));
    }
  });

  it("never changes a world that it has given", () => {
    const session = new Session();
    session.append(lampRun().slice(0, 4));
    const before = session.live;
    const told = plain(before);
    session.append(lampRun().slice(4));
    expect(plain(before)).toEqual(told);
    expect(session.live).not.toBe(before);
    expect(session.live).toBe(session.live);
  });

  it("finds the machines of a recording of charts in definitions that it is given", () => {
    const session = new Session(new Map([[lamp.hash, lamp.definition]]));
    const chart = { kind: "chart", actor: "lamp", event: "xstate.init", value: "off", entered: ["off"] } as const;
    session.append([{ seq: 1, time: 1, device: "d", ...chart }]);
    expect(session.live.devices.get("d")!.actors.get("lamp")!.definition).toBe(lamp.hash);
    expect(session.worldAt(-1).definitions.get(lamp.hash)).toBe(lamp.definition);
  });

  it("goes on after a gap from the checkpoint that follows, and keeps what it had", () => {
    const session = new Session();
    session.append(lampRun(), 1);
    const { length } = session;
    session.gap(1 + length, 10);
    session.checkpoint(
      [
        { seq: 0, time: 0, device: "lamp", kind: "definition", hash: lamp.hash, definition: lamp.definition },
        {
          seq: 0,
          time: 90,
          device: "lamp",
          kind: "actor",
          phase: "found",
          actor: "lamp",
          id: "lamp",
          logic: "machine",
          definition: lamp.hash,
          value: "broken",
          active: ["", "broken"],
          context: { turns: 9 },
        },
      ],
      11 + length,
    );
    session.append([{ seq: 40, time: 100, device: "lamp", kind: "log", line: "x" }], 11 + length);
    expect(session.gaps).toEqual([{ before: length, count: 10 }]);
    expect(
      session
        .worldAt(length - 1)
        .devices.get("lamp")
        ?.actors.get("lamp")?.value,
    ).toEqual({ on: "bright" });
    expect(session.worldAt(length).devices.get("lamp")?.actors.get("lamp")?.value).toBe("broken");
    expect(session.live.devices.get("lamp")?.time).toBe(100);
    expect(session.lastNumber).toBe(11 + length);
  });

  it("leaves out records that it has already, and starts anew when numbers begin again", () => {
    const session = new Session();
    const records = lampRun();
    session.append(records, 1);
    session.append(records.slice(2), 3);
    expect(session.length).toBe(records.length);
    expect(session.gaps).toEqual([]);
    session.checkpoint([], 1);
    expect(session.length).toBe(0);
    expect(session.live.devices.size).toBe(0);
  });

  it("takes 100,000 records in less than a second of this process and tells a world nearby within milliseconds", () => {
    const records = Array.from({ length: 20_000 }, (_, turn) => lampRun(turn)).flat();
    const session = new Session();
    // What other processes do on this machine does not count.
    const spent = (since?: NodeJS.CpuUsage) => process.cpuUsage(since);
    const ms = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1000;
    const began = spent();
    session.append(records.filter(({ kind, seq }) => kind !== "definition" || seq === 1).slice(0, 100_000));
    const appended = ms(spent(began));
    expect(session.length).toBe(100_000);
    const looked = spent();
    for (let index = 50_000; index < 50_100; index++) session.worldAt(index);
    for (let index = 50_100; index > 50_000; index--) session.worldAt(index);
    expect(appended).toBeLessThan(1000);
    expect(ms(spent(looked)) / 200).toBeLessThan(2);
  });
});

function plain(world: ReturnType<typeof fold>): unknown {
  return JSON.parse(
    JSON.stringify(world, (key, value) =>
      key === "lastStep" || key === "generation" ? undefined : value instanceof Map ? [...value] : value,
    ),
  );
}
