/** What a carrier lets be seen and done by whoever inspects it. It knows nothing of who that is. */
import { fireTimer } from "../../services/coap/timerRecord.ts";
import type { Device } from "../device.ts";
import { type ObjectLeaves, objectLeaves } from "./objectTrees.ts";

export interface CarrierInspection {
  /** Trees of values by name: `objects`, the LwM2M objects without their secrets. */
  readonly trees: { readonly objects: ObjectLeaves };
  /** Fires the timer, a chart's or a protocol's, whose `set` record has this `seq`; false when it does not run. Needs a trace. */
  fire(seq: number): boolean;
  /**
   * Freezes the run: time stands still, and what comes from servers, the modem and the charts' services waits until it
   * is resumed, to DTLS handshakes and downloads that are under way as well.
   */
  readonly freeze: { pause(): void; resume(): void };
}

export function inspectionOf(device: Device): CarrierInspection {
  const { trace } = device.options;
  return {
    trees: { objects: objectLeaves(device.tree) },
    fire: (seq) => device.timers.fire(seq) || (trace !== undefined && fireTimer(trace, seq)),
    freeze: device.standstill,
  };
}
