/** Says where two runs part, and leads there. */
import type { AppStore } from "../state/appStore.ts";
import { firstDifference } from "../state/firstDifference.ts";
import type { SecondApp } from "../state/secondApp.ts";
import { useApp } from "../state/useApp.ts";
import { describeDifference } from "./describeDifference.ts";
import { Icon } from "./icon.tsx";

export interface DifferenceBarProps {
  readonly first: AppStore;
  readonly second: SecondApp;
}

export function DifferenceBar({ first, second }: DifferenceBarProps) {
  useApp();
  const { first: a, second: b } = second.steps;
  const difference = firstDifference(a, b);
  const goThere = () => {
    if (difference === undefined) return;
    const { linked } = second;
    // Each run at its own place, whatever the link would find.
    second.linked = false;
    if (difference.second !== undefined) second.select(difference.second.index);
    if (difference.first !== undefined) first.select(difference.first.index);
    if (linked) second.relink();
    first.update({ panel: "why" });
  };
  return (
    <div class="difference-bar" role="status">
      {difference === undefined ? (
        <p>All statecharts go through the same states in both runs, as far as both go.</p>
      ) : (
        <>
          <p title={describeDifference(difference)}>{describeDifference(difference)}</p>
          <button type="button" class="button" onClick={goThere}>
            Go there
          </button>
        </>
      )}
      <button
        type="button"
        class="button plain"
        aria-pressed={second.linked}
        title="A place in one run is looked for in the other"
        onClick={() => {
          second.linked = !second.linked;
        }}
      >
        <Icon name="link" /> together
      </button>
      <button
        type="button"
        class="button plain"
        title="What is B becomes A, which can be steered"
        onClick={() => first.swap()}
      >
        <Icon name="swap" /> swap
      </button>
      <button
        type="button"
        class="button plain"
        title="Show one run again (c)"
        onClick={() => first.update({ compare: undefined })}
      >
        <Icon name="close" /> end
      </button>
    </div>
  );
}
