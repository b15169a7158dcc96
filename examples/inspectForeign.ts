/**
 * The inspector beside an app that knows nothing of LwM2M: a crossing with a traffic light, a button for walkers and cars
 * that come and go. All it has of this package are `inspect` and `serveInspector`.
 *
 * `npm run build`, then `node examples/inspectForeign.ts` (Node 22.18 or newer runs TypeScript as it is); Ctrl-C ends it.
 */
import { inspect, serveInspector } from "lwm2m-carrier/inspector";
import {
  assign,
  createActor,
  createMachine,
  fromPromise,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stateIn,
  stopChild,
} from "xstate";

const car = setup({
  types: { input: {} as { plate: string }, context: {} as { plate: string; waited: boolean } },
  actors: { drive: fromPromise<string>(async () => "through") },
  guards: { isInAHurry: ({ context }) => context.plate.startsWith("TAXI") },
}).createMachine({
  id: "car",
  context: ({ input }) => ({ plate: input.plate, waited: false }),
  initial: "approaching",
  states: {
    approaching: {
      on: { "light.isGreen": "passing", "light.isYellow": { guard: "isInAHurry", target: "passing" } },
      after: { 400: { actions: assign({ waited: true }), target: "waiting" } },
    },
    waiting: { description: "Its engine runs.", on: { "light.isGreen": "passing" } },
    passing: { invoke: { src: "drive", onDone: { target: "gone", actions: sendParent({ type: "car.gone" }) } } },
    gone: { type: "final" },
  },
});

const bell = createMachine({
  id: "bell",
  initial: "silent",
  states: { silent: { on: { ring: "ringing" } }, ringing: { after: { 150: "silent" } } },
});

const crossing = setup({
  types: { context: {} as { cars: number; pressed: number }, events: {} as { type: string } },
  actors: { car, bell },
  guards: { carsMayGo: stateIn({ light: "green" }), isWanted: ({ context }) => context.pressed > 0 },
  actions: {
    count: assign({ pressed: ({ context }) => context.pressed + 1 }),
    forget: assign({ pressed: 0 }),
    tellCar: sendTo(({ self }) => self.getSnapshot().children.car ?? self, { type: "light.isGreen" }),
  },
}).createMachine({
  id: "crossing",
  description: "Cars go until somebody wants to walk.",
  context: { cars: 0, pressed: 0 },
  type: "parallel",
  on: {
    "car.comes": {
      actions: [
        assign({ cars: ({ context }) => context.cars + 1 }),
        spawnChild("car", { id: "car", input: { plate: "TAXI 1" } }),
      ],
    },
    "car.gone": { actions: [stopChild("car"), raise({ type: "car.comes" }, { delay: 700 })] },
  },
  states: {
    light: {
      meta: { spec: "Vienna Convention on Road Signs and Signals, article 23" },
      initial: "green",
      states: {
        green: { on: { "button.pressed": { guard: "isWanted", target: "yellow" } } },
        yellow: { after: { 200: "red" } },
        red: { after: { 600: { target: "green", actions: "tellCar" } } },
      },
    },
    walkers: {
      initial: "waiting",
      invoke: { id: "bell", src: "bell" },
      states: {
        waiting: {
          on: { "button.pressed": { actions: "count" } },
          always: { guard: stateIn({ light: "red" }), target: "walking" },
        },
        walking: { entry: "forget", always: { guard: "carsMayGo", target: "waiting" } },
      },
    },
  },
});

const app = createActor(crossing);
app.start();

const inspector = inspect(app, { title: "Crossing", history: 10_000, steering: { send: true } });
const page = await serveInspector(inspector);
console.log(`the crossing is shown at ${page.url}`);

app.send({ type: "car.comes" });
const walker = setInterval(() => app.send({ type: "button.pressed" }), 250);

/** For whoever imports this. */
export async function stop(): Promise<void> {
  clearInterval(walker);
  app.stop();
  inspector.close();
  await page.close();
}
export { app, page };
