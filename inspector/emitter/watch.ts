/** One watched root actor: its device and trace, and what is installed while somebody looks. */
import type { AnyActorRef } from "xstate";
import type { Trace } from "../../ports/trace.ts";
import type { TreeSource } from "../options.ts";
import type { ActorKey } from "../records.ts";
import { ActorWatch } from "./actorWatch.ts";
import type { Describer } from "./describeMachine.ts";
import { type PlainOptions, plain } from "./plain.ts";

export interface WatchOptions {
  readonly root: AnyActorRef;
  readonly rootKey: ActorKey;
  readonly trace: Trace;
  readonly isShared: boolean;
  /** Undefined until the app's trace has told. */
  readonly device: string | undefined;
  readonly asks: boolean;
  readonly trees: Readonly<Record<string, TreeSource>>;
  readonly describer: Describer;
  readonly plain: PlainOptions;
}

/** Without a value it is gone. */
type Leaf = Parameters<Parameters<TreeSource["subscribe"]>[0]>[0];

export class Watch {
  readonly options: WatchOptions;
  device: string | undefined;
  #actors: ActorWatch | undefined;
  #endTrees: (() => void)[] = [];

  constructor(options: WatchOptions) {
    this.options = options;
    this.device = options.device;
  }

  get actors(): ActorWatch | undefined {
    return this.#actors;
  }

  install(): void {
    if (this.#actors !== undefined) return;
    this.#actors = new ActorWatch(this.options);
    this.#actors.install();
    for (const [tree, source] of Object.entries(this.options.trees)) this.#follow(tree, source);
  }

  uninstall(): void {
    this.#actors?.uninstall();
    this.#actors = undefined;
    for (const end of this.#endTrees.splice(0)) quietly(end);
  }

  #follow(tree: string, source: TreeSource): void {
    const { trace, plain: options } = this.options;
    const tell = ({ path, value, label }: Leaf) => {
      const shown = value === undefined ? undefined : plain(value, `${tree}${path}`, options);
      trace.record({
        kind: "resource",
        tree,
        path,
        ...(shown !== undefined && { value: shown }),
        ...(label !== undefined && { label }),
      });
    };
    quietly(() => {
      for (const leaf of source.leaves()) tell(leaf);
      this.#endTrees.push(source.subscribe((leaf) => quietly(() => tell(leaf))));
    });
  }
}

/** What the app supplies is not to harm it from here. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // A tree that cannot be read is not shown.
  }
}
