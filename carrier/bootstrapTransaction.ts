/** One bootstrap session's operations on the tree: kept when Finish finds them sound, undone otherwise. */
import type { BootstrapSessionOutcome } from "../machines/bootstrapModel.ts";
import type { CoapHandler } from "../services/coap/types.ts";
import { BootstrapInterface, type BootstrapInterfaceOptions } from "../services/lwm2m/device/bootstrapInterface.ts";

export type BootstrapTransactionOptions = Omit<BootstrapInterfaceOptions, "onFinish">;

export class BootstrapTransaction {
  readonly #interface: BootstrapInterface;
  readonly #ended: Promise<BootstrapSessionOutcome>;
  #resolve: (outcome: BootstrapSessionOutcome) => void = () => {};

  constructor(options: BootstrapTransactionOptions) {
    this.#ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#interface = new BootstrapInterface({
      ...options,
      onFinish: (problems) => {
        this.#resolve(problems.length === 0 ? { kind: "finished" } : { kind: "inconsistent", problems });
        return undefined;
      },
    });
  }

  get handler(): CoapHandler {
    return this.#interface;
  }

  /** The session is gone. */
  lose(): void {
    this.#resolve({ kind: "closed" });
  }

  /** The attempt is over: what `end` has not kept is undone. */
  abandon(): void {
    this.lose();
    this.#interface.rollback();
  }

  /** Waits for Finish and keeps or undoes what was done; given up by `signal`, it is undone. */
  async end(signal: AbortSignal): Promise<BootstrapSessionOutcome> {
    signal.addEventListener("abort", () => this.lose(), { once: true });
    const outcome = await this.#ended;
    if (outcome.kind === "finished") this.#interface.commit();
    else this.#interface.rollback();
    return outcome;
  }
}
