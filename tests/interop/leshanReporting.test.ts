/** Eclipse Leshan hears of values when the attributes that it wrote say so, and of what happened while it could not. */
import { beforeAll, describe, expect, it } from "@jest/globals";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import type { SingleValue } from "../../services/lwm2m/model.ts";
import { exportModels } from "./support/leshanModels.ts";
import { PROBE, PROBE_OPTION } from "./support/leshanProbe.ts";
import { disable, type Registered, registered } from "./support/leshanRegistered.ts";
import { LeshanServer } from "./support/leshanServer.ts";

const { senmlCbor, senmlJson, json, tlv } = CONTENT_FORMAT;
const INSTANCE = `/${PROBE.id}/0`;
const REAL = `${INSTANCE}/3`;
const TEXT = `${INSTANCE}/0`;
const NAMES = `${INSTANCE}/11`;

let leshan: LeshanServer;
let models: string;
beforeAll(async () => {
  models = exportModels(PROBE);
  leshan = await LeshanServer.start();
});

const device = () => registered(leshan, { configuration: { models }, carrier: { objects: [PROBE_OPTION] } });

const setReal = ({ ours }: Registered, value: number) => ours.carrier.objects.set(PROBE.id, 0, 3, value);
const setText = ({ ours }: Registered, value: string) => ours.carrier.objects.set(PROBE.id, 0, 0, value);

/** Of the next notification, that nobody waited for before. */
async function told(path: string): Promise<SingleValue | null | undefined> {
  return (await leshan.event("notification")).values[path];
}

/** A device whose real number is 0 and observed with these attributes. */
async function observed(attributes: string): Promise<Registered> {
  const it = await device();
  setReal(it, 0);
  expect(await it.theirs.writeAttributes(REAL, attributes)).toMatchObject({ code: "2.04" });
  expect(await it.theirs.observe(REAL, senmlCbor)).toMatchObject({ code: "2.05", values: { [REAL]: 0 } });
  return it;
}

describe("attributes that Leshan writes", () => {
  it("pmin holds what changes back, and only the last of it is told", async () => {
    const it = await observed("pmin=1");
    const since = performance.now();
    for (const value of [1, 2, 3]) setReal(it, value);
    expect(await told(REAL)).toBe(3);
    expect(performance.now() - since).toBeGreaterThan(800);
    expect(leshan.unseen("notification")).toEqual([]);
  });

  it("pmax has told what did not change", async () => {
    await observed("pmax=1");
    const since = performance.now();
    expect([await told(REAL), await told(REAL)]).toEqual([0, 0]);
    expect(performance.now() - since).toBeGreaterThan(1_500);
  });

  it("gt has told what rises above it or falls below it", async () => {
    const it = await observed("gt=10");
    for (const value of [9, 5, 11]) setReal(it, value);
    expect(await told(REAL)).toBe(11);
    for (const value of [12, 30, 8]) setReal(it, value);
    expect(await told(REAL)).toBe(8);
    expect(leshan.unseen("notification")).toEqual([]);
  });

  it("lt has told what falls below it or rises above it", async () => {
    const it = await observed("lt=-10");
    for (const value of [-9, -5, -11]) setReal(it, value);
    expect(await told(REAL)).toBe(-11);
    for (const value of [-12, -8]) setReal(it, value);
    expect(await told(REAL)).toBe(-8);
    expect(leshan.unseen("notification")).toEqual([]);
  });

  it("st has told what is a step away from what was told last", async () => {
    const it = await observed("st=5");
    for (const value of [4, -4, 5]) setReal(it, value);
    expect(await told(REAL)).toBe(5);
    for (const value of [1, 9, 0]) setReal(it, value);
    expect(await told(REAL)).toBe(0);
    expect(leshan.unseen("notification")).toEqual([]);
  });

  it("gt, lt and st have told what fulfils one of them", async () => {
    const it = await observed("gt=50&lt=-50&st=20");
    for (const value of [19, -19, 20]) setReal(it, value);
    expect(await told(REAL)).toBe(20);
    setReal(it, 39);
    setReal(it, 51);
    expect(await told(REAL)).toBe(51);
  });

  it("hold for what lies below the place that they were written to, until it has its own", async () => {
    const it = await device();
    expect(await it.theirs.writeAttributes(INSTANCE, "pmin=600")).toMatchObject({ code: "2.04" });
    expect(await it.theirs.writeAttributes(REAL, "pmin=0")).toMatchObject({ code: "2.04" });
    await it.theirs.observe(TEXT, tlv);
    await it.theirs.observe(REAL, tlv);
    setText(it, "later");
    setReal(it, 1);
    expect(await told(REAL)).toBe(1);
    expect(leshan.unseen("notification")).toEqual([]);
  });

  it("end when Leshan takes them back", async () => {
    const it = await observed("pmin=600&gt=10");
    expect(await it.theirs.writeAttributes(REAL, "pmin&gt")).toMatchObject({ code: "2.04" });
    setReal(it, 1);
    expect(await told(REAL)).toBe(1);
  });

  it.each(["gt=10", "lt=10", "st=10"])("that make no sense are refused: %s of a text", async (attributes) => {
    const { theirs } = await device();
    expect(await theirs.writeAttributes(TEXT, attributes)).toMatchObject({ code: "4.00" });
  });
});

describe("notifications of what Leshan could not be told at once", () => {
  const formats = [
    { format: senmlCbor, title: "SenML CBOR" },
    { format: senmlJson, title: "SenML JSON" },
    { format: json, title: "JSON" },
  ] as const;

  it.each(formats)("come with their times when the link is back, in $title", async ({ format }) => {
    const it = await device();
    await it.theirs.observe(TEXT, format);
    await it.ours.goOffline();
    const since = Math.floor(Date.now() / 1_000);
    for (const value of ["first", "second"]) setText(it, value);
    it.ours.carrier.request("linkUp");
    for (const value of ["first", "second"]) {
      const { history } = await leshan.event("notification");
      expect(history).toEqual([expect.objectContaining({ values: { [TEXT]: value } })]);
      expect(history[0]!.at).toBeGreaterThanOrEqual(since);
      expect(history[0]!.at).toBeLessThanOrEqual(Date.now() / 1_000);
    }
    setText(it, "third");
    expect(await told(TEXT)).toBe("third");
  });

  it("come one by one in TLV, which has no times", async () => {
    const it = await device();
    await it.theirs.observe(NAMES, tlv);
    await it.ours.goOffline();
    for (const name of ["first", "second"]) it.ours.carrier.objects.set(PROBE.id, 0, 11, new Map([[0, name]]));
    it.ours.carrier.request("linkUp");
    expect([await told(`${NAMES}/0`), await told(`${NAMES}/0`)]).toEqual(["first", "second"]);
  });

  it("end with a Reset when Leshan has forgotten the observation with the registration", async () => {
    const it = await device();
    await it.theirs.observe(TEXT, tlv);
    await it.theirs.write("/1/0/5", { "/1/0/5": 1 }, tlv);
    await disable(it);
    await it.ours.event("deregistered");
    setText(it, "while disabled");
    await leshan.event("registered");
    await it.ours.record(
      "a Reset",
      ({ kind, direction, type }) => kind === "coap" && direction === "in" && type === "RST",
    );
    setText(it, "when it is over");
    await it.theirs.observe(TEXT, tlv);
    setText(it, "anew");
    expect(await told(TEXT)).toBe("anew");
  });
});
