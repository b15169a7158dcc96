/** What several charts name: the application, deadlines, keys, the modem's initialisation. */
import { type AnyActorRef, fromCallback, fromPromise } from "xstate";
import type { AlarmEvent, DeadlineInput } from "../../machines/deadline.ts";
import type { KeysOutcome, ModemOutcome } from "../../machines/init.ts";
import type { ExchangeFailure } from "../../machines/outcomes.ts";
import type { ApplicationAnswer, SemanticEvent } from "../../machines/semanticEvent.ts";
import { formatCode } from "../../services/coap/codes.ts";
import type { ExchangeFailure as ServiceFailure } from "../../services/lwm2m/device/exchangeFailure.ts";
import type { Application } from "../application.ts";
import type { Device } from "../device.ts";
import { writeKeys } from "../keys.ts";
import type { StandardApplication } from "../standardApplication.ts";
import { timerPurpose } from "./timerPurposes.ts";

/** What the charts of one carrier act on. */
export interface Actors {
  readonly device: Device;
  readonly application: Application;
  readonly standard: StandardApplication;
}

/** The charts and their implementations are the same for all carriers; whose a chart is, stands in the carrier's context. */
const carriers = new WeakMap<object, Actors>();

/** Stands for these actors in a carrier chart's input. */
export function ownerOf(actors: Actors): object {
  const owner = Object.freeze({});
  carriers.set(owner, actors);
  return owner;
}

/** What the carrier acts on that this chart or service is part of. */
export function actorsOf(self: AnyActorRef): Actors {
  for (let at: AnyActorRef | undefined = self; at !== undefined; at = at._parent) {
    const actors = carriers.get(at.getSnapshot()?.context?.owner);
    if (actors !== undefined) return actors;
  }
  throw new Error("This chart runs without the input that createCarrierMachine() gave for it");
}

interface Invocation<Input> {
  readonly input: Input;
  readonly signal: AbortSignal;
}

/**
 * A service as an actor. What it does is caused by the record of the step that invoked it.
 * The chart stops waiting when it leaves the state; `signal` tells the service.
 */
export function service<Output, Input = void>(
  work: (actors: Actors, invocation: Invocation<Input>) => Promise<Output>,
) {
  return fromPromise<Output, Input>((invocation) => {
    const actors = actorsOf(invocation.self);
    const { trace } = actors.device.options;
    return actors.device.held(
      trace === undefined ? work(actors, invocation) : trace.causedBy(trace.last, () => work(actors, invocation)),
    );
  });
}

export const ask = fromPromise<ApplicationAnswer, SemanticEvent>(({ input, self }) => {
  const { application, device } = actorsOf(self);
  return device.held(application.ask(input, chartName(self._parent)));
});

export function notify({ self }: { readonly self: AnyActorRef }, event: SemanticEvent): void {
  actorsOf(self).application.notify(event, chartName(self));
}

/** As the chart's own records name it. */
function chartName(chart: AnyActorRef | undefined): string | undefined {
  return carriers.has(chart?.getSnapshot()?.context?.owner) ? "carrier" : chart?.id;
}

type Send = (event: { type: string }) => void;

/** A timer of the chart that `self` works for, with its records. Returns the function that clears it. */
function startTimer({ event, at, afterMs }: DeadlineInput, self: AnyActorRef, send: Send): () => void {
  const { timers, options } = actorsOf(self).device;
  const { clock, trace } = options;
  const until = at === undefined ? (afterMs ?? 0) : at - clock.wall();
  const delay = Math.max(0, Math.min(until, afterMs ?? until));
  const owner = chartName(self._parent) ?? "";
  const purpose = trace && timerPurpose(owner, event);
  const set = trace?.record({
    kind: "timer",
    operation: "set",
    name: event,
    owner,
    delay,
    ...(purpose && { purpose }),
  });
  let pending = true;
  const end = () => {
    pending = false;
    if (set !== undefined) timers.remove(set);
  };
  const fire = () => {
    end();
    const fired = trace?.record({ kind: "timer", operation: "fired", name: event, owner, cause: set });
    if (trace === undefined) send({ type: event });
    else trace.causedBy(fired, () => send({ type: event }));
  };
  const timer = clock.setTimeout(fire, delay);
  if (set !== undefined) {
    timers.add(set, () => {
      clock.clearTimeout(timer);
      fire();
    });
  }
  return () => {
    if (!pending) return;
    end();
    clock.clearTimeout(timer);
    trace?.record({ kind: "timer", operation: "cleared", name: event, owner, cause: set });
  };
}

export const deadline = fromCallback<{ type: string }, DeadlineInput>(({ input, sendBack, self }) =>
  startTimer(input, self, sendBack),
);

export const alarm = fromCallback<AlarmEvent, Pick<DeadlineInput, "event">>(({ input, receive, sendBack, self }) => {
  let clear: (() => void) | undefined;
  receive((event) => {
    clear?.();
    clear = event.type === "alarm.set" ? startTimer({ ...input, at: event.at }, self, sendBack) : undefined;
  });
  return () => clear?.();
});

export const writeServerKeys = service<KeysOutcome>(async ({ device }) => {
  const { credentials } = device.options.modem;
  const bootstrap = await writeKeys("bootstrap", device.tree, device.vault, credentials);
  // Servers of the factory: their keys are written where the bootstrap server's are.
  if (bootstrap.kind === "refused" || device.facts.bootstrapped) return bootstrap;
  return writeKeys("servers", device.tree, device.vault, credentials);
});

export const initialiseModem = service<ModemOutcome>(async ({ device }) => {
  const { modem } = device.options;
  return device.firmware.noteInitialised(modem.initialised ?? (await modem.init()));
});

export const reinitialiseModem = service<ModemOutcome>(async ({ device }) => {
  const { modem } = device.options;
  await modem.shutdown();
  return device.firmware.noteInitialised(await modem.init());
});

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
