/** Something that is done to an app from here: what it leads to has its record as the cause. */
import { errorText, type PlainOptions } from "./plain.ts";
import { SteeringError } from "./steeringError.ts";
import type { Watch } from "./watch.ts";

export class Injection {
  /** Of its record. */
  readonly seq: number;
  readonly #watch: Watch;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #plain: PlainOptions;

  constructor(watch: Watch, fields: Readonly<Record<string, unknown>>, plain: PlainOptions) {
    this.#watch = watch;
    this.#fields = fields;
    this.#plain = plain;
    this.seq = watch.options.trace.record({ kind: "injected", ...fields });
  }

  /** What `work` throws is recorded, and thrown as SteeringError. */
  run(work: () => void): void {
    try {
      this.#watch.options.trace.causedBy(this.seq, work);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** The same for what may end later. */
  async ask<T>(work: () => T): Promise<Awaited<T>> {
    try {
      return await this.#watch.options.trace.causedBy(this.seq, work);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): never {
    const detail = errorText(error, "error.message", this.#plain);
    const { values: _, ...what } = this.#fields;
    this.#watch.options.trace.record({ kind: "injected", ...what, outcome: "refused", detail, cause: this.seq });
    throw error instanceof SteeringError ? error : new SteeringError("failed", detail, { cause: error });
  }
}
