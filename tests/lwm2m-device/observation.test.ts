/** Observations over real endpoints: when a server hears of what (OMA LwM2M Core 1.1 §6.4, §7.3.2; RFC 7641). */
import { afterEach, describe, expect, it } from "@jest/globals";
import { CODE } from "../../services/coap/codes.ts";
import { encodeMessage } from "../../services/coap/message.ts";
import { encodeOptions } from "../../services/coap/optionFields.ts";
import { DEVICE, type DeviceManagementOptions, MAX_OBSERVATIONS, PORTFOLIO } from "../../services/lwm2m/index.ts";
import { type CoapPair, coapPair, settle } from "./support/coapPair.ts";
import { type Watched, watchDevice } from "./support/watched.ts";

const open: CoapPair[] = [];
const watching: Watched[] = [];
afterEach(() => {
  for (const watched of watching.splice(0)) watched.close();
  for (const { device, server } of open.splice(0)) {
    device.close();
    server.close();
  }
});

function watch(options: Partial<DeviceManagementOptions> = {}): Watched {
  const watched = watchDevice(options);
  watching.push(watched);
  return watched;
}

describe("an observed resource", () => {
  it("is told when it changes, and not when it is set to what it was", async () => {
    const { device, heard, observe, advance } = watch();
    device.tree.set(3, 0, 9, 80);
    await observe("/3/0/9");
    for (const level of [80, 79, 79]) {
      device.tree.set(3, 0, 9, level);
      await advance(1);
    }
    expect(heard).toEqual(["1:79"]);
  });

  it("waits for pmin and then tells the value of that moment", async () => {
    const { device, heard, observe, put, advance } = watch();
    device.tree.set(3, 0, 9, 80);
    expect(await put("/3/0/9", "pmin=10")).toBe(CODE.CHANGED);
    await observe("/3/0/9");
    await advance(2);
    device.tree.set(3, 0, 9, 70);
    await advance(5);
    device.tree.set(3, 0, 9, 60);
    await advance(20);
    device.tree.set(3, 0, 9, 50);
    await settle();
    expect(heard).toEqual(["10:60", "27:50"]);
  });

  it("is told again after pmax without a change, and pmax below pmin does not count", async () => {
    const { device, heard, observe, put, advance } = watch();
    device.tree.set(3, 0, 9, 80);
    await put("/3/0/9", "pmax=30");
    await observe("/3/0/9");
    await advance(65);
    expect(heard).toEqual(["30:80", "60:80"]);
    await put("/3/0/9", "pmin=40");
    await advance(100);
    expect(heard).toHaveLength(2);
  });

  it("takes pmin and pmax from the account where nothing nearer says so", async () => {
    const { device, heard, observe, advance } = watch();
    device.tree.set(3, 0, 9, 80);
    device.tree.set(1, 0, 2, 10);
    device.tree.set(1, 0, 3, 20);
    await observe("/3/0/9");
    device.tree.set(3, 0, 9, 70);
    await advance(40);
    expect(heard).toEqual(["10:70", "30:70"]);
  });

  it("inherits attributes from its instance and object, the nearest first", async () => {
    const { device, heard, observe, put, advance } = watch();
    device.tree.set(3, 0, 9, 80);
    await put("/3", "pmin=50", "pmax=60");
    await put("/3/0", "pmin=5");
    await observe("/3/0/9");
    device.tree.set(3, 0, 9, 70);
    await advance(66);
    expect(heard).toEqual(["5:70", "65:70"]);
  });

  it("is told when gt or lt is crossed in either direction, or when it moved by st", async () => {
    const { device, heard, observe, put } = watch();
    const levels = async (...values: number[]): Promise<void> => {
      for (const value of values) {
        device.tree.set(3, 0, 9, value);
        await settle();
      }
    };
    device.tree.set(3, 0, 9, 50);
    await put("/3/0/9", "gt=80", "lt=20");
    await observe("/3/0/9");
    await levels(60, 80, 81, 90, 80, 20, 19, 5, 20);
    expect(heard).toEqual(["0:81", "0:80", "0:19", "0:20"]);
    await put("/3/0/9", "gt", "lt", "st=10");
    await levels(25, 29, 30, 21, 20);
    expect(heard.slice(4)).toEqual(["0:30", "0:20"]);
  });

  it("is not told again once it is cancelled", async () => {
    const { device, management, heard, observe } = watch();
    device.tree.set(3, 0, 9, 80);
    const { cancel } = await observe("/3/0/9");
    expect(management.observations.size).toBe(1);
    await cancel();
    device.tree.set(3, 0, 9, 70);
    await settle();
    expect([heard, management.observations.size]).toEqual([[], 0]);
  });

  it("is forgotten when the server answers a notification with Reset", async () => {
    const { device, management, pair, observe } = watch({ confirmableIntervalSeconds: 0 });
    device.tree.set(3, 0, 9, 80);
    await observe("/3/0/9");
    // A server that restarted knows nothing of the observation.
    const { serverSession, deviceSession } = pair;
    const restarted = coapPair({}, device.clock);
    open.push(restarted);
    deviceSession.other = restarted.serverSession;
    restarted.serverSession.other = deviceSession;
    serverSession.other = undefined;
    device.tree.set(3, 0, 9, 70);
    await settle();
    expect(management.observations.size).toBe(0);
  });

  it("ends with 4.04 when its instance goes", async () => {
    const { device, management, heard, observe } = watch();
    device.tree.create(PORTFOLIO.id, 0, new Map([[0, new Map([[0, "a"]])]]));
    await observe("/16/0/0/0");
    device.tree.delete(PORTFOLIO.id, 0);
    await settle();
    expect([heard, management.observations.size]).toEqual([[`0:code ${CODE.NOT_FOUND}`], 0]);
  });
});

