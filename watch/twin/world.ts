/** One way that the device may have gone: the charts as they stand then, and a running copy of them to try things on. */
import type { AnyActorRef, AnyMachineSnapshot } from "xstate";
import type { CarrierContext, CarrierEvent } from "../../machines/carrierModel.ts";
import type { Edition } from "../../machines/edition.ts";
import { speak } from "../../machines/editions/speak.ts";
import type { SemanticEvent } from "../../machines/semanticEvent.ts";
import { DEFAULT_SETTINGS } from "../../machines/settings.ts";
import type { Ending, Pending } from "./environment.ts";
import type { Standing } from "./happenings.ts";
import type { TwinCharts, TwinListener } from "./twinMachine.ts";

/** At rest: plain data. */
export interface World {
  readonly snapshot: unknown;
  /** What the charts have told already and the device was not yet seen to tell. */
  readonly ahead: readonly SemanticEvent[];
  /** 5/0/3, which outlives a restart. */
  readonly firmware: 0 | 1 | 2 | 3;
  /** Happenings that this way takes for granted although nothing told of them; the least likely way has most. */
  readonly surprises: number;
  /** Tells ways apart that lead on differently. */
  readonly key: string;
  /** What is under way, and how the charts stand. */
  readonly pending: readonly PendingService[];
  readonly standing: Standing;
}

/** One step around the charts. */
export type Step =
  | { readonly chart: string; readonly id: string; readonly ending: Ending }
  | { readonly event: CarrierEvent };

export interface PendingService extends Pending {
  /** Its actor under the chart. */
  readonly id: string;
}

/** A chart that runs. */
export interface ActiveChart {
  readonly name: string;
  readonly snapshot: AnyMachineSnapshot;
}

/** What guards read of a chart's context, and a state does not tell; attempts, which only count, are left out. */
const FACTS: Readonly<Record<string, readonly string[]>> = {
  carrier: ["linkIsUp", "announced", "registered", "exhausted"],
  link: ["registered", "mode"],
  register: ["registered", "fresh", "updateWanted", "deregisterWanted"],
  fota: ["start", "failure", "keep"],
};

export class RunningWorld implements TwinListener {
  readonly #edition: Edition;
  readonly #actor: AnyActorRef & { getPersistedSnapshot(): unknown; stop(): void };
  readonly #ahead: SemanticEvent[];
  #firmware: World["firmware"];
  readonly #surprises: number;

  constructor(charts: TwinCharts, edition: Edition, world?: World) {
    this.#edition = edition;
    this.#ahead = [...(world?.ahead ?? [])];
    this.#firmware = world?.firmware ?? 0;
    this.#surprises = world?.surprises ?? 0;
    const begin =
      world === undefined
        ? { input: { policy: edition.policy, settings: DEFAULT_SETTINGS } }
        : { snapshot: world.snapshot };
    this.#actor = charts.run(begin, this) as never;
  }

  told(event: SemanticEvent): void {
    if (speak(this.#edition, event) !== undefined) this.#ahead.push(event);
  }

  firmware({ state }: { readonly state: World["firmware"] }): void {
    this.#firmware = state;
  }

  /** False for a way that no device goes: a chart met a defect. */
  get sound(): boolean {
    const snapshot = this.#actor.getSnapshot() as AnyMachineSnapshot;
    return snapshot.status === "active" && !snapshot.matches("faulted");
  }

  get ahead(): readonly SemanticEvent[] {
    return this.#ahead;
  }

  get charts(): readonly ActiveChart[] {
    return [...chartsOf(this.#actor, "carrier")].map(({ name, snapshot }) => ({ name, snapshot }));
  }

  get standing(): Standing {
    const charts = new Map(this.charts.map(({ name, snapshot }) => [name, snapshot]));
    const { context } = charts.get("carrier") as { context: CarrierContext };
    return {
      policy: this.#edition.policy,
      modem: context.modem,
      isIn: (chart, state) => charts.get(chart)?._nodes.some(({ path }) => path.join(".") === state) === true,
    };
  }

  get pending(): readonly PendingService[] {
    const { device } = (this.#actor.getSnapshot() as { context: CarrierContext }).context;
    return [...chartsOf(this.#actor, "carrier")].flatMap(({ name: chart, snapshot }) =>
      childrenOf(snapshot)
        .filter((child) => !isChart(child) && child.getSnapshot().status === "active")
        .map((child) => ({
          ...{ chart, id: child.id, src: String(child.src), device, firmware: this.#firmware },
          input: child.getSnapshot().input,
        })),
    );
  }

  take(step: Step): void {
    if ("event" in step) {
      this.#actor.send(step.event);
      return;
    }
    const { chart, id, ending } = step;
    const parent = [...chartsOf(this.#actor, "carrier")].find(({ name }) => name === chart);
    const child = parent?.snapshot.children[id];
    if (parent === undefined || child === undefined) return;
    if ("event" in ending) parent.actor.send(ending.event);
    else if ("fails" in ending) child.send({ type: "puppet.failed" });
    else child.send({ type: "puppet.done", output: ending.output });
  }

  get #key(): string {
    const states = this.charts.map(({ name, snapshot }) => {
      const facts = FACTS[name.split("/")[0]!] ?? [];
      return [name, snapshot.value, facts.map((fact) => snapshot.context[fact])];
    });
    const services = this.pending.map(({ chart, id }) => `${chart} ${id}`);
    const { device, modem } = (this.#actor.getSnapshot() as { context: CarrierContext }).context;
    const servers = device.servers.map(({ bootstrapOnFailure }) => bootstrapOnFailure);
    return JSON.stringify([states, services, modem, servers, this.#firmware, this.#ahead]);
  }

  /** Ends this copy. */
  rest(): World {
    const world: World = {
      snapshot: this.#actor.getPersistedSnapshot(),
      ahead: [...this.#ahead],
      firmware: this.#firmware,
      surprises: this.#surprises,
      key: this.#key,
      pending: this.pending,
      standing: this.standing,
    };
    this.#actor.stop();
    return world;
  }
}

function* chartsOf(
  actor: AnyActorRef,
  name: string,
): Generator<{ name: string; actor: AnyActorRef; snapshot: AnyMachineSnapshot }> {
  const snapshot = actor.getSnapshot() as AnyMachineSnapshot;
  yield { name, actor, snapshot };
  for (const child of childrenOf(snapshot)) {
    if (isChart(child) && child.getSnapshot().status === "active") yield* chartsOf(child, child.id);
  }
}

function childrenOf(snapshot: AnyMachineSnapshot): AnyActorRef[] {
  return Object.values(snapshot.children as Record<string, AnyActorRef | undefined>).filter(
    (child) => child !== undefined,
  );
}

function isChart(actor: AnyActorRef): boolean {
  return "machine" in actor.getSnapshot();
}
