/** The step of a statechart that a record is about: the one in which it was decided. */
import { type ChainLink, stepOf as stepOfChart } from "../../../model/explain.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
import { transitionBefore } from "../wire/exchange.ts";

/** Index of the step that a chart's record tells of; a step is its own. */
export function stepOf(session: SessionView, index: number): number | undefined {
  const { kind } = session.at(index);
  return kind === "step" ? index : kind === "chart" ? stepOfChart(session, index) : undefined;
}

/** The step nearest before a record in the chain that led to it. */
export function decisionBefore(session: SessionView, chain: readonly ChainLink[]): number | undefined {
  for (const { index } of chain.slice(0, -1).reverse()) {
    const step = stepOf(session, index);
    if (step !== undefined) return step;
  }
  return undefined;
}

/** The actor whose step a record tells of or came from. */
export function actorBehind(session: SessionView, index: number): string | undefined {
  if (index < 0 || index >= session.length) return undefined;
  const transition = transitionOf(session, index);
  const step = transition === undefined ? undefined : stepOf(session, transition);
  const actor = step === undefined ? undefined : session.at(step).actor;
  return typeof actor === "string" ? actor : undefined;
}

function transitionOf(session: SessionView, index: number): number | undefined {
  const { kind } = session.at(index);
  return kind === "step" || kind === "chart" ? index : transitionBefore(session, index);
}
