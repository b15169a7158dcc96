/**
 * `AT#XCARRIER`: what a host asks of the carrier library inside a Serial Modem. One entry for each shape of a command;
 * the older Serial LTE Modem lacks some and has `app_data` instead (at_carrier.rst, CARRIER_AT_commands.rst).
 */
import { type AnyResponse, type Command, type CommandOptions, one, type ParamsOf, set } from "../commands/command.ts";
import type { Dialect } from "../commands/dialect.ts";
import {
  constantText,
  FieldError,
  type Fields,
  hex,
  integer,
  listOf,
  optional,
  parseFields,
  quoted,
  quotedOctets,
  remainder,
  word,
} from "../commands/field.ts";
import { formatCommand } from "../commands/text.ts";
import type { CarrierVocabulary } from "./events.ts";
import { quotedDecimal } from "./fields.ts";

export const CARRIER_COMMAND = "#XCARRIER";

/** Application and log data: the hexadecimal buffer of the modem holds 1537 characters. */
export const MAX_APP_DATA_OCTETS = 768;
/** Power sources of one command: sm_at_carrier.c takes 7, its documentation says 8. */
export const MAX_POWER_SOURCES = 7;
const MAX_NAME_OCTETS = 63;

const NEW = { dialects: ["serialModem"] } as const satisfies { dialects: readonly Dialect[] };
const OLD = { dialects: ["slm"] } as const satisfies { dialects: readonly Dialect[] };
/** Without a length: `+++` ends the data, and #XDATAMODE says how it went. */
const DATA_MODE = { length: () => undefined, completedBy: ["xdatamode"] } as const;

/** How a vocabulary's modem is called in the command table. */
export const CARRIER_DIALECTS: Readonly<Record<CarrierVocabulary, Dialect>> = { new: "serialModem", old: "slm" };

const ADDING = { add: "add", remove: "remove" } as const;
const READ = { read: "read" } as const;
const WRITE = { write: "write" } as const;

const id = () => integer(0, 65_535);
const whole = () => integer(0, 2_147_483_647);
const metresPerSecond = () => quotedDecimal(0, 100_000);

function carrier<const Name extends string, F extends Fields, R extends AnyResponse = undefined>(
  command: Name,
  parameters: F,
  options: CommandOptions<R> = {},
) {
  return set(CARRIER_COMMAND, { command: constantText(command), ...parameters }, options);
}

