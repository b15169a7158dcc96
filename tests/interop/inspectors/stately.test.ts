import { beforeAll, describe, expect, it } from "@jest/globals";
import { createActor } from "xstate";
import { createInspector } from "../../../inspector/emitter/createInspector.ts";
import { Session } from "../../../inspector/model/session.ts";
import type { StepRecord } from "../../../inspector/records.ts";
import { followInspector } from "../../../inspector/server/followInspector.ts";
import { serveInspector } from "../../../inspector/server/serveInspector.ts";
import type { TraceRecord } from "../../../ports/trace.ts";
import { everything, light } from "../../inspector-server/support/machines.ts";
import { keep } from "../support/keep.ts";
import { patiently } from "../support/patience.ts";
import { Peer } from "../support/peer.ts";
import { install, programOf } from "./support/packages.ts";

beforeAll(() => install("stately"));

/** A server, and a page that looks: what it has, and a wait for a record. */
async function page(inspector = createInspector()) {
  const server = keep(await serveInspector(inspector));
  const session = new Session();
  const messages: string[] = [];
  let waiting: (() => void)[] = [];
  const take = (records: readonly TraceRecord[], first: number) => {
    messages.push(JSON.stringify(records));
    session.append(records, first);
    for (const check of [...waiting]) check();
  };
  keep(
    await followInspector(server.url, {
      checkpoint: ({ records, before }) => session.checkpoint(records, before),
      records: ({ records, first }) => take(records, first),
    }),
  );
  const records = () => Array.from({ length: session.length }, (_, index) => session.at(index));
  const record = (what: (record: TraceRecord) => boolean, missing: string) =>
    patiently(
      new Promise<TraceRecord>((resolve) => {
        const check = () => {
          const found = records().find(what);
          if (found === undefined) return;
          waiting = waiting.filter((other) => other !== check);
          resolve(found);
        };
        waiting.push(check);
        check();
      }),
      () => `${missing}; there are ${JSON.stringify(records().map(({ kind, actor, event }) => [kind, actor, event]))}`,
    );
  return { server, session, records, record, messages, inspector };
}

const isStep =
  (actor: string, event: string) =>
  (record: TraceRecord): boolean =>
    record.kind === "step" && record.actor === actor && (record as StepRecord).event.type === event;

describe("an app with @statelyai/inspect", () => {
  it("attaches to our page and shows its chart, states, context, children and senders", async () => {
    const { server, session, record, messages } = await page();
    const app = new Peer(process.execPath, [
      programOf("stately", "app.mjs"),
      `${server.url.replace("http", "ws")}stately`,
    ]);
    keep(app);
    await app.line(/^started$/);
    await record(isStep("crossing", "xstate.init"), "the first step");
    app.write("next");
    const next = (await record(isStep("crossing", "next"), "the step of next")) as StepRecord;
    expect(next).toMatchObject({
      device: "crossing",
      value: { main: "green", side: "red" },
      active: ["", "main", "main.green", "side", "side.red"],
      entered: ["main.green"],
      left: ["main.red"],
      microsteps: [{ edges: ["main.red|next|0"], candidates: [{ edge: "main.red|next|0", verdict: "taken" }] }],
    });
    app.write("press");
    expect(await record(isStep("crossing/lamp", "shine"), "the child's step")).toMatchObject({
      sender: "crossing",
      status: "done",
      entered: ["bright"],
    });
    app.write("nothing");
    expect(await record(isStep("crossing", "nothing"), "the ignored event")).toMatchObject({ ignored: true });

    const world = session.live.devices.get("crossing")!;
    expect([...world.actors.values()].map(({ key, logic, status, parent }) => [key, logic, status, parent])).toEqual(
      expect.arrayContaining([
        ["crossing", "machine", "active", undefined],
        ["crossing/check", "other", "done", "crossing"],
        ["crossing/lamp", "machine", "done", "crossing"],
      ]),
    );
    const crossing = world.actors.get("crossing")!;
    expect(crossing.context).toEqual({ cars: 1, psk: "[redacted]", count: 0 });
    const definition = session.live.definitions.get(crossing.definition!)!;
    expect(definition.nodes.find(({ id }) => id === "main.red")?.description).toBe("Main road waits");
    expect(definition.edges.find(({ id }) => id === "main.green|next|0")?.guard).toBe("isQuiet");
    expect(world.wallAtZero).toBeGreaterThan(1.6e12);
    expect(messages.join("\n")).not.toContain("CANARY");

    app.write("end");
    await app.ended;
    await record(({ kind }) => kind === "result", "the app's end");
    expect(session.live.devices.get("crossing")?.result).toEqual({ ok: true, reason: "the app has gone" });
  });

  it("keeps its name when it attaches again, beside another app of that name", async () => {
    const { server, session, record } = await page();
    const url = `${server.url.replace("http", "ws")}stately`;
    const start = async (device: string, line: string) => {
      const app = keep(new Peer(process.execPath, [programOf("stately", "app.mjs"), url]));
      await app.line(/^started$/);
      app.write(line);
      await record((told) => told.device === device && isStep("crossing", line)(told), `${line} of ${device}`);
      return app;
    };
    const first = await start("crossing", "next");
    await start("crossing 2", "swap");
    first.write("end");
    await record(({ kind, device }) => kind === "result" && device === "crossing", "the end of the first");
    await start("crossing", "swap");
    expect([...session.live.devices.keys()]).toEqual(["crossing", "crossing 2"]);
    const { actors, result } = session.live.devices.get("crossing")!;
    expect(actors.get("crossing")?.value).toEqual({ main: "red", side: "green" });
    expect(actors.has("crossing/lamp")).toBe(false);
    expect(result).toBeUndefined();
    const seqs = Array.from({ length: session.length }, (_, index) => session.at(index))
      .filter(({ device }) => device === "crossing")
      .map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });
});

