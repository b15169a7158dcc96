/** Where two runs part, in a sentence or two. */
import { eventName, shortActor } from "../panels/shared/recordLine.ts";
import type { RunDifference } from "../state/firstDifference.ts";
import type { Move } from "../state/stepIndex.ts";
import { stateText } from "./stateText.ts";

export function describeDifference({ actor, alike, first, second }: RunDifference): string {
  const name = shortActor(actor);
  const same =
    alike === 0
      ? `${name} differs from its beginning:`
      : alike === 1
        ? `${name} begins alike, then`
        : `${name} moves alike ${alike} times, then`;
  return `${same} in A it ${whereTo(first)}, in B it ${whereTo(second)}.`;
}

function whereTo(move: Move | undefined): string {
  return move === undefined ? "goes no further" : `goes to ${stateText(move.value)} (${eventName(move.event)})`;
}