export const CARRIER_COMMANDS = {
  // Application data, objects 19 and 10250
  appDataCreate: carrier("app_data_create", { instance: id(), resourceInstance: id() }, NEW),
  appDataSet: carrier("app_data_set", { data: hex(MAX_APP_DATA_OCTETS) }, NEW),
  appDataSetBinary: carrier(
    "app_data_set",
    { data: hex(MAX_APP_DATA_OCTETS), instance: id(), resourceInstance: id() },
    NEW,
  ),
  appDataClear: carrier("app_data_set", { instance: id(), resourceInstance: id() }, NEW),
  /** Hexadecimal digits follow. */
  appDataSetMode: carrier("app_data_set", {}, { ...NEW, data: DATA_MODE }),
  /** The older modem takes octets as they are, here and below. */
  appDataSend: carrier("app_data", { data: quotedOctets(MAX_APP_DATA_OCTETS) }, OLD),
  appDataSendBinary: carrier(
    "app_data",
    { data: quotedOctets(MAX_APP_DATA_OCTETS), instance: id(), resourceInstance: id() },
    OLD,
  ),
  appDataSendNothing: carrier("app_data", { instance: id(), resourceInstance: id() }, OLD),
  appDataSendMode: carrier("app_data", {}, { ...OLD, data: DATA_MODE }),
  send: carrier(
    "send",
    { object: id(), instance: id(), resource: id(), resourceInstance: optional(id()) },
    { ...NEW, timeoutMs: 120_000 },
  ),
  logData: carrier("log_data", { data: hex(MAX_APP_DATA_OCTETS) }),

  // The device, object 3
  batteryLevel: carrier("battery_level", { percent: integer(0, 100) }),
  batteryStatus: carrier("battery_status", { status: integer(0, 6) }),
  current: carrier("current", { source: integer(0, 7), milliamperes: integer(-2_147_483_648, 2_147_483_647) }),
  voltage: carrier("voltage", { source: integer(0, 7), millivolts: integer(-2_147_483_648, 2_147_483_647) }),
  powerSources: carrier("power_sources", { sources: listOf(integer(0, 7), MAX_POWER_SOURCES) }),
  error: carrier("error", { operation: word(ADDING), code: integer(0, 255) }),
  memoryFreeRead: carrier("memory_free", { operation: word(READ) }, { response: one({ kilobytes: whole() }) }),
  memoryFreeWrite: carrier("memory_free", { operation: word(WRITE), kilobytes: whole() }),
  memoryTotal: carrier("memory_total", { kilobytes: whole() }),
  /** The documentation's example has `,"read"` behind it. */
  time: carrier("time", { operation: optional(word(READ)) }, { response: one({ text: remainder() }) }),
  timezoneRead: carrier("timezone", { operation: word(READ) }, { response: one({ timezone: remainder() }) }),
  timezoneWrite: carrier("timezone", { operation: word(WRITE), timezone: quoted(MAX_NAME_OCTETS) }),
  utcOffsetRead: carrier(
    "utc_offset",
    { operation: word(READ) },
    { response: one({ minutes: integer(-32_768, 32_767) }) },
  ),
  utcOffsetWrite: carrier("utc_offset", { operation: word(WRITE), minutes: integer(-32_768, 32_767) }),
  utcTimeRead: carrier("utc_time", { operation: word(READ) }, { response: one({ time: remainder() }) }),
  utcTimeWrite: carrier("utc_time", { operation: word(WRITE), seconds: whole() }),

  // Location and portfolio, objects 6 and 16
  position: carrier("position", {
    latitude: quotedDecimal(-90, 90),
    longitude: quotedDecimal(-180, 180),
    altitude: quotedDecimal(-100_000, 100_000_000),
    timestamp: integer(0, 4_294_967_295),
    uncertainty: quotedDecimal(0, 100_000_000),
  }),
  velocity: carrier("velocity", {
    heading: integer(0, 359),
    horizontal: metresPerSecond(),
    vertical: quotedDecimal(-100_000, 100_000),
    horizontalUncertainty: metresPerSecond(),
    verticalUncertainty: metresPerSecond(),
  }),
  portfolioCreate: carrier("portfolio", { operation: word({ create: "create" }), instance: id() }),
  portfolioRead: carrier(
    "portfolio",
    { operation: word(READ), instance: id(), identityType: id() },
    { response: one({ identity: remainder() }) },
  ),
  portfolioWrite: carrier("portfolio", {
    operation: word(WRITE),
    instance: id(),
    identityType: id(),
    identity: quoted(MAX_NAME_OCTETS),
  }),

  // Requests
  reboot: carrier("reboot", {}),
  linkUp: carrier("link_up", {}),
  linkDown: carrier("link_down", {}),
  register: carrier("regup", {}, NEW),
  deregister: carrier("dereg", {}, NEW),
} as const;

export type CarrierCommands = typeof CARRIER_COMMANDS;
export type CarrierCommandName = keyof CarrierCommands;
export type CarrierParams<Name extends CarrierCommandName> = Omit<ParamsOf<CarrierCommands[Name]>, "command">;

/** A command and its parameters. */
export type CarrierRequest = {
  readonly [Name in CarrierCommandName]: { readonly name: Name; readonly params: CarrierParams<Name> };
}[CarrierCommandName];

/** What follows `AT#XCARRIER=`; undefined for what a vocabulary's modem answers with ERROR. */
export function parseCarrierCommand(vocabulary: CarrierVocabulary, parameters: string): CarrierRequest | undefined {
  for (const [name, command] of Object.entries(CARRIER_COMMANDS) as [CarrierCommandName, Command][]) {
    if (!command.dialects.includes(CARRIER_DIALECTS[vocabulary])) continue;
    try {
      const { command: _, ...params } = parseFields(command.parameters, parameters, true);
      return { name, params } as CarrierRequest;
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
    }
  }
  return undefined;
}

/** The command line without its terminator. Throws a `FieldError` that names the parameter. */
export function formatCarrierCommand<Name extends CarrierCommandName>(name: Name, params: CarrierParams<Name>): string {
  const command: Command = CARRIER_COMMANDS[name];
  // Its first parameter is always the same.
  return formatCommand(command, { command: "", ...params });
}
