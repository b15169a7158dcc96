/** How tests wait for other programs: for what they say or send, never for a time. */

/** Longer than any peer takes, shorter than jest's own limit, which does not tell what was waited for. */
const PATIENCE_MS = 40_000;

/** Rejects with what `missing` tells when `promise` takes too long. */
export async function patiently<T>(promise: Promise<T>, missing: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${PATIENCE_MS} ms for ${missing()}`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

/** What arrives, for one who asks for it one by one. */
export class Inbox<T> {
  readonly #what: string;
  readonly #items: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  /** `what` names an item in the error of a wait that was in vain. */
  constructor(what: string) {
    this.#what = what;
  }

  put(item: T): void {
    const first = this.#waiting.shift();
    if (first === undefined) this.#items.push(item);
    else first(item);
  }

  next(): Promise<T> {
    const [item] = this.#items.splice(0, 1);
    if (item !== undefined) return Promise.resolve(item);
    return patiently(new Promise<T>((resolve) => this.#waiting.push(resolve)), () => this.#what);
  }
}
