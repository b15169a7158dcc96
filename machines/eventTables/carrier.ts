/** Events of the carrier chart. */
import type { AnyEventObject } from "xstate";
import type { CarrierInput, DeviceFacts } from "../carrierModel.ts";
import type { EditionPolicy } from "../edition.ts";
import { edition36 } from "../editions/edition36.ts";
import { edition010 } from "../editions/edition010.ts";
import type { ServerFacts } from "../outcomes.ts";
import { DEFAULT_RETRY, DEFAULT_SETTINGS } from "../settings.ts";
import { done, type EventTable, failed, plain } from "./eventTable.ts";

const WORK = "carrier.alive.work";
const RUNNING = `${WORK}.running`;

const server = (shortServerId: number): ServerFacts => ({
  shortServerId,
  retry: DEFAULT_RETRY,
  bootstrapOnFailure: true,
  initialDelaySeconds: 0,
  disableTimeoutSeconds: 86_400,
});
/** They register one after the other; 124 keeps those behind it from theirs when it fails. */
const IN_ORDER: readonly ServerFacts[] = [
  { ...server(123), priority: 1 },
  { ...server(124), priority: 2, failureBlock: true },
  { ...server(125), priority: 3 },
];

const FACTS: DeviceFacts = {
  bootstrapped: false,
  keysOnly: false,
  keysWritten: false,
  hasBootstrapServer: true,
  holdOffSeconds: 0,
  automatic: true,
  servers: [],
  firmware: { state: 0, uri: "" },
};
const BOOTSTRAPPED: DeviceFacts = { ...FACTS, bootstrapped: true, servers: [server(123), server(124)] };

const loaded = (facts: DeviceFacts) => done("carrier.starting", facts);
const READY = done("init", { kind: "ready", caTags: [411], modem: { kind: "ok" } });
const UPDATED = done("init", { kind: "ready", caTags: [411], modem: { kind: "updated" } });
const UP: AnyEventObject = { type: "link.isUp", brought: true };
const RETURNED: AnyEventObject = { type: "link.isUp", brought: false };
const PREPARED = done("carrier.preparing");

const input = (policy: EditionPolicy): CarrierInput => ({ policy, settings: DEFAULT_SETTINGS });

/** From the store to the library's loop. */
const BEGINNING: readonly AnyEventObject[] = [
  loaded(FACTS),
  failed("carrier.starting"),
  PREPARED,
  failed("carrier.preparing"),
  READY,
  done("init", { kind: "failed", value: -5 }),
  failed("init"),
  failed("device"),
  done("link"),
  failed("link"),
  UP,
  ...plain("link.bringUp", "link.isDown", "link.isLost", "link.isPoweredOff"),
  { type: "link.failed", direction: "up" },
  { type: "link.failed", direction: "down" },
  { type: "modem.changed", mode: "normal", registered: false },
  { type: "modem.domain", event: "overheated" },
  { type: "app.data", operation: "write", path: "/19/0/0/0", data: "" },
  ...plain("errorCodes.reset", "restart", "stop", "unheard.of"),
  done("carrier.restarting"),
  failed("carrier.restarting"),
  done("carrier.closing"),
  failed("carrier.closing"),
];

const BOOTSTRAPPING: readonly AnyEventObject[] = [
  loaded(FACTS),
  PREPARED,
  READY,
  UP,
  ...plain("link.isDown", "link.isLost", "link.bringUp", "link.takeDown", "link.powerOff", "request.linkUp"),
  { type: "link.failed", direction: "down" },
  done("bootstrap", { kind: "done", servers: [server(123)] }),
  done("bootstrap", { kind: "exhausted" }),
  done("bootstrap", { kind: "keysRefused" }),
  failed("bootstrap"),
  { type: "server.exhausted", server: 123, bootstrap: true },
  ...plain("server.bootstrap"),
];

const SERVING: readonly AnyEventObject[] = [loaded(BOOTSTRAPPED), PREPARED, READY, UP];
const REGISTERED: AnyEventObject = { type: "server.registered", server: 123 };
const LEFT: AnyEventObject = { type: "server.deregistered", server: 123, wasRegistered: true };
const NEVER_THERE: AnyEventObject = { type: "server.deregistered", server: 124, wasRegistered: false };

const LINK: readonly AnyEventObject[] = [
  ...SERVING,
  RETURNED,
  REGISTERED,
  ...plain("link.isDown", "link.isPoweredOff", "link.isLost", "link.takeDown", "link.powerOff"),
  { type: "link.failed", direction: "down" },
  ...plain("request.linkDown", "request.linkUp"),
];

