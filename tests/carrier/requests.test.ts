/** `lwm2m_carrier_request()`: each request in each state and edition, and what comes of it. */
import { describe, expect, it } from "@jest/globals";
import { REQUESTS } from "../../carrier/createCarrier.ts";
import type { RequestName } from "../../machines/edition.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { ERRNO } from "../../machines/semanticEvent.ts";
import { CODE } from "../../services/coap/codes.ts";
import { World } from "./support/world.ts";

const { EALREADY, EBADR, EINVAL } = ERRNO;
const EDITION_IDS = Object.keys(EDITIONS) as EditionId[];
const ALONE = { bootstrapOnRegistrationFailure: false };

type State =
  | "notStarted"
  | "bootstrapPutOff"
  | "registrationPutOff"
  | "registered"
  | "linkDown"
  | "exhausted"
  | "failed"
  | "stopped";

/** How a carrier gets there. */
const STATES: Readonly<Record<State, (edition: EditionId) => Promise<World>>> = {
  notStarted: (edition) => World.make({ edition }),
  bootstrapPutOff: async (edition) => {
    const world = await World.make({ edition });
    world.bootstrap.silent = true;
    world.carrier.start();
    await world.until("deferred");
    return world;
  },
  registrationPutOff: async (edition) => {
    const world = await World.make({ edition });
    world.management.silent = true;
    world.carrier.start();
    await world.until("deferred");
    return world;
  },
  registered: (edition) => World.registered({ edition }),
  linkDown: async (edition) => {
    const world = await World.registered({ edition });
    world.carrier.request("linkDown");
    await world.settle();
    return world;
  },
  exhausted: async (edition) => {
    const world = await World.make({ edition });
    world.bootstrap.silent = true;
    world.carrier.start();
    await world.untilTag("exhausted");
    return world;
  },
  failed: async (edition) => {
    const world = await World.make({ edition, faults: [{ name: "initFails" }] });
    world.carrier.start();
    await world.untilTag("failed");
    return world;
  },
  stopped: async (edition) => {
    const world = await World.registered({ edition });
    await world.stop();
    return world;
  },
};

/** Requests that a state takes, where the edition has them; any other is answered EBADR. */
const TAKEN: Readonly<Record<State, readonly RequestName[]>> = {
  notStarted: [],
  bootstrapPutOff: ["reboot"],
  registrationPutOff: ["reboot", "linkDown", "register", "deregister"],
  registered: ["reboot", "linkDown", "register", "deregister"],
  linkDown: ["reboot", "linkUp", "register", "deregister"],
  exhausted: ["reboot"],
  failed: [],
  stopped: [],
};

describe("a request", () => {
  for (const edition of EDITION_IDS) {
    const { requests } = EDITIONS[edition].policy as { requests: readonly RequestName[] };
    for (const state of Object.keys(STATES) as State[]) {
      if (state === "linkDown" && requests.length === 0) continue;
      for (const name of REQUESTS) {
        const expected = !requests.includes(name) ? -EINVAL : TAKEN[state].includes(name) ? 0 : -EBADR;
        it(`${name}, ${state}, edition ${edition}: ${expected}`, async () => {
          const world = await STATES[state](edition);
          expect(world.carrier.request(name)).toBe(expected);
          await world.settle();
          if (state !== "stopped" && state !== "notStarted") await world.stop();
        });
      }
    }
  }

  it("that no edition knows is answered EINVAL", async () => {
    const world = await World.registered();
    expect(world.carrier.request("dance" as never)).toBe(-EINVAL);
  });

  it("is a record with its number and the answer", async () => {
    const world = await World.registered();
    world.carrier.request("linkUp");
    world.carrier.request("deregister");
    expect(world.records.filter(({ kind }) => kind === "request")).toMatchObject([
      { name: "LWM2M_CARRIER_REQUEST_LINK_UP", number: 1, result: -EBADR },
      { name: "LWM2M_CARRIER_REQUEST_DEREGISTER", number: 4, result: 0 },
    ]);
  });
});

