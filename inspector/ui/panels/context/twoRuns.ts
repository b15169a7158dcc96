/** An actor of one run compared with the same one in the other run, each where somebody stands in its run. */
import { type DifferenceRow, difference } from "../../../model/difference.ts";
import type { ActorWorld, World } from "../../../model/world.ts";
import type { App } from "../../app.ts";
import type { Beside, RunName } from "../../state/beside.ts";
import { shortActor } from "../shared/recordLine.ts";
import { recordPlace } from "../shared/recordPlace.ts";
import { stateOf } from "./points.ts";

export interface RunSide {
  readonly name: RunName;
  /** Of session and device. */
  readonly title: string;
  readonly place: string;
}

export interface RunComparison {
  /** A, then B, whichever of them the panel is about. */
  readonly sides: readonly [RunSide, RunSide];
  /** From A, `before`, to B, `after`; undefined: the other run does not have the actor there. */
  readonly rows: readonly DifferenceRow[] | undefined;
  /** What else is to be known of it, a sentence each. */
  readonly notes: readonly string[];
}

/** `actor` is one of the run that `app` looks at, where it stands. */
export function compareRuns(app: App, actor: ActorWorld, { name, other }: Beside): RunComparison {
  const [here, there] = [worldOf(app), worldOf(other.app)];
  const sides = [sideOf(app, name), sideOf(other.app, other.name)].sort(byName) as [RunSide, RunSide];
  const known = { device: app.view.device, world: here };
  const same = sameActor(actor, known, { device: other.app.view.device, world: there });
  if (same === undefined) return { sides, rows: undefined, notes: absence(actor, app, other) };
  const own: Record<string, unknown> = { ...stateOf(here, app.view.device, actor.key) };
  const theirs: Record<string, unknown> = { ...stateOf(there, other.app.view.device, same.key) };
  const notes: string[] = [];
  if (same.key !== actor.key) notes.push(`In run ${other.name} it is ${shortActor(same.key)}.`);
  // What a recording does not hold is no difference.
  const untold = [
    ...(own.context === undefined ? [name] : []),
    ...(theirs.context === undefined ? [other.name] : []),
  ].sort();
  if (untold.length === 1) {
    notes.push(`Contexts are not compared: run ${untold[0]} does not tell that of ${shortActor(actor.key)}.`);
    delete own.context;
    delete theirs.context;
  }
  return { sides, rows: name === "A" ? difference(own, theirs) : difference(theirs, own), notes };
}

interface Run {
  readonly device: string;
  readonly world: World;
}

/**
 * Of the same key. Where that is not there: of the same path without its root, which a recording of charts alone leaves
 * out; else the only one of the same machine, as a registration at a server of another number.
 */
function sameActor(actor: ActorWorld, here: Run, there: Run): ActorWorld | undefined {
  const same = actorsOf(there).find(({ key }) => key === actor.key);
  if (same !== undefined) return same;
  const alike = actorsOf(there).filter(({ key }) => key.endsWith(`/${actor.key}`) || actor.key.endsWith(`/${key}`));
  if (alike.length > 0) return alike.length === 1 ? alike[0] : undefined;
  const machine = machineOf(actor, here);
  const twin = (run: Run) => actorsOf(run).filter((other) => machineOf(other, run) === machine);
  return machine !== undefined && twin(here).length === 1 && twin(there).length === 1 ? twin(there)[0] : undefined;
}

function actorsOf({ device, world }: Run): readonly ActorWorld[] {
  return [...(world.devices.get(device)?.actors.values() ?? [])];
}

function machineOf({ definition }: ActorWorld, { world }: Run): string | undefined {
  return definition === undefined ? undefined : world.definitions.get(definition)?.id;
}

/** That an actor is not there, and whether it is at the other run's end. */
function absence(actor: ActorWorld, app: App, { name, app: other }: Beside["other"]): readonly string[] {
  const run = { device: other.view.device, world: other.entry.session.live };
  const later = sameActor(actor, { device: app.view.device, world: worldOf(app) }, run);
  const sentence = `${shortActor(actor.key)} is not there in run ${name} ${placeOf(other)}.`;
  const isAtEnd = other.index === other.entry.session.length - 1;
  if (isAtEnd) return [sentence];
  return [sentence, `At the end of run ${name} it is${later === undefined ? " not there either" : ""}.`];
}

function worldOf(app: App): World {
  return app.entry.session.worldAt(app.index);
}

function sideOf(app: App, name: RunName): RunSide {
  const { entry, view } = app;
  const names = view.device === "" || view.device === entry.title ? [entry.title] : [entry.title, view.device];
  return { name, title: names.join(", "), place: placeOf(app) };
}

function placeOf(app: App): string {
  return `at ${recordPlace(app.entry.session, app.index)}`;
}

function byName(one: RunSide, other: RunSide): number {
  return one.name < other.name ? -1 : 1;
}
