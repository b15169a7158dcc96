/** What Eclipse Leshan shows of the device's objects, instances and values is what the device has, value for value. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import type { SingleValue } from "../../services/lwm2m/model.ts";
import { ACCESS_CONTROL } from "../../services/lwm2m/objects/accessControl.ts";
import { instanceValues } from "../../services/lwm2m/objects/define.ts";
import { LOCATION } from "../../services/lwm2m/objects/location.ts";
import { PORTFOLIO } from "../../services/lwm2m/objects/portfolio.ts";
import type { Values } from "./support/leshanContent.ts";
import { account, ENDPOINT, LeshanTestDevice } from "./support/leshanDevice.ts";
import { exportModels } from "./support/leshanModels.ts";
import { type LeshanDevice, type LeshanRegistration, LeshanServer } from "./support/leshanServer.ts";

const { senmlCbor, senmlJson, tlv, json } = CONTENT_FORMAT;
/** What is another value at the next look: time, counters of traffic, signal. */
const RESTLESS = /^\/(?:3\/0\/13|7\/0\/[2345]|4\/0\/(?:[23]|11))$/;
/** Keys: no management server's business. */
const CLOSED = [0, 21];

let leshan: LeshanServer;
let ours: LeshanTestDevice;
let theirs: LeshanDevice;
let registration: LeshanRegistration;

beforeAll(async () => {
  leshan = await LeshanServer.start();
  const { coap } = await leshan.configure({ models: exportModels() });
  ours = new LeshanTestDevice({
    servers: [account(`coap://127.0.0.1:${coap}`, undefined, { muteSend: false, disableTimeoutSeconds: 60 })],
    device: { manufacturer: "Acme", modelNumber: "X1", deviceType: "Sensor", softwareVersion: "7.1" },
  });
  ours.carrier.start();
  await leshan.event("registered");
  await ours.carrier.registered;
  theirs = leshan.device(ENDPOINT);
  setValues();
  ({ registration } = await leshan.event("updated", (event) => event.registration.instances.includes("/16/2")));
});
afterAll(() => ours.close());

/** Something in every object that an application or a server gives values. */
function setValues(): void {
  const { values, objects } = ours.carrier;
  values.setPowerSources(["dc", "internalBattery", "usb"]);
  values.setVoltage("internalBattery", 3700);
  values.setCurrent("usb", 450);
  values.setBatteryLevel(77);
  values.setBatteryStatus("charging");
  values.setMemory({ freeKilobytes: 100, totalKilobytes: 256 });
  values.addErrorCode("lowSignal");
  values.setUtcOffset("+01:00");
  values.setTimezone("Europe/Oslo");
  values.setHardwareVersion("rev B");
  const position = { 0: 63.421, 1: 10.437, 2: -12.5, 3: 4, 4: Uint8Array.of(1, 0, 2), 5: 1_700_000_000, 6: 1.25 };
  objects.create(LOCATION.id, 0, instanceValues(LOCATION, position));
  objects.create(ACCESS_CONTROL.id, 0, instanceValues(ACCESS_CONTROL, { 0: 3, 1: 0, 2: new Map([[123, 31]]), 3: 123 }));
  objects.create(PORTFOLIO.id, 2, instanceValues(PORTFOLIO, { 0: new Map([[0, "host"]]), 3: 1 }));
}

/** What a server may read of an instance, by path, with its types. */
function held(objectId: number, instanceId: number): { readonly values: Values; readonly types: object } {
  const tree = ours.carrier.objects;
  const leaves = tree.resources(objectId, instanceId).flatMap(({ id, operations, type }) => {
    if (!operations.includes("R")) return [];
    const path = `/${objectId}/${instanceId}/${id}`;
    const value = tree.get(objectId, instanceId, id)!;
    const places: [string, SingleValue][] =
      value instanceof Map ? [...value].map(([at, one]) => [`${path}/${at}`, one]) : [[path, value as SingleValue]];
    return places.map(([place, one]) => ({ place, one, type }));
  });
  return {
    values: Object.fromEntries(leaves.map(({ place, one }) => [place, small(one)])),
    types: Object.fromEntries(leaves.map(({ place, type }) => [place, type])),
  };
}

/** As Leshan's values come. */
const small = (value: SingleValue) =>
  typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;

const atRest = (all: object) => Object.fromEntries(Object.entries(all).filter(([path]) => !RESTLESS.test(path)));

/** Of what servers may see. */
const objectIds = () => ours.carrier.objects.objectIds().filter((id) => !CLOSED.includes(id));
const instances = () =>
  objectIds().flatMap((id) => ours.carrier.objects.instanceIds(id).map((instance) => [id, instance] as const));

describe("what Leshan knows of the device", () => {
  it("is its objects in their versions, without its keys", () => {
    const { objects } = registration;
    const definitions = objectIds().map((id) => ours.carrier.objects.definition(id)!);
    expect(objects).toEqual(Object.fromEntries(definitions.map(({ id, version }) => [id, version])));
  });

  it("is its instances", () => {
    expect([...registration.instances].sort()).toEqual(
      instances()
        .map((path) => `/${path.join("/")}`)
        .sort(),
    );
  });

  it.each([
    ["TLV", tlv],
    ["SenML CBOR", senmlCbor],
    ["SenML JSON", senmlJson],
    ["JSON", json],
  ])("is each value of each instance with its type, read as %s", async (_, format) => {
    for (const [objectId, instanceId] of instances()) {
      const { values, types } = held(objectId, instanceId);
      const read = await theirs.read(`/${objectId}/${instanceId}`, format);
      expect(read).toMatchObject({ code: "2.05", format });
      expect(Object.keys(read.values).sort()).toEqual(Object.keys(values).sort());
      expect(atRest(read.values)).toEqual(atRest(values));
      expect(read.types).toEqual(types);
    }
  });

  it("is its resources, with how many values each has", async () => {
    for (const [objectId, instanceId] of instances()) {
      const { links } = await theirs.discover(`/${objectId}/${instanceId}`);
      const tree = ours.carrier.objects;
      const expected = tree.resources(objectId, instanceId).flatMap(({ id, operations, multiple }) => {
        if (operations === "") return [];
        const value = tree.get(objectId, instanceId, id);
        const size = multiple ? `;dim=${value instanceof Map ? value.size : 0}` : "";
        return [`</${objectId}/${instanceId}/${id}>${size}`];
      });
      expect(links!.slice(1)).toEqual(expected);
    }
  });

  it("is the attributes that it wrote, at each level", async () => {
    await theirs.writeAttributes("/3", "pmin=10");
    await theirs.writeAttributes("/3/0", "pmax=100");
    await theirs.writeAttributes("/3/0/9", "gt=80&lt=20&st=2");
    const { links } = await theirs.discover("/3");
    const of = (path: string) => links!.find((each) => each.startsWith(`<${path}>`));
    expect(of("/3")).toBe("</3>;ver=1.2;pmin=10");
    expect(of("/3/0")).toBe("</3/0>;pmax=100");
    expect((await theirs.discover("/3/0/9")).links).toEqual([expect.stringMatching(/;gt=80;lt=20;st=2/)]);
  });
});
