/** Eclipse Leshan's management server: a device registers in each security mode, and each operation reaches it. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { CREDENTIALS, type SecureMode } from "./support/leshanCredentials.ts";
import { account, ENDPOINT, type LeshanTestDevice, LIFETIME_SECONDS, startDevice } from "./support/leshanDevice.ts";
import { exportModels } from "./support/leshanModels.ts";
import { type LeshanDevice, LeshanServer } from "./support/leshanServer.ts";

const MANUFACTURER = "Acme";
const device = { manufacturer: MANUFACTURER };

let leshan: LeshanServer;
beforeAll(async () => {
  leshan = await LeshanServer.start();
});

const isReset = ({ kind, direction, type }: TraceRecord) => kind === "coap" && direction === "in" && type === "RST";

async function registered(): Promise<{ readonly ours: LeshanTestDevice; readonly theirs: LeshanDevice }> {
  const { coap } = await leshan.configure();
  const ours = startDevice({ servers: [account(`coap://127.0.0.1:${coap}`, undefined, { muteSend: false })], device });
  await leshan.event("registered");
  await ours.carrier.registered;
  return { ours, theirs: leshan.device(ENDPOINT) };
}

describe("a device without security", () => {
  it("registers, is read as text, and deregisters", async () => {
    const { coap } = await leshan.configure();
    const { carrier } = startDevice({ servers: [account(`coap://127.0.0.1:${coap}`)], device });
    const { endpoint, registration } = await leshan.event("registered");
    expect(endpoint).toBe(ENDPOINT);
    expect(registration).toMatchObject({
      lifetimeSeconds: LIFETIME_SECONDS,
      version: "1.1",
      binding: ["U"],
      uri: `coap://127.0.0.1:${coap}`,
      objects: expect.objectContaining({ 1: "1.1", 3: "1.2", 5: "1.0" }),
      instances: expect.arrayContaining(["/1/0", "/3/0", "/5/0"]),
    });
    await carrier.registered;
    const read = await leshan.device(ENDPOINT).read("/3/0/0", CONTENT_FORMAT.text);
    expect(read).toMatchObject({ code: "2.05", format: CONTENT_FORMAT.text, values: { "/3/0/0": MANUFACTURER } });
    await carrier.stop();
    expect(await leshan.event("deregistered")).toEqual(
      expect.objectContaining({ endpoint: ENDPOINT, expired: false, replaced: false }),
    );
    expect(await leshan.device(ENDPOINT).registration()).toBeUndefined();
  });
});

const sixOctets = expect.stringMatching(/^[0-9a-f]{12}$/);
const fourOctets = expect.stringMatching(/^[0-9a-f]{8}$/);
const MODES: readonly SecureMode[] = ["psk", "rpk", "x509"];

describe.each(MODES)("a device over DTLS with %s", (mode) => {
  const connectionIds = [
    { what: "a Connection ID of Leshan", connectionId: 0, agreed: { own: "", peer: sixOctets } },
    { what: "Connection IDs of both sides", connectionId: 4, agreed: { own: fourOctets, peer: sixOctets } },
    { what: "no Connection ID", connectionId: false, agreed: undefined },
  ] as const;

  it.each(connectionIds)("registers and is read with $what", async ({ connectionId, agreed }) => {
    const { coaps } = await leshan.configure({ ...CREDENTIALS[mode].server, connectionIdLength: 6 });
    const ours = startDevice({
      servers: [account(`coaps://127.0.0.1:${coaps}`, CREDENTIALS[mode].device())],
      dtls: { connectionId },
      device,
    });
    const { registration } = await leshan.event("registered");
    expect(registration.uri).toBe(`coaps://127.0.0.1:${coaps}`);
    const read = await leshan.device(ENDPOINT).read("/3/0/0", CONTENT_FORMAT.text);
    expect(read).toMatchObject({ code: "2.05", values: { "/3/0/0": MANUFACTURER } });
    expect(ours.sessions).toHaveLength(1);
    if (agreed === undefined) expect(ours.sessions[0]).not.toHaveProperty("connectionIds");
    else expect(ours.sessions[0]).toMatchObject({ resumed: false, connectionIds: agreed });
  });
});

describe("Leshan", () => {
  it("takes our definitions of the objects that it does not know", async () => {
    const { coap } = await leshan.configure({ models: exportModels() });
    const ours = startDevice({ servers: [account(`coap://127.0.0.1:${coap}`)], device });
    await leshan.event("registered");
    await ours.carrier.registered;
    const theirs = leshan.device(ENDPOINT);
    const octets = Uint8Array.of(0, 1, 254, 255);
    expect(await theirs.create("/19", { "/19/0/0/0": octets }, CONTENT_FORMAT.tlv)).toMatchObject({ code: "2.01" });
    expect(await theirs.read("/19/0/0", CONTENT_FORMAT.senmlCbor)).toMatchObject({
      ...{ code: "2.05", format: CONTENT_FORMAT.senmlCbor },
      ...{ values: { "/19/0/0/0": octets }, types: { "/19/0/0/0": "opaque" } },
    });
  });

  it("reads, writes and executes", async () => {
    const { theirs } = await registered();
    expect(await theirs.read("/3/0/13", CONTENT_FORMAT.tlv)).toMatchObject({
      code: "2.05",
      types: { "/3/0/13": "time" },
    });
    expect(await theirs.write("/1/0/1", { "/1/0/1": 400 }, CONTENT_FORMAT.text)).toMatchObject({ code: "2.04" });
    const { registration } = await leshan.event("updated");
    expect(registration.lifetimeSeconds).toBe(400);
    expect(await theirs.execute("/1/0/8")).toMatchObject({ code: "2.04" });
    await leshan.event("updated");
    expect(await theirs.write("/1/0", { "/1/0/6": false }, CONTENT_FORMAT.tlv, "UPDATE")).toMatchObject({
      code: "2.04",
    });
    expect(await theirs.read("/1/0/6", CONTENT_FORMAT.tlv)).toMatchObject({ values: { "/1/0/6": false } });
  });

  it("creates and deletes instances", async () => {
    const { theirs } = await registered();
    const created = await theirs.create("/16", { "/16/3/0/0": "a", "/16/3/0/2": "c" }, CONTENT_FORMAT.tlv);
    expect(created).toMatchObject({ code: "2.01" });
    expect(await theirs.read("/16/3/0", CONTENT_FORMAT.senmlJson)).toMatchObject({
      values: { "/16/3/0/0": "a", "/16/3/0/2": "c" },
    });
    const chosen = await theirs.create("/16", { "/16/0/0/0": "x" }, CONTENT_FORMAT.tlv, { named: false });
    expect(chosen).toMatchObject({ code: "2.01", location: expect.stringMatching(/^16\/\d+$/) });
    expect(await theirs.delete("/16/3")).toMatchObject({ code: "2.02" });
    expect(await theirs.read("/16/3")).toMatchObject({ code: "4.04" });
  });

  it("discovers, and writes attributes", async () => {
    const { theirs, ours } = await registered();
    ours.carrier.values.setPowerSources(["internalBattery"]);
    ours.carrier.values.setBatteryLevel(70);
    expect(await theirs.writeAttributes("/3/0/9", "pmin=1&pmax=60&gt=50")).toMatchObject({ code: "2.04" });
    const { links } = await theirs.discover("/3/0/9");
    expect(links).toEqual([expect.stringMatching(/^<\/3\/0\/9>(;pmin=1|;pmax=60|;gt=50){3}$/)]);
  });

  it("observes, is notified, and cancels by Observe=1", async () => {
    const { theirs, ours } = await registered();
    const { observation } = await theirs.observe("/1/0/1", CONTENT_FORMAT.tlv);
    await theirs.write("/1/0/1", { "/1/0/1": 500 }, CONTENT_FORMAT.text);
    const notification = await leshan.event("notification");
    expect(notification).toMatchObject({ observation, code: "2.05", values: { "/1/0/1": 500 } });
    expect(await theirs.cancelObservation(observation!)).toMatchObject({ code: "2.05" });
    const other = await theirs.observe("/1/0/6", CONTENT_FORMAT.tlv);
    await theirs.write("/1/0", { "/1/0/1": 600, "/1/0/6": false }, CONTENT_FORMAT.tlv, "UPDATE");
    expect(await leshan.event("notification")).toMatchObject({ observation: other.observation });
    expect(ours.records.filter(isReset)).toEqual([]);
  });

  it("forgets an observation, and refuses its next notification by Reset", async () => {
    const { theirs, ours } = await registered();
    const { observation } = await theirs.observe("/1/0/1", CONTENT_FORMAT.tlv);
    await theirs.forgetObservation(observation!);
    await leshan.event("forgotten", (event) => event.observation === observation);
    await theirs.write("/1/0/1", { "/1/0/1": 500 }, CONTENT_FORMAT.text);
    await ours.record("a Reset from Leshan", isReset);
    expect(leshan.unseen("notification")).toEqual([]);
  });

  it("reads, writes and observes several paths at once", async () => {
    const { theirs } = await registered();
    const paths = ["/3/0/0", "/1/0/1"];
    const { senmlJson, senmlCbor } = CONTENT_FORMAT;
    expect(await theirs.readComposite(paths, senmlJson, senmlCbor)).toMatchObject({
      code: "2.05",
      values: { "/3/0/0": MANUFACTURER, "/1/0/1": LIFETIME_SECONDS },
    });
    expect(await theirs.writeComposite({ "/1/0/1": 500, "/1/0/6": false }, senmlCbor)).toMatchObject({ code: "2.04" });
    const { observation } = await theirs.observeComposite(paths, senmlJson, senmlJson);
    await theirs.write("/1/0/1", { "/1/0/1": 600 }, CONTENT_FORMAT.text);
    const notification = await leshan.event("notification");
    expect(notification).toMatchObject({ observation, values: { "/1/0/1": 600 } });
    expect(await theirs.cancelObservation(observation!)).toMatchObject({ code: "2.05" });
  });

  it("takes what the device sends", async () => {
    const { ours } = await registered();
    expect(await ours.carrier.send(["/3/0/0", "/3/0/13"])).toBe(0);
    const { history, ...sent } = await leshan.event("send");
    expect(sent).toMatchObject({ endpoint: ENDPOINT, format: CONTENT_FORMAT.senmlCbor });
    expect(history).toEqual([expect.objectContaining({ values: expect.objectContaining({ "/3/0/0": MANUFACTURER }) })]);
  });

  it("tells when a registration expires", async () => {
    const { coap } = await leshan.configure();
    const { carrier } = startDevice({
      servers: [account(`coap://127.0.0.1:${coap}`, undefined, { lifetimeSeconds: 1 })],
    });
    await leshan.event("registered");
    await carrier.cutPower();
    expect(await leshan.event("deregistered")).toMatchObject({ expired: true });
  });
});
