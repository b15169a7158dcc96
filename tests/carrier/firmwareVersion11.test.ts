/** Object 5 in version 1.1: Cancel, Severity, Last State Change Time, and updates that the application puts off. */
import { describe, expect, it, jest } from "@jest/globals";
import type { DeferUpdate, UpdateQuestion } from "../../carrier/deviceFirmware.ts";
import { seededRandom } from "../../carrier/random.ts";
import { EDITIONS, type EditionId } from "../../machines/editions/index.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import { withoutTimeOfDay } from "./support/withoutTimeOfDay.ts";
import { World } from "./support/world.ts";

const IMAGE = encodeFirmwareImage({
  version: "mfw_sim_1.1.0",
  baseVersion: "mfw_sim_1.0.0",
  sizeBytes: 20_000,
  random: seededRandom(1),
});
const [IDLE, DOWNLOADED] = [0, 2];
const DEFERRED = 11;
const DAY_SECONDS = 86_400;

const status = (world: World) => [3, 5].map((id) => world.carrier.objects.get(5, 0, id));
const becomes = (world: World, state: number, result: number) =>
  world.reaches(`State ${state}, Result ${result}`, () => status(world).join() === [state, result].join());
const ask = (world: World, method: "GET" | "PUT" | "POST", path: string, text?: string) =>
  world.result(world.management.ask(method, path, text));

/** With an image in the modem; `defer` is what the application answers. */
async function downloaded(defer?: DeferUpdate, edition: EditionId = "3.6"): Promise<World> {
  const firmware = { objectVersion: "1.1", ...(defer && { defer }) } as const;
  const world = await World.registered({ edition, traced: false, carrier: { firmware } });
  expect(await world.result(world.management.push("/5/0/0", IMAGE))).toBe("2.04");
  await becomes(world, DOWNLOADED, 0);
  return world;
}

describe("object 5 in version 1.1", () => {
  it("is said to servers, with mandatory updates that nobody has put a limit to", async () => {
    const world = await downloaded();
    expect(world.management.of("POST /rd")[0]?.text).toContain("</5>;ver=1.1,</5/0>");
    expect(await ask(world, "GET", "/5/0/11")).toBe("2.05 1");
    expect(await ask(world, "GET", "/5/0/13")).toMatch(/^4\.04/);
  });

  it("keeps over a restart what servers have written, and when the state changed last", async () => {
    const world = await downloaded();
    const changed = await ask(world, "GET", "/5/0/12");
    expect(await ask(world, "PUT", "/5/0/11", "2")).toMatch(/^2\.04/);
    expect(await ask(world, "PUT", "/5/0/13", "3600")).toMatch(/^2\.04/);
    await world.pass(100);
    world.carrier.restart();
    await world.until("registered");
    const read = async (id: number) => ask(world, "GET", `/5/0/${id}`);
    expect([await read(11), await read(12), await read(13)]).toEqual(["2.05 2", changed, "2.05 3600"]);
    expect(await ask(world, "PUT", "/5/0/11", "3")).toMatch(/^4\.00/);
  });

  it("notes the time of each change of State", async () => {
    const world = await downloaded();
    const before = Number(world.carrier.objects.get(5, 0, 12));
    await world.pass(50);
    await ask(world, "PUT", "/5/0/1", "");
    await becomes(world, IDLE, 0);
    expect(Number(world.carrier.objects.get(5, 0, 12)) - before).toBeGreaterThanOrEqual(50);
  });
});

describe("Cancel", () => {
  it("ends what is downloaded with Update Result 10, and another update may follow", async () => {
    const world = await downloaded();
    expect(await ask(world, "POST", "/5/0/10")).toBe("2.04");
    await becomes(world, IDLE, 10);
    expect(await ask(world, "POST", "/5/0/10")).toMatch(/^4\.05/);
    expect(await world.result(world.management.push("/5/0/0", IMAGE))).toBe("2.04");
    await becomes(world, DOWNLOADED, 0);
  });

  it("ends a download from a host that does not answer", async () => {
    const world = await World.registered({ traced: false, carrier: { firmware: { objectVersion: "1.1" } } });
    const host = await world.server("192.0.2.77");
    host.silent = true;
    expect(await ask(world, "PUT", "/5/0/1", "coap://192.0.2.77/image")).toBe("2.04");
    await becomes(world, 1, 0);
    expect(await ask(world, "POST", "/5/0/10")).toBe("2.04");
    await becomes(world, IDLE, 10);
  });

  it("is not there in version 1.0", async () => {
    const world = await World.registered({ traced: false });
    expect(await ask(world, "POST", "/5/0/10")).toMatch(/^4\.0[45]/);
  });
});

