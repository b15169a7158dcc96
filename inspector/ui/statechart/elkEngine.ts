/** ELK in a worker of its own, fetched when the first statechart is there. */
import type { ElkNode } from "elkjs/lib/elk-api.js";
// The worker is a file of its own, as the package has it, served from where the page comes from.
import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import type { Engine } from "./layouts.ts";

/** A layout that takes longer than this is given up, and the worker with it. */
const PATIENCE_MS = 10_000;

interface Worked {
  layout(graph: ElkNode): Promise<ElkNode>;
  terminateWorker(): void;
  /** Rejects when the worker cannot be had, or falls over. */
  readonly broken: Promise<never>;
}

export class ElkEngine implements Engine {
  #worked: Promise<Worked> | undefined;

  /** Fetches the worker before it is needed. */
  prepare(): void {
    this.#worked ??= start();
    // What goes wrong here goes wrong again when a layout is asked for.
    this.#worked.catch(() => undefined);
  }

  async layout(graph: ElkNode): Promise<ElkNode> {
    this.#worked ??= start();
    const worked = await this.#worked;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        worked.terminateWorker();
        this.#worked = undefined;
        reject(new Error(`no layout within ${PATIENCE_MS / 1000} s`));
      }, PATIENCE_MS);
    });
    try {
      return await Promise.race([worked.layout(graph), worked.broken, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

async function start(): Promise<Worked> {
  const { default: Elk } = await import("elkjs/lib/elk-api.js");
  const worker = new Worker(workerUrl);
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener("error", ({ message }) => reject(new Error(message || "the worker could not be had")));
  });
  broken.catch(() => undefined);
  const elk = new Elk({ workerFactory: () => worker });
  return { broken, layout: (graph) => elk.layout(graph), terminateWorker: () => elk.terminateWorker() };
}
