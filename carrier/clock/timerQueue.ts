/** Timers in order of their due time: a binary heap, ties in order of their making. */

export interface QueuedTimer {
  readonly due: number;
  readonly order: number;
  /** Undefined once cleared: a cleared timer leaves the heap when it comes to the top. */
  work: (() => void) | undefined;
}

export class TimerQueue {
  readonly #heap: QueuedTimer[] = [];
  #order = 0;

  add(due: number, work: () => void): QueuedTimer {
    const timer: QueuedTimer = { due, order: this.#order++, work };
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return timer;
  }

  clear(timer: QueuedTimer): void {
    timer.work = undefined;
  }

  /** The next timer that has not been cleared, left in the queue. */
  peek(): QueuedTimer | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.work !== undefined) return first;
      this.#removeFirst();
    }
  }

  /** Takes the next timer out, if it is due by `time`. */
  takeDue(time: number): QueuedTimer | undefined {
    const first = this.peek();
    if (first === undefined || first.due > time) return undefined;
    this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(index: number): void {
    for (let at = index; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(index: number): void {
    for (let at = index; ; ) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < this.#heap.length && this.#before(left, least)) least = left;
      if (right < this.#heap.length && this.#before(right, least)) least = right;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    const first = this.#heap[a] as QueuedTimer;
    const second = this.#heap[b] as QueuedTimer;
    return first.due < second.due || (first.due === second.due && first.order < second.order);
  }

  #swap(a: number, b: number): void {
    const held = this.#heap[a] as QueuedTimer;
    this.#heap[a] = this.#heap[b] as QueuedTimer;
    this.#heap[b] = held;
  }
}