const SERVERS: readonly AnyEventObject[] = [
  ...SERVING,
  REGISTERED,
  LEFT,
  NEVER_THERE,
  { type: "server.exhausted", server: 123, bootstrap: true },
  { type: "server.exhausted", server: 123, bootstrap: false },
  { type: "server.exhausted", server: 124, bootstrap: false },
  { type: "server.trigger", server: 123, command: { type: "server.update" } },
  { type: "server.trigger", server: 9, command: { type: "server.update" } },
  ...plain("server.bootstrap", "account.expired"),
  ...plain("request.register", "request.deregister", "request.linkDown", "link.isUp"),
  failed("register/123"),
];

const ORDER: readonly AnyEventObject[] = [
  loaded({ ...BOOTSTRAPPED, servers: IN_ORDER }),
  PREPARED,
  READY,
  UP,
  { type: "server.failed", server: 123 },
  { type: "server.failed", server: 124 },
  { type: "server.exhausted", server: 123, bootstrap: false },
  { type: "server.exhausted", server: 124, bootstrap: false },
  ...plain("request.register"),
];

const STOPPING: readonly AnyEventObject[] = [
  ...SERVING,
  REGISTERED,
  LEFT,
  NEVER_THERE,
  ...plain("stop", "restart", "stop.timedOut", "link.isLost", "link.takeDown", "link.powerOff", "server.bootstrap"),
  { type: "server.exhausted", server: 123, bootstrap: true },
  failed(`${RUNNING}.phase.serving.stopping`),
  failed("register/123"),
];

const FIRMWARE: readonly AnyEventObject[] = [
  ...SERVING,
  ...plain("link.isDown", "link.isPoweredOff", "link.isLost", "request.linkDown"),
  { type: "link.failed", direction: "down" },
  { type: "firmware.pull", uri: "https://firmware.example/image" },
  ...plain("firmware.push", "firmware.update", "firmware.reset", "firmware.cancel"),
  { type: "firmware.deferred", until: 3_600_000 },
  { type: "firmware.packageEnded", outcome: { kind: "complete" } },
  done("fota", { kind: "updated" }),
  done("fota", { kind: "restart" }),
  failed("fota"),
];

const REBOOTING: readonly AnyEventObject[] = [
  ...SERVING,
  ...plain("request.reboot", "link.isPoweredOff", "stop"),
  { type: "link.failed", direction: "down" },
  done(`${RUNNING}.reboot.asking`, { value: 0 }),
  done(`${RUNNING}.reboot.asking`, { value: 1 }),
  failed(`${RUNNING}.reboot.asking`),
];

const withFirmware = (state: 1 | 2 | 3, uri = ""): DeviceFacts => ({ ...BOOTSTRAPPED, firmware: { state, uri } });

export const carrierEvents: EventTable<CarrierInput> = {
  context: ["linkIsUp", "announced", "registered", "exhausted", "leaving", "stopping"],
  scenes: [
    { name: "the beginning in 3.6", input: input(edition36.policy), events: BEGINNING },
    { name: "the beginning in 0.10", input: input(edition010.policy), events: BEGINNING },
    { name: "bootstrapping", input: input(edition36.policy), events: BOOTSTRAPPING },
    { name: "serving: the link", input: input(edition36.policy), events: LINK },
    { name: "serving: the servers", input: input(edition36.policy), events: SERVERS },
    { name: "serving: the order", input: input(edition36.policy), events: ORDER },
    { name: "serving: the end", input: input(edition36.policy), events: STOPPING },
    { name: "serving in 0.10", input: input(edition010.policy), events: [loaded(BOOTSTRAPPED), READY, UP] },
    { name: "firmware", input: input(edition36.policy), events: FIRMWARE },
    {
      name: "a download was cut",
      input: input(edition36.policy),
      events: [loaded(withFirmware(1, "https://firmware.example/image")), PREPARED, READY, UP, REGISTERED],
    },
    { name: "a push was cut", input: input(edition36.policy), events: [loaded(withFirmware(1)), PREPARED, READY] },
    { name: "an image was there", input: input(edition36.policy), events: [loaded(withFirmware(2)), PREPARED, READY] },
    {
      name: "an update succeeded",
      input: input(edition36.policy),
      events: [loaded(withFirmware(3)), PREPARED, UPDATED],
    },
    { name: "an update failed", input: input(edition36.policy), events: [loaded(withFirmware(3)), PREPARED, READY] },
    { name: "reboot", input: input(edition36.policy), events: REBOOTING },
  ],
};
