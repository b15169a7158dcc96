/**
 * What the parts of the simulated modem share: one command at a time, the state without power, faults, and the
 * notifications in order.
 */
import type { FunctionalMode, ModemInitResult, ModemNotification } from "../../ports/modem.ts";
import { asModemError, ModemError } from "../modemError.ts";
import { NotificationHub, type NotificationListener } from "../notificationHub.ts";
import { FaultSet } from "./faults.ts";
import { loadModemState, type ModemState, saveModemState } from "./modemState.ts";
import { DEFAULT_OPERATOR, type SimulatedModemOptions, type SimulatedOperator } from "./options.ts";
import { REALISTIC_MS, type TimingName } from "./timing.ts";

/** NRF_MODEM_FAULT_POFWARN: the supply voltage fell. */
const POWER_FAULT_REASON = 0x14;

export class ModemCore {
  readonly options: SimulatedModemOptions;
  readonly operator: SimulatedOperator;
  readonly faults: FaultSet;
  mode: FunctionalMode = "powerOff";
  initialised: ModemInitResult | undefined;
  /** Called when the supply breaks down: timers must not outlive it. */
  onPowerDown: (() => void) | undefined;
  #state: ModemState | undefined;
  #failed = false;
  #closed = false;
  #lastCommand: Promise<unknown> = Promise.resolve();
  #cancelDelay: (() => void) | undefined;
  readonly #hub = new NotificationHub();

  constructor(options: SimulatedModemOptions) {
    this.options = options;
    this.operator = options.operator === undefined ? DEFAULT_OPERATOR : { ...DEFAULT_OPERATOR, ...options.operator };
    const trace = options.trace;
    this.faults = new FaultSet(trace === undefined ? undefined : (name) => trace.record({ kind: "fault", name }));
  }

  /** What survives without power; only an initialised modem has read it. */
  get state(): ModemState {
    if (this.#state === undefined) throw new ModemError("notInitialised");
    return this.#state;
  }

  /** Reads the state; a factory-new modem is made by `create`. */
  async load(create: () => Promise<ModemState>): Promise<void> {
    this.#state = await loadModemState(this.options.storage);
    if (this.#state !== undefined) return;
    const state = await create();
    await saveModemState(this.options.storage, state);
    this.#state = state;
  }

  async save(state: ModemState): Promise<void> {
    await saveModemState(this.options.storage, state);
    this.#state = state;
  }

  /**
   * Runs commands in the order of their calls, each after its time. The promise rejects with a `ModemError` only.
   * `needs` is what the modem must be for it.
   */
  run<T>(timing: TimingName, work: () => T | Promise<T>, needs: "initialised" | "open" = "initialised"): Promise<T> {
    const result = this.#lastCommand
      .then(async () => {
        this.#check(needs);
        await this.pass(timing);
        this.#check(needs);
        return work();
      })
      .catch((error: unknown) => {
        throw asModemError(error);
      });
    this.#lastCommand = result.catch(() => undefined);
    return result;
  }

  /** Time that a modem takes; none when timing is instant. */
  async pass(timing: TimingName): Promise<void> {
    if (this.options.timing === "instant") return;
    await new Promise<void>((resolve) => {
      const timer = this.options.clock.setTimeout(resolve, this.delayMs(timing));
      this.#cancelDelay = () => {
        this.options.clock.clearTimeout(timer);
        resolve();
      };
    });
    this.#cancelDelay = undefined;
  }

  delayMs(timing: TimingName): number {
    if (this.options.timing === "instant") return 0;
    const [from, to] = REALISTIC_MS[timing];
    return from + (to - from) * this.options.random.number();
  }

  subscribe(listener: NotificationListener): () => void {
    return this.#hub.subscribe(listener);
  }

  notify(notification: ModemNotification): void {
    this.#hub.notify(notification);
  }

  /** The supply is gone: nothing works until the modem starts again. */
  losePower(): void {
    this.#failed = true;
    this.initialised = undefined;
    this.mode = "powerOff";
    this.onPowerDown?.();
    this.notify({ kind: "fault", reason: POWER_FAULT_REASON });
    this.options.onPowerLoss?.();
  }

  started(result: ModemInitResult): void {
    this.#failed = false;
    this.initialised = result;
  }

  /** No notification after this; what is under way ends, what waits is refused with `closed`. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#hub.close();
    this.#cancelDelay?.();
    await this.#lastCommand;
  }

  #check(needs: "initialised" | "open"): void {
    if (this.#closed) throw new ModemError("closed");
    if (needs === "open" || this.initialised !== undefined) return;
    throw new ModemError(this.#failed ? "fault" : "notInitialised");
  }
}
