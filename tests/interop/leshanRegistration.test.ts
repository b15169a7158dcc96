/** How a device stays known to Eclipse Leshan: queue mode, disable, expiry, and a server that begins anew. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { reservePort } from "../../testbed/reservePort.ts";
import { CREDENTIALS, type SecureMode } from "./support/leshanCredentials.ts";
import { ENDPOINT } from "./support/leshanDevice.ts";
import { disable, registered } from "./support/leshanRegistered.ts";
import { LeshanServer } from "./support/leshanServer.ts";

const { tlv, text } = CONTENT_FORMAT;
/** The least time in which a test sees an Update: half of the lifetime. */
const BRIEF_SECONDS = 2;

let leshan: LeshanServer;
beforeAll(async () => {
  leshan = await LeshanServer.start();
});

describe("a device in queue mode", () => {
  const queued = (server = {}) =>
    registered(leshan, { configuration: { awakeMs: 2_000 }, carrier: { queueMode: true, awakeSeconds: 3 }, server });

  it("says so, and Leshan asks it nothing while it sleeps", async () => {
    const { theirs, registration } = await queued();
    expect(registration).toMatchObject({ queueMode: true, binding: ["U"] });
    expect(await leshan.event("sleeping")).toMatchObject({ endpoint: ENDPOINT });
    await expect(theirs.read("/3/0/0", text)).rejects.toThrow(/sleeping/i);
  });

  it("is awake after an Update, and answers", async () => {
    // It sleeps before it is time for the Update.
    const { theirs } = await queued({ lifetimeSeconds: 8 });
    await leshan.event("sleeping");
    await leshan.event("updated");
    expect(await theirs.read("/3/0/0", text)).toMatchObject({ code: "2.05" });
    await leshan.event("sleeping");
  });

  it("tells what is observed also while it sleeps", async () => {
    const { ours, theirs } = await queued();
    expect(await theirs.observe("/1/0/6", tlv)).toMatchObject({ values: { "/1/0/6": true } });
    await leshan.event("sleeping");
    ours.carrier.objects.set(1, 0, 6, false);
    expect(await leshan.event("notification")).toMatchObject({ values: { "/1/0/6": false } });
  });

  it("is reachable without it as long as it is registered", async () => {
    const { theirs, registration } = await registered(leshan, { configuration: { awakeMs: 1 } });
    expect(registration.queueMode).not.toBe(true);
    expect(await theirs.read("/3/0/0", text)).toMatchObject({ code: "2.05" });
    expect(leshan.unseen("sleeping")).toEqual([]);
  });
});

describe("a registration", () => {
  it("is renewed before it ends", async () => {
    const { registration } = await registered(leshan, { server: { lifetimeSeconds: BRIEF_SECONDS } });
    expect(await leshan.event("updated")).toMatchObject({ registration: { id: registration.id } });
    expect(await leshan.event("updated")).toMatchObject({ registration: { id: registration.id } });
    expect(leshan.unseen("deregistered")).toEqual([]);
  });

  it("tells of instances that came and went", async () => {
    const { theirs } = await registered(leshan);
    expect(await theirs.create("/16", { "/16/3/0/0": "a" }, tlv)).toMatchObject({ code: "2.01" });
    expect((await leshan.event("updated")).registration.instances).toContain("/16/3");
    expect(await theirs.delete("/16/3")).toMatchObject({ code: "2.02" });
    const { registration } = await leshan.event("updated");
    expect(registration.instances).not.toContain("/16/3");
    expect(registration.objects).toMatchObject({ 16: "1.0" });
  });

  it("ends when Leshan disables the device, and begins anew after the Disable Timeout", async () => {
    const it = await registered(leshan);
    await it.theirs.write("/1/0/5", { "/1/0/5": 1 }, tlv);
    await disable(it);
    expect(await leshan.event("deregistered")).toMatchObject({ expired: false });
    const again = await leshan.event("registered");
    expect(again.registration.id).not.toBe(it.registration.id);
    expect(await it.theirs.read("/1/0/5", tlv)).toMatchObject({ values: { "/1/0/5": 1 } });
  });

  it("that expired while there was no network is made anew", async () => {
    const it = await registered(leshan, { server: { lifetimeSeconds: BRIEF_SECONDS } });
    await it.ours.goOffline();
    expect(await leshan.event("deregistered")).toMatchObject({ expired: true });
    it.ours.carrier.request("linkUp");
    const again = await leshan.event("registered");
    expect(again.registration.id).not.toBe(it.registration.id);
    expect(await it.theirs.read("/3/0/0", text)).toMatchObject({ code: "2.05" });
  });

  it("survives a network that was away for less than its lifetime", async () => {
    const it = await registered(leshan);
    await it.ours.goOffline();
    it.ours.carrier.request("linkUp");
    expect((await leshan.event("updated")).registration.id).toBe(it.registration.id);
  });
});

interface Loss {
  readonly title: string;
  readonly mode?: SecureMode;
  readonly connectionId?: number;
}
const LOSSES: readonly Loss[] = [
  { title: "without security" },
  { title: "with PSK", mode: "psk" },
  { title: "with PSK and Connection IDs", mode: "psk", connectionId: 4 },
  { title: "with RPK", mode: "rpk" },
  { title: "with RPK and Connection IDs", mode: "rpk", connectionId: 4 },
  { title: "with X.509", mode: "x509" },
  { title: "with X.509 and Connection IDs", mode: "x509", connectionId: 4 },
];
/** It is soon known that nobody answers. */
const IMPATIENT = { ackTimeoutMs: 150, ackRandomFactor: 1, maxRetransmit: 2 };

describe("a Leshan that lost its registrations and sessions", () => {
  it.each(LOSSES)("knows the device again soon, $title", async ({ mode, connectionId }) => {
    const configuration = { connectionIdLength: 6, ackTimeoutMs: 200 };
    const it = await registered(leshan, {
      ...(mode && { mode }),
      configuration,
      server: { lifetimeSeconds: BRIEF_SECONDS, retry: { timerSeconds: 1 } },
      carrier: { coap: IMPATIENT, dtls: { connectionId: connectionId ?? false } },
    });
    await leshan.configure({ ...(mode && CREDENTIALS[mode].server), ...configuration, ports: leshan.ports });
    const { registration } = await leshan.event("registered");
    expect(registration.id).not.toBe(it.registration.id);
    expect(await it.theirs.read("/3/0/0", text)).toMatchObject({ code: "2.05" });
    if (mode !== undefined) expect(it.ours.sessions.length).toBeGreaterThan(1);
  });

  it("is found again after it was away for a while", async () => {
    const it = await registered(leshan, {
      configuration: { ports: { coap: await reservePort("udp") } },
      server: { lifetimeSeconds: BRIEF_SECONDS, retry: { timerSeconds: 1 } },
      carrier: { coap: IMPATIENT },
    });
    await leshan.stop();
    await it.ours.event("deferred");
    await leshan.resume();
    await leshan.event("registered");
    expect(await it.theirs.read("/3/0/0", text)).toMatchObject({ code: "2.05" });
  });
});
