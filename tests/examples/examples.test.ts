/** Every example as its reader runs it, against the package as it is built. */
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";

let lines: string[] = [];
beforeEach(() => {
  lines = [];
  jest.spyOn(console, "log").mockImplementation((...words: unknown[]) => {
    lines.push(words.join(" ").trim());
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

const EVENT = "LWM2M_CARRIER_EVENT_";

/** What each of them prints, from its beginning to its end. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  function: [
    `${EVENT}LTE_LINK_DOWN`,
    `${EVENT}LTE_LINK_UP`,
    `${EVENT}LTE_LINK_DOWN`,
    `${EVENT}BOOTSTRAPPED`,
    `${EVENT}LTE_LINK_UP`,
    `${EVENT}REGISTERED`,
    "the server reads a battery level of 80 %",
    `${EVENT}DEREGISTERED`,
  ],
  insideMyMachine: ["joining", "measuring", "leaving", "resting", "stopping", "stopped"],
  replaceParts: ["modem firmware mfw_sim_1.0.0, SIM of 00101", "registered over test.example"],
  ownObject: [
    "registered: / /1/0 /2 /3 /3/0 /4 /4/0 /5/0 /6 /7/0 /10 /10/0 /11 /11/0 /16 /19 /20 /26250/0",
    "open: true",
    "door 0 is locked",
    'a label that is too long: 4.00 /26250/0/1 "Label" is 35 octets long, allowed are 0..32',
    "open: false",
  ],
};

describe("the example", () => {
  it.each(Object.entries(EXAMPLES))("%s.ts does what it says", async (name, expected) => {
    await import(`../../examples/${name}.ts`);
    expect(lines).toEqual(expected);
  });
});
