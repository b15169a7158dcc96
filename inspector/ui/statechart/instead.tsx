/** What is told where there is no drawing, and what a drawing cannot show. */
import type { ActorWorld } from "../../model/world.ts";
import type { LaidOut } from "./useLayout.ts";

export interface NoMachineProps {
  readonly device: string;
  /** Of the device, at the moment that is looked at. */
  readonly actors: readonly ActorWorld[];
  readonly isRecording: boolean;
  /** At the newest moment there is something to draw. */
  readonly later: boolean;
}

/** Values told one by one. */
const MOST = 40;

/** Nothing can be drawn: what is known is told. */
export function NoMachine({ device, actors, isRecording, later }: NoMachineProps) {
  const valued = actors.filter(({ value }) => value !== undefined);
  if (device === "") return <p class="empty">No device yet.</p>;
  if (valued.length === 0) {
    const when = later ? "yet at this moment" : "so far";
    return (
      <p class="empty">
        {isRecording && !later
          ? `Nothing in this recording tells of a statechart of ${device}.`
          : `No statechart of ${device} runs ${when}.`}
      </p>
    );
  }
  return (
    <div class="empty statechart-none">
      {isRecording ? (
        <p>
          How the statecharts of {device} are built is not known here. A recording that was made without the inspector
          does not tell it: <code>lwm2m-carrier inspect FILE</code> adds it.
        </p>
      ) : (
        <p>How the statecharts of {device} are built was not told. What is known is where they stand:</p>
      )}
      <ul>
        {valued.slice(0, MOST).map(({ key, value }) => (
          <li key={key}>
            <b>{key}</b> {typeof value === "string" ? value : JSON.stringify(value)}
          </li>
        ))}
        {valued.length > MOST && <li>and {valued.length - MOST} more</li>}
      </ul>
    </div>
  );
}

/** What cannot be seen in the drawing itself. */
export function Said({ laid, left }: { readonly laid: LaidOut; readonly left: number }) {
  const words: string[] = [];
  if (laid.layout.kind === "none") words.push(`Shown as a tree. ${laid.layout.reason}`);
  else if (laid.layout.failed) words.push("Some of it could not be laid out well, and is drawn without its lines.");
  if (left > 0) words.push(`${left} more machines are not drawn; choose one above.`);
  if (words.length === 0) return null;
  return (
    <p class="statechart-said" role="status">
      {words.join(" ")}
    </p>
  );
}
