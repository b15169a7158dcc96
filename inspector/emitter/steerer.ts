/** Does to the app what its options allow, and records that it was done: events, timers, controls, breakpoints. */
import type { TraceRecord } from "../../ports/trace.ts";
import { unknownName } from "../breakpointNames.ts";
import type { Steering } from "../options.ts";
import type { Breakpoint, BreakpointRequest, ControlRequest, FireRequest, Request, SendRequest } from "../protocol.ts";
import type { StepRecord } from "../records.ts";
import { breakpointProblem, hits, isSame } from "./breakpoints.ts";
import { controlValues } from "./controlValues.ts";
import { Injection } from "./injection.ts";
import { errorText, type PlainOptions, plain } from "./plain.ts";
import { SteeringError } from "./steeringError.ts";
import type { Watch } from "./watch.ts";

export interface SteererOptions {
  readonly steering: Steering | undefined;
  readonly watches: Iterable<Watch>;
  readonly plain: PlainOptions;
  /** Is called with the breakpoints that hold whenever others do. */
  readonly breakpointsChanged: (breakpoints: readonly Breakpoint[]) => void;
}

const MOST_BREAKPOINTS = 100;
/** Timers whose names are known; an app with more keeps the newest. */
const MOST_TIMERS = 10_000;

export class Steerer {
  readonly #options: SteererOptions;
  #breakpoints: readonly Breakpoint[] = [];
  #state: "running" | "paused" | "stepping" = "running";
  /** By device and `seq`. */
  readonly #timers = new Map<string, { readonly name: string; readonly owner: string }>();

  constructor(options: SteererOptions) {
    this.#options = options;
  }

  get breakpoints(): readonly Breakpoint[] {
    return this.#breakpoints;
  }

