/** What several charts name: the application, deadlines, keys, the modem's initialisation. */
import { fromCallback, fromPromise } from "xstate";
import type { DeadlineInput } from "../../machines/deadline.ts";
import type { KeysOutcome, ModemOutcome } from "../../machines/init.ts";
import type { ExchangeFailure } from "../../machines/outcomes.ts";
import type { ApplicationAnswer, SemanticEvent } from "../../machines/semanticEvent.ts";
import { formatCode } from "../../services/coap/codes.ts";
import type { ExchangeFailure as ServiceFailure } from "../../services/lwm2m/device/exchangeFailure.ts";
import type { Application } from "../application.ts";
import type { Device } from "../device.ts";
import { writeKeys } from "../keys.ts";
import type { StandardApplication } from "../standardApplication.ts";

/** What the charts of one carrier act on. */
export interface Actors {
  readonly device: Device;
  readonly application: Application;
  readonly standard: StandardApplication;
}

/**
 * A service as an actor. What it does is caused by the record of the step that invoked it.
 * The chart stops waiting when it leaves the state; `signal` tells the service.
 */
export function serviceActors({ device }: Actors) {
  const { trace } = device.options;
  return <Output, Input = void>(
    work: (invocation: { readonly input: Input; readonly signal: AbortSignal }) => Promise<Output>,
  ) =>
    fromPromise<Output, Input>(({ input, signal }) =>
      trace === undefined ? work({ input, signal }) : trace.causedBy(trace.last, () => work({ input, signal })),
    );
}

export function shared(actors: Actors) {
  const { device, application } = actors;
  const { clock, trace, modem } = device.options;
  const service = serviceActors(actors);
  return {
    ask: fromPromise<ApplicationAnswer, SemanticEvent>(({ input }) => application.ask(input)),

    notify: (_: unknown, event: SemanticEvent) => application.notify(event),

    deadline: fromCallback<{ type: string }, DeadlineInput>(({ input, sendBack, self }) => {
      const { event, at } = input;
      const delay = Math.max(0, at === undefined ? (input.afterMs ?? 0) : at - clock.wall());
      const owner = self._parent?.id ?? "";
      const set = trace?.record({ kind: "timer", operation: "set", name: event, owner, delay });
      let pending = true;
      const timer = clock.setTimeout(() => {
        pending = false;
        const fired = trace?.record({ kind: "timer", operation: "fired", name: event, owner, cause: set });
        if (trace === undefined) sendBack({ type: event });
        else trace.causedBy(fired, () => sendBack({ type: event }));
      }, delay);
      return () => {
        clock.clearTimeout(timer);
        if (pending) trace?.record({ kind: "timer", operation: "cleared", name: event, owner, cause: set });
      };
    }),

    writeServerKeys: service<KeysOutcome>(async () => {
      const bootstrap = await writeKeys("bootstrap", device.tree, device.vault, modem.credentials);
      // Servers of the factory: their keys are written where the bootstrap server's are.
      if (bootstrap.kind === "refused" || device.facts.bootstrapped) return bootstrap;
      return writeKeys("servers", device.tree, device.vault, modem.credentials);
    }),

    initialiseModem: service<ModemOutcome>(async () =>
      device.noteInitialised(modem.initialised ?? (await modem.init())),
    ),

    reinitialiseModem: service<ModemOutcome>(async () => {
      await modem.shutdown();
      return device.noteInitialised(await modem.init());
    }),
  };
}

/** An exchange's failure in the charts' words. */
export function exchangeFailure(failure: ServiceFailure): ExchangeFailure {
  switch (failure.kind) {
    case "refused":
      return { kind: "refused", code: formatCode(failure.code) };
    case "unavailable":
      return { kind: "unavailable" };
    case "noAnswer":
      return { kind: "noAnswer", heard: failure.heard };
    case "closed":
    case "aborted":
      return { kind: "closed" };
    case "invalid":
      return { kind: "refused", code: failure.detail };
  }
}
