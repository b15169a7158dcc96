import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { type AnyStateMachine, assign, createActor, fromPromise, setup } from "xstate";
import { createInspector } from "../../inspector/emitter/createInspector.ts";
import { Session } from "../../inspector/model/session.ts";
import type { Frame } from "../../inspector/protocol.ts";
import { light } from "./support/machines.ts";
import { client, follow, openPage, serve } from "./support/served.ts";

const CANARY = "CANARY-7f3a";

/** Keeps a secret wherever a machine may hold one. */
const keeper = setup({
  types: { context: {} as { account: { psk: string; name: string } }, input: {} as { key: string } },
  actors: {
    fetch: fromPromise<{ privateKey: string }, { passphrase: string }>(async () => ({ privateKey: CANARY })),
    fail: fromPromise<void, { key: string }>(async () => {
      throw Object.assign(new Error("refused"), { psk: CANARY });
    }),
  },
  guards: { isRight: (_, params: { key: string }) => params.key === CANARY },
  actions: { log: (_, params: { psk: string }) => void params },
}).createMachine({
  id: "keeper",
  context: ({ input }) => ({ account: { psk: input.key, name: "thing" } }),
  initial: "fetching",
  meta: { key: CANARY },
  states: {
    fetching: {
      invoke: {
        id: "fetch",
        src: "fetch",
        input: { passphrase: CANARY },
        onDone: {
          target: "open",
          actions: assign(({ event }) => ({ account: { psk: event.output.privateKey, name: "x" } })),
        },
      },
    },
    open: {
      entry: { type: "log", params: { psk: CANARY } },
      on: { go: { guard: { type: "isRight", params: { key: CANARY } }, target: "failing" } },
    },
    failing: { invoke: { id: "fail", src: "fail", input: { key: CANARY }, onError: "over" } },
    over: { type: "final", output: { identity: CANARY } },
  },
  output: { identity: CANARY },
}) as unknown as AnyStateMachine;

/** What a page makes of its frames. */
function sessionOf(frames: readonly Frame[]): Session {
  const session = new Session();
  for (const frame of frames) {
    if (frame.frame === "checkpoint") session.checkpoint(frame.records, frame.before);
    else if (frame.frame === "records") session.append(frame.records, frame.first);
  }
  return session;
}

const lightOf = (frames: readonly Frame[]) => sessionOf(frames).live.devices.get("corner")?.actors.get("light");

function crossing(history?: number) {
  const inspector = createInspector({ ...(history !== undefined && { history }) });
  const actor = createActor(light);
  inspector.watch(actor, { device: "corner" });
  actor.start();
  return { inspector, actor };
}