describe("an update that the application puts off", () => {
  for (const edition of Object.keys(EDITIONS) as EditionId[]) {
    it(`has Update Result 11 until its time comes, then is installed, edition ${edition}`, async () => {
      const world = await downloaded(() => 3600, edition);
      expect(await ask(world, "POST", "/5/0/2")).toBe("2.04");
      await becomes(world, DOWNLOADED, DEFERRED);
      await world.pass(3500);
      expect(status(world)).toEqual([DOWNLOADED, DEFERRED]);
      await becomes(world, IDLE, 1);
    });
  }

  it("is put off for as long as the server allows at most", async () => {
    const asked: UpdateQuestion[] = [];
    const world = await downloaded((question) => {
      asked.push(question);
      return DAY_SECONDS;
    });
    await ask(world, "PUT", "/5/0/11", "0");
    await ask(world, "PUT", "/5/0/13", "60");
    await ask(world, "POST", "/5/0/2");
    await becomes(world, DOWNLOADED, DEFERRED);
    const before = world.seconds;
    await becomes(world, IDLE, 1);
    expect(world.seconds - before).toBeLessThan(120);
    expect(asked).toEqual([{ severity: "critical", maximumDeferSeconds: 60 }]);
  });

  it("is installed at once where the server forbids it, or the application throws", async () => {
    const forbidden = await downloaded(() => DAY_SECONDS);
    await ask(forbidden, "PUT", "/5/0/13", "0");
    await ask(forbidden, "POST", "/5/0/2");
    await becomes(forbidden, IDLE, 1);
    const warn = jest.spyOn(process, "emitWarning").mockImplementation(() => {});
    const wrong = await downloaded(() => {
      throw new Error("no battery gauge");
    });
    await ask(wrong, "POST", "/5/0/2");
    await becomes(wrong, IDLE, 1);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining("firmware.defer of a carrier threw: Error: no battery"));
    warn.mockRestore();
  });

  it("comes at its time although the device was started again meanwhile", async () => {
    const world = await downloaded(() => 3600);
    await ask(world, "POST", "/5/0/2");
    await becomes(world, DOWNLOADED, DEFERRED);
    await world.pass(1800);
    world.carrier.restart();
    await world.until("registered");
    expect(status(world)).toEqual([DOWNLOADED, DEFERRED]);
    await world.pass(1700);
    expect(status(world)).toEqual([DOWNLOADED, DEFERRED]);
    await becomes(world, IDLE, 1);
  });

  it("waits no longer than was agreed on a device that has lost the time of day", async () => {
    const world = await downloaded(() => 3600);
    await ask(world, "POST", "/5/0/2");
    await becomes(world, DOWNLOADED, DEFERRED);
    await world.carrier.cutPower();
    const before = world.seconds;
    world.replace({ clock: withoutTimeOfDay(world.clock) }).start();
    await world.until("registered");
    await becomes(world, IDLE, 1);
    expect(world.seconds - before).toBeLessThan(3700);
  });

  it("is asked about again by the next Update, and called off by Cancel", async () => {
    const answers = [3600, 7200, 0];
    const world = await downloaded(() => answers.shift() ?? 0);
    await ask(world, "POST", "/5/0/2");
    await becomes(world, DOWNLOADED, DEFERRED);
    await ask(world, "POST", "/5/0/2");
    await world.pass(3700);
    expect(status(world)).toEqual([DOWNLOADED, DEFERRED]);
    await ask(world, "POST", "/5/0/10");
    await becomes(world, IDLE, 10);
    await world.pass(7200);
    expect(status(world)).toEqual([IDLE, 10]);
  });
});
