/** ELK in a worker of its own. */
import Elk, { type ElkNode } from "elkjs/lib/elk-api.js";
// The worker is a file of its own, as the package has it, served from where the page comes from.
import workerUrl from "elkjs/lib/elk-worker.min.js?url";
import type { Engine } from "./layouts.ts";

/** Names the ELK that answers: its file's name has a hash of what is in it. */
export const ELK: string = workerUrl.slice(workerUrl.lastIndexOf("/") + 1);

/** A layout that takes longer than this is given up, and the worker with it. */
const PATIENCE_MS = 10_000;

/** What is laid out first takes longest: this has in it what others have, and nobody waits for it. */
const FIRST: ElkNode = {
  id: "first",
  layoutOptions: { "elk.algorithm": "layered", "elk.edgeRouting": "ORTHOGONAL" },
  children: ["a", "b", "c"].map((id) => ({ id, width: 60, height: 30 })),
  edges: ["ab", "bc", "ca"].map((id) => ({
    id,
    sources: [id.charAt(0)],
    targets: [id.charAt(1)],
    labels: [{ id: `${id}/label`, text: id, width: 20, height: 10 }],
  })),
};

interface Worked {
  layout(graph: ElkNode): Promise<ElkNode>;
  terminateWorker(): void;
  /** Rejects when the worker cannot be had, or falls over. */
  readonly broken: Promise<never>;
}

/** The worker is of no use any more. */
class Lost extends Error {}

export class ElkEngine implements Engine {
  #worked: Worked | undefined;
  /** One after the other: what takes too long does not take with it what waits behind it. */
  #before: Promise<unknown> = Promise.resolve();

  /** Fetches the worker before it is needed. */
  prepare(): void {
    // What goes wrong here goes wrong again when a layout is asked for.
    this.layout(FIRST).catch(() => undefined);
  }

  layout(graph: ElkNode): Promise<ElkNode> {
    const answer = this.#before.then(() => this.#ask(graph));
    this.#before = answer.catch(() => undefined);
    return answer;
  }

  async #ask(graph: ElkNode): Promise<ElkNode> {
    this.#worked ??= start();
    const { layout, terminateWorker, broken } = this.#worked;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Lost(`no layout within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
    });
    try {
      return await Promise.race([layout(graph), broken, late]);
    } catch (error) {
      // A graph that ELK refuses leaves the worker as it was.
      if (error instanceof Lost) {
        terminateWorker();
        this.#worked = undefined;
      }
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function start(): Worked {
  const worker = new Worker(workerUrl);
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener("error", ({ message }) => reject(new Lost(message || "the worker could not be had")));
  });
  broken.catch(() => undefined);
  const elk = new Elk({ workerFactory: () => worker });
  return { broken, layout: (graph) => elk.layout(graph), terminateWorker: () => elk.terminateWorker() };
}
