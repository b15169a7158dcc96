/**
 * An app that knows of `@statelyai/inspect` alone: a crossing with two lights and a child. Each line of standard input is
 * an event; `end` ends it.
 */
import { createInterface } from "node:readline";
import { createWebSocketInspector } from "@statelyai/inspect";
import { createActor, fromPromise, sendTo, setup } from "xstate";

const crossing = setup({
  actors: {
    lamp: setup({}).createMachine({
      id: "lamp",
      initial: "dark",
      states: { dark: { on: { shine: "bright" } }, bright: { type: "final" } },
    }),
    check: fromPromise(async () => ({ lamps: 3 })),
  },
  guards: { isQuiet: ({ context }) => context.cars === 0 },
}).createMachine({
  id: "crossing",
  context: { cars: 1, psk: "CANARY-CONTEXT", count: 0 },
  type: "parallel",
  invoke: { id: "check", src: "check", input: { key: "CANARY-INPUT" } },
  states: {
    main: {
      initial: "red",
      states: {
        red: { description: "Main road waits", on: { next: "green" } },
        green: {
          tags: ["go"],
          invoke: { id: "lamp", src: "lamp" },
          on: { next: { guard: "isQuiet", target: "red" }, press: { actions: sendTo("lamp", { type: "shine" }) } },
        },
      },
    },
    side: { initial: "red", states: { red: { on: { swap: "green" } }, green: { on: { swap: "red" } } } },
  },
});

const inspector = createWebSocketInspector({ url: process.argv[2] });
const actor = createActor(crossing, { inspect: inspector.inspect });
actor.start();
console.log("started");

for await (const line of createInterface({ input: process.stdin })) {
  if (line === "end") break;
  actor.send({ type: line, psk: "CANARY-EVENT" });
  console.log(`sent ${line}`);
}
process.exit(0);
