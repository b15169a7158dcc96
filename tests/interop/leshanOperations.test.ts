/**
 * Each operation of Eclipse Leshan, in each format that Leshan has for it, in each security mode, with a resource of
 * every type. The titles are rows, columns and cells of docs/interop.md (reporter.mjs).
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import type { ObjectTree } from "../../services/lwm2m/device/tree.ts";
import type { Values } from "./support/leshanContent.ts";
import { CREDENTIALS, type SecureMode } from "./support/leshanCredentials.ts";
import { account, ENDPOINT, LeshanTestDevice } from "./support/leshanDevice.ts";
import { exportModels } from "./support/leshanModels.ts";
import {
  after,
  before,
  below,
  changeProbe,
  executions,
  held,
  OPAQUE_ID,
  PROBE,
  PROBE_OPTION,
  RUN_ID,
  resetProbe,
  SEVERAL_ID,
  SINGLE_IDS,
} from "./support/leshanProbe.ts";
import { type LeshanDevice, type LeshanResponse, LeshanServer } from "./support/leshanServer.ts";

const { text, opaque, cbor, tlv, json, senmlJson, senmlCbor, link } = CONTENT_FORMAT;

/** Column titles. */
const TITLES: Readonly<Record<number, string>> = {
  [text]: "text",
  [link]: "link format",
  [opaque]: "opaque",
  [cbor]: "CBOR",
  [senmlJson]: "SenML JSON",
  [senmlCbor]: "SenML CBOR",
  [tlv]: "TLV",
  [json]: "JSON",
};
/** Without an Accept, without a payload. */
const NONE = "none given";
type Format = number | undefined;
const titleOf = (format: Format) => (format === undefined ? NONE : TITLES[format]!);

const OBJECT = `/${PROBE.id}`;
const INSTANCE = `${OBJECT}/0`;
const SEVERAL = `${INSTANCE}/${SEVERAL_ID}`;

/** Of one value; `opaque` of octets alone. */
const FOR_ONE: readonly Format[] = [text, opaque, cbor, senmlJson, senmlCbor, tlv, json];
const FOR_ONE_NUMBER = FOR_ONE.filter((format) => format !== opaque);
/** Of several values; JSON (11543) is 1.0's. */
const FOR_SEVERAL: readonly Format[] = [senmlJson, senmlCbor, tlv, json];
const COMPOSITE: readonly Format[] = [senmlJson, senmlCbor];

let leshan: LeshanServer;
let ours: LeshanTestDevice;
let theirs: LeshanDevice;
let tree: ObjectTree;

interface Operation {
  readonly operation: string;
  readonly formats: readonly Format[];
  run(format: Format): Promise<unknown>;
}

/** Of the answer to a read. Without Accept the device chooses: one value alone, and several as TLV. */
function expectContent(answer: Partial<LeshanResponse>, format: Format, values: Values): void {
  const [value] = Object.keys(values).length === 1 ? Object.values(values) : [];
  const chosen = value === undefined ? tlv : value instanceof Uint8Array ? opaque : text;
  expect(answer).toMatchObject({ code: "2.05", format: format ?? chosen });
  expect(answer.values).toEqual(values);
}

const singlesFor = (format: Format) => (format === opaque ? [OPAQUE_ID] : SINGLE_IDS);

/** A place with what it is called, and the formats that carry it. */
const PLACES = [
  { what: "a resource", path: `${INSTANCE}/${OPAQUE_ID}`, formats: FOR_ONE },
  { what: "several values of a resource", path: SEVERAL, formats: FOR_SEVERAL },
  { what: "a resource instance", path: `${SEVERAL}/0`, formats: FOR_ONE_NUMBER },
  { what: "an instance", path: INSTANCE, formats: FOR_SEVERAL },
  { what: "an object", path: OBJECT, formats: FOR_SEVERAL },
] as const;

const READS: readonly Operation[] = PLACES.map(({ what, path, formats }) => ({
  operation: `Read ${what}`,
  formats: [undefined, ...formats],
  async run(format) {
    const paths = what === "a resource" ? singlesFor(format).map((id) => `${INSTANCE}/${id}`) : [path];
    for (const each of paths) expectContent(await theirs.read(each, format), format, below(before(), each));
  },
}));

const OBSERVATIONS: readonly Operation[] = PLACES.map(({ what, path, formats }) => ({
  operation: `Observe ${what}`,
  formats: [undefined, ...formats],
  async run(format) {
    const answer = await theirs.observe(path, format);
    expectContent(answer, format, below(before(), path));
    changeProbe(tree);
    const notification = await leshan.event("notification");
    expect(notification.observation).toBe(answer.observation);
    expectContent(notification, format, below(after(), path));
    expect(await theirs.cancelObservation(answer.observation!)).toMatchObject({ code: "2.05" });
  },
}));

