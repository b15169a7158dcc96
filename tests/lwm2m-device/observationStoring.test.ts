/** Notifications that wait for their server (OMA LwM2M Core 1.1, 1/x/6): offline, disabled, over a restart. */
import { afterEach, describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { CODE } from "../../services/coap/codes.ts";
import { MAX_STORED_NOTIFICATIONS } from "../../services/lwm2m/device/notificationQueue.ts";
import { type DeviceManagementOptions, findFormat, PORTFOLIO } from "../../services/lwm2m/index.ts";
import { decodeFacts, encodeFacts, NO_FACTS } from "../../services/store/facts.ts";
import { settle } from "./support/coapPair.ts";
import { makeDevice, type TestDevice } from "./support/device.ts";
import { type Watched, watchDevice } from "./support/watched.ts";

const DAY_SECONDS = 86_400;

const open: Watched[] = [];
afterEach(() => {
  for (const watched of open.splice(0)) watched.close();
});

function watch(options: Partial<DeviceManagementOptions> = {}, device?: TestDevice): Watched {
  const watched = watchDevice(options, device);
  watched.device.tree.set(3, 0, 9, 80);
  watched.device.tree.set(3, 0, 14, "+01:00");
  open.push(watched);
  return watched;
}

/** The device's wall clock at a second of the test. */
const at = (device: TestDevice, second: number): number => (device.clock.wall() - device.clock.now()) / 1_000 + second;

describe("notifications while there is no session", () => {
  it("are each told to the next one, in their order", async () => {
    const { management, pair, heard, observe, advance, level } = watch();
    await observe("/3/0/9");
    management.detach();
    await level(70);
    await advance(10);
    await level(60, 50);
    expect(management.observations.waiting).toBe(3);
    await advance(10);
    management.attach(pair.device);
    await settle();
    expect([heard, management.observations.waiting]).toEqual([["20:70", "20:60", "20:50"], 0]);
  });

  it("are confirmable, one at a time, and go on after the last one arrived", async () => {
    const outcomes: string[] = [];
    const { management, pair, heard, observe, level } = watch({ onNotified: (_, outcome) => outcomes.push(outcome) });
    await observe("/3/0/9");
    management.detach();
    await level(70, 60);
    management.attach(pair.device);
    await settle();
    await level(50);
    expect(heard).toEqual(["0:70", "0:60", "0:50"]);
    expect(outcomes).toEqual(["acknowledged", "acknowledged", "sent"]);
  });

  it("keep the order of all observations of the server", async () => {
    const { device, management, pair, heard, observe, level } = watch();
    await observe("/3/0/9");
    await observe("/3/0/14");
    management.detach();
    await level(70);
    device.tree.set(3, 0, 14, "+02:00");
    await level(60);
    management.attach(pair.device);
    await settle();
    expect(heard).toEqual(["0:70", "0:+02:00", "0:60"]);
  });

  it("obey pmin and pmax as they would have been sent", async () => {
    const { management, pair, heard, observe, put, advance, level } = watch();
    await put("/3/0/9", "pmin=10", "pmax=40");
    await observe("/3/0/9");
    management.detach();
    await level(70);
    await advance(5);
    await level(60);
    await advance(55);
    management.attach(pair.device);
    await settle();
    expect(heard).toEqual(["60:60", "60:60"]);
  });

  for (const [format, text] of [
    [110, (time: number, value: number) => `[{"bn":"/3/0/9","bt":${time},"v":${value}}]`],
    [11543, (time: number, value: number) => `{"bn":"/3/0/9","bt":${time},"e":[{"v":${value}}]}`],
  ] as const) {
    it(`bear the time of their value in format ${format}`, async () => {
      const { device, management, pair, heard, observe, advance, level } = watch();
      await observe("/3/0/9", format);
      await advance(3);
      management.detach();
      await level(70);
      await advance(7);
      await level(60);
      management.attach(pair.device);
      await settle();
      expect(heard).toEqual([`10:${text(at(device, 3), 70)}`, `10:${text(at(device, 10), 60)}`]);
    });
  }

  it("bear the time of their value in SenML CBOR", async () => {
    const { device, management, observe, advance, level } = watch();
    await observe("/3/0/9", 112);
    management.detach();
    await advance(3);
    await level(70);
    const [stored] = management.observations.state().waiting;
    const resource = device.tree.definition(3)!.resources.find(({ id }) => id === 9)!;
    const node = {
      kind: "resource",
      path: { objectId: 3, instanceId: 0, resourceId: 9 },
      resource,
      value: 70,
    } as const;
    const timed = findFormat(112)!.encodeTimed!([
      { node: { ...node, definition: device.tree.definition(3)! }, timeSeconds: at(device, 3) },
    ]);
    expect(stored?.response.payload).toEqual(timed);
  });

  it("are told of a composite observation too, with the time", async () => {
    const { device, management, pair, heard, observeComposite, advance, level } = watch();
    await observeComposite(["/3/0/9", "/3/0/14"], 110);
    management.detach();
    await advance(5);
    await level(70);
    management.attach(pair.device);
    await settle();
    expect(heard).toHaveLength(1);
    expect(heard[0]).toContain(`"bt":${at(device, 5)}`);
    expect(heard[0]).toContain('"v":70');
  });

  it("are bounded: the oldest give way, and are counted", async () => {
    const { management, pair, heard, observe, level } = watch({ storedNotifications: 2 });
    await observe("/3/0/9");
    management.detach();
    await level(70, 60, 50, 40);
    expect([management.observations.waiting, management.observations.dropped]).toEqual([2, 2]);
    management.attach(pair.device);
    await settle();
    expect(heard).toEqual(["0:50", "0:40"]);
  });

  it("are bounded without being told so, by number and by octets", async () => {
    const { device, management, observe } = watch();
    await observe("/3/0/9");
    management.detach();
    for (let value = 0; value < MAX_STORED_NOTIFICATIONS + 5; value++) device.tree.set(3, 0, 9, value % 100);
    expect([management.observations.waiting, management.observations.dropped]).toEqual([
      MAX_STORED_NOTIFICATIONS,
      6 - 1,
    ]);
    device.tree.create(PORTFOLIO.id, 0, new Map([[0, new Map([[0, "a"]])]]));
    management.attach(open[0]!.pair.device);
    await settle();
    await observe("/16/0");
    management.detach();
    const long = "x".repeat(255);
    for (let turn = 0; turn < 300; turn++) {
      device.tree.set(16, 0, 0, new Map(Array.from({ length: 4 }, (_, id) => [id, `${turn}${long}`.slice(0, 250)])));
    }
    const octets = management.observations
      .state()
      .waiting.reduce((total, { response }) => total + (response.payload?.length ?? 0), 0);
    expect(octets).toBeGreaterThan(60_000);
    expect(octets).toBeLessThanOrEqual(65_536);
  });

  it("lose the one that alone is more than all may be, and no other", async () => {
    const { device, management, pair, heard, observe, level } = watch();
    const texts = new Map(Array.from({ length: 4 }, (_, id) => [id, "x".repeat(255)]));
    for (let id = 0; id < 100; id++) device.tree.create(PORTFOLIO.id, id, new Map([[0, texts]]));
    await observe("/3/0/9");
    await observe("/16");
    management.detach();
    await level(70);
    device.tree.set(PORTFOLIO.id, 0, 0, new Map([[0, "a"]]));
    await level(60);
    expect([management.observations.waiting, management.observations.dropped]).toEqual([2, 1]);
    management.attach(pair.device);
    await settle();
    expect(heard).toEqual(["0:70", "0:60"]);
  });

  it("are not stored where the server does not want it: the next change is told", async () => {
    const { device, management, pair, heard, observe, level } = watch();
    device.tree.set(1, 0, 6, false);
    await observe("/3/0/9");
    management.detach();
    await level(70);
    management.attach(pair.device);
    await settle();
    expect(heard).toEqual([]);
    await level(60);
    expect(heard).toEqual(["0:60"]);
  });

  it("go with their observation when the server resets one of them", async () => {
    const { management, pair, heard, observe, level } = watch();
    const { cancel } = await observe("/3/0/9");
    await observe("/3/0/14");
    management.detach();
    await level(70, 60);
    // The server forgets it without saying so: it answers with Reset.
    pair.deviceSession.muted = true;
    void cancel();
    await settle();
    pair.deviceSession.muted = false;
    management.attach(pair.device);
    await settle();
    expect([heard, management.observations.size, management.observations.waiting]).toEqual([[], 1, 0]);
  });

  it("end with the error of what has gone, after what came before", async () => {
    const { device, management, pair, heard, observe } = watch();
    device.tree.create(PORTFOLIO.id, 0, new Map([[0, new Map([[0, "a"]])]]));
    await observe("/16/0/0/0");
    management.detach();
    device.tree.set(16, 0, 0, new Map([[0, "b"]]));
    device.tree.delete(PORTFOLIO.id, 0);
    management.attach(pair.device);
    await settle();
    expect([heard, management.observations.size]).toEqual([["0:b", `0:code ${CODE.NOT_FOUND}`], 0]);
  });
});

describe("notifications to a server that does not answer", () => {
  it("wait, with those that follow, and all are told once it does", async () => {
    const { management, pair, heard, observe, advance, level } = watch({ confirmableIntervalSeconds: 0 });
    await observe("/3/0/9");
    pair.deviceSession.muted = true;
    await level(70);
    await advance(300);
    expect(management.observations.waiting).toBe(1);
    await level(60);
    expect(management.observations.waiting).toBe(2);
    pair.deviceSession.muted = false;
    await advance(60);
    expect(heard.map((line) => line.split(":")[1])).toEqual(["70", "60"]);
    expect(management.observations.waiting).toBe(0);
  });

  it("are tried again when it has accepted an Update on the same session", async () => {
    const { management, pair, heard, observe, advance, level } = watch({ confirmableIntervalSeconds: 0 });
    await observe("/3/0/9");
    pair.deviceSession.muted = true;
    await level(70);
    await advance(300);
    pair.deviceSession.muted = false;
    await advance(300);
    expect(heard).toEqual([]);
    management.attach(pair.device);
    await settle();
    expect(heard).toEqual(["600:70"]);
  });
});

describe("notifications that did not arrive", () => {
  it("are told in the order in which they were sent, whichever was given up first", async () => {
    const { device, management, pair, heard, observe, advance, level } = watch({ confirmableIntervalSeconds: 0 });
    for (const path of ["/3/0/9", "/3/0/14"]) await observe(path);
    pair.deviceSession.muted = true;
    await level(70);
    device.tree.set(3, 0, 14, "+02:00");
    await advance(120);
    expect(management.observations.waiting).toBe(1);
    await level(60);
    await advance(600);
    expect(management.observations.waiting).toBe(3);
    pair.deviceSession.muted = false;
    management.attach(pair.device);
    await settle();
    expect(heard.map((line) => line.slice(line.indexOf(":") + 1))).toEqual(["70", "+02:00", "60"]);
  });

  it("keep the value of their time, however rarely one is to be confirmable", async () => {
    const { management, pair, heard, observe, advance, level } = watch({ confirmableIntervalSeconds: 7 * DAY_SECONDS });
    await observe("/3/0/9");
    await advance(DAY_SECONDS);
    pair.deviceSession.muted = true;
    await level(70);
    await advance(1);
    await level(60);
    await advance(300);
    pair.deviceSession.muted = false;
    management.attach(pair.device);
    await settle();
    expect(heard.map((line) => line.split(":")[1])).toEqual(["70", "60"]);
  });

  it("are stored too when the endpoint could not even send them", async () => {
    const { management, pair, heard, observe, level } = watch();
    await observe("/3/0/9");
    const { deviceSession } = pair;
    const send = deviceSession.send.bind(deviceSession);
    deviceSession.send = () => {
      throw new RangeError("no datagram");
    };
    await level(70);
    expect(management.observations.waiting).toBe(1);
    deviceSession.send = send;
    management.attach(pair.device);
    await settle();
    expect([heard, management.observations.waiting]).toEqual([["0:70"], 0]);
  });
});

describe("a server that is disabled", () => {
  it("hears after the next Register what happened meanwhile, and goes on observing", async () => {
    const { management, pair, heard, observe, advance, level } = watch();
    await observe("/3/0/9");
    management.observations.pause();
    await level(70);
    await advance(600);
    management.observations.renew();
    management.attach(pair.device);
    await settle();
    await level(60);
    expect(heard).toEqual(["600:70", "600:60"]);
  });

  it("has its observations ended where it wants nothing stored", async () => {
    const { device, management, observe } = watch();
    device.tree.set(1, 0, 6, false);
    await observe("/3/0/9");
    management.observations.pause();
    expect(management.observations.size).toBe(0);
  });

  it("has them ended by a Register that follows no disabling", async () => {
    const { management, observe } = watch();
    await observe("/3/0/9");
    management.observations.pause();
    management.observations.renew();
    expect(management.observations.size).toBe(1);
    management.observations.renew();
    expect(management.observations.size).toBe(0);
  });
});

describe("a restart", () => {
  /** What the store makes of a state. */
  const overStore = (state: unknown) =>
    decodeFacts(encodeFacts({ ...NO_FACTS, observations: new Map([["101", state]]) }), "facts").observations?.get(
      "101",
    ) as never;

  it("goes on with observations and what waited, and tells once how things are", async () => {
    const before = watch();
    await before.observe("/3/0/9", 110);
    await before.observeComposite(["/3/0/14", "/3/0/9"], 110);
    before.management.detach();
    await before.level(70);
    const state = overStore(before.management.observations.state());
    const time = at(before.device, 0);
    before.management.close();
    const device = makeDevice();
    const after = watch({}, device);
    after.management.detach();
    const restartedAt = at(device, 0);
    after.management.observations.restore(state);
    device.tree.set(3, 0, 14, "+02:00");
    expect([after.management.observations.size, after.management.observations.waiting]).toEqual([2, 3]);
    // The server that observed is the one of before, and it hears the device of now.
    const { deviceSession } = after.pair;
    deviceSession.other = before.pair.serverSession;
    before.pair.serverSession.other = deviceSession;
    after.management.attach(after.pair.device);
    await settle();
    const records = before.heard.map((line) => JSON.parse(line.slice(line.indexOf(":") + 1)));
    const told = records.map((pack) => pack.map(({ v, vs }: { v?: number; vs?: string }) => v ?? vs));
    // What was stored before the restart, what changed after it, and the observation that nothing was said of since.
    expect(told).toEqual([[70], ["+01:00", 70], ["+02:00", 80], [80]]);
    expect(records.map(([first]) => first.bt)).toEqual([time, time, restartedAt, restartedAt]);
    expect(after.management.observations.waiting).toBe(0);
    await after.level(60);
    expect(before.heard.slice(4)).toEqual(['0:[{"bn":"/3/0/9","v":60}]', expect.stringContaining('"v":60')]);
  });

  it("loses nothing that had not arrived: what is under way is still in the state", async () => {
    const { management, pair, observe, level } = watch();
    await observe("/3/0/9");
    management.detach();
    await level(70, 60);
    pair.serverSession.muted = true;
    management.attach(pair.device);
    await settle();
    expect(management.observations.state().waiting).toHaveLength(2);
  });

  it("keeps a disabled server's observations over the next Register", async () => {
    const before = watch();
    await before.observe("/3/0/9");
    before.management.observations.pause();
    const state = overStore(before.management.observations.state());
    const after = watch();
    after.management.observations.restore(state);
    after.management.observations.renew();
    expect(after.management.observations.size).toBe(1);
  });

  it("tells its owner of every state that is to be stored", async () => {
    let states = 0;
    const { management, pair, observe, level } = watch({ onObservationsChanged: () => states++ });
    const counted: number[] = [];
    const step = async (work: () => unknown): Promise<void> => {
      const before = states;
      await work();
      await settle();
      counted.push(states - before);
    };
    await step(() => observe("/3/0/9"));
    await step(() => level(70));
    management.detach();
    await step(() => level(60));
    await step(() => management.attach(pair.device));
    await step(() => management.close());
    expect(counted).toEqual([1, 0, 1, 1, 0]);
  });

  it("leaves out of a state what is none", () => {
    const random = seededRandom(5);
    const junk = [null, 7, "x", [], {}, { token: Uint8Array.of(1) }, { token: "x", paths: ["/3"] }, Uint8Array.of(1)];
    const { management } = watch();
    const pick = () => junk[random.bytes(1)[0]! % junk.length];
    for (let turn = 0; turn < 200; turn++) {
      const state =
        turn < junk.length ? junk[turn] : { observations: [pick(), pick()], waiting: [pick()], paused: pick() };
      management.observations.restore(state as never);
      expect(management.observations.size).toBe(0);
    }
    const token = Uint8Array.of(1);
    const observations = [
      { token, paths: ["/3/0/9"], composite: false },
      { token: Uint8Array.of(2), paths: ["3"], composite: false },
      { token: new Uint8Array(9), paths: ["/3"], composite: false },
      { token, paths: ["/3/0"], composite: false },
    ];
    const waiting = [
      { token: Uint8Array.of(9), response: { code: CODE.CONTENT } },
      { token, response: { code: CODE.CONTENT, payload: "text" } },
    ];
    management.observations.restore({ observations, waiting, paused: false } as never);
    expect([management.observations.size, management.observations.waiting]).toEqual([1, 0]);
  });

  it("takes of a stored notification what a notification can be, and leaves out the others", () => {
    const token = Uint8Array.of(1);
    const payload = Uint8Array.of(0x37);
    const junk = [
      null,
      {},
      { code: "2.05" },
      { code: 999 },
      { code: CODE.GET },
      { code: CODE.CHANGED },
      { code: CODE.CONTENT + 0.5 },
      { code: CODE.CONTENT, payload: "text" },
      ...[-1, 1.5, 65_536, "x", null].map((contentFormat) => ({ code: CODE.CONTENT, contentFormat, payload })),
    ];
    const kept = [{ code: CODE.CONTENT, contentFormat: 65_535, payload }, { code: CODE.NOT_FOUND }];
    const more = [
      { ...kept[0], locationPath: 5, etag: new Uint8Array(5_000), maxAge: "x", confirmable: false },
      { ...kept[1], observing: true },
    ];
    const { management } = watch();
    management.observations.restore({
      observations: [{ token, paths: ["/3/0/9"], composite: false }],
      waiting: [...junk, ...more].map((response) => ({ token, response, more: 1 })),
      paused: false,
    } as never);
    expect(management.observations.state().waiting).toEqual(kept.map((response) => ({ token, response })));
  });
});
