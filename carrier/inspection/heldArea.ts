/** The firmware area of a run that may be frozen: then it takes no octets, and with it the download stands still. */
import type { FirmwareArea } from "../../ports/modem.ts";
import type { Gate } from "./gate.ts";

/** @param signal ends what waits: a write that was held back comes to nothing then. */
export function heldArea(area: FirmwareArea, gate: Gate, signal: AbortSignal): FirmwareArea {
  return {
    offset: () => area.offset(),
    size: () => area.size(),
    erase: () => area.erase(),
    finish: () => area.finish(),
    schedule: () => area.schedule(),
    write(offset, bytes) {
      if (!gate.frozen) return area.write(offset, bytes);
      return gate.outcome(Promise.resolve()).then(() => {
        signal.throwIfAborted();
        return area.write(offset, bytes);
      });
    },
  };
}
