/** What records say of CoAP messages where somebody looks closely. */
import { describe, expect, it } from "@jest/globals";
import type { TraceRecord } from "../../ports/trace.ts";
import { CODE } from "../../services/coap/codes.ts";
import type { CoapRequest } from "../../services/coap/types.ts";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { REDACTED } from "../../trace/redact.ts";
import { createTrace } from "../../trace/trace.ts";
import { PSKS, World, type WorldOptions } from "./support/world.ts";

interface Detailed {
  readonly options?: readonly { readonly number: number; readonly name: string; readonly value: unknown }[];
  readonly payload?: Record<string, unknown>;
}

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A registered carrier that somebody looks closely at. */
async function inspected(options: WorldOptions = {}): Promise<World> {
  const world = await World.make(options);
  const sink = (record: TraceRecord) => void world.records.push(record);
  world.replace({ trace: createTrace({ clock: world.clock, device: "dev", sink, detailed: () => true }) });
  world.carrier.start();
  await world.until("registered");
  return world;
}

/** What the server asks, and the records of the request and its answer. */
async function ask(world: World, request: CoapRequest): Promise<(TraceRecord & Detailed)[]> {
  const before = world.records.length;
  const [registration] = [...world.management.registrations.values()];
  await world.result(registration!.endpoint.request(request));
  return world.records.slice(before).filter(({ kind, code }) => kind === "coap" && code !== "0.00");
}

describe("the record of a message that somebody looks closely at", () => {
  it("lists every option with its name and value", async () => {
    const world = await inspected();
    const [asked] = await ask(world, { method: CODE.GET, path: ["3", "0"], accept: CONTENT_FORMAT.tlv });
    expect(asked?.options).toEqual([
      { number: 11, name: "Uri-Path", value: "3" },
      { number: 11, name: "Uri-Path", value: "0" },
      { number: 17, name: "Accept", value: 11542 },
    ]);
    expect(asked).not.toHaveProperty("payload");
    await world.stop();
  });

  it.each([CONTENT_FORMAT.tlv, CONTENT_FORMAT.json, CONTENT_FORMAT.senmlJson, CONTENT_FORMAT.senmlCbor])(
    "has the values of an answer by path, whichever format it is in (%d)",
    async (accept) => {
      const world = await inspected();
      const [, answer] = await ask(world, { method: CODE.GET, path: ["3", "0"], accept });
      expect(answer?.payload).toMatchObject({ values: { "/3/0/11/0": 0, "/3/0/0": expect.any(String) } });
      await world.stop();
    },
  );

  it("has a single value as text", async () => {
    const world = await inspected();
    const [, answer] = await ask(world, { method: CODE.GET, path: ["1", "0", "0"] });
    expect(answer?.payload).toEqual({ octets: 3, format: "text/plain", values: { "/1/0/0": 123 } });
    await world.stop();
  });

  it("has what a server writes", async () => {
    const world = await inspected();
    const [asked] = await ask(world, {
      method: CODE.PUT,
      path: ["3", "0", "15"],
      contentFormat: 0,
      payload: utf8("Europe/Oslo"),
    });
    expect(asked?.payload).toMatchObject({ values: { "/3/0/15": "Europe/Oslo" } });
    await world.stop();
  });

  it("has the links of a registration and of a Discover", async () => {
    const world = await inspected();
    const register = world.records.find(({ path, code }) => path === "/rd" && code === "0.02") as Detailed;
    expect(register.payload?.links).toContainEqual({ target: "/3/0", attributes: {} });
    const [, answer] = await ask(world, { method: CODE.GET, path: ["3"], accept: CONTENT_FORMAT.link });
    expect(answer?.payload?.links).toContainEqual({ target: "/3/0/0", attributes: {} });
    await world.stop();
  });

  it("has the words of a refusal", async () => {
    const world = await inspected();
    const [, answer] = await ask(world, { method: CODE.GET, path: ["3", "7"] });
    expect(answer).toMatchObject({ code: "4.04", payload: { text: expect.stringContaining("/3/7") } });
    await world.stop();
  });

  it("has what a composite read asks for and gets", async () => {
    const world = await inspected();
    const payload = utf8('[{"n":"/3/0/0"},{"n":"/1/0/1"}]');
    const contentFormat = CONTENT_FORMAT.senmlJson;
    const [asked, answer] = await ask(world, {
      method: CODE.FETCH,
      path: [],
      contentFormat,
      accept: contentFormat,
      payload,
    });
    expect(asked?.payload?.paths).toEqual(["/3/0/0", "/1/0/1"]);
    expect(answer?.payload?.values).toMatchObject({ "/1/0/1": expect.any(Number) });
    await world.stop();
  });

  it("tells which octets a block has", async () => {
    const world = await inspected();
    const payload = new Uint8Array(2_000).fill(7);
    const contentFormat = CONTENT_FORMAT.opaque;
    const records = await ask(world, { method: CODE.PUT, path: ["5", "0", "0"], contentFormat, payload });
    const blocks = records.flatMap(({ direction, payload: told }) => (direction === "in" && told ? [told.block] : []));
    expect(blocks).toEqual([
      { from: 0, to: 1024, more: true },
      { from: 1024, to: 2000, more: false },
    ]);
    expect(records[0]?.payload?.hex).toMatch(/^(07){32}…$/);
    await world.stop();
  });

  it("says why a payload cannot be decoded", async () => {
    const world = await inspected();
    const payload = Uint8Array.of(0xff, 0xff);
    const [asked] = await ask(world, {
      method: CODE.PUT,
      path: ["3", "0"],
      contentFormat: CONTENT_FORMAT.tlv,
      payload,
    });
    expect(asked?.payload).toMatchObject({ octets: 2, hex: "ffff", error: expect.any(String) });
    await world.stop();
  });

  it("has no key and no identity that a bootstrap writes", async () => {
    const world = await inspected({ secure: {} });
    const written = world.records.filter(({ kind, path }) => kind === "coap" && String(path).startsWith("/0"));
    expect(written.map(({ payload }) => JSON.stringify(payload)).join()).toContain(REDACTED);
    const told = JSON.stringify(world.records);
    for (const { identity, key } of Object.values(PSKS)) {
      for (const secret of [utf8(identity), key]) {
        expect(told).not.toContain(Buffer.from(secret).toString("utf8"));
        expect(told).not.toContain(Buffer.from(secret).toString("hex"));
        expect(told).not.toContain(Buffer.from(secret).toString("base64"));
      }
    }
    await world.stop();
  });

  it("has no octet of a key whose block or format nobody can read", async () => {
    const world = await inspected({ secure: {} });
    const key = PSKS.management.key;
    for (const contentFormat of [CONTENT_FORMAT.tlv, CONTENT_FORMAT.opaque, 9999]) {
      for (const path of [["0", "1"], ["0"], ["21", "0"], []]) {
        const records = await ask(world, { method: CODE.PUT, path, contentFormat, payload: key });
        expect(JSON.stringify(records)).not.toContain(Buffer.from(key).toString("hex"));
        expect(JSON.stringify(records)).not.toContain(Buffer.from(key).toString("utf8"));
      }
    }
    await world.stop();
  });

  it("is as it always was where nobody looks", async () => {
    const world = await World.registered();
    const records = await ask(world, { method: CODE.GET, path: ["3", "0"], accept: CONTENT_FORMAT.tlv });
    for (const record of records) {
      expect(record).not.toHaveProperty("payload");
      expect(record).not.toHaveProperty("options");
    }
    await world.stop();
  });
});
