/** The application's handler: what its answers, its slowness and its mistakes do. */
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { CarrierEventMessage, EventHandler } from "../../carrier/application.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { ERRNO } from "../../machines/semanticEvent.ts";
import { World } from "./support/world.ts";

const EDITION_IDS = Object.keys(EDITIONS) as EditionId[];
const PLAIN_LIFE: Readonly<Record<EditionId, string[]>> = {
  "0.10":
    "initialised link.goingUp link.up link.goingDown link.down link.goingUp link.up bootstrapped link.free registered".split(
      " ",
    ),
  "0.21":
    "initialised certificates.wanted link.goingUp link.up link.goingDown link.down link.goingUp link.up bootstrapped link.free registered".split(
      " ",
    ),
  "0.30-pre":
    "certificates.wanted initialised link.goingDown link.goingUp link.goingDown bootstrapped link.goingUp link.free registered".split(
      " ",
    ),
  "0.30": "initialised link.goingDown link.goingUp link.goingDown bootstrapped link.goingUp registered".split(" "),
  "3.3": "link.goingDown link.goingUp link.goingDown bootstrapped link.goingUp registered".split(" "),
  "3.6": "link.goingDown link.goingUp link.goingDown bootstrapped link.goingUp registered".split(" "),
};

/** What was said on standard error about the application's mistakes, first lines. */
let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
  jest.spyOn(process, "emitWarning").mockImplementation((warning) => {
    warnings.push(String(warning).split("\n")[0] ?? "");
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe("the events of a life", () => {
  for (const edition of EDITION_IDS) {
    it(`come in the order of edition ${edition}, whether or not the handler is slow`, async () => {
      for (const slow of [false, true]) {
        const seen: string[] = [];
        const world: World = await World.make({
          edition,
          carrier: {
            handler: async (event, standard) => {
              if (slow) await new Promise((resolve) => world.clock.setTimeout(() => resolve(undefined), 3_000));
              seen.push(event.meaning.type);
              return standard();
            },
          },
        });
        world.carrier.start();
        await world.until("registered");
        await world.pass(10);
        expect(seen).toEqual(PLAIN_LIFE[edition]);
        expect(world.heard).toEqual(PLAIN_LIFE[edition]);
        await world.stop();
      }
    });
  }

  it("never overlap: the next is handed over when the one before has been answered", async () => {
    let inside = 0;
    let most = 0;
    const world: World = await World.make({
      carrier: {
        handler: async (_event, standard) => {
          most = Math.max(most, ++inside);
          await new Promise((resolve) => world.clock.setTimeout(() => resolve(undefined), 1_000));
          const answer = await standard();
          inside--;
          return answer;
        },
      },
    });
    world.carrier.start();
    await world.until("registered");
    // A burst that nothing waits for, and more while it is being worked off.
    const strike = () => {
      for (const name of ["overheated", "batteryLow", "overheated"] as const) world.modem.inject({ name, times: 1 });
    };
    strike();
    await world.pass(1.5);
    strike();
    await world.reaches("all of them", () => world.heard.filter((event) => event === "modem.domain").length === 6);
    await world.pass(10);
    expect(most).toBe(1);
  });

  it("reach listeners that come and go", async () => {
    const world = await World.make();
    const first: string[] = [];
    const end = world.carrier.onEvent(({ name }) => first.push(name));
    const all: string[] = [];
    world.carrier.onEvent(({ meaning }) => {
      all.push(meaning.type);
      if (meaning.type === "bootstrapped") end();
    });
    world.carrier.start();
    await world.until("registered");
    expect(first.at(-1)).toBe("LWM2M_CARRIER_EVENT_BOOTSTRAPPED");
    expect(all.at(-1)).toBe("registered");
  });

  it("settle `registered`: at once when registered already, with an error when stopped before", async () => {
    const world = await World.make();
    world.carrier.start();
    await world.result(world.carrier.registered);
    await world.carrier.registered;
    const other = await World.make();
    other.bootstrap.silent = true;
    other.carrier.start();
    const waiting = expect(other.carrier.registered).rejects.toThrow(/stopped before it was registered/);
    await other.stop();
    await waiting;
  });
});

describe("a handler that answers: not now", () => {
  const refusing =
    (type: string, later: CarrierEventMessage[]): EventHandler =>
    (event, standard) => {
      if (event.meaning.type !== type) return standard();
      later.push(event);
      return 1;
    };

  for (const edition of ["3.3", "3.6"] as const) {
    it(`to LTE_LINK_UP, and attaches later by itself, edition ${edition}`, async () => {
      const later: CarrierEventMessage[] = [];
      const world = await World.make({ edition, carrier: { handler: refusing("link.goingUp", later) } });
      world.carrier.start();
      await world.reaches("the question", () => later.length === 1);
      await world.pass(3600);
      expect(world.heard.some((event) => event.startsWith("error"))).toBe(false);
      await world.result(world.modem.setFunctionalMode("normal"));
      await world.reaches("the second question", () => later.length === 2);
      await world.result(world.modem.setFunctionalMode("normal"));
      await world.until("registered");
    });

    it(`to LTE_LINK_DOWN, and goes offline later by itself, edition ${edition}`, async () => {
      const later: CarrierEventMessage[] = [];
      const world = await World.make({ edition, carrier: { handler: refusing("link.goingDown", later) } });
      world.carrier.start();
      await world.reaches("the question", () => later.length === 1);
      await world.pass(3600);
      expect(world.bootstrap.asked).toEqual([]);
      await world.result(world.modem.setFunctionalMode("offline"));
      await world.reaches("the second question", () => later.length === 2);
      expect(world.bootstrap.asked).toHaveLength(1);
      await world.result(world.modem.setFunctionalMode("offline"));
      await world.until("registered");
    });
  }

  for (const edition of EDITION_IDS) {
    it(`to REBOOT, and restarts the device when it likes, edition ${edition}`, async () => {
      const later: CarrierEventMessage[] = [];
      const world = await World.registered({ edition, carrier: { handler: refusing("reboot", later) } });
      await world.result(world.management.ask("POST", "/3/0/4"));
      await world.settle();
      expect(later).toHaveLength(1);
      await world.pass(60);
      expect(world.management.of("POST /rd")).toHaveLength(1);
      world.carrier.restart();
      await world.until("registered");
      expect(world.management.asked.map(({ what }) => what)).toEqual(["POST /rd", "POST /rd/1"]);
      expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    });
  }
});

describe("a handler that fails", () => {
  for (const [how, handler] of [
    [
      "throws",
      () => {
        throw new Error("a mistake");
      },
    ],
    ["rejects", () => Promise.reject(new Error("a mistake"))],
  ] as [string, EventHandler][]) {
    it(`(${how}) at an event that asks nothing does no harm`, async () => {
      const world = await World.registered({
        carrier: {
          handler: (event, standard) => (event.meaning.type === "bootstrapped" ? handler(event, standard) : standard()),
        },
      });
      const answer = world.records.find(
        ({ kind, of }) => kind === "return" && of === "LWM2M_CARRIER_EVENT_BOOTSTRAPPED",
      );
      expect(answer).toMatchObject({ ok: false, value: -ERRNO.EFAULT });
      expect(warnings).toEqual(["The event handler of a carrier threw: Error: a mistake"]);
    });

    it(`(${how}) at CERTS_INIT fails the initialisation with -EFAULT`, async () => {
      const world = await World.make({
        edition: "0.21",
        carrier: {
          handler: (event, standard) =>
            event.meaning.type === "certificates.wanted" ? handler(event, standard) : standard(),
        },
      });
      world.carrier.start();
      await world.untilTag("failed");
      const answer = world.records.find(({ kind, of }) => kind === "return" && of === "lwm2m_carrier_init()");
      expect(answer).toMatchObject({ ok: false, value: -ERRNO.EFAULT });
      expect(world.heard).toEqual(["initialised", "certificates.wanted"]);
    });
  }

  it("in a listener does no harm to the carrier nor to other listeners", async () => {
    const others: string[] = [];
    const world = await World.make({
      carrier: {
        onEvent: () => {
          throw new Error("a mistake");
        },
      },
    });
    world.carrier.onEvent(() => {
      throw new Error("another mistake");
    });
    world.carrier.onEvent(({ meaning }) => others.push(meaning.type));
    world.carrier.start();
    await world.reaches("a registration", () => world.carrier.snapshot.hasTag("registered"));
    await world.settle();
    expect(others).toEqual(PLAIN_LIFE["3.6"]);
    await world.result(world.carrier.registered);
    expect(new Set(warnings)).toEqual(
      new Set([
        "The event listener of a carrier threw: Error: a mistake",
        "The event listener of a carrier threw: Error: another mistake",
      ]),
    );
  });
});

describe("a handler of its own for everything", () => {
  it("drives link and modem without the standard one", async () => {
    const world: World = await World.make({
      edition: "0.30",
      carrier: {
        handler: async ({ meaning }) => {
          if (meaning.type === "initialised" || meaning.type === "link.goingUp")
            await world.modem.setFunctionalMode("normal");
          if (meaning.type === "link.goingDown") await world.modem.setFunctionalMode("offline");
          if (meaning.type === "link.poweringOff") await world.modem.setFunctionalMode("powerOff");
          return 0;
        },
      },
    });
    world.carrier.start();
    await world.until("registered");
    expect(world.heard).toEqual(PLAIN_LIFE["0.30"]);
  });

  it("may call back into the carrier from an event", async () => {
    const world: World = await World.make({
      carrier: {
        handler: (event, standard) => {
          if (event.meaning.type === "registered") answers.push(world.carrier.request("deregister"));
          return standard();
        },
      },
    });
    const answers: number[] = [];
    world.carrier.start();
    await world.until("deregistered");
    expect(answers).toEqual([0]);
    expect(world.management.registrations.size).toBe(0);
  });
});
