/** A row of whatever kind as shapes. */
import type { LaneItem } from "./laneItem.ts";
import type { LaneLayout } from "./lanes.ts";
import type { SequenceRow } from "./rows.ts";
import { foldText } from "./rowText.ts";
import { dividerShapes, type Shape, shapesOf } from "./shapes.ts";

export function rowShapes(row: SequenceRow, layout: LaneLayout): readonly Shape[] {
  switch (row.kind) {
    case "gap":
      return dividerShapes({ label: `${row.count} records are missing here`, tone: "warning" }, layout);
    case "fold": {
      const { detail: _, ...item } = row.item;
      return shapesOf({ ...item, label: foldText(row.fold, row.item) } as LaneItem, layout, { folded: true });
    }
    case "item":
      return shapesOf(row.item, layout, { unanswered: row.unanswered });
  }
}
