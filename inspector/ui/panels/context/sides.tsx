/** Which two runs are compared, and where somebody stands in each of them. */
import type { RunName } from "../../state/beside.ts";
import type { RunSide } from "./twoRuns.ts";

export function Sides({ sides, own }: { sides: readonly RunSide[]; own: RunName }) {
  return (
    <ul class="sides" aria-label="Compared">
      {sides.map(({ name, title, place }) => (
        <li key={name}>
          <span class={name === own ? "side-name own" : "side-name"}>{name}</span>
          <span>{title}</span> <span class="faint">{place}</span>
        </li>
      ))}
    </ul>
  );
}
