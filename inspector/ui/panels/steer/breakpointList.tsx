/** Where time is to be frozen. */
import { useId, useState } from "preact/hooks";
import type { Breakpoint } from "../../../protocol.ts";
import { useApp } from "../../state/useApp.ts";
import { focusedMachine } from "../shared/machines.ts";
import { shortActor } from "../shared/recordLine.ts";
import { addBreakpoint, breakpointsOf, definitionFor, removeBreakpoint } from "./breakpointStore.ts";
import { breakpointText, choicesOf, namedStop, STOP_LABELS, STOPS, type Stop } from "./breakpoints.ts";

export function BreakpointList() {
  const app = useApp();
  const id = useId();
  const { session } = app.entry;
  const [stop, setStop] = useState<Stop>("state");
  const [what, setWhat] = useState("");
  const [said, setSaid] = useState<{ readonly text: string; readonly ok: boolean }>();
  const breakpoints = breakpointsOf(app.entry);
  const world = session.live;
  const actor = focusedMachine(world, app.view.device, app.view.actor);
  const definition = actor?.definition === undefined ? undefined : world.definitions.get(actor.definition);
  const choices = definition === undefined ? [] : choicesOf(definition, stop);

  const attempt = async (change: Promise<void>, note?: string) => {
    try {
      await change;
      setSaid(note === undefined ? undefined : { text: note, ok: true });
      setWhat("");
    } catch (error) {
      setSaid({ text: error instanceof Error ? error.message : String(error), ok: false });
    }
  };
  const add = (breakpoint: Breakpoint, note?: string) => attempt(addBreakpoint(app, breakpoint), note);
  const remove = (breakpoint: Breakpoint) => attempt(removeBreakpoint(app, breakpoint));
  const place = actor === undefined ? {} : { actor: actor.key };
  const addTyped = (typed: string) => {
    const named = namedStop(definition, stop, typed, actor === undefined ? "it" : shortActor(actor.key));
    if ("problem" in named) setSaid({ text: named.problem, ok: false });
    else void add({ ...place, [stop]: named.name }, named.note);
  };

  return (
    <div class="control">
      {breakpoints.length === 0 && (
        <p class="faint">None is set. A breakpoint freezes time and everything that arrives.</p>
      )}
      <ul class="plain-list">
        {breakpoints.map((breakpoint, position) => (
          <li key={position} class="panel-bar">
            <span class="grow">when {breakpointText(breakpoint, definitionFor(app, breakpoint))}</span>
            <button type="button" class="button" onClick={() => remove(breakpoint)}>
              Remove
            </button>
          </li>
        ))}
      </ul>
      {app.view.node !== undefined && (
        <button type="button" class="button" onClick={() => add({ ...place, state: app.view.node! })}>
          Stop when {app.view.node === "" ? "it" : app.view.node} is entered
        </button>
      )}
      <form
        class="control-fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (what.trim() !== "") addTyped(what.trim());
        }}
      >
        <label>
          <span>Stop when</span>
          <select class="field" value={stop} onChange={(event) => setStop(event.currentTarget.value as Stop)}>
            {STOPS.map((one) => (
              <option key={one} value={one}>
                {STOP_LABELS[one]}
              </option>
            ))}
          </select>
        </label>
        <label class="which">
          <span>{actor === undefined ? "Which" : `Which, in ${shortActor(actor.key)}`}</span>
          <input
            class="field mono"
            list={`${id}-choices`}
            value={what}
            placeholder={choices[0]}
            onInput={(event) => setWhat(event.currentTarget.value)}
          />
          <datalist id={`${id}-choices`}>
            {choices.map((choice) => (
              <option key={choice} value={choice} />
            ))}
          </datalist>
        </label>
        <button type="submit" class="button" disabled={what.trim() === ""}>
          Add
        </button>
      </form>
      <p role="status" class={said?.ok === false ? "said tone-bad" : "said tone-warning"}>
        {said?.text}
      </p>
    </div>
  );
}
