/** The command table and the notification table: every line that is spoken with a modem, by noun. */
import type { Command, ParamsOf, ResponseOf } from "./command.ts";
import { CREDENTIALS } from "./credentials.ts";
import { DFU } from "./dfu.ts";
import { GENERAL } from "./general.ts";
import type { Notification, NotificationValues } from "./notification.ts";
import { NOTIFICATIONS } from "./notifications.ts";
import { PDN } from "./pdn.ts";
import { POWER } from "./power.ts";
import { REGISTRATION } from "./registration.ts";
import { SECURE_SOCKETS } from "./secureSockets.ts";
import { SIM } from "./sim.ts";
import { SLM_SOCKETS } from "./slmSockets.ts";
import { SMS } from "./sms.ts";
import { SOCKETS } from "./sockets.ts";
import { TELEMETRY } from "./telemetry.ts";

export const COMMANDS = {
  ...GENERAL,
  ...POWER,
  ...REGISTRATION,
  ...SIM,
  ...PDN,
  ...TELEMETRY,
  ...SMS,
  ...CREDENTIALS,
  ...SOCKETS,
  ...SECURE_SOCKETS,
  ...SLM_SOCKETS,
  ...DFU,
} as const satisfies CommandTable;

/** Commands by key. What parses and formats takes any such table: `COMMANDS`, or one of another author. */
export type CommandTable = Readonly<Record<string, Command>>;
export type NotificationTable = Readonly<Record<string, Notification>>;

export type CommandKey = keyof typeof COMMANDS;
export type CommandParams<K extends CommandKey> = ParamsOf<(typeof COMMANDS)[K]>;
export type CommandResponse<K extends CommandKey> = ResponseOf<(typeof COMMANDS)[K]>;

export type NotificationKey = keyof typeof NOTIFICATIONS;
/** A notification as its listener gets it; a line that the table does not have is `unknown`. */
export type AtNotification<T extends NotificationTable = typeof NOTIFICATIONS> =
  | { [K in keyof T & string]: { readonly key: K; readonly values: NotificationValues<T[K]> } }[keyof T & string]
  | { readonly key: "unknown"; readonly line: string };

export { NOTIFICATIONS };
