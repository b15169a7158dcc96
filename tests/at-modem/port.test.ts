/** The driver on a port of this system: a pseudo terminal with the AT front at its other end, in real time. */
import { once } from "node:events";
import { afterEach, describe, expect } from "@jest/globals";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { seededRandom } from "../../carrier/random.ts";
import { type AtModem, type AtModemOptions, atModem } from "../../modem/at/atModem.ts";
import { createSimulatedModem } from "../../modem/index.ts";
import type { ModemNotification } from "../../ports/modem.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { createAtFront } from "../../testbed/at/front.ts";
import { openPty } from "../../testbed/at/pty.ts";
import { itWithTerminal } from "../support/terminalPrograms.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The path of a modem. */
async function modemAt(): Promise<string> {
  const pty = await openPty();
  closing.push(() => pty.close());
  const clock = new SystemClock();
  const simulated = createSimulatedModem({
    clock,
    random: seededRandom(1),
    storage: createMemoryStorage(),
    timing: "instant",
  });
  closing.push(() => simulated.close());
  const front = createAtFront({ modem: simulated, clock, stream: pty.stream });
  closing.push(() => front.close());
  await front.ready;
  return pty.path;
}

function driver(options: AtModemOptions): AtModem {
  const modem = atModem(options);
  closing.push(() => modem.close());
  return modem;
}

function heard(modem: AtModem, wanted: (notification: ModemNotification) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = modem.subscribe((notification) => {
      if (!wanted(notification)) return;
      stop();
      resolve();
    });
  });
}

describe("a modem on a port", () => {
  itWithTerminal("is opened by its path, registers, and gives its port back", async () => {
    const path = await modemAt();
    for (let time = 0; time < 2; time++) {
      const modem = driver({ path, baudRate: 115_200 });
      expect(await modem.init()).toMatchObject({ kind: "ok" });
      expect(modem.application?.dialect).toBe("serialModem");
      const registered = heard(modem, (told) => told.kind === "registration" && told.status === "home");
      await modem.setFunctionalMode("normal");
      await registered;
      expect(await modem.activatePdn()).toMatchObject({ apn: "iot.example" });
      await modem.setFunctionalMode("powerOff");
      await modem.close();
    }
  });

  itWithTerminal("that another has open is busy, and says so", async () => {
    const path = await modemAt();
    await driver({ path }).init();
    const other = driver({ path }).init();
    await expect(other).rejects.toMatchObject({ name: "ModemError", code: "lineError" });
    await expect(other).rejects.toThrow(`${path} is in use; close the other program`);
  });

  itWithTerminal("whose device vanishes fails, and close is not kept waiting by the search for it", async () => {
    const pty = await openPty();
    const clock = new SystemClock();
    const simulated = createSimulatedModem({
      clock,
      random: seededRandom(1),
      storage: createMemoryStorage(),
      timing: "instant",
    });
    const front = createAtFront({ modem: simulated, clock, stream: pty.stream });
    await front.ready;
    const modem = driver({ path: pty.path });
    await modem.init();
    const failed = heard(modem, ({ kind }) => kind === "fault");
    await front.close();
    const gone = once(pty.stream, "close");
    await pty.close();
    await Promise.all([failed, gone, simulated.close()]);
    const waiting = modem.identity();
    waiting.catch(() => {});
    await modem.close();
    await expect(waiting).rejects.toMatchObject({ code: "closed" });
  });
});
