/** Events of the register chart. */
import type { AnyEventObject } from "xstate";
import type { RegisterInput } from "../registerModel.ts";
import { DEFAULT_RETRY } from "../settings.ts";
import { done, type EventTable, failed, plain } from "./eventTable.ts";

const EVENTS: readonly AnyEventObject[] = [
  ...plain("link.isUp", "link.goingDown", "link.isLost"),
  ...plain("server.update", "server.register", "server.deregister", "server.disable"),
  ...plain("retry.due", "update.due", "disable.over"),
  done("session", { kind: "open" }),
  done("session", { kind: "noRoute", detail: "no answer" }),
  failed("session"),
  done("register.registering", { kind: "registered", updateAt: 1000 }),
  done("register.registering", { kind: "unavailable" }),
  done("register.registering", { kind: "noAnswer", heard: false }),
  done("register.registering", { kind: "refused", code: "4.00" }),
  failed("register.registering"),
  failed("updateAlarm"),
  done("register.updating", { kind: "registered", updateAt: 1000 }),
  done("register.updating", { kind: "refused", code: "4.04" }),
  done("register.updating", { kind: "noAnswer", heard: false }),
  done("register.updating", { kind: "noAnswer", heard: true }),
  done("register.updating", { kind: "unavailable" }),
  failed("register.updating"),
  failed("register.waiting"),
  failed("register.pausing"),
  done("register.disabling", 1000),
  failed("register.disabling"),
  failed("register.disabled"),
  done("register.deregistering"),
  failed("register.deregistering"),
];

const SERVER: RegisterInput["server"] = {
  shortServerId: 123,
  retry: { ...DEFAULT_RETRY, count: 2, sequenceCount: 2 },
  bootstrapOnFailure: true,
  initialDelaySeconds: 0,
  disableTimeoutSeconds: 86_400,
};

/** The chart's way in; from there on one scene goes through everything. */
const BEGINNING: readonly AnyEventObject[] = [
  ...plain("link.isUp", "link.goingDown", "server.register", "server.deregister", "delay.over"),
  ...plain("server.turn", "server.alone", "disable.over"),
  failed("register.delayed"),
];

/** What a server may not want: the version, or the device. */
const REFUSING: readonly AnyEventObject[] = [
  done("session", { kind: "open" }),
  done("register.registering", { kind: "refused", code: "4.12" }),
  done("register.registering", { kind: "refused", code: "4.03" }),
];

/** One session after the other ends. */
const CLOSING: readonly AnyEventObject[] = [
  ...plain("server.sessionClosed", "server.update", "server.register", "server.deregister"),
  ...plain("retry.due", "update.due"),
  done("session", { kind: "open" }),
  done("session", { kind: "noRoute", detail: "no answer" }),
  done("register.registering", { kind: "registered", updateAt: 1000 }),
  done("register.updating", { kind: "registered", updateAt: 1000 }),
  failed("register.parted"),
  done("register.deregistering"),
];

const scene = (name: string, input: Partial<RegisterInput>, events = BEGINNING) => ({
  name,
  input: {
    server: SERVER,
    exhaustedAs: "error",
    canBootstrap: true,
    linkIsUp: true,
    automatic: true,
    ...input,
  } as const,
  events,
});

export const registerEvents: EventTable<RegisterInput> = {
  context: [
    ...["attempt", "sequence", "registered", "updateWanted", "disableWanted", "linkIsUp"],
    ...["behind", "delayWanted", "version", "closures", "deregisterWanted"],
  ],
  scenes: [
    scene("link is up", {}, EVENTS),
    scene("link is down", { linkIsUp: false }),
    scene("waits to be asked", { automatic: false }),
    scene("initial delay", { server: { ...SERVER, initialDelaySeconds: 30 } }),
    scene("a server that knew the device", { server: { ...SERVER, met: true } }, REFUSING),
    scene("a server that closes its sessions", {}, CLOSING),
    scene("behind another server", { waitsForTurn: true }),
    scene("disabled before the restart", { server: { ...SERVER, disabledUntil: 1000 } }),
  ],
};
