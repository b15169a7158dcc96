/** Which edition a device has inside. */
import { describe, expect, it } from "@jest/globals";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { consoleOf, deviationsOf, eventsOf, sightingsOf, watchText } from "./support/watched.ts";

const numbers = (...events: string[]) => events.map((event) => `\r\n#XCARRIEREVT: ${event}\r\n`).join("");
const editionsOf = (turns: ReturnType<typeof watchText>["turns"]) =>
  turns.filter((turn) => turn.kind === "edition").map(({ id, basis }) => `${id} ${basis}`);

describe("the edition", () => {
  it("is the newest that fits, and a guess, while the words fit several", () => {
    const { watcher, records } = watchText(consoleOf(["LTE_LINK_DOWN", "LTE_LINK_UP"]));
    expect(watcher.edition).toEqual({ id: "3.6", basis: "guess" });
    expect(records.map(({ guess }) => guess)).toEqual([true, true, true]);
  });

  it.each([
    ["BSDLIB_INIT", "0.10"],
    ["CARRIER_INIT", "0.30-pre"],
    ["INIT", "0.30"],
    ["DEREGISTERED", "3.6"],
    ["ERROR_CODE_RESET", "3.6"],
  ] as const)("is decided by %s: %s", (name, id) => {
    expect(watchText(consoleOf([name])).watcher.edition).toEqual({ id, basis: "words" });
  });

  it("is decided by what the words have in common", () => {
    // 0.21 and 0.30-pre ask for certificates; only 0.21 and 0.10 connect.
    expect(watchText(consoleOf(["CERTS_INIT", "CONNECTING"])).watcher.edition).toEqual({ id: "0.21", basis: "words" });
  });

  it("is decided by a reason or an error that one edition alone tells", () => {
    const error = "LWM2M_CARRIER_EVENT_ERROR\nConnection failure, reason 0\n";
    expect(watchText(error).watcher.edition).toEqual({ id: "3.6", basis: "words" });
  });

  it.each([
    ['#XSMVER: "v1.99.0","3.3.99","lwm2m_carrier"', "3.6", "deregistered"],
    ['#XSLMVER: "2.4.0","2.4.0"', "3.3", "deferred"],
  ])("follows from the version %s: number 6 means what edition %s says", (version, id, semantic) => {
    const { watcher, records } = watchText(`${version}\r\n${numbers("5,0", "6,0")}`);
    expect(watcher.edition).toEqual({ id, basis: "version" });
    expect(records.at(-1)).toMatchObject({ kind: "event", semantic, number: 6 });
  });

  it("is decided by numbers that mean something in one generation alone", () => {
    // 7 with a reason and a timeout; 7 with a status.
    expect(watchText(numbers("7,5,60")).watcher.edition).toEqual({ id: "3.6", basis: "words" });
    expect(watchText(numbers("7,0")).watcher.edition).toEqual({ id: "3.3", basis: "words" });
  });

  it("follows from the device's course where the words do not tell", () => {
    // While it bootstraps, a device cannot deregister: 6 is DEFERRED.
    const { watcher, turns, records } = watchText(numbers("2,0", "1,0", "6,0", "2,0", "4,0", "1,0", "5,0"));
    expect(watcher.edition).toEqual({ id: "3.3", basis: "course" });
    expect(editionsOf(turns)).toEqual(["3.3 course"]);
    expect(deviationsOf(turns)).toEqual([]);
    expect(eventsOf(records)).toContain("DEFERRED");
  });

  it("tells everything again in the words of the edition that it turns out to be", () => {
    const { records, watcher } = watchText(consoleOf(["LTE_LINK_DOWN", "LTE_LINK_UP", "CARRIER_INIT"]));
    expect(watcher.edition.id).toBe("0.30-pre");
    expect(records.filter(({ kind }) => kind === "run").map(({ edition }) => edition)).toEqual(["3.6", "0.30-pre"]);
    expect(records.filter(({ name }) => String(name).endsWith("LINK_DOWN")).map(({ number }) => number)).toEqual([
      2, 3,
    ]);
  });

  it("is as chosen, whatever the words would fit better", () => {
    const { watcher, turns } = watchText(consoleOf(["INIT"]), { edition: "3.6" });
    expect(watcher.edition).toEqual({ id: "3.6", basis: "chosen" });
    expect(turns).toEqual([{ kind: "foreign", line: "LWM2M_CARRIER_EVENT_INIT", editions: ["0.30"] }]);
    expect(watcher.deviates).toBe(true);
  });
});

describe.each(Object.keys(EDITIONS) as EditionId[])("every event of edition %s", (id) => {
  it("has the name and number that the edition gives it", () => {
    const words = Object.values(EDITIONS[id].events);
    const seen = sightingsOf(words.map(({ name }) => `LWM2M_CARRIER_EVENT_${name}`));
    expect(seen.map(({ readings }) => readings.get(id))).toEqual(
      words.map(({ name, number }) => expect.objectContaining({ name: `LWM2M_CARRIER_EVENT_${name}`, number })),
    );
  });
});
