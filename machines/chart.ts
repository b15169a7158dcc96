/** What all charts share: the narrow type they are exported under, and stand-ins for the services they invoke. */
import {
  type AnyActorRef,
  type EventObject,
  fromCallback,
  fromPromise,
  type MachineContext,
  type MetaObject,
  type ParameterizedObject,
  type ProvidedActor,
  type StateMachine,
  type StateValue,
} from "xstate";
import type { EventFieldTable } from "./eventFields.ts";

/** `meta` of a state that implements a rule: where the rule stands. */
export interface ChartMeta extends MetaObject {
  readonly spec: string;
  /** Of the root alone: the fields of events that somebody may send by hand. */
  readonly events?: EventFieldTable;
}

/**
 * A chart as other modules see it. Without this narrow name the declarations of nested charts inline each other until
 * the compiler gives up.
 */
export type Chart<
  Context extends MachineContext,
  Event extends EventObject,
  Input,
  Output,
  /** The actions that are supplied from outside. */
  Action extends ParameterizedObject = ParameterizedObject,
> = StateMachine<
  Context,
  Event,
  Record<string, AnyActorRef | undefined>,
  ProvidedActor,
  Action,
  ParameterizedObject,
  string,
  StateValue,
  string,
  Input,
  Output,
  EventObject,
  ChartMeta,
  // The configuration's own type: of use only inside the module that writes it.
  never
>;

/** Stands for a service with one answer until `provide` supplies it. */
export function service<Output, Input = void>(name: string) {
  return fromPromise<Output, Input>(() => Promise.reject(new Error(`No implementation was provided for "${name}"`)));
}

/** Stands for a source of events until `provide` supplies it. */
export function source<Event extends EventObject, Input = void>(name: string) {
  return fromCallback<Event, Input>(() => {
    throw new Error(`No implementation was provided for "${name}"`);
  });
}
