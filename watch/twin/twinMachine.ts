/** The carrier's statecharts with nothing behind them: every service is a puppet, what they tell is kept. */
import { type ActorSystem, type AnyStateMachine, createActor } from "xstate";
import { bootstrapMachine } from "../../machines/bootstrap.ts";
import { carrierMachine } from "../../machines/carrier.ts";
import { certsMachine } from "../../machines/certs.ts";
import { type FirmwareValues, fotaMachine } from "../../machines/fota.ts";
import { initMachine } from "../../machines/init.ts";
import { linkMachine } from "../../machines/link.ts";
import { registerMachine } from "../../machines/register.ts";
import type { SemanticEvent } from "../../machines/semanticEvent.ts";
import { puppet } from "./puppet.ts";

/** Where a running copy of the charts leaves what it does. */
export interface TwinListener {
  told(event: SemanticEvent): void;
  firmware(values: FirmwareValues): void;
}

export class TwinCharts {
  readonly #listeners = new WeakMap<object, TwinListener>();
  #machine: AnyStateMachine | undefined;

  /** A running copy: of a new device, or of one that was left in `snapshot`. */
  run(begin: { readonly input: unknown } | { readonly snapshot: unknown }, listener: TwinListener) {
    this.#machine ??= this.#make();
    const actor = createActor(this.#machine, begin as never);
    this.#listeners.set(actor.system, listener);
    // A chart that fails is no way that a device could have gone.
    actor.subscribe({ error: () => {} });
    return actor.start();
  }

  /** Made when it is needed: providing its parts clones every chart. */
  #make(): AnyStateMachine {
    const tell = (system: ActorSystem<never>, event: SemanticEvent) => this.#listeners.get(system)?.told(event);
    const parts = {
      actors: { ask: puppet((system, input) => tell(system, input as SemanticEvent)) },
      actions: {
        notify: ({ system }: { system: ActorSystem<never> }, event: SemanticEvent) => tell(system, event),
        setFirmware: ({ system }: { system: ActorSystem<never> }, values: FirmwareValues) =>
          this.#listeners.get(system)?.firmware(values),
      },
    };
    const leaf = puppet();
    const provide = (machine: unknown, children: Record<string, unknown> = {}): AnyStateMachine => {
      const chart = machine as AnyStateMachine;
      const puppets = Object.fromEntries(Object.keys(chart.implementations.actors).map((name) => [name, leaf]));
      // Which parts a chart has differs; one that it does not name is of no use to it.
      return chart.provide({ ...parts, actors: { ...puppets, ...parts.actors, ...children } } as never);
    };
    return provide(carrierMachine, {
      init: provide(initMachine, { certs: provide(certsMachine) }),
      link: provide(linkMachine),
      bootstrap: provide(bootstrapMachine),
      register: provide(registerMachine),
      fota: provide(fotaMachine),
    });
  }
}
