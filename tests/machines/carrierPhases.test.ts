import { describe, expect, it } from "@jest/globals";
import { SITUATIONS } from "./support/situations.ts";
import { BOOTSTRAPPED } from "./support/wholeCarrier.ts";

const ROWS = Object.entries(SITUATIONS).map(([situation, begin]) => ({ situation, begin }));

describe("stop", () => {
  it.each(ROWS)("ends the carrier: $situation", ({ begin }) => {
    const carrier = begin().send({ type: "stop" });
    if (carrier.isPending("stop.timedOut")) carrier.due("stop.timedOut");
    expect(carrier.snapshot.status).toBe("done");
  });

  it.each(ROWS)("is not forgotten when the network goes away: $situation", ({ begin }) => {
    const carrier = begin().hold("deregister").send({ type: "stop" }).modem("normal", false);
    if (carrier.isPending("stop.timedOut")) carrier.due("stop.timedOut");
    expect(carrier.snapshot.status).toBe("done");
  });

  it.each(ROWS)("ends the carrier at once when it is told twice: $situation", ({ begin }) => {
    expect(begin().hold("deregister").send({ type: "stop" }).send({ type: "stop" }).snapshot.status).toBe("done");
  });
});

describe("restart", () => {
  it.each(ROWS)("begins anew from what is stored: $situation", ({ begin }) => {
    const carrier = begin();
    carrier.facts = BOOTSTRAPPED;
    carrier.told.length = 0;
    carrier.hold("restartDevice").send({ type: "restart" }).recover();
    expect(carrier.is("serving.registered")).toBe(true);
    expect(carrier.types.at(-1)).toBe("registered");
  });
});

describe("reboot", () => {
  const TAKEN = ROWS.filter(({ begin }) => begin().takes("request.reboot"));

  it("is taken whenever the library's loop runs and no reboot is under way", () => {
    const refused = ROWS.filter((row) => !TAKEN.includes(row)).map(({ situation }) => situation);
    expect(refused).toEqual([
      "reading what survived",
      "the application prepares",
      "initialising the modem",
      "initialisation failed",
      "a defect was met",
      "a reboot is asked for",
      "powering off for a reboot",
      "restarting",
    ]);
  });

  it.each(TAKEN)("powers the modem off and starts the device again: $situation", ({ begin }) => {
    const carrier = begin();
    carrier.facts = BOOTSTRAPPED;
    carrier.hold("restartDevice").send({ type: "request.reboot" }).recover();
    expect(carrier.types).toContain("reboot");
    expect(carrier.is("serving.registered")).toBe(true);
  });
});

describe("loss of the network", () => {
  /** Situations that it does not end. */
  const LASTING = new Set([
    "initialisation failed",
    "a defect was met",
    "bootstrap attempts used up",
    "deregistering",
    "deregistered",
    "disabled",
  ]);

  it.each(ROWS)("changes nothing for good: $situation", ({ situation, begin }) => {
    const carrier = begin().modem("normal", false).recover().modem("normal", true).recover();
    expect(carrier.is("serving.registered")).toBe(!LASTING.has(situation));
  });
});
