/**
 * A read-only twin of a device: our own statecharts, driven by nothing but what the device was seen to tell. It knows
 * several ways that the device may have gone and drops those that the next event rules out; what none of them can
 * explain is a deviation.
 */
import type { Edition } from "../../machines/edition.ts";
import type { SemanticEventType } from "../../machines/semanticEvent.ts";
import { isIncidental, type ObservedEvent } from "../observedEvent.ts";
import { ENDINGS, type Wanted } from "./environment.ts";
import { MODEM } from "./happenings.ts";
import { type NextEvent, outlook } from "./outlook.ts";
import { type Position, positionsOf, type Wait, waitsOf } from "./position.ts";
import { waysTo } from "./search.ts";
import { TwinCharts } from "./twinMachine.ts";
import { observationOf, observedAs } from "./words.ts";
import { type PendingService, RunningWorld, type Step, type World } from "./world.ts";

export type Followed =
  | "followed"
  /** Nothing of the device's course: an event that may come at any time. */
  | "incidental"
  /** The device began again without having said so before: a reset, a power cut. */
  | "restarted";

/** What the twin has to say of an event that it cannot explain. */
export interface Departure {
  /** What might have come in its place. */
  readonly expected: readonly ObservedEvent[];
  /** What should have come before it. Absent when no course of the charts leads from where the device was to here. */
  readonly missing?: readonly ObservedEvent[];
  /** A device that has started again would have told it. Both ways are followed. */
  readonly mayHaveRestarted: boolean;
}

/** Services that end as soon as they begin, as far as anybody outside can tell. */
const PROMPT: ReadonlySet<string> = new Set(["ask", "readIdentity", "prepareArea"]);
/** But for this question: while the application gets ready to reboot, the rest of the library goes on. */
const TAKES_TIME: SemanticEventType = "reboot";
const NOTHING_WANTED: Wanted = {
  ...{ type: "registered", reasons: [], errors: [], errno: undefined, uri: undefined, last: undefined },
};

/** Ways that are followed beside each other. */
const MOST_WORLDS = 6;
/** Ways that are asked what may come next. */
const ASKED_WORLDS = 3;

export class Twin {
  readonly #edition: Edition;
  readonly #charts: TwinCharts;
  /** None before there is something to explain: they are not had for nothing. */
  #known: readonly World[] | undefined;
  #announcedMs: number | undefined;

  /** @param charts to share between twins: making them takes longer than anything else. */
  constructor(edition: Edition, charts = new TwinCharts()) {
    this.#edition = edition;
    this.#charts = charts;
  }

