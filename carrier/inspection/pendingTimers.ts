/** The charts' timers that are running, by the `seq` of their `set` record: so that one can be fired before its time. */

export class PendingTimers {
  #bySeq: Map<number, () => void> | undefined;

  add(seq: number, fire: () => void): void {
    this.#bySeq ??= new Map();
    this.#bySeq.set(seq, fire);
  }

  remove(seq: number): void {
    this.#bySeq?.delete(seq);
  }

  /** False when it does not run (any more). */
  fire(seq: number): boolean {
    const fire = this.#bySeq?.get(seq);
    if (fire === undefined) return false;
    fire();
    return true;
  }
}
