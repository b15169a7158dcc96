import { beforeAll, describe, expect, it } from "@jest/globals";
import { createActor, waitFor } from "xstate";
import { createInspector } from "../../../inspector/emitter/createInspector.ts";
import { describeMachine } from "../../../inspector/emitter/describeMachine.ts";
import { serveInspector } from "../../../inspector/server/serveInspector.ts";
import { carrierMachine } from "../../../machines/index.ts";
import { everything, light } from "../../inspector-server/support/machines.ts";
import { keep } from "../support/keep.ts";
import { Peer } from "../support/peer.ts";
import { install, programOf } from "./support/packages.ts";

beforeAll(() => install("legacy"));

const receiverAt = (url: string) =>
  keep(
    new Peer(process.execPath, [programOf("legacy", "receiver.mjs"), `${url.slice("http://".length)}xstate-inspect`]),
  );

describe("a receiver of @xstate/inspect", () => {
  it("gets an XState 5 machine in XState 4's shape, attached late, and sends it events", async () => {
    const inspector = createInspector({ steering: { send: true } });
    const actor = createActor(light);
    inspector.watch(actor, { device: "a/corner" });
    keep({ close: () => actor.stop() });
    actor.start();
    actor.send({ type: "next" });
    const server = keep(await serveInspector(inspector));
    const receiver = receiverAt(server.url);
    expect(JSON.parse(await receiver.line(/service.register/))).toEqual({
      type: "service.register",
      sessionId: "a%2Fcorner/light",
      id: "light",
      machine: "light",
      value: "green",
      context: { cars: 2 },
      nodes: ["", "green"],
    });
    receiver.write("slow");
    await waitFor(actor, (snapshot) => snapshot.value === "amber");
    expect(JSON.parse(await receiver.line(/service.event/))).toMatchObject({
      sessionId: "a%2Fcorner/light",
      event: { name: "slow", data: { type: "slow" }, $$type: "scxml", type: "external" },
    });
    expect(JSON.parse(await receiver.line(/service.state/))).toMatchObject({ value: "amber", nodes: ["", "amber"] });
    actor.stop();
    expect(JSON.parse(await receiver.line(/service.stop/))).toMatchObject({ sessionId: "a%2Fcorner/light" });
  });

  it("gets one of everything: history, parallel and final states, delays, invoked actors", async () => {
    const inspector = createInspector();
    const actor = createActor(everything);
    inspector.watch(actor);
    keep({ close: () => actor.stop() });
    actor.start();
    const server = keep(await serveInspector(inspector));
    const receiver = receiverAt(server.url);
    await receiver.line(/service.register.*every\.thing/);
    actor.send({ type: "go" });
    await receiver.line(/"nodes":\["","work","work.busy"\]/);
    const done = JSON.parse(await receiver.line(/"value":"last"/));
    expect(done.nodes).toEqual(["", "last"]);
    expect(receiver.lines.join("\n")).not.toContain("SECRET");
  });

  it("opens a recording that holds nothing but the carrier's chart records", async () => {
    const inspector = createInspector({
      history: 10,
      definitions: () => ({ carrier: describeMachine(carrierMachine as never).definition }),
    });
    const value = "starting";
    inspector.sink({
      seq: 1,
      time: 1,
      device: "thing",
      kind: "chart",
      actor: "carrier",
      event: "xstate.init",
      value,
      entered: [],
    });
    const server = keep(await serveInspector(inspector, { live: false }));
    const receiver = receiverAt(server.url);
    expect(JSON.parse(await receiver.line(/service.register/))).toMatchObject({
      machine: "carrier",
      sessionId: "thing/carrier",
    });
  });
});