  /** The ways that the device may have gone, the likeliest first. */
  get #worlds(): readonly World[] {
    this.#known ??= [this.#fresh(), ...this.#registered()];
    return this.#known;
  }

  /** The device has been seen to start. */
  booted(): void {
    this.#known =
      this.#known === undefined ? [this.#fresh()] : distinct(this.#known.map((world) => this.#restarted(world)));
    this.#announcedMs = undefined;
  }

  /** Follows the device; undefined, and nothing has changed, when no course of the charts leads to the event. */
  observe(observed: ObservedEvent): Followed | undefined {
    if (isIncidental(this.#edition, observed)) return "incidental";
    const ways = this.#waysFrom(this.#worlds, observed);
    if (ways.length > 0) {
      this.#follow(ways, observed);
      return "followed";
    }
    if (!beginsLife(observed)) return undefined;
    const again = this.#afterRestart(observed);
    if (again.length === 0) return undefined;
    this.#follow(again, observed);
    return "restarted";
  }

  /** The modem was seen to have done what it was asked to. The next event would tell it too, but later. */
  reached(state: keyof typeof MODEM): void {
    this.#known = this.#known?.map((world) => {
      const event = MODEM[state](world.standing);
      return event === undefined ? world : this.#settled(this.#silently(world, { event }));
    });
  }

  /** Goes on after an event that `observe` could not explain. */
  depart(observed: ObservedEvent): Departure {
    const expected = this.mayFollow()
      .filter(({ surprising }) => !surprising)
      .map(({ surprising: _, ...event }) => event);
    return this.#findBack(observed, expected);
  }

  /** The states of the charts on the likeliest way, from the one that matters most. */
  get position(): readonly Position[] {
    return this.#look((world) => positionsOf(world));
  }

  get waits(): readonly Wait[] {
    return this.#look((world) => waitsOf(world, this.#announcedMs));
  }

  /** Everything that may come next, what is likely first. It is tried out: not for every record. */
  mayFollow(): readonly NextEvent[] {
    const next = outlook(this.#worlds.slice(0, ASKED_WORLDS), this.#edition, this.#charts);
    const place = ({ payload }: NextEvent) => payload?.reason ?? payload?.type ?? 0;
    return next.toSorted(
      (a, b) => Number(a.surprising) - Number(b.surprising) || a.number - b.number || place(a) - place(b),
    );
  }

  #follow(worlds: readonly World[], observed: ObservedEvent): void {
    this.#known = worlds.map((world) => this.#settled(world));
    const { timeout } = observed.payload ?? {};
    this.#announcedMs = observed.semantic === "deferred" && timeout ? 1000 * timeout : undefined;
  }

  #afterRestart(observed: ObservedEvent): readonly World[] {
    const restarted = distinct(this.#worlds.map((world) => this.#restarted(world)));
    return this.#waysFrom(restarted, observed);
  }

  /** Goes on from where the event would have come, with the fewest events missing. */
  #findBack(observed: ObservedEvent, expected: readonly ObservedEvent[]): Departure {
    const again = this.#afterRestart(observed);
    const mayHaveRestarted = again.length > 0;
    for (const world of this.#worlds) {
      const [way] = this.#search(world, observed, { skipping: true });
      if (way === undefined) continue;
      const missing = way.skipped
        .map((told) => observationOf(this.#edition, told))
        .filter((event) => event !== undefined);
      this.#follow(distinct([way.world, ...again]), observed);
      return { expected, missing, mayHaveRestarted };
    }
    const elsewhere = mayHaveRestarted
      ? again
      : [this.#fresh(), ...this.#registered()].flatMap((world) =>
          this.#search(world, observed, { skipping: true }).map((way) => way.world),
        );
    if (elsewhere.length > 0) this.#follow(elsewhere, observed);
    return { expected, mayHaveRestarted };
  }

  #waysFrom(worlds: readonly World[], observed: ObservedEvent): readonly World[] {
    const ways = worlds.flatMap((world) => this.#search(world, observed).map((way) => way.world));
    return distinct(ways.toSorted((a, b) => a.surprises - b.surprises)).slice(0, MOST_WORLDS);
  }

  #search(world: World, observed: ObservedEvent, how: { readonly skipping?: boolean; readonly any?: boolean } = {}) {
    return waysTo(world, observed, { charts: this.#charts, edition: this.#edition, ...how });
  }

  #fresh(): World {
    return new RunningWorld(this.#charts, this.#edition).rest();
  }

  /** A device that was registered before anybody looked. */
  #registered(): readonly World[] {
    const registered = observedAs(this.#edition, "registered");
    if (registered === undefined) return [];
    return this.#search(this.#fresh(), registered, { skipping: true }).map(({ world }) => ({ ...world, surprises: 1 }));
  }

  #restarted(world: World): World {
    const running = new RunningWorld(this.#charts, this.#edition, { ...world, ahead: [] });
    const { isIn } = running.standing;
    const begins = ["starting", "preparing", "restarting"].some((state) => isIn("carrier", state));
    if (!begins) running.take({ event: { type: "restart" } });
    return running.rest();
  }

  /** What takes no time has happened: the application has answered what it was asked. Not where that tells more. */
  #settled(world: World): World {
    let settled = world;
    for (;;) {
      const prompt = settled.pending.find(isPrompt);
      const [ending] = (prompt && ENDINGS[prompt.src]?.(NOTHING_WANTED, prompt)) ?? [];
      if (prompt === undefined || ending === undefined) return settled;
      const next = this.#silently(settled, { chart: prompt.chart, id: prompt.id, ending });
      if (next === settled) return settled;
      settled = next;
    }
  }

  /** After a step that tells nothing; as before where it would. */
  #silently(world: World, step: Step): World {
    const running = new RunningWorld(this.#charts, this.#edition, world);
    running.take(step);
    const silent = running.ahead.length === world.ahead.length;
    const next = running.rest();
    return silent ? next : world;
  }

  #look<T>(view: (world: RunningWorld) => T): T {
    const running = new RunningWorld(this.#charts, this.#edition, this.#worlds[0] ?? this.#fresh());
    const seen = view(running);
    running.rest();
    return seen;
  }
}

function isPrompt({ src, input }: PendingService): boolean {
  return PROMPT.has(src) && (input as { type?: string } | undefined)?.type !== TAKES_TIME;
}

/** A life begins with it, in the editions that tell it. */
function beginsLife({ semantic }: ObservedEvent): boolean {
  return semantic === "initialised" || semantic === "certificates.wanted";
}

/** Without those that lead on alike. */
function distinct(worlds: readonly World[]): readonly World[] {
  const seen = new Map<string, World>();
  for (const world of worlds) if (!seen.has(world.key)) seen.set(world.key, world);
  return [...seen.values()];
}