describe("a receiver of @statelyai/inspect", () => {
  it("gets machines that XState takes, their events and snapshots, attached late", async () => {
    const inspector = createInspector();
    const actor = createActor(light);
    inspector.watch(actor, { device: "corner" });
    keep({ close: () => actor.stop() });
    actor.start();
    actor.send({ type: "next" });
    const server = keep(await serveInspector(inspector));
    const url = `${server.url.replace("http", "ws")}stately-out`;
    const receiver = keep(new Peer(process.execPath, [programOf("stately", "receiver.mjs"), url]));
    const registered = JSON.parse(await receiver.line(/"@xstate.actor"/));
    expect(registered).toMatchObject({
      name: "light",
      sessionId: "corner/light",
      rootId: "corner/light",
      snapshot: { status: "active", value: "green", context: { cars: 2 }, tags: ["go"], children: {} },
      nodes: ["", "green"],
    });
    actor.send({ type: "slow", reason: "fog" });
    expect(JSON.parse(await receiver.line(/"@xstate.event"/))).toMatchObject({
      sessionId: "corner/light",
      event: { type: "slow", reason: "fog" },
    });
    expect(JSON.parse(await receiver.line(/"@xstate.snapshot"/))).toMatchObject({
      snapshot: { status: "active", value: "amber" },
      event: { type: "slow" },
      nodes: ["", "amber"],
    });
  });

  it("gets a chart with one of everything, its children, and no secret", async () => {
    const inspector = createInspector();
    const actor = createActor(everything);
    inspector.watch(actor);
    keep({ close: () => actor.stop() });
    const server = keep(await serveInspector(inspector));
    const url = `${server.url.replace("http", "ws")}stately-out`;
    actor.start();
    const receiver = keep(new Peer(process.execPath, [programOf("stately", "receiver.mjs"), url]));
    await receiver.line(/"@xstate.actor"/);
    actor.send({ type: "go" });
    await receiver.line(/"nodes":\["","work","work.busy"\]/);
    const worker = JSON.parse(await receiver.line(/"name":"worker"/));
    expect(worker).toMatchObject({ name: "worker", parentId: "every.thing/every.thing" });
    const last = JSON.parse(await receiver.line(/"value":"last"/));
    expect(last.snapshot.status).toBe("done");
    expect(receiver.lines.join("\n")).not.toContain("SECRET");
  });
});
