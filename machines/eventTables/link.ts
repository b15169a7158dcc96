/** Events of the link controller. */
import type { AnyEventObject } from "xstate";
import type { LinkInput } from "../link.ts";
import { DEFAULT_SETTINGS } from "../settings.ts";
import { done, type EventTable, failed, plain } from "./eventTable.ts";

const changed = (mode: LinkInput["mode"], registered: boolean): AnyEventObject => ({
  type: "modem.changed",
  mode,
  registered,
});

const EVENTS: readonly AnyEventObject[] = [
  ...plain("link.bringUp", "link.takeDown", "link.powerOff", "link.timedOut"),
  changed("normal", true),
  changed("normal", false),
  changed("offline", false),
  changed("powerOff", false),
  done("link.connecting.asking", { value: 0 }),
  done("link.connecting.asking", { value: 1 }),
  failed("link.connecting.asking"),
  done("link.connecting.attaching"),
  failed("link.connecting.attaching"),
  failed("link.connecting.awaitingRegistration"),
  failed("link.connecting.failed"),
  done("link.disconnecting.asking", { value: 0 }),
  done("link.disconnecting.asking", { value: 1 }),
  failed("link.disconnecting.asking"),
  done("link.disconnecting.switchingOff"),
  failed("link.disconnecting.switchingOff"),
  failed("link.disconnecting.awaitingOffline"),
  done("link.poweringOff.asking", { value: 0 }),
  done("link.poweringOff.asking", { value: 1 }),
  failed("link.poweringOff.asking"),
  done("link.poweringOff.switchingOff"),
  failed("link.poweringOff.switchingOff"),
  failed("link.poweringOff.awaitingPowerOff"),
];

const scene = (name: string, input: Omit<LinkInput, "times">) => ({
  name,
  input: { ...input, times: DEFAULT_SETTINGS.link },
  events: EVENTS,
});

export const linkEvents: EventTable<LinkInput> = {
  context: ["registered", "mode"],
  scenes: [
    scene("the library drives", { driver: "library", registered: false, mode: "offline" }),
    scene("the application drives", { driver: "application", registered: false, mode: "offline" }),
    scene("attached before", { driver: "application", registered: true, mode: "normal" }),
  ],
};
