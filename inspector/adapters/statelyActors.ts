/** The actors of one app that attaches by Stately's protocol: their keys, parents and definitions. */
import type { MachineDefinition } from "../definition.ts";
import { readStatelyDefinition } from "./statelyDefinition.ts";

/** Actors at once, those that ended included as long as there is room. */
const MOST_ACTORS = 10_000;
const MOST_DEFINITIONS = 500;

export interface Definition {
  readonly hash: string;
  readonly definition: MachineDefinition;
  /** Place in the document, by node. */
  readonly places: ReadonlyMap<string, number>;
}

export interface Foreign {
  readonly session: string;
  readonly key: string;
  readonly id: string;
  readonly parent: Foreign | undefined;
  readonly definition: Definition | undefined;
  /** It was registered, not only spoken of. */
  readonly registered: boolean;
  isMachine: boolean;
  ended: boolean;
  active: readonly string[];
  context: Readonly<Record<string, unknown>> | undefined;
  /** Events on their way to it whose sender is known, oldest first. */
  readonly queue: { readonly type: string; readonly sender: string | undefined }[];
}

export class StatelyActors {
  readonly #actors = new Map<string, Foreign>();
  readonly #live = new Set<string>();
  readonly #definitions = new Map<string, Definition | undefined>();

  get live(): Foreign[] {
    return [...this.#actors.values()].filter(({ ended }) => !ended);
  }

  of(session: string): Foreign | undefined {
    return this.#actors.get(session);
  }

  /** Undefined: there are too many. */
  add(told: Pick<Foreign, "session" | "id" | "parent" | "definition" | "registered">): Foreign | undefined {
    const { session, id, parent } = told;
    const met = this.#actors.get(session);
    if (met === undefined && this.#actors.size >= MOST_ACTORS && !this.#forgetEnded()) return undefined;
    const wanted = parent === undefined ? id : `${parent.key}/${id}`;
    if (met !== undefined) this.#live.delete(met.key);
    let key = wanted;
    for (let n = 2; this.#live.has(key); n++) key = `${wanted}~${n}`;
    const actor: Foreign = {
      ...told,
      key,
      isMachine: false,
      ended: false,
      active: [],
      context: undefined,
      queue: [],
    };
    this.#live.add(key);
    this.#actors.set(session, actor);
    return actor;
  }

  end(actor: Foreign): void {
    actor.ended = true;
    this.#live.delete(actor.key);
  }

  definition(text: string): Definition | undefined {
    if (this.#definitions.has(text) || this.#definitions.size >= MOST_DEFINITIONS) return this.#definitions.get(text);
    const described = readStatelyDefinition(text);
    const definition = described && {
      hash: described.hash,
      definition: described.definition,
      places: new Map(described.definition.nodes.map(({ id }, place) => [id, place])),
    };
    this.#definitions.set(text, definition);
    return definition;
  }

  #forgetEnded(): boolean {
    for (const [session, { ended }] of this.#actors) if (ended) this.#actors.delete(session);
    return this.#actors.size < MOST_ACTORS;
  }
}
