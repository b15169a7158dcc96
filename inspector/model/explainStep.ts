/** A step of a statechart explained: what was considered, in which order, and why each transition was or was not taken. */
import type { EdgeDefinition, MachineDefinition } from "../definition.ts";
import type { Candidate, Microstep, StepRecord } from "../records.ts";
import { innermostNodes } from "./activeNodes.ts";
import { guardWords } from "./guardWords.ts";
import { matchesEvent } from "./matchesEvent.ts";
import { tell } from "./tell.ts";
import { durationWords, eventWords, lastName, listWords } from "./words.ts";

/** Places named in a sentence at most. */
const MAX_NAMED = 6;

export interface StepExplanation {
  readonly sentence: string;
  readonly ignored: boolean;
  readonly microsteps: readonly MicrostepExplanation[];
  /** Nodes in which the event of an ignored step would be taken. */
  readonly takenIn: readonly string[];
}

export interface MicrostepExplanation {
  readonly event: string;
  /** The event in words. */
  readonly words: string;
  readonly candidates: readonly CandidateExplanation[];
}

export interface CandidateExplanation extends Candidate {
  /** As the chart draws it; absent where the recording does not hold the chart. */
  readonly definition?: EdgeDefinition;
  /** `press → on`. */
  readonly title: string;
  /** Why it was, or was not, taken. */
  readonly sentence: string;
}

export function explainStep(step: StepRecord, machine: MachineDefinition | undefined): StepExplanation {
  const ignored = step.ignored === true;
  const microsteps = (step.microsteps ?? []).map((microstep) => explainMicrostep(microstep, machine));
  const takenIn = ignored && machine !== undefined ? nodesThatTake(machine, step.event.type) : [];
  return {
    sentence: ignored ? whyIgnored(step, microsteps, takenIn, machine) : tell(step),
    ignored,
    microsteps,
    takenIn,
  };
}

/** `press → on`, `60 ms in bright → dim`, `done of check, if isWhole → …`; from the id where the chart is not known. */
export function edgeTitle(edge: EdgeDefinition | undefined, id: string): string {
  if (edge === undefined) {
    const [source, event] = id.split("|");
    return `${eventWords(event ?? "")} in ${source === "" ? "the machine" : lastName(source ?? id)}`;
  }
  const targets = edge.targets.map((target) => (target === "" ? "the machine" : lastName(target)));
  return `${edgeEventWords(edge)} → ${targets.length === 0 ? "stays" : targets.join(", ")}`;
}

/** What makes a transition be considered: its event, or how long its state has lasted. */
export function edgeEventWords({ trigger, event, delay, source }: EdgeDefinition): string {
  if (trigger === "always") return "always";
  if (trigger === "initial") return "at first";
  if (trigger !== "after" || delay === undefined) return eventWords(event);
  const lasts = typeof delay === "number" ? durationWords(delay) : `the delay ${delay}`;
  return `${lasts} in ${source === "" ? "the machine" : lastName(source)}`;
}

function explainMicrostep(microstep: Microstep, machine: MachineDefinition | undefined): MicrostepExplanation {
  const candidates = microstep.candidates ?? [];
  const takenIds = candidates.filter(({ verdict }) => verdict === "taken").map(({ edge }) => edge);
  return {
    event: microstep.event,
    words: eventWords(microstep.event),
    candidates: candidates.map((candidate) => {
      const definition = machine?.edges.find(({ id }) => id === candidate.edge);
      return {
        ...candidate,
        ...(definition !== undefined && { definition }),
        title: edgeTitle(definition, candidate.edge),
        sentence: whyVerdict(candidate, takenIds, machine),
      };
    }),
  };
}

function whyVerdict(
  { verdict, guard, edge }: Candidate,
  taken: readonly string[],
  machine?: MachineDefinition,
): string {
  const winner = taken.find((id) => id !== edge);
  const named = winner === undefined ? "another transition" : titleOf(winner, machine);
  switch (verdict) {
    case "taken":
      return guard === undefined ? "taken: it asks nothing" : `taken: ${guardWords(guard)}`;
    case "refused":
      return guard === undefined ? "not taken: its guard said no" : `not taken: ${guardWords(guard)}`;
    case "failed":
      return `not taken: its guard failed${guard === undefined ? "" : `: ${guardWords(guard)}`}`;
    case "notReached":
      return `not asked: ${named} came first and was taken`;
    case "preempted":
      return `would have been taken, but ${named} excludes it: inner states decide before outer ones`;
  }
}

function titleOf(id: string, machine: MachineDefinition | undefined): string {
  return `“${edgeTitle(
    machine?.edges.find((edge) => edge.id === id),
    id,
  )}”`;
}

function whyIgnored(
  step: StepRecord,
  microsteps: readonly MicrostepExplanation[],
  takenIn: readonly string[],
  machine: MachineDefinition | undefined,
): string {
  const name = eventWords(step.event.type);
  if (step.status !== undefined && step.status !== "active")
    return `${step.actor} ignored ${name}: it had ended already (${step.status})`;
  const refused = microsteps.flatMap(({ candidates }) => candidates);
  if (refused.length > 0) {
    const why = refused.map(({ title, sentence }) => `“${title}” was ${sentence}`);
    return `${step.actor} ignored ${name}: ${why.join("; ")}`;
  }
  const states = innermostNodes(step.active);
  const where = states.length === 0 ? "" : ` in ${listWords(states.map(lastName))}`;
  const base = `${step.actor} ignored ${name}: nothing${where} takes it`;
  if (machine === undefined) return base;
  if (takenIn.length === 0) return `${base}, and no other state of ${machine.id} does`;
  const shown = takenIn.slice(0, MAX_NAMED).map((id) => (id === "" ? "any other state" : lastName(id)));
  const more = takenIn.length - shown.length;
  return `${base}; it is taken in ${listWords(more > 0 ? [...shown, `${more} more`] : shown)}`;
}

function nodesThatTake(machine: MachineDefinition, type: string): string[] {
  const nodes = machine.edges
    .filter(({ trigger, event }) => trigger !== "always" && trigger !== "initial" && matchesEvent(event, type))
    .map(({ source }) => source);
  return [...new Set(nodes)];
}