describe("the request to reboot", () => {
  for (const edition of ["3.3", "3.6"] as const) {
    it(`restarts the device: REBOOT, LTE_POWER_OFF, registered again, edition ${edition}`, async () => {
      const world = await World.registered({ edition });
      const before = world.events.length;
      expect(world.carrier.request("reboot")).toBe(0);
      await world.until("registered");
      expect(world.heard.slice(before)).toEqual(["reboot", "link.poweringOff", "registered"]);
      expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    });
  }

  it("is answered EALREADY while one is under way", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const handler: NonNullable<NonNullable<Parameters<typeof World.make>[0]>["carrier"]>["handler"] = async (
      event,
      standard,
    ) => {
      if (event.meaning.type === "reboot") await held;
      return standard();
    };
    const world = await World.registered({ carrier: { handler } });
    expect(world.carrier.request("reboot")).toBe(0);
    await world.settle();
    expect(world.carrier.request("reboot")).toBe(-EALREADY);
    release();
    await world.until("registered");
  });

  it("gets over attempts that are used up", async () => {
    const world = await World.make();
    world.bootstrap.silent = true;
    world.carrier.start();
    await world.untilTag("exhausted");
    world.bootstrap.silent = false;
    expect(world.carrier.request("reboot")).toBe(0);
    await world.until("registered");
  });
});

describe("the requests about the link", () => {
  for (const edition of ["3.3", "3.6"] as const) {
    it(`take it down without Deregister and up again, edition ${edition}`, async () => {
      const world = await World.registered({ edition });
      const before = world.events.length;
      expect(world.carrier.request("linkDown")).toBe(0);
      await world.untilTag("linkDown");
      expect(world.modem.functionalMode).toBe("offline");
      expect(world.carrier.request("linkUp")).toBe(0);
      await world.until("registered");
      expect(world.heard.slice(before)).toEqual(["link.goingDown", "link.goingUp", "registered"]);
      // The registration was still alive: an Update on the new session is enough.
      expect(world.management.asked.map(({ what }) => what)).toEqual(["POST /rd", "POST /rd/1"]);
    });
  }

  it("register anew when the registration did not outlive the time without link", async () => {
    const world = await World.registered({ account: { lifetime: 300 } });
    world.carrier.request("linkDown");
    await world.pass(1000);
    world.management.forget();
    world.carrier.request("linkUp");
    await world.until("registered");
    expect(world.management.of("POST /rd")).toHaveLength(2);
  });

  it("keep the link down however long, until it is wanted", async () => {
    const world = await World.registered();
    world.carrier.request("linkDown");
    await world.pass(5 * 86_400);
    expect(world.modem.functionalMode).toBe("offline");
    expect(world.management.asked).toHaveLength(1);
  });

  it("do not wait for a registration that is put off: the link goes down, and comes up with a new attempt", async () => {
    const world = await World.make();
    world.management.silent = true;
    world.carrier.start();
    await world.until("deferred");
    expect(world.carrier.request("linkDown")).toBe(0);
    await world.untilTag("linkDown");
    world.management.silent = false;
    expect(world.carrier.request("linkUp")).toBe(0);
    await world.until("registered");
  });
});

