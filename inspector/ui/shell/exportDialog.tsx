import { useState } from "preact/hooks";
import type { ExportRange } from "../../model/export/formats.ts";
import { compileFilter } from "../../model/filter.ts";
import type { App } from "../app.ts";
import { devicesOf } from "../state/devices.ts";
import { EXPORTS, type Export } from "./exports.ts";
import { fileName } from "./fileName.ts";
import { Overlay } from "./overlay.tsx";

export interface ExportDialogProps {
  readonly app: App;
  readonly onClose: () => void;
}

type Part = "all" | "here" | "filtered";

/** Everything that a run can be saved as. */
export function ExportDialog({ app, onClose }: ExportDialogProps) {
  const [part, setPart] = useState<Part>("all");
  const [busy, setBusy] = useState(false);
  const { entry, view, index } = app;
  const filter = compileFilter(view.filter);
  const isFiltered = !filter.empty && filter.problem === undefined;
  const several = devicesOf(entry.session).length > 1;

  const rangeOf = (): ExportRange => ({
    ...(several && { device: view.device }),
    ...(view.actor !== undefined && { actor: view.actor, device: view.device }),
    ...(part === "here" && { to: index }),
    ...(part === "filtered" && { matches: filter.matches }),
  });
  const save = async (chosen: Export) => {
    setBusy(true);
    try {
      download(fileName(entry.title, chosen.suffix ?? "", chosen.extension), await chosen.make(app, rangeOf()));
      onClose();
    } catch (error) {
      app.notify(`${chosen.label}: ${error instanceof Error ? error.message : String(error)}`, "bad");
      onClose();
    } finally {
      setBusy(false);
    }
  };
  const parts: readonly (readonly [Part, string, boolean])[] = [
    ["all", `all ${entry.session.length} records${several ? ` of ${view.device}` : ""}`, true],
    ["here", `up to record ${index + 1}, where I stand`, view.cursor.index !== "live"],
    ["filtered", "what the filter lets through", isFiltered],
  ];
  return (
    <Overlay title="Save and export" onClose={onClose}>
      <fieldset class="parts">
        <legend class="hidden-text">Which records</legend>
        {parts.map(([name, label, possible]) => (
          <label key={name} class={possible ? "" : "impossible"}>
            <input
              type="radio"
              name="part"
              checked={part === name}
              disabled={!possible}
              onChange={() => setPart(name)}
            />
            {label}
          </label>
        ))}
      </fieldset>
      <ul class="exports">
        {EXPORTS.map((item) => (
          <li key={item.label}>
            <button type="button" class="export" disabled={busy} onClick={() => void save(item)}>
              <strong>{item.label}</strong>
              <code>.{item.extension}</code>
              <span>{item.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </Overlay>
  );
}

function download(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
