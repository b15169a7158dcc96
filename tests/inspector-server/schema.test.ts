import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { Ajv2020 } from "ajv/dist/2020.js";
import { createActor } from "xstate";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import { inspectorJsonSchema } from "../../inspector/server/jsonSchema.ts";
import { readRequest } from "../../inspector/server/readRequest.ts";
import { recordJsonSchema } from "../../trace/index.ts";
import { everything, light } from "./support/machines.ts";
import { logged, PlainInspector } from "./support/plainInspector.ts";
import { openPage, serve } from "./support/served.ts";

const file = JSON.parse(readFileSync(new URL("../../schema/inspector.schema.json", import.meta.url), "utf8"));
const ajv = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true });
ajv.addSchema(recordJsonSchema());
const validate = ajv.compile(file);
const problems = (value: unknown) => {
  validate(value);
  return validate.errors ?? [];
};

const GOOD = [
  { id: 0, request: "resume" },
  { id: 1, request: "resume", instance: "abc", after: 7 },
  { id: 2, request: "send", device: "a", actor: "b/c", event: { type: "go", more: [1] } },
  { id: 3, request: "fire", device: "a", timer: 12 },
  { id: 4, request: "control", name: "pull", device: "a", values: { hard: true, times: 2, what: "x" } },
  { id: 5, request: "addBreakpoint", breakpoint: { state: "on.work", device: "a" } },
  { id: 9, request: "removeBreakpoint", breakpoint: { guard: "isReady" } },
  { id: 6, request: "pause" },
  { id: 7, request: "continue" },
  { id: 8, request: "step" },
];

const BAD = [
  {},
  [],
  { request: "pause" },
  { id: -1, request: "pause" },
  { id: 1, request: "stop" },
  { id: 1, request: "pause", more: 1 },
  { id: 1, request: "send", device: "a", actor: "b", event: {} },
  { id: 1, request: "send", device: "a", event: { type: "go" } },
  { id: 1, request: "fire", device: "a", timer: 1.5 },
  { id: 1, request: "control", name: "pull", device: "a", values: { deep: {} } },
  { id: 1, request: "addBreakpoint", breakpoint: { device: "a" } },
  { id: 1, request: "removeBreakpoint", breakpoint: { state: 1 } },
  { id: 1, request: "resume", after: "7" },
  { id: 1, request: "send", device: "a".repeat(5_000), actor: "b", event: { type: "go" } },
];

describe("the schema of the inspector's messages", () => {
  it("is the file that the package ships", () => {
    expect(inspectorJsonSchema()).toEqual(file);
  });

  it.each(GOOD)("takes what the server takes: $request $id", (request) => {
    expect(problems(request)).toEqual([]);
    expect(readRequest(JSON.stringify(request))).toEqual({ ok: true, request });
  });

  it.each(BAD.map((request, index) => ({ index, request })))(
    "refuses what the server refuses: $index",
    ({ request }) => {
      expect(validate(request)).toBe(false);
      expect(readRequest(JSON.stringify(request)).ok).toBe(false);
    },
  );

  it("describes what a page gets from a running machine", async () => {
    const inspector = createInspector({
      history: 1_000,
      steering: {
        send: true,
        freeze: { pause: () => {}, resume: () => {} },
        controls: [
          {
            name: "pull",
            label: "Pull",
            group: "Network",
            fields: [{ name: "hard", label: "Hard", type: "flag", default: false }],
            run: () => ({ pulled: true }),
          },
        ],
      },
    });
    const actors = Object.entries({ thing: everything, corner: light }).map(([device, machine]) => {
      const actor = createActor(machine);
      inspector.watch(actor, { device });
      return actor.start();
    });
    const { url } = await serve(inspector);
    const page = await openPage(url);
    page.send({ id: 2, request: "send", device: "corner", actor: "light", event: { type: "next" } });
    page.send({ id: 3, request: "send", device: "thing", actor: "nobody", event: { type: "go" } });
    page.send({ id: 4, request: "control", name: "pull", device: "thing", values: { hard: true } });
    page.send({ id: 6, request: "addBreakpoint", breakpoint: { event: "never" } });
    page.send({ id: 5, request: "fire" });
    await page.until((frames) => frames.some((frame) => frame.frame === "reply" && frame.id === 5));
    for (const actor of actors) actor.stop();
    await page.until((frames) => JSON.stringify(frames).match(/"phase":"ended"/g)?.length === 2);
    inspector.close();
    for (const message of page.messages) expect(problems(JSON.parse(message))).toEqual([]);
    expect(new Set(page.frames.map(({ frame }) => frame))).toEqual(
      new Set(["hello", "checkpoint", "records", "breakpoints", "reply"]),
    );
    expect(page.frames.flatMap((frame) => (frame.frame === "reply" ? [[frame.id, frame.ok]] : []))).toEqual(
      expect.arrayContaining([
        [1, true],
        [2, true],
        [3, false],
        [4, true],
        [5, false],
      ]),
    );
    expect(page.messages.join("\n")).not.toContain("SECRET");
  });

  it("describes a gap", async () => {
    const inspector = new PlainInspector();
    const attach = inspector.attach.bind(inspector);
    inspector.attach = (viewer) => {
      viewer.gap(3, 4);
      return attach(viewer);
    };
    inspector.sink(logged(1));
    const { url } = await serve(inspector);
    const page = await openPage(url, { instance: "plain-1", after: 2 });
    expect(page.frames[1]).toEqual({ frame: "gap", first: 3, count: 4 });
    for (const message of page.messages) expect(problems(JSON.parse(message))).toEqual([]);
  });
});
