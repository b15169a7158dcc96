/** A statechart as data, the same for every XState machine: what is drawn, searched and explained. */

export type NodeType = "atomic" | "compound" | "parallel" | "final" | "history";

export interface MachineDefinition {
  /** The machine's own id. */
  readonly id: string;
  readonly description?: string;
  /** In document order; the first is the root, whose id is the empty string. */
  readonly nodes: readonly NodeDefinition[];
  readonly edges: readonly EdgeDefinition[];
}

export interface NodeDefinition {
  /** Path below the root, joined by dots: `alive.work.running`; the root's is empty. */
  readonly id: string;
  /** Last part of the path; of the root the machine's id. */
  readonly key: string;
  /** Id of the parent; absent for the root. */
  readonly parent?: string;
  readonly type: NodeType;
  readonly history?: "shallow" | "deep";
  /** Id of the initial child of a compound node. */
  readonly initial?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  /**
   * Whatever the machine's author attached; `spec` names the specification and section behind the state, `events` of the
   * root may declare the fields of events (`EventDeclarations`).
   */
  readonly meta?: { readonly spec?: string; readonly [field: string]: unknown };
  /** Names of actions, those that XState makes itself left out. */
  readonly entry?: readonly string[];
  readonly exit?: readonly string[];
  readonly invokes?: readonly InvokeDefinition[];
}

export interface InvokeDefinition {
  readonly id: string;
  readonly src: string;
  /** Hash of the machine behind it, where it is one and known already. */
  readonly definition?: string;
}

export interface EdgeDefinition {
  /** `<source>|<event>|<n>`: the n-th transition of this node for this event, from 0. */
  readonly id: string;
  readonly source: string;
  /** Ids of the targets; none: the transition stays where it is. */
  readonly targets: readonly string[];
  /** Event descriptor, `link.*`; empty for an eventless transition; `after` has the delay in `delay`. */
  readonly event: string;
  readonly trigger: "event" | "always" | "after" | "done" | "error" | "initial";
  /** ms, or the name of a delay. */
  readonly delay?: number | string;
  /** As it is shown: `isDeferred`, `not(isDeferred)`. */
  readonly guard?: string;
  readonly actions?: readonly string[];
  readonly reenter?: boolean;
  readonly description?: string;
  readonly meta?: { readonly spec?: string; readonly [field: string]: unknown };
}
