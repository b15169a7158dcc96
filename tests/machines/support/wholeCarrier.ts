/**
 * The carrier with all its charts, and a device made of puppets: whatever a chart asks of the device succeeds at once
 * unless a test holds it back, and time does not pass unless a test says which deadline is due.
 */
import {
  type AnyActorRef,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  getNextTransitions,
  SimulatedClock,
} from "xstate";
import { carrierMachine } from "../../../machines/carrier.ts";
import type { DeviceFacts } from "../../../machines/carrierModel.ts";
import type { EditionPolicy } from "../../../machines/edition.ts";
import type { ServerFacts } from "../../../machines/outcomes.ts";
import type { ApplicationAnswer, SemanticEvent } from "../../../machines/semanticEvent.ts";
import { type ChartSettings, DEFAULT_RETRY, DEFAULT_SETTINGS } from "../../../machines/settings.ts";
import { puppet } from "./puppet.ts";
import { isBuiltIn } from "./runningChart.ts";

export const SERVER: ServerFacts = {
  shortServerId: 123,
  retry: DEFAULT_RETRY,
  bootstrapOnFailure: true,
  initialDelaySeconds: 0,
  disableTimeoutSeconds: 86_400,
};

export const FACTS: DeviceFacts = {
  bootstrapped: false,
  keysOnly: false,
  keysWritten: false,
  hasBootstrapServer: true,
  holdOffSeconds: 0,
  automatic: true,
  servers: [],
  firmware: { state: 0, uri: "" },
};

export const BOOTSTRAPPED: DeviceFacts = { ...FACTS, bootstrapped: true, keysWritten: true, servers: [SERVER] };

/** Where an application that drives the link takes the modem. */
const MODES: Partial<Record<SemanticEvent["type"], "powerOff" | "normal" | "offline">> = {
  "link.goingUp": "normal",
  "link.goingDown": "offline",
  "link.poweringOff": "powerOff",
};

/** What a leaf actor answers. */
type Answer = (input: never) => unknown;

export interface WholeCarrierOptions {
  readonly facts?: DeviceFacts;
  readonly settings?: Partial<ChartSettings>;
  /** Answers in place of the device's own, by the name of the actor. */
  readonly answers?: Readonly<Record<string, Answer>>;
  /** Held back from the beginning. */
  readonly hold?: readonly string[];
}

export class WholeCarrier {
  /** Every event that the application would get, as the charts mean it. */
  readonly told: SemanticEvent[] = [];
  /** Events that nothing was waiting for. */
  readonly unexpected: string[] = [];
  /** Effects on the device, `closeSession 123`. */
  readonly effects: string[] = [];
  readonly actor: AnyActorRef & { start(): unknown };
  readonly answers: Record<string, Answer>;
  facts: DeviceFacts;
  readonly #held: Set<string>;
  readonly #policy: EditionPolicy;
  #modem = { mode: "powerOff" as "powerOff" | "normal" | "offline", registered: false };
  #working = false;

  constructor(policy: EditionPolicy, options: WholeCarrierOptions = {}) {
    const { facts = FACTS, settings, answers = {}, hold = [] } = options;
    this.#policy = policy;
    this.facts = facts;
    this.#held = new Set(["alarm", "deadline", "deviceEvents", "download", ...hold]);
    this.answers = { ...this.#device(), ...answers };
    this.actor = createActor(this.#provide(carrierMachine as AnyStateMachine), {
      input: { policy, settings: { ...DEFAULT_SETTINGS, ...settings } },
      clock: new SimulatedClock(),
    }) as unknown as AnyActorRef & { start(): unknown };
    // A carrier that fails is told by its status; without an observer it would be thrown at the process.
    this.actor.subscribe({ error: () => {} });
    this.actor.start();
    this.#work();
  }

  get snapshot(): AnyMachineSnapshot {
    return this.actor.getSnapshot() as AnyMachineSnapshot;
  }

  get types(): string[] {
    return this.told.map(({ type }) => type);
  }

