/** The firmware area of a run that may be frozen: then it takes no octets, and with it the download stands still. */
import type { FirmwareArea } from "../../ports/modem.ts";
import type { Gate } from "./gate.ts";

export function heldArea(area: FirmwareArea, gate: Gate): FirmwareArea {
  return {
    offset: () => area.offset(),
    size: () => area.size(),
    erase: () => area.erase(),
    finish: () => area.finish(),
    schedule: () => area.schedule(),
    write(offset, bytes) {
      if (!gate.frozen) return area.write(offset, bytes);
      return gate.outcome(Promise.resolve()).then(() => area.write(offset, bytes));
    },
  };
}