describe("an observed instance or object", () => {
  it("is told once for all that one operation changed", async () => {
    const { device, heard, observe } = watch();
    await observe("/3/0");
    await observe("/3");
    device.tree.update(DEVICE, 0, { 9: 70, 20: 1 });
    await settle();
    expect(heard).toHaveLength(2);
  });

  it("is told when an instance comes or goes", async () => {
    const { device, heard, observe } = watch();
    await observe("/16");
    device.tree.create(PORTFOLIO.id, 4, new Map([[0, new Map([[0, "a"]])]]));
    await settle();
    device.tree.delete(PORTFOLIO.id, 4);
    await settle();
    expect(heard).toHaveLength(2);
  });
});

describe("a live value", () => {
  it("is told when its owner says that it is another, by the same rules", async () => {
    const { device, heard, observe, put } = watch();
    let level = 1;
    device.tree.add(device.tree.definition(7)!, { resources: { 2: { read: () => level } } });
    device.tree.create(7, 0);
    await put("/7/0/2", "st=5");
    await observe("/7/0/2");
    for (level of [3, 6, 7]) {
      device.tree.touch(7, 0, 2);
      await settle();
    }
    expect(heard).toEqual(["0:6"]);
  });
});

describe("notifications", () => {
  it("are confirmable once in the interval, and each when con asks for it", async () => {
    const outcomes: string[] = [];
    const { device, observe, put, advance } = watch({
      confirmableIntervalSeconds: 100,
      onNotified: (_path, outcome) => outcomes.push(outcome),
    });
    device.tree.set(3, 0, 9, 1);
    await observe("/3/0/9");
    const change = async (level: number, seconds: number): Promise<void> => {
      device.tree.set(3, 0, 9, level);
      await advance(seconds);
    };
    await change(2, 50);
    await change(3, 60);
    await change(4, 1);
    await change(5, 1);
    await put("/3/0/9", "con=1");
    await change(6, 1);
    await change(7, 1);
    expect(outcomes).toEqual(["sent", "sent", "acknowledged", "sent", "acknowledged", "acknowledged"]);
  });

  it("are confirmable a day after the server has last asked for them anew", async () => {
    const outcomes: string[] = [];
    const { device, pair, management, observe, advance, level } = watch({
      onNotified: (_path, outcome) => outcomes.push(outcome),
    });
    device.tree.set(3, 0, 9, 80);
    await observe("/3/0/9");
    const { token } = management.observations.state().observations[0]!;
    const options = encodeOptions({ observe: 0, path: ["3", "0", "9"] });
    await advance(50_000);
    pair.deviceSession.deliver(
      encodeMessage({ type: "NON", code: CODE.GET, messageId: 1, token, options, payload: new Uint8Array() }),
    );
    await settle();
    await advance(50_000);
    await level(70);
    await advance(50_000);
    await level(60);
    expect(outcomes).toEqual(["sent", "acknowledged"]);
  });

  it("that come up while one is under way are sent as one, with the latest value", async () => {
    const { device, pair, heard, observe, advance } = watch({ confirmableIntervalSeconds: 0 });
    device.tree.set(3, 0, 9, 80);
    await observe("/3/0/9");
    pair.serverSession.muted = true;
    for (const level of [70, 60, 50]) {
      device.tree.set(3, 0, 9, level);
      await settle();
    }
    expect(heard).toEqual(["0:70"]);
    pair.serverSession.muted = false;
    await advance(5);
    expect(heard.at(-1)).toMatch(/:50$/);
    expect(heard).toHaveLength(2);
  });

  it("are kept while there is no session, as 1/x/6 says, and told to the next one", async () => {
    const told: string[] = [];
    const { device, management, pair, heard, observe } = watch({
      onObserve: (path, change) => told.push(`${change} /${path.objectId}/${path.instanceId}/${path.resourceId}`),
    });
    device.tree.set(3, 0, 9, 80);
    await observe("/3/0/9");
    management.detach();
    device.tree.set(3, 0, 9, 70);
    management.attach(pair.device);
    await settle();
    expect(heard).toEqual(["0:70"]);
    device.tree.set(1, 0, 6, false);
    management.detach();
    device.tree.set(3, 0, 9, 60);
    management.attach(pair.device);
    await settle();
    expect(heard).toHaveLength(1);
    device.tree.set(1, 0, 2, 100);
    device.tree.set(3, 0, 9, 50);
    management.detach();
    device.tree.set(1, 0, 2, 0);
    management.attach(pair.device);
    await settle();
    expect(heard).toHaveLength(1);
    management.close();
    expect(told).toEqual(["start /3/0/9", "stop /3/0/9"]);
  });

  it("that were not acknowledged are sent again on the next session", async () => {
    const outcomes: string[] = [];
    const { device, management, pair, heard, observe, advance } = watch({
      confirmableIntervalSeconds: 0,
      onNotified: (_path, outcome) => outcomes.push(outcome),
    });
    device.tree.set(3, 0, 9, 80);
    await observe("/3/0/9");
    pair.deviceSession.muted = true;
    device.tree.set(3, 0, 9, 70);
    await advance(300);
    expect([outcomes, heard]).toEqual([["timeout"], []]);
    pair.deviceSession.muted = false;
    management.detach();
    management.attach(pair.device);
    await settle();
    expect(heard).toEqual(["300:70"]);
  });
});

