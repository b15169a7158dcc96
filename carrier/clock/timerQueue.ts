/** Timers in order of their due time: a binary heap, ties in order of their making. */

export interface QueuedTimer {
  readonly due: number;
  readonly order: number;
  /** Undefined once cleared. */
  work: (() => void) | undefined;
  isQueued: boolean;
}

/** Cleared timers that may lie in the heap, whatever share of it they are. */
const FEW = 64;

export class TimerQueue {
  #heap: QueuedTimer[] = [];
  #order = 0;
  /** How many of the heap are cleared. */
  #cleared = 0;

  add(due: number, work: () => void): QueuedTimer {
    const timer: QueuedTimer = { due, order: this.#order++, work, isQueued: true };
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return timer;
  }

  /** The timer leaves the heap when it comes to the top, or with the others when they are most of it. */
  clear(timer: QueuedTimer): void {
    if (!timer.isQueued || timer.work === undefined) return;
    timer.work = undefined;
    this.#cleared++;
    if (this.#cleared > FEW && this.#cleared > this.#heap.length / 2) this.#sweep();
  }

  /** The next timer that has not been cleared, left in the queue. */
  peek(): QueuedTimer | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.work !== undefined) return first;
      this.#removeFirst();
      this.#cleared--;
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
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first !== undefined) first.isQueued = false;
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  /** Rids the heap of cleared timers; one in order is a heap. */
  #sweep(): void {
    this.#heap = this.#heap.filter((timer) => timer.work !== undefined).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.#cleared = 0;
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
    return isBefore(this.#heap[a] as QueuedTimer, this.#heap[b] as QueuedTimer);
  }

  #swap(a: number, b: number): void {
    const held = this.#heap[a] as QueuedTimer;
    this.#heap[a] = this.#heap[b] as QueuedTimer;
    this.#heap[b] = held;
  }
}

function isBefore(a: QueuedTimer, b: QueuedTimer): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
