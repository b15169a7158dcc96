/** Misbehaving on purpose: a server does so for a number of requests, or until it is told otherwise. */

export interface Behaviour<Kind extends string> {
  readonly kind: Kind;
  /** How many requests it holds for; all by default. */
  readonly times?: number;
}

/** The behaviour in force, counted down as requests meet it. */
export class BehaviourSwitch<B extends Behaviour<string>> {
  #behaviour: B | undefined;
  #left = 0;

  constructor(behaviour?: B) {
    this.set(behaviour);
  }

  set(behaviour: B | undefined): void {
    this.#behaviour = behaviour;
    this.#left = behaviour?.times ?? Number.POSITIVE_INFINITY;
  }

  /** The behaviour that the request at hand meets, when it `concerns` it; undefined is the proper one. */
  take(concerns: (behaviour: B) => boolean = () => true): B | undefined {
    const behaviour = this.#behaviour;
    if (behaviour === undefined || this.#left <= 0 || !concerns(behaviour)) return undefined;
    this.#left--;
    return behaviour;
  }
}
