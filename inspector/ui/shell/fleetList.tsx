/** Devices to choose from, a few or thousands: searched by name and by where they stand. */
import { useState } from "preact/hooks";
import { VirtualList } from "../sequence/virtualList.tsx";
import { type FleetRow, matchingRows } from "../state/fleet.ts";
import { Icon } from "./icon.tsx";
import "./fleetList.css";

export interface FleetListProps {
  readonly rows: readonly FleetRow[];
  /** The one that is looked at. */
  readonly device: string;
  readonly onChoose: (device: string) => void;
}

const ROW_PX = 30;
const MAX_VISIBLE_ROWS = 14;

export function FleetList({ rows, device, onChoose }: FleetListProps) {
  const [text, setText] = useState("");
  const [failedOnly, setFailedOnly] = useState(false);
  const [pointed, setPointed] = useState<string | undefined>(device);
  const shown = matchingRows(rows, text, failedOnly);
  const current = shown.length === 0 ? undefined : placeOf(pointed, shown);
  const failed = rows.filter(({ failures }) => failures > 0).length;
  const choose = (among: readonly FleetRow[], at: number): void => {
    const row = among[at];
    if (row !== undefined) onChoose(row.device);
  };
  return (
    <div class="fleet">
      <div class="fleet-search">
        <input
          class="field"
          type="search"
          aria-label="Find a device"
          placeholder="Name or state"
          value={text}
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to look for one.
          autoFocus
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Keys may be pressed faster than rows are drawn.
            const found = matchingRows(rows, event.currentTarget.value, failedOnly);
            if (event.key === "Enter") choose(found, placeOf(pointed, found));
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step === undefined) return;
            event.preventDefault();
            setPointed((from) => found[Math.min(Math.max(0, placeOf(from, found) + step), found.length - 1)]?.device);
          }}
        />
        <label>
          <input
            type="checkbox"
            checked={failedOnly}
            disabled={failed === 0 && !failedOnly}
            onChange={(event) => setFailedOnly(event.currentTarget.checked)}
          />
          with failures ({failed})
        </label>
        <output class="fleet-count">
          {shown.length} of {rows.length}
        </output>
      </div>
      <div class="fleet-rows" style={{ height: `${ROW_PX * Math.min(MAX_VISIBLE_ROWS, Math.max(1, rows.length))}px` }}>
        {shown.length === 0 ? (
          <p class="empty">No device is called so, or stands there.</p>
        ) : (
          <VirtualList
            count={shown.length}
            rowHeight={ROW_PX}
            label="Devices"
            version={shown}
            current={current}
            onCurrent={(row) => setPointed(shown[row]?.device)}
            onKey={({ key }, at) => {
              if (key === "Enter") choose(shown, at);
              return key === "Enter";
            }}
            row={(index) => <FleetLine row={shown[index]} here={shown[index]?.device === device} onChoose={onChoose} />}
          />
        )}
      </div>
    </div>
  );
}

/** Where a device stands among rows; the first where it is not among them. */
function placeOf(device: string | undefined, rows: readonly FleetRow[]): number {
  return Math.max(
    0,
    rows.findIndex((row) => row.device === device),
  );
}

interface FleetLineProps {
  readonly row: FleetRow | undefined;
  readonly here: boolean;
  readonly onChoose: (device: string) => void;
}

function FleetLine({ row, here, onChoose }: FleetLineProps) {
  if (row === undefined) return null;
  const { device, where, failures } = row;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the list takes the keys.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the same.
    <span class="fleet-line" onClick={() => onChoose(device)}>
      <span class={`fleet-device ${here ? "here" : ""}`}>{device}</span>
      <span class="fleet-where">{where}</span>
      <span class="fleet-failures">
        {failures > 0 && (
          <>
            <Icon name="warning" /> {failures === 1 ? "1 failure" : `${failures} failures`}
          </>
        )}
      </span>
    </span>
  );
}
