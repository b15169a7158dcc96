/** One bootstrap session's operations on the tree: kept when Finish finds them sound, undone otherwise. */
import type { BootstrapSessionOutcome } from "../machines/bootstrap.ts";
import type { CoapHandler } from "../services/coap/types.ts";
import { BootstrapInterface } from "../services/lwm2m/device/bootstrapInterface.ts";
import type { SecretVault } from "../services/lwm2m/device/secretVault.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";

export class BootstrapTransaction {
  readonly #interface: BootstrapInterface;
  readonly #ended: Promise<BootstrapSessionOutcome>;
  #resolve: (outcome: BootstrapSessionOutcome) => void = () => {};

  constructor(tree: ObjectTree, vault: SecretVault) {
    this.#ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#interface = new BootstrapInterface({
      tree,
      vault,
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

  /** Waits for Finish and keeps or undoes what was done; given up by `signal`, it is undone. */
  async end(signal: AbortSignal): Promise<BootstrapSessionOutcome> {
    signal.addEventListener("abort", () => this.lose(), { once: true });
    const outcome = await this.#ended;
    if (outcome.kind === "finished") this.#interface.commit();
    else this.#interface.rollback();
    return outcome;
  }
}