  /** True while a state with this path is active in the chart (`carrier` by default). */
  is(path: string, chart = "carrier"): boolean {
    const found = this.#charts().find((actor) => nameOf(actor) === chart);
    const nodes = (found?.getSnapshot() as AnyMachineSnapshot | undefined)?._nodes ?? [];
    return nodes.some((node) => node.path.join(".").endsWith(path));
  }

  /** `lwm2m_carrier_request()` takes it now. */
  takes(event: string): boolean {
    return getNextTransitions(this.snapshot).some(({ eventType }) => eventType === event);
  }

  send(event: AnyEventObject): this {
    this.actor.send(event);
    this.#work();
    return this;
  }

  /** The modem says where it is now. */
  modem(mode: "powerOff" | "normal" | "offline", registered = false): this {
    this.#modem = { mode, registered };
    return this.send({ type: "modem.changed", mode, registered });
  }

  /** Lets actors of this name wait from now on: `register`, or `ask link.goingDown` for one event. */
  hold(...names: readonly string[]): this {
    for (const name of names) this.#held.add(name);
    return this;
  }

  /** The actor that waits ends with `output`, or as the device would without; later ones are not held. */
  release(name: string, output?: unknown): this {
    const leaf = this.#find(name);
    this.#held.delete(name);
    if (output !== undefined) leaf.send({ type: "puppet.done", output });
    this.#work();
    return this;
  }

  /** The actor that waits meets a defect. */
  fail(name: string): this {
    this.#find(name).send({ type: "puppet.failed", error: new Error("defect") });
    this.#work();
    return this;
  }

  /** Nothing is held back any more, every answer is the device's own, and the next attempts are due. */
  recover(): this {
    Object.assign(this.answers, this.#device());
    this.#held.clear();
    for (const name of ["alarm", "deadline", "deviceEvents", "download"]) this.#held.add(name);
    this.#work();
    for (const event of ["link.timedOut", "retry.due", "resume.due"]) if (this.isPending(event)) this.due(event);
    return this;
  }

  waitsFor(name: string): boolean {
    return this.#leaves().some((leaf) => namesOf(leaf).includes(name));
  }

  /** Time passes until the deadline that sends `event`. */
  due(event: string): this {
    const deadline = this.#leaves().find((child) => child.getSnapshot().input?.event === event);
    if (deadline === undefined)
      throw new Error(`Nothing waits for "${event}" in ${JSON.stringify(this.snapshot.value)}`);
    deadline._parent!.send({ type: event });
    this.#work();
    return this;
  }

  isPending(event: string): boolean {
    return this.#leaves().some((child) => child.getSnapshot().input?.event === event);
  }

  /** The device answers until nothing but held actors and deadlines wait. */
  #work(): void {
    if (this.#working) return;
    this.#working = true;
    for (let steps = 0; this.#answerOne(); steps++) {
      if (steps > 1000) throw new Error(`The carrier does not come to rest: ${JSON.stringify(this.snapshot.value)}`);
    }
    this.#working = false;
  }

  #answerOne(): boolean {
    const next = this.#leaves().find((leaf) => !namesOf(leaf).some((name) => this.#held.has(name)));
    if (next === undefined) return false;
    const answer = this.answers[next.src as string];
    if (answer === undefined) throw new Error(`Nothing answers for "${next.src}"`);
    next.send({ type: "puppet.done", output: answer(next.getSnapshot().input as never) });
    return true;
  }