describe("a running machine", () => {
  it("tells all pages which breakpoints hold, those that come later too", async () => {
    const freeze = { pause: () => {}, resume: () => {} };
    const inspector = createInspector({ steering: { freeze } });
    inspector.watch(createActor(light), { device: "corner" });
    const { url } = await serve(inspector);
    const { following, frames } = await follow(url);
    expect(following.hello.steering).not.toHaveProperty("breakpoints");
    await following.request({ request: "addBreakpoint", breakpoint: { state: "green" } });
    const later = await follow(url);
    expect(later.following.hello.steering?.breakpoints).toEqual([{ state: "green" }]);
    await later.following.request({ request: "addBreakpoint", breakpoint: { event: "next" } });
    await later.following.request({ request: "removeBreakpoint", breakpoint: { state: "green" } });
    const told = () => frames.flatMap((frame) => (frame.frame === "breakpoints" ? [frame.breakpoints] : []));
    const last = JSON.stringify([{ event: "next" }]);
    await later.until(() => later.frames.some((frame) => JSON.stringify(frame).includes(last)));
    expect(told()).toEqual([[{ state: "green" }], [{ state: "green" }, { event: "next" }], [{ event: "next" }]]);
  });

  it("tells a page of a breakpoint that was set between its hello and its first message", async () => {
    const inspector = createInspector({ steering: { freeze: { pause: () => {}, resume: () => {} } } });
    inspector.watch(createActor(light), { device: "corner" });
    const { url } = await serve(inspector);
    const page = client(`${url}socket`);
    await page.until((frames) => frames.length > 0);
    await inspector.steer({ id: 1, request: "addBreakpoint", breakpoint: { state: "green" } });
    page.send({ id: 1, request: "resume" });
    await page.until((frames) => frames.some(({ frame }) => frame === "reply"));
    expect(page.frames).toContainEqual({ frame: "breakpoints", breakpoints: [{ state: "green" }] });
  });

  it("is all there for a page that comes late, without a history", async () => {
    const { inspector, actor } = crossing();
    actor.send({ type: "next" });
    const { url } = await serve(inspector);
    const { frames, until } = await follow(url);
    await until(() => frames.length > 0);
    expect(frames[0]?.frame).toBe("checkpoint");
    expect(lightOf(frames)).toMatchObject({ value: "green", context: { cars: 2 }, status: "active" });
    expect(sessionOf(frames).live.definitions.get(lightOf(frames)!.definition!)?.id).toBe("light");
    actor.send({ type: "slow" });
    await until(() => lightOf(frames)?.value === "amber");
    inspector.close();
  });

  it("goes on for a page that comes back, and begins anew for a page of another run", async () => {
    const { inspector, actor } = crossing(1_000);
    const { url } = await serve(inspector);
    const first = await follow(url);
    actor.send({ type: "next" });
    await first.until(() => lightOf(first.frames)?.value === "green");
    const after = sessionOf(first.frames).length;
    const last = first.frames.findLast((frame) => frame.frame === "records")!;
    const number = last.frame === "records" ? last.first + last.records.length - 1 : 0;
    first.following.close();
    await first.closed;
    actor.send({ type: "slow" });
    actor.send({ type: "next" });
    const again = await follow(url, { resume: { instance: first.following.hello.instance, after: number } });
    await again.until(() => lightOf([...first.frames, ...again.frames])?.value === "red");
    expect(again.frames.map(({ frame }) => frame)).not.toContain("checkpoint");
    expect(again.frames[0]).toMatchObject({ frame: "records", first: number + 1 });
    expect(sessionOf([...first.frames, ...again.frames]).length).toBe(after + 2);

    const other = await follow(url, { resume: { instance: "another", after: number } });
    await other.until(() => other.frames.length > 0);
    expect(other.frames[0]?.frame).toBe("checkpoint");
    inspector.close();
  });

  it("is told anew, after a gap, to a page that was too slow", async () => {
    const { inspector, actor } = crossing();
    const { url } = await serve(inspector);
    const page = await openPage(url);
    page.socket.pause();
    const filler = "x".repeat(1_900);
    for (let n = 0; n < 20_000; n++) {
      actor.send({ type: "nothing", filler });
      if (n % 200 === 0) await turn();
    }
    actor.send({ type: "next" });
    page.socket.resume();
    await page.until((frames) => frames.at(-1)?.frame === "checkpoint" && frames.length > 4);
    const gap = page.frames.find((frame) => frame.frame === "gap");
    const checkpoint = page.frames.at(-1);
    expect(gap?.frame === "gap" && checkpoint?.frame === "checkpoint" && gap.first + gap.count).toBe(
      checkpoint?.frame === "checkpoint" && checkpoint.before,
    );
    expect(lightOf(page.frames)).toMatchObject({ value: "green", context: { cars: 2 } });
    actor.send({ type: "slow" });
    await page.until((frames) => lightOf(frames.slice(-2))?.value === "amber");
    inspector.close();
  });
});

describe("a secret", () => {
  it("is in nothing that leaves, to whomever, early or late", async () => {
    const inspector = createInspector({ history: 1_000, steering: { send: true } });
    const { url } = await serve(inspector);
    const attach = async () => {
      const page = await openPage(url);
      const stately = client(`${url}stately-out`, {}, "");
      const legacy = client(`${url}xstate-inspect`, {}, "");
      for (const { open } of [stately, legacy]) await open;
      legacy.send({ type: "xstate.inspecting" });
      return [page, stately, legacy] as const;
    };
    const early = await attach();
    const actor = createActor(keeper, { input: { key: CANARY } });
    inspector.watch(actor, { device: "thing" });
    actor.start();
    await early[0].until((frames) => JSON.stringify(frames).includes("xstate.done.actor.fetch"));
    early[0].send({ id: 2, request: "send", device: "thing", actor: "keeper", event: { type: "go", psk: CANARY } });
    const isOver = (text: string) => text.includes('"over"') || text.includes('\\"over\\"');
    await early[0].until((frames) => JSON.stringify(frames).includes('"status":"done"'));
    const late = await attach();
    for (const one of [...early, ...late]) {
      await one.until(() => one.messages.some((message) => /"(done|service.state)"/.test(message) && isOver(message)));
      expect(one.messages.join("\n")).toContain("keeper");
      expect(one.messages.join("\n")).not.toContain(CANARY);
    }
    inspector.close();
  });
});