  async steer(request: Request): Promise<unknown> {
    switch (request.request) {
      case "send":
        return this.#send(request);
      case "fire":
        return this.#fire(request);
      case "control":
        return this.#control(request);
      case "addBreakpoint":
        return this.#addBreakpoint(request);
      case "removeBreakpoint":
        return this.#hold(this.#breakpoints.filter((one) => !isSame(one, request.breakpoint)));
      case "pause":
        this.#freezer();
        if (this.#state === "paused") throw new SteeringError("notNow", "It is paused already");
        return this.#pause("paused");
      case "continue":
        return this.#continue("running");
      case "step":
        return this.#continue("stepping");
      default:
        throw new SteeringError("invalid", `"${String(request.request)}" is nothing that can be done to an app`);
    }
  }

  /** Every record comes by: timers are noted, breakpoints found. */
  hear(record: TraceRecord): void {
    if (record.kind === "timer") this.#noteTimer(record);
    if (record.kind !== "step" || this.#state === "paused" || this.#options.steering?.freeze === undefined) return;
    const step = record as StepRecord;
    const breakpoint = this.#breakpoints.find((one) => hits(one, step));
    if (breakpoint === undefined && this.#state !== "stepping") return;
    try {
      this.#pause(breakpoint === undefined ? "stepped" : "paused", step, breakpoint);
    } catch {
      // The app could not be frozen: it goes on, and a page that asks is told why.
    }
  }

  close(): void {
    this.#breakpoints = [];
    if (this.#state === "paused") this.#options.steering?.freeze?.resume();
    this.#state = "running";
  }

  /** Answers with the `seq` of the record that what comes of it has as its cause. */
  #send({ device, actor, event }: SendRequest): number {
    if (this.#options.steering?.send !== true)
      throw new SteeringError("notAllowed", "This app takes no events from here");
    const watch = this.#watch(device, ({ actors }) => actors?.actors.byKey(actor) !== undefined);
    const found = watch.actors?.actors.byKey(actor);
    if (found === undefined) throw new SteeringError("unknown", `There is no running actor "${actor}" on "${device}"`);
    const { type, ...values } = event;
    if (typeof type !== "string" || type === "" || type === "*" || type.startsWith("xstate.")) {
      throw new SteeringError("invalid", `${JSON.stringify(type)} is no type that an event from outside can have`);
    }
    const told = Object.keys(values).length > 0 ? { values: this.#plain(values) } : {};
    const injection = new Injection(watch, { what: "event", name: type, actor, ...told }, this.#options.plain);
    injection.run(() => found.ref.send(event));
    return injection.seq;
  }

  #fire({ device, timer }: FireRequest): void {
    const { steering } = this.#options;
    const watch = this.#watch(device, ({ actors }) => actors?.timers.pending.has(timer) === true);
    const own = watch.actors?.timers.pending.has(timer) === true;
    if (own ? steering?.send !== true : steering?.fire === undefined) {
      throw new SteeringError("notAllowed", "This app lets no such timer be fired from here");
    }
    const known = this.#timers.get(`${device} ${timer}`);
    if (!own && known === undefined) throw new SteeringError("notNow", `Timer ${timer} of "${device}" does not pend`);
    const { name = "timer", owner } = known ?? {};
    const what = { what: "timer", name, ...(owner !== undefined && { actor: owner }) };
    new Injection(watch, what, this.#options.plain).run(() => {
      const fired = own ? watch.actors?.timers.fireNow(timer) : steering?.fire?.(device, timer);
      if (fired !== true) throw new SteeringError("notNow", `Timer ${timer} of "${device}" does not pend`);
    });
  }

  async #control({ name, device, values }: ControlRequest): Promise<unknown> {
    const control = this.#options.steering?.controls?.find(
      (one) => one.name === name && (one.device === undefined || one.device === device),
    );
    if (control === undefined) throw new SteeringError("unknown", `There is no control "${name}" for "${device}"`);
    const checked = controlValues(control.fields, values);
    const watch = this.#watch(device);
    const told = Object.keys(checked).length > 0 ? { values: this.#plain(checked) } : {};
    const what = { what: "control", name, label: control.label, ...told };
    const result = await new Injection(watch, what, this.#options.plain).ask(() => control.run(checked, device));
    return result === undefined ? undefined : this.#plain(result);
  }

  #addBreakpoint({ breakpoint }: BreakpointRequest): void {
    this.#freezer();
    const problem = breakpointProblem(breakpoint) ?? this.#unknownName(breakpoint);
    if (problem !== undefined) throw new SteeringError("invalid", problem);
    if (this.#breakpoints.some((one) => isSame(one, breakpoint))) return;
    if (this.#breakpoints.length >= MOST_BREAKPOINTS) {
      throw new SteeringError("invalid", `There are ${MOST_BREAKPOINTS} breakpoints, and there can be no more`);
    }
    this.#hold([...this.#breakpoints, breakpoint]);
  }

  /** Of an actor that runs now: one that comes only later is not known. */
  #unknownName(breakpoint: Breakpoint): string | undefined {
    const { device, actor } = breakpoint;
    if (actor === undefined) return undefined;
    for (const watch of this.#options.watches) {
      if (device !== undefined && device !== watch.device) continue;
      const machine = watch.actors?.actors.byKey(actor)?.machine;
      if (machine !== undefined)
        return unknownName(watch.options.describer.describe(machine).definition, breakpoint, actor);
    }
    return undefined;
  }

  #hold(breakpoints: readonly Breakpoint[]): void {
    if (breakpoints.length === this.#breakpoints.length) return;
    this.#breakpoints = breakpoints;
    this.#options.breakpointsChanged(breakpoints);
  }

  #pause(phase: "paused" | "stepped", step?: StepRecord, breakpoint?: Breakpoint): void {
    this.#state = "paused";
    try {
      this.#freezer().pause();
    } catch (error) {
      this.#state = "running";
      throw error instanceof SteeringError ? error : this.#failed(error);
    }
    for (const { options, device } of this.#options.watches) {
      const isHere = step?.device === device;
      options.trace.record({
        kind: "breakpoint",
        phase,
        ...(breakpoint !== undefined && { breakpoint }),
        ...(isHere && { actor: step?.actor, cause: step?.seq }),
      });
    }
  }

  #continue(next: "running" | "stepping"): void {
    const freezer = this.#freezer();
    // Time goes on already: it is to stop nowhere.
    if (this.#state === "stepping" && next === "running") {
      this.#state = "running";
      return;
    }
    if (this.#state !== "paused") throw new SteeringError("notNow", "Nothing is paused");
    this.#state = next;
    for (const { options } of this.#options.watches) options.trace.record({ kind: "breakpoint", phase: "continued" });
    try {
      freezer.resume();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #freezer(): NonNullable<Steering["freeze"]> {
    const { freeze } = this.#options.steering ?? {};
    if (freeze === undefined) throw new SteeringError("notAllowed", "This app cannot be paused from here");
    return freeze;
  }

  /** Of several actors that are watched on the device the one meant, else the first. */
  #watch(device: string, isMeant: (watch: Watch) => boolean = () => true): Watch {
    const watches = [...this.#options.watches].filter((watch) => watch.device === device);
    const watch = watches.find(isMeant) ?? watches[0];
    if (watch === undefined) throw new SteeringError("unknown", `There is no device "${device}"`);
    return watch;
  }

  #failed(error: unknown): SteeringError {
    return new SteeringError("failed", errorText(error, "error.message", this.#options.plain), { cause: error });
  }

  #plain(value: unknown): unknown {
    return plain(value, "values", this.#options.plain);
  }

  #noteTimer({ device, seq, cause, operation, name, owner }: TraceRecord): void {
    if (operation !== "set") this.#timers.delete(`${device} ${cause}`);
    else this.#timers.set(`${device} ${seq}`, { name: String(name), owner: String(owner) });
    if (this.#timers.size > MOST_TIMERS) this.#timers.delete(this.#timers.keys().next().value!);
  }
}