  #find(name: string): AnyActorRef {
    const leaf = this.#leaves().find((child) => namesOf(child).includes(name));
    if (leaf === undefined) throw new Error(`No "${name}" waits in ${JSON.stringify(this.snapshot.value)}`);
    return leaf;
  }

  #charts(): AnyActorRef[] {
    const below = (actor: AnyActorRef): AnyActorRef[] => [actor, ...childrenOf(actor).filter(isChart).flatMap(below)];
    return below(this.actor);
  }

  #leaves(): AnyActorRef[] {
    return this.#charts().flatMap((chart) =>
      childrenOf(chart).filter((child) => !isChart(child) && child.getSnapshot().status === "active"),
    );
  }

  #provide(machine: AnyStateMachine): AnyStateMachine {
    const { actors, actions } = machine.implementations;
    return machine.provide({
      actors: Object.fromEntries(
        Object.entries(actors).map(([name, logic]) => [
          name,
          isMachine(logic) ? this.#provide(logic as AnyStateMachine) : puppet,
        ]),
      ),
      actions: Object.fromEntries(
        Object.entries(actions)
          .filter(([, action]) => !isBuiltIn(action))
          .map(([name]) => [name, (_: unknown, params: unknown) => this.#act(name, params)]),
      ),
    });
  }

  #act(action: string, params: unknown): void {
    if (action === "notify") this.told.push(params as SemanticEvent);
    else if (action === "noteUnexpected") this.unexpected.push((params as { type: string }).type);
    else if (action === "closeSession") this.effects.push(`closeSession ${(params as { server: unknown }).server}`);
    else if (action === "setFirmware") {
      const { state, result } = params as { state: number; result: number };
      this.effects.push(`firmware ${state}/${result}`);
    }
  }

  /** A device on which everything works. */
  #device(): Record<string, Answer> {
    const modem = (mode: "powerOff" | "normal" | "offline") => () => void this.modem(mode, mode === "normal");
    return {
      ask: (event: SemanticEvent): ApplicationAnswer => this.#ask(event),
      loadDevice: () => this.facts,
      prepareApplication: modem("normal"),
      restartDevice: modem("powerOff"),
      closeDevice: () => undefined,
      initialiseModem: () => ({ kind: "ok" }),
      reinitialiseModem: () => ({ kind: "updated" }),
      readIdentity: () => undefined,
      writeBuiltInCertificates: () => [28],
      listCertificates: () => [411],
      checkCertificates: () => true,
      writeServerKeys: () => ({ kind: "written" }),
      writeManagementKeys: () => ({ kind: "written", servers: [SERVER] }),
      attach: modem("normal"),
      switchOffline: modem("offline"),
      switchPowerOff: modem("powerOff"),
      openSession: ({ server }: { server: unknown }) => {
        this.effects.push(`openSession ${server}`);
        return { kind: this.#modem.registered ? "open" : "noRoute", detail: "" };
      },
      requestBootstrap: () => ({ kind: "accepted" }),
      serveBootstrap: () => ({ kind: "finished" }),
      register: () => this.#exchange("register"),
      update: () => this.#exchange("update"),
      deregister: () => void this.#exchange("deregister"),
      disable: () => {
        this.#exchange("disable");
        return 1000;
      },
      prepareArea: () => undefined,
      verifyImage: () => ({ kind: "valid" }),
      scheduleImage: () => undefined,
      eraseImage: () => undefined,
    };
  }

  #exchange(name: string) {
    this.effects.push(name);
    return { kind: "registered", updateAt: 0 };
  }

  #ask(event: SemanticEvent): ApplicationAnswer {
    this.told.push(event);
    const { linkDriver, firstLink } = this.#policy;
    const attaches = event.type === "initialised" && firstLink === "atInitialised";
    const mode = attaches ? "normal" : linkDriver === "application" ? MODES[event.type] : undefined;
    if (mode !== undefined) this.modem(mode, mode === "normal");
    return { value: 0, tags: [411] };
  }
}

function childrenOf(actor: AnyActorRef): AnyActorRef[] {
  return Object.values((actor.getSnapshot() as AnyMachineSnapshot).children as Record<string, AnyActorRef>);
}

/** `ask`, and `ask link.goingDown`. */
function namesOf(leaf: AnyActorRef): string[] {
  const src = leaf.src as string;
  const type: unknown = leaf.getSnapshot().input?.type;
  return typeof type === "string" ? [src, `${src} ${type}`] : [src];
}

function isChart(actor: AnyActorRef): boolean {
  return "machine" in actor.getSnapshot();
}

function isMachine(logic: unknown): boolean {
  return logic !== null && typeof logic === "object" && "root" in logic;
}

function nameOf(actor: AnyActorRef): string {
  return actor._parent === undefined ? "carrier" : actor.id;
}