describe("the requests about the registration", () => {
  it("deregister and register: DEREGISTERED, then REGISTERED", async () => {
    const world = await World.registered();
    const before = world.events.length;
    expect(world.carrier.request("deregister")).toBe(0);
    await world.until("deregistered");
    expect(world.management.registrations.size).toBe(0);
    await world.pass(86_400 * 3);
    expect(world.carrier.request("register")).toBe(0);
    await world.until("registered");
    expect(world.heard.slice(before)).toEqual(["deregistered", "registered"]);
    expect(world.management.asked.map(({ what }) => what)).toEqual(["POST /rd", "DELETE /rd/1", "POST /rd"]);
  });

  it("hold both when register follows before the server has answered: DEREGISTERED, then REGISTERED", async () => {
    const world = await World.registered();
    const before = world.events.length;
    expect(world.carrier.request("deregister")).toBe(0);
    expect(world.carrier.request("register")).toBe(0);
    await world.until("registered");
    expect(world.heard.slice(before)).toEqual(["deregistered", "registered"]);
    expect(world.management.asked.map(({ what }) => what)).toEqual(["POST /rd", "DELETE /rd/1", "POST /rd"]);
  });

  it("have a registration updated that is there already", async () => {
    const world = await World.registered();
    expect(world.carrier.request("register")).toBe(0);
    await world.settle();
    expect(world.management.of("POST /rd/1")).toHaveLength(1);
    expect(world.heard.filter((event) => event === "registered")).toHaveLength(1);
  });

  it("cut a deferral short", async () => {
    const world = await World.make();
    world.management.script = ({ what }) => (what === "POST /rd" ? CODE.FORBIDDEN : undefined);
    world.carrier.start();
    await world.until("deferred");
    world.management.script = () => undefined;
    expect(world.carrier.request("register")).toBe(0);
    await world.until("registered");
    expect(world.seconds).toBe(0);
  });

  it("end attempts without DEREGISTERED where there was no registration", async () => {
    const world = await World.make({ account: ALONE });
    world.management.silent = true;
    world.carrier.start();
    await world.until("deferred");
    expect(world.carrier.request("deregister")).toBe(0);
    await world.pass(86_400);
    expect(world.heard).not.toContain("deregistered");
    expect(world.heard.filter((event) => event.startsWith("deferred"))).toHaveLength(1);
    world.management.silent = false;
    expect(world.carrier.request("register")).toBe(0);
    await world.until("registered");
  });

  it("make the first registration where the device does not register by itself", async () => {
    const world = await World.make({ carrier: { automaticRegistration: false } });
    world.carrier.start();
    await world.until("bootstrapped");
    await world.pass(3600);
    expect(world.management.asked).toEqual([]);
    expect(world.carrier.request("register")).toBe(0);
    await world.until("registered");
  });

  it("deregister with the link down: the link still comes up, and nothing registers until it is asked for", async () => {
    const world = await World.registered();
    world.carrier.request("linkDown");
    await world.untilTag("linkDown");
    expect(world.carrier.request("deregister")).toBe(0);
    await world.settle();
    expect(world.carrier.request("linkUp")).toBe(0);
    await world.pass(3600);
    expect(world.modem.functionalMode).toBe("normal");
    expect(world.management.of("POST /rd")).toHaveLength(1);
    expect(world.carrier.request("register")).toBe(0);
    await world.until("registered");
    expect(world.management.of("POST /rd")).toHaveLength(2);
  });

  it("stay deregistered while the link goes down and up", async () => {
    const world = await World.registered();
    world.carrier.request("deregister");
    await world.until("deregistered");
    expect(world.carrier.request("linkDown")).toBe(0);
    await world.untilTag("linkDown");
    expect(world.carrier.request("linkUp")).toBe(0);
    await world.pass(3600);
    expect(world.management.of("POST /rd")).toHaveLength(1);
    expect(world.carrier.request("register")).toBe(0);
    await world.until("registered");
  });
});

describe("DEREGISTERED", () => {
  it("is not told for a link that goes down, a reboot, a lost network or a forgetful server", async () => {
    const world = await World.registered();
    world.carrier.request("linkDown");
    await world.untilTag("linkDown");
    world.carrier.request("linkUp");
    await world.until("registered");
    world.modem.inject({ name: "registrationLost", times: 1 });
    await world.settle();
    world.management.forget();
    await world.reaches("another Register", () => world.management.of("POST /rd").length === 2);
    world.carrier.request("reboot");
    await world.until("registered");
    expect(world.heard).not.toContain("deregistered");
  });
});
