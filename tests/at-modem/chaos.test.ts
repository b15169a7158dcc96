import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Bench, bench } from "./bench.ts";

type Trouble =
  | { readonly kind: "unplug" | "powerCycle" | "registrationLost" | "initFails" }
  | { readonly kind: "garbage" | "lostByte" | "silence" | "restart" | "crash" }
  | { readonly kind: "lateAnswer"; readonly delayMs: number };
type Wish = "identity" | "signal" | "activatePdn" | "offline" | "normal" | "write" | "wait" | "reset" | "sim";

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      "unplug",
      "powerCycle",
      "registrationLost",
      "initFails",
      "garbage",
      "lostByte",
      "silence",
      "restart",
      "crash",
    ),
  }),
  fc.record({ kind: fc.constant("lateAnswer"), delayMs: fc.integer({ min: 1, max: 90_000 }) }),
);
const wish = fc.constantFrom<Wish>(
  "identity",
  "signal",
  "activatePdn",
  "offline",
  "normal",
  "write",
  "wait",
  "reset",
  "sim",
);

function strike({ front, simulated, unplug }: Bench, trouble: Trouble): void {
  switch (trouble.kind) {
    case "unplug":
      unplug();
      break;
    case "powerCycle":
      void front.powerCycle();
      break;
    case "registrationLost":
    case "initFails":
      simulated.inject({ name: trouble.kind, times: 1 });
      break;
    case "lateAnswer":
      front.inject({ name: "lateAnswer", times: 1, delayMs: trouble.delayMs });
      break;
    default:
      front.inject({ name: trouble.kind, times: 1 });
  }
}

function grant({ modem, clock }: Bench, wish: Wish): Promise<unknown> {
  switch (wish) {
    case "offline":
    case "normal":
      return modem.setFunctionalMode(wish);
    case "write":
      return modem.credentials.write(25, "psk", new TextEncoder().encode("00112233"));
    case "wait":
      return clock.advanceAsync(20_000);
    default:
      return modem[wish]();
  }
}

/** What was told is what it says, and nothing was told twice. */
function checkTold({ modem, heard }: Bench): void {
  const told = (kind: "registration" | "functionalMode" | "pdn") =>
    heard.filter((each) => each.kind === kind).map((each) => ("status" in each ? each.status : JSON.stringify(each)));
  for (const states of [told("registration"), told("pdn")]) {
    expect(states.filter((state, index) => state === states[index - 1])).toEqual([]);
  }
  expect(modem.registration).toBe(told("registration").at(-1) ?? "notRegistered");
}

describe("the driver", () => {
  // In parts: each has a test's time of its own, which all of them together may exceed on a busy machine.
  it.each([6, 7, 8, 9, 10, 11, 12, 13, 14, 15])(
    "is in order again after any troubles, whatever was asked of it: %i",
    async (seed) => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom("serialModem" as const, "slm" as const),
          fc.array(fc.tuple(fc.option(trouble, { nil: undefined }), wish), { minLength: 1, maxLength: 12 }),
          async (dialect, steps) => {
            const made = await bench({ dialect });
            const { modem, front, simulated, clock, settle, until } = made;
            await settle(modem.init());
            for (const [trouble, wish] of steps) {
              if (trouble !== undefined) strike(made, trouble);
              // Refused with a modem's error, or granted: nothing else, and never silence.
              await settle(grant(made, wish)).catch((error: Error) => expect(error.name).toBe("ModemError"));
              checkTold(made);
            }
            for (const name of ["garbage", "lostByte", "silence", "restart", "crash", "lateAnswer"] as const) {
              front.clear(name);
            }
            // The troubles pass, and what the last of them left behind is found out with the next command at the latest.
            await clock.advanceAsync(120_000);
            await settle(modem.identity()).catch((error: Error) => expect(error.name).toBe("ModemError"));
            simulated.clear("initFails");
            await clock.advanceAsync(60_000);
            if (modem.initialised === undefined) await settle(modem.init());
            await settle(modem.setFunctionalMode("normal"));
            await until(() => modem.registration === "home" && simulated.registration === "home");
            expect(await settle(modem.identity())).toEqual(await settle(simulated.identity()));
            expect((await settle(modem.activatePdn())).apn).toBe("iot.example");
            checkTold(made);
            await modem.close();
          },
        ),
        { numRuns: 15, seed },
      );
    },
  );
});
