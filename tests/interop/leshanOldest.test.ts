/** Eclipse Leshan as a server of LwM2M 1.0 alone: a Register as 1.1 is answered 4.12, and the device speaks 1.0 then. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { account, type LeshanTestDevice, startDevice } from "./support/leshanDevice.ts";
import { disable, registered } from "./support/leshanRegistered.ts";
import { LeshanServer } from "./support/leshanServer.ts";

const { text, tlv, json, opaque } = CONTENT_FORMAT;
const OLD = { lwm2m: "1.0" } as const;
/** The least time in which a test sees an Update: half of the lifetime. */
const BRIEF_SECONDS = 2;

let leshan: LeshanServer;
beforeAll(async () => {
  leshan = await LeshanServer.start();
});

const isRegister = ({ kind, direction, path }: TraceRecord) => kind === "coap" && direction === "out" && path === "/rd";

/** The version that each Register said, and what Leshan answered. */
function registers({ records }: LeshanTestDevice): readonly string[] {
  return records.filter(isRegister).map(({ mid, query }) => {
    const answer = records.find((record) => record.direction === "in" && record.mid === mid);
    return `${/lwm2m=([\d.]+)/.exec(String(query))?.[1]}: ${answer?.code ?? "no answer yet"}`;
  });
}

describe("a Leshan that takes LwM2M 1.0 alone", () => {
  it("refuses a Register as 1.1, and takes the one as 1.0 that follows", async () => {
    const { ours, registration } = await registered(leshan, { configuration: OLD });
    expect(registers(ours)).toEqual(["1.1: 4.12", "1.0: 2.01"]);
    expect(registration).toMatchObject({
      ...{ version: "1.0", binding: ["U"] },
      objects: expect.objectContaining({ 1: "1.1", 3: "1.2", 5: "1.0" }),
      instances: expect.arrayContaining(["/1/0", "/3/0", "/5/0"]),
    });
    expect(new Set(registration.formats)).toEqual(new Set([text, opaque, tlv, json]));
  });

  it("is told of queue mode by the binding", async () => {
    const { registration } = await registered(leshan, { configuration: OLD, carrier: { queueMode: true } });
    expect(registration).toMatchObject({ version: "1.0", binding: ["U", "Q"] });
  });

  it("is registered with as 1.0 at once when the device comes again", async () => {
    const it = await registered(leshan, { configuration: OLD });
    await it.theirs.write("/1/0/5", { "/1/0/5": 1 }, tlv);
    await disable(it);
    await leshan.event("deregistered");
    expect((await leshan.event("registered")).registration.version).toBe("1.0");
    // Leshan tells of a registration before its answer has come to the device.
    await it.ours.record("the last answer to a Register", () => registers(it.ours).at(-1) === "1.0: 2.01");
    expect(registers(it.ours)).toEqual(["1.1: 4.12", "1.0: 2.01", "1.0: 2.01"]);
  });

  it("is known for it also to a device that was stopped and started again", async () => {
    const storage = createMemoryStorage();
    const { ours } = await registered(leshan, { configuration: OLD, carrier: { storage } });
    await ours.carrier.stop();
    const again = startDevice({ servers: [account(`coap://127.0.0.1:${leshan.ports.coap}`)], storage });
    await leshan.event("registered");
    await again.carrier.registered;
    expect(registers(again)).toEqual(["1.0: 2.01"]);
  });

  it("sees the registration renewed", async () => {
    const { registration } = await registered(leshan, {
      configuration: OLD,
      server: { lifetimeSeconds: BRIEF_SECONDS },
    });
    expect(await leshan.event("updated")).toMatchObject({ registration: { id: registration.id, version: "1.0" } });
  });

  it.each([
    ["TLV", tlv],
    ["JSON", json],
  ])("reads, writes and observes in %s", async (_, format) => {
    const { theirs } = await registered(leshan, { configuration: OLD });
    const values = { "/1/0/1": 400, "/1/0/6": false };
    const observed = await theirs.observe("/1/0", format);
    expect(observed).toMatchObject({ code: "2.05", format });
    expect(await theirs.write("/1/0", values, format, "UPDATE")).toMatchObject({ code: "2.04" });
    expect(await leshan.event("notification")).toMatchObject({ observation: observed.observation, format, values });
    expect(await theirs.read("/1/0", format)).toMatchObject({ code: "2.05", format, values });
    expect(await theirs.execute("/1/0/8")).toMatchObject({ code: "2.04" });
    expect(await theirs.read("/1/0/1")).toMatchObject({ format: text, values: { "/1/0/1": 400 } });
  });
});
