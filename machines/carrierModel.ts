/** What the carrier chart knows, takes and remembers. */
import type { ModemDomainEvent } from "../ports/modem.ts";
import type { EditionPolicy } from "./edition.ts";
import type { EventFields } from "./eventFields.ts";
import type { FirmwareCommand, FotaInput } from "./fota.ts";
import type { InitOutcome } from "./init.ts";
import {
  LINK_COMMAND_FIELDS,
  LINK_REPORT_FIELDS,
  type LinkCommand,
  type LinkReport,
  type ModemChanged,
} from "./link.ts";
import type { ServerFacts } from "./outcomes.ts";
import type { ServerCommand, ServerReport } from "./registerModel.ts";
import type { ErrnoName, ErrorKind, SemanticEvent } from "./semanticEvent.ts";
import type { ChartSettings } from "./settings.ts";

export interface CarrierInput {
  readonly policy: EditionPolicy;
  readonly settings: ChartSettings;
  /** Whose charts these are: for the implementations, without content of its own. */
  readonly owner?: object;
}

/** State of the firmware object, and the Package URI of a download under way. */
export interface FirmwareFacts {
  readonly state: 0 | 1 | 2 | 3;
  readonly uri: string;
  /** The update of what is downloaded was put off until then, ms since 1970. */
  readonly deferUntil?: number;
}

/** The facts that a run begins with. No secret is among them. */
export interface DeviceFacts {
  /** Accounts of management servers are there and their keys written. */
  readonly bootstrapped: boolean;
  /** Servers were provisioned in the factory: only their keys have to be written. */
  readonly keysOnly: boolean;
  /** The first server's keys are in the modem already. */
  readonly keysWritten: boolean;
  readonly hasBootstrapServer: boolean;
  /** 0/x/12 as time of day, ms; absent: the bootstrap server's account stays. */
  readonly bootstrapAccountExpiresAt?: number;
  /** The card in the modem may have accounts. */
  readonly smartcard?: boolean;
  /** 0/x/11, seconds. */
  readonly holdOffSeconds: number;
  /** Registers by itself. */
  readonly automatic: boolean;
  /** Where the carrier profile has others than the settings and the edition. */
  readonly bootstrapRetry?: ChartSettings["bootstrapRetry"];
  readonly registrationExhausted?: EditionPolicy["registrationExhausted"];
  readonly servers: readonly ServerFacts[];
  readonly firmware: FirmwareFacts;
}

export interface CarrierContext extends CarrierInput {
  readonly device: DeviceFacts;
  readonly modem: { readonly mode: ModemChanged["mode"]; readonly registered: boolean };
  readonly init: InitOutcome;
  readonly linkIsUp: boolean;
  /** REGISTERED has been told since the link was brought up. */
  readonly announced: boolean;
  /** Short server ids: registered with, given up, and still to deregister from. */
  readonly registered: readonly number[];
  readonly exhausted: readonly number[];
  readonly leaving: readonly number[];
  /** Those of the order that were neither registered with nor have failed, and those that wait for them. */
  readonly awaited: readonly number[];
  readonly behind: readonly number[];
  /** The carrier was told to stop; nothing that is still under way may start it again. */
  readonly stopping: boolean;
  readonly fota: Pick<FotaInput, "start" | "uri" | "deferUntil">;
  readonly error: { readonly error: ErrorKind; readonly errno?: ErrnoName };
}

/** `lwm2m_carrier_request()`. */
export type RequestEvent =
  | { type: "request.reboot" }
  | { type: "request.linkUp" }
  | { type: "request.linkDown" }
  | { type: "request.register" }
  | { type: "request.deregister" };

/** What happens to the device from outside. */
export type DeviceEvent =
  | ModemChanged
  | { type: "modem.domain"; event: ModemDomainEvent }
  | (Extract<SemanticEvent, { type: "app.data" }> & { type: "app.data" })
  | { type: "errorCodes.reset" }
  | { type: "firmware.pull"; uri: string }
  | { type: "firmware.push" }
  | FirmwareCommand
  /** A server, or a change of its account, asks for something. */
  | { type: "server.trigger"; server: number; command: ServerCommand }
  /** 1/x/9 Bootstrap-Request Trigger. */
  | { type: "server.bootstrap" };

export type CarrierEvent =
  | DeviceEvent
  | RequestEvent
  | LinkCommand
  | LinkReport
  | ServerReport
  /** The device starts again: everything stops, and begins from the store. */
  | { type: "restart" }
  | { type: "stop" }
  | { type: "stop.timedOut" }
  /** 0/x/12 is over. */
  | { type: "account.expired" }
  /** A service that failed without its chart having an answer to it. */
  | { type: `xstate.error.actor.${string}`; error: unknown; actorId: string };

/** What somebody may send to the chart by hand. */
export const CARRIER_EVENT_FIELDS = {
  "modem.domain": { event: ["overheated", "batteryLow", "resetLoop"] },
  "errorCodes.reset": {},
  "firmware.pull": { uri: "text" },
  "firmware.push": {},
  "firmware.update": {},
  "firmware.reset": {},
  "firmware.cancel": {},
  "firmware.deferred": { until: "number" },
  "server.trigger": { server: "number", command: "json" },
  "server.bootstrap": {},
  "request.reboot": {},
  "request.linkUp": {},
  "request.linkDown": {},
  "request.register": {},
  "request.deregister": {},
  ...LINK_COMMAND_FIELDS,
  ...LINK_REPORT_FIELDS,
  "server.registered": { server: "number" },
  "server.deregistered": { server: "number", wasRegistered: "flag" },
  "server.failed": { server: "number" },
  "server.exhausted": { server: "number", bootstrap: "flag" },
  "account.expired": {},
  "stop.timedOut": {},
  restart: {},
  stop: {},
} as const satisfies EventFields<CarrierEvent>;
