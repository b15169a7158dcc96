/** Rounds of fuzzing; each follows from its seed, as far as what it changes has no randomness of its own. */
import { seededRandom } from "../../../carrier/random.ts";
import { KINDS } from "./kinds.ts";
import { Mutator } from "./mutate.ts";
import { fuzzParser } from "./parsers.ts";
import { Trial } from "./trial.ts";

/** Datagrams of other connections that are kept to be mixed in. */
const MAX_FOREIGN = 256;
const PARSER_INPUTS = 100;

export interface Progress {
  /** Given to parsers, and to connections. */
  readonly parsed: number;
  readonly received: number;
  /** Records and datagrams that connections dropped. */
  readonly dropped: number;
  /** Connections by how they ended. */
  readonly ends: Readonly<Record<"handshaking" | "connected" | "closed", number>>;
}

export class Fuzzer {
  readonly #foreign: Uint8Array[] = [];
  readonly #ends = { handshaking: 0, connected: 0, closed: 0 };
  #parsed = 0;
  #received = 0;
  #dropped = 0;

  get progress(): Progress {
    return { parsed: this.#parsed, received: this.#received, dropped: this.#dropped, ends: { ...this.#ends } };
  }

  /** Some inputs for the parsers, and one connection. Throws `FuzzFailure`. */
  round(seed: number): void {
    const mutator = new Mutator(seededRandom(seed));
    for (let count = 0; count < PARSER_INPUTS; count++) fuzzParser(mutator);
    this.#parsed += PARSER_INPUTS;
    const trial = new Trial(mutator.pick(KINDS), mutator.pick(["client", "server"]), mutator, this.#foreign);
    const { inputs, dropped, end } = trial.run();
    this.#received += inputs;
    this.#dropped += dropped;
    this.#ends[end]++;
    this.#foreign.push(...trial.seen.slice(0, 4));
    if (this.#foreign.length > MAX_FOREIGN) this.#foreign.splice(0, this.#foreign.length - MAX_FOREIGN);
  }
}