const WRITES: readonly Operation[] = [
  {
    operation: "Write a resource",
    formats: FOR_ONE,
    async run(format) {
      for (const id of singlesFor(format)) {
        const path = `${INSTANCE}/${id}`;
        const value = below(after(), path);
        expect(await theirs.write(path, value, format)).toMatchObject({ code: "2.04" });
        expect(below(held(tree), path)).toEqual(value);
      }
    },
  },
  {
    operation: "Write several values of a resource",
    formats: FOR_SEVERAL,
    async run(format) {
      expect(await theirs.write(SEVERAL, below(after(), SEVERAL), format)).toMatchObject({ code: "2.04" });
      expect(held(tree)).toEqual({ ...without(before(), SEVERAL), ...below(after(), SEVERAL) });
    },
  },
  {
    operation: "Write a resource instance",
    formats: FOR_ONE_NUMBER,
    async run(format) {
      expect(await theirs.write(`${SEVERAL}/5`, { [`${SEVERAL}/5`]: 6 }, format)).toMatchObject({ code: "2.04" });
      expect(held(tree)).toEqual({ ...before(), [`${SEVERAL}/5`]: 6 });
    },
  },
  {
    operation: "Write an instance, replacing it",
    formats: FOR_SEVERAL,
    async run(format) {
      const values = without(after(), `${INSTANCE}/0`);
      expect(await theirs.write(INSTANCE, values, format)).toMatchObject({ code: "2.04" });
      expect(held(tree)).toEqual(values);
    },
  },
  {
    operation: "Write an instance, updating it",
    formats: FOR_SEVERAL,
    async run(format) {
      const values = below(after(), `${INSTANCE}/1`, `${INSTANCE}/5`, `${INSTANCE}/7`);
      expect(await theirs.write(INSTANCE, values, format, "UPDATE")).toMatchObject({ code: "2.04" });
      expect(held(tree)).toEqual({ ...before(), ...values });
    },
  },
];

const CREATES: readonly Operation[] = [
  {
    operation: "Create an instance with an id",
    formats: FOR_SEVERAL,
    async run(format) {
      expect(await theirs.create(OBJECT, after(7), format)).toMatchObject({ code: "2.01" });
      expect(tree.instanceIds(PROBE.id)).toEqual([0, 7]);
      expect(held(tree, 7)).toEqual(after(7));
    },
  },
  {
    operation: "Create an instance with an id of the device's choice",
    formats: [tlv],
    async run(format) {
      const created = await theirs.create(OBJECT, after(7), format, { named: false });
      expect(created).toMatchObject({ code: "2.01", location: `${PROBE.id}/1` });
      expect(held(tree, 1)).toEqual(after(1));
    },
  },
];

const PATHS = [`${INSTANCE}/0`, SEVERAL, "/3/0/0"];
const places = () => ({ ...below(before(), ...PATHS), "/3/0/0": MANUFACTURER });
const changedPlaces = () => ({ ...below(after(), ...PATHS), "/3/0/0": MANUFACTURER });

const COMPOSITES: readonly Operation[] = [
  {
    operation: "Read-Composite",
    formats: COMPOSITE,
    async run(format) {
      expectContent(await theirs.readComposite(PATHS, format!, format), format, places());
    },
  },
  {
    operation: "Write-Composite",
    formats: COMPOSITE,
    async run(format) {
      const values = { ...below(after(), ...singlesFor(format).map((id) => `${INSTANCE}/${id}`)), [`${SEVERAL}/5`]: 6 };
      expect(await theirs.writeComposite(values, format!)).toMatchObject({ code: "2.04" });
      expect(held(tree)).toEqual({ ...before(), ...values });
    },
  },
  {
    operation: "Observe-Composite",
    formats: COMPOSITE,
    async run(format) {
      const answer = await theirs.observeComposite(PATHS, format!, format);
      expectContent(answer, format, places());
      changeProbe(tree);
      const notification = await leshan.event("notification");
      expect(notification.observation).toBe(answer.observation);
      expectContent(notification, format, changedPlaces());
      expect(await theirs.cancelObservation(answer.observation!)).toMatchObject({ code: "2.05" });
    },
  },
];

