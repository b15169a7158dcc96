/** What a command talks to: the process's own streams, or those of a test. */

export interface InputStream extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
}

export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  /** Width of a terminal, in characters. */
  readonly columns?: number;
}

export interface CliIo {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted when the user asks for the end (SIGINT, SIGTERM, standard output gone). */
  readonly signal: AbortSignal;
  /** What Ctrl-C does: a prompt that reads single keys has to say so by itself. */
  interrupt(): void;
}

/** What a process ends with. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What `work` comes to, or undefined when `signal` is aborted before. Keeps the process alive until then. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let stop = () => {};
  const stopped = new Promise<undefined>((resolve) => {
    const alive = setInterval(() => {}, 0x7fff_ffff);
    stop = () => {
      clearInterval(alive);
      signal.removeEventListener("abort", stop);
      resolve(undefined);
    };
    signal.addEventListener("abort", stop);
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    stop();
  }
}

/** Resolves when `signal` is aborted. */
export function aborted(signal: AbortSignal): Promise<undefined> {
  return unlessAborted(signal, new Promise<undefined>(() => {}));
}