describe("the number of observations", () => {
  /** What the server says goes nowhere else: it hears no answer, and resets nothing. */
  function lone({ pair }: Watched, nextToken = 0) {
    const { deviceSession } = pair;
    deviceSession.other = undefined;
    return (token = nextToken++) =>
      deviceSession.deliver(
        encodeMessage({
          type: "NON",
          code: CODE.GET,
          messageId: nextToken++,
          token: Uint8Array.of(token >> 8, token),
          options: encodeOptions({ observe: 0, path: ["3", "0", "9"] }),
          payload: new Uint8Array(),
        }),
      );
  }

  const ends: readonly [how: string, end: (watched: Watched) => void][] = [
    ["a new registration on the same session", ({ management }) => management.observations.renew()],
    [
      "a new registration on a session that was parked",
      ({ management }) => {
        management.detach();
        management.observations.renew();
      },
    ],
    [
      "its being disabled, where it wants nothing stored",
      ({ device, management }) => {
        device.tree.set(1, 0, 6, false);
        management.observations.pause();
      },
    ],
  ];
  for (const [how, end] of ends) {
    it(`counts from none after ${how}, as often as that is`, async () => {
      const watched = watch();
      const { device, management, pair } = watched;
      device.tree.set(3, 0, 9, 80);
      const observe = lone(watched);
      for (let round = 0; round < 5; round++) {
        for (let count = 0; count < MAX_OBSERVATIONS; count++) observe();
        expect(management.observations.size).toBe(MAX_OBSERVATIONS);
        end(watched);
        expect(management.observations.size).toBe(0);
        management.attach(pair.device);
      }
    });
  }

  it("is that of the endpoint where this takes fewer: the others end", async () => {
    const { device, management, observe } = watch();
    device.tree.set(3, 0, 9, 80);
    device.tree.set(3, 0, 14, "+01:00");
    for (const path of ["/3/0/9", "/3/0/14"]) await observe(path);
    expect(management.observations.size).toBe(2);
    const full = coapPair({ device: management }, device.clock);
    open.push(full);
    const others = 127;
    for (let token = 0; token < others; token++) full.device.adoptObservation(Uint8Array.of(token), { path: ["3"] });
    management.attach(full.device);
    expect(management.observations.state().observations.map(({ paths }) => paths)).toEqual([["/3/0/9"]]);
  });

  it("is bounded: one too many is answered like a plain read", async () => {
    const { device, management } = watch();
    const request = (token: number) =>
      management.onRequest({
        method: CODE.GET,
        path: ["3", "0", "0"],
        query: [],
        accept: undefined,
        observe: 0,
        token: Uint8Array.of(token),
        payload: new Uint8Array(),
        confirmable: true,
      });
    for (let token = 0; token < MAX_OBSERVATIONS; token++)
      expect(await request(token)).toMatchObject({ observing: true });
    const last = await request(MAX_OBSERVATIONS);
    expect(last.code).toBe(CODE.CONTENT);
    expect(last.observing).toBeUndefined();
    expect(await request(0)).toMatchObject({ observing: true });
    expect(device.told).toEqual([]);
  });
});