const WITHOUT_VALUES: readonly Operation[] = [
  {
    operation: "Discover",
    formats: [link],
    async run() {
      const { links, ...rest } = await theirs.discover(INSTANCE);
      expect(rest).toMatchObject({ code: "2.05", format: link });
      const resources = PROBE.resources.map(
        ({ id }) => `<${INSTANCE}/${id}>${{ 10: ";dim=2", 11: ";dim=1" }[id] ?? ""}`,
      );
      expect(links).toEqual([`<${INSTANCE}>`, ...resources]);
    },
  },
  {
    operation: "Write-Attributes",
    formats: [undefined],
    async run() {
      const path = `${INSTANCE}/3`;
      expect(await theirs.writeAttributes(path, "pmin=10&pmax=60&gt=80&lt=-20&st=5")).toMatchObject({ code: "2.04" });
      const [written] = (await theirs.discover(path)).links!;
      expect(attributesOf(written!)).toEqual({ pmin: 10, pmax: 60, gt: 80, lt: -20, st: 5 });
      expect(await theirs.writeAttributes(path, "pmin&pmax&gt&lt&st")).toMatchObject({ code: "2.04" });
      expect((await theirs.discover(path)).links).toEqual([`<${path}>`]);
    },
  },
  {
    operation: "Execute",
    formats: [undefined, text],
    async run(format) {
      const given = format === undefined ? undefined : "0='a',3";
      expect(await theirs.execute(`${INSTANCE}/${RUN_ID}`, given)).toMatchObject({ code: "2.04" });
      const told = format === undefined ? new Map() : new Map<number, string | true>([[0, "a"], [3, true]]); // biome-ignore format: pairs
      expect(executions.at(-1)).toEqual(told);
    },
  },
  {
    operation: "Delete",
    formats: [undefined],
    async run() {
      expect(await theirs.delete(INSTANCE)).toMatchObject({ code: "2.02" });
      expect(tree.instanceIds(PROBE.id)).toEqual([]);
      expect(await theirs.read(INSTANCE)).toMatchObject({ code: "4.04" });
      tree.create(PROBE.id, 0);
    },
  },
];

const SEND: Operation = {
  operation: "Send",
  formats: [senmlCbor],
  async run(format) {
    // Leshan takes values of what an Update told it of: after a Delete the instance may be new to it.
    while (!(await theirs.registration())?.instances.includes(INSTANCE)) await leshan.event("updated");
    expect(await ours.carrier.send([INSTANCE])).toBe(0);
    const sent = await leshan.event("send");
    expect(sent).toMatchObject({ endpoint: ENDPOINT, format });
    expect(sent.history.map(({ values }) => values)).toEqual([before()]);
  },
};

const OPERATIONS = [...READS, ...OBSERVATIONS, ...WRITES, ...CREATES, ...COMPOSITES, ...WITHOUT_VALUES, SEND].map(
  ({ formats, ...operation }) => ({
    ...operation,
    formats: formats.map((format) => ({ format, title: titleOf(format) })),
  }),
);

interface Mode {
  readonly mode: string;
  readonly credentials?: SecureMode;
  readonly connectionId?: number;
}
const MODES: readonly Mode[] = [
  { mode: "NoSec" },
  { mode: "PSK", credentials: "psk" },
  { mode: "PSK, CID", credentials: "psk", connectionId: 4 },
  { mode: "RPK", credentials: "rpk" },
  { mode: "RPK, CID", credentials: "rpk", connectionId: 4 },
  { mode: "X.509", credentials: "x509" },
  { mode: "X.509, CID", credentials: "x509", connectionId: 4 },
];

const MANUFACTURER = "Acme";
let models: string;
beforeAll(async () => {
  models = exportModels(PROBE);
  leshan = await LeshanServer.start();
});

describe.each(MODES)("$mode", ({ credentials, connectionId }) => {
  beforeAll(async () => {
    const security = credentials && CREDENTIALS[credentials];
    const { coap, coaps } = await leshan.configure({ models, ...security?.server, connectionIdLength: 6 });
    const uri = security === undefined ? `coap://127.0.0.1:${coap}` : `coaps://127.0.0.1:${coaps}`;
    ours = new LeshanTestDevice({
      servers: [account(uri, security?.device(), { muteSend: false })],
      device: { manufacturer: MANUFACTURER },
      objects: [PROBE_OPTION],
      dtls: { connectionId: connectionId ?? false },
    });
    ours.carrier.start();
    await leshan.event("registered");
    await ours.carrier.registered;
    if (security !== undefined) {
      expect(ours.sessions).toHaveLength(1);
      expect("connectionIds" in ours.sessions[0]!).toBe(connectionId !== undefined);
    }
    theirs = leshan.device(ENDPOINT);
    tree = ours.carrier.objects;
  });
  afterAll(() => ours.close());
  beforeEach(() => resetProbe(tree));

  describe.each(OPERATIONS)("$operation", ({ formats, run }) => {
    it.each(formats)("$title", ({ format }) => run(format));
  });
});

function without(values: ReturnType<typeof before>, path: string): ReturnType<typeof before> {
  const gone = below(values, path);
  return Object.fromEntries(Object.entries(values).filter(([each]) => !(each in gone)));
}

/** `<path>;pmin=10` */
function attributesOf(webLink: string): Readonly<Record<string, number>> {
  const pairs = webLink.split(";").slice(1);
  return Object.fromEntries(pairs.map((pair) => pair.split("=")).map(([name, value]) => [name!, Number(value)]));
}
