/**
 * `AT#XCARRIERCFG`: settings that a Serial Modem keeps for its carrier library and applies when the library starts
 * (sm_at_carrier_cfg.c, lwm2m_settings). A name alone asks for the value, a name and a value set it.
 */
import { one, set } from "../commands/command.ts";
import {
  constantText,
  type Field,
  FieldError,
  formatFields,
  integer,
  parseFields,
  quoted,
  remainder,
} from "../commands/field.ts";
import { splitTokens } from "../commands/tokens.ts";
import type { CarrierVocabulary } from "./events.ts";
import { binding, type OperatorSet, operators, operatorsTold } from "./fields.ts";

export const CARRIER_SETTING_COMMAND = "#XCARRIERCFG";

interface Setting<T> {
  /** In a command. */
  readonly given: Field<T>;
  /** In the answer, where strings have no quotes. */
  readonly told: Field<T>;
  /** What counts until a host says otherwise. */
  readonly initially: T;
  /** Absent: both have it. */
  readonly only?: CarrierVocabulary;
}

const flag = (initially: 0 | 1, only?: CarrierVocabulary): Setting<number> => number(0, 1, initially, only);
const number = (least: number, most: number, initially: number, only?: CarrierVocabulary): Setting<number> => ({
  given: integer(least, most),
  told: integer(least, most),
  initially,
  ...(only && { only }),
});
/** An empty string takes a setting back. */
const text = (longest: number): Setting<string> => ({
  given: quoted(longest),
  told: remainder(longest),
  initially: "",
});

const DAY_SECONDS = 86_400;
const OPERATORS = 6;

export const CARRIER_SETTINGS = {
  auto_startup: flag(0),
  auto_register: flag(1, "new"),
  // Of the library in general
  config_enable: flag(1),
  apn: text(63),
  pdn_type: number(0, 3, 0),
  carriers: {
    given: operators(OPERATORS),
    told: operatorsTold(OPERATORS),
    initially: "all",
  } as Setting<OperatorSet>,
  bootstrap_smartcard: flag(1, "old"),
  /** Seconds; -1 always confirmable, 0 a day. */
  coap_con_interval: number(-1, DAY_SECONDS, DAY_SECONDS),
  /** Minutes. */
  download_timeout: number(0, 65_535, 30, "new"),
  /** Seconds; -1 never, 0 a minute. */
  session_idle_timeout: number(-1, DAY_SECONDS, 60),
  queue_mode: flag(1, "new"),
  /** LG U+: 0 IMEI, 1 2DID. */
  device_serial_no_type: number(0, 1, 0),
  service_code: text(4),
  // Of a server of the user's own
  server_enable: flag(0, "old"),
  uri: text(254),
  is_bootstrap: flag(0),
  /** Seconds; 0: as the operator has it. */
  lifetime: number(0, DAY_SECONDS, 0),
  /** Where the pre-shared key is; 0: none. */
  sec_tag: number(0, 4_294_967_295, 0),
  binding: { given: binding('"'), told: binding(""), initially: "U" } as Setting<string>,
  // Of the device
  device_enable: flag(0),
  manufacturer: text(31),
  model_number: text(31),
  device_type: text(31),
  hardware_version: text(31),
  software_version: text(31),
} as const;

export type CarrierSettingName = keyof typeof CARRIER_SETTINGS;
export type CarrierSettings = {
  readonly [Name in CarrierSettingName]: (typeof CARRIER_SETTINGS)[Name] extends Setting<infer T> ? T : never;
};

export type CarrierSettingRequest =
  | { readonly kind: "get"; readonly name: CarrierSettingName }
  | { readonly kind: "set"; readonly name: CarrierSettingName; readonly value: CarrierSettings[CarrierSettingName] };

/** What follows `AT#XCARRIERCFG=`; undefined for what a vocabulary's modem answers with ERROR. */
export function parseCarrierSetting(
  vocabulary: CarrierVocabulary,
  parameters: string,
): CarrierSettingRequest | undefined {
  const [first = ""] = splitTokens(parameters);
  const name = first.replace(/^"(.*)"$/, "$1") as CarrierSettingName;
  const setting = settingOf(vocabulary, name);
  if (setting === undefined || first.trim() !== `"${name}"`) return undefined;
  if (first.length === parameters.length) return { kind: "get", name };
  try {
    const { value } = parseFields({ value: setting.given }, parameters.slice(first.length + 1), true);
    return { kind: "set", name, value };
  } catch (error) {
    if (error instanceof FieldError) return undefined;
    throw error;
  }
}

/** The commands that ask for a value and that set one, for a host's channel. */
export function carrierSettingCommands<Name extends CarrierSettingName>(name: Name) {
  const { given, told } = CARRIER_SETTINGS[name] as unknown as Setting<CarrierSettings[Name]>;
  const setting = constantText(name);
  return {
    get: set(CARRIER_SETTING_COMMAND, { name: setting }, { response: one({ value: told }) }),
    set: set(CARRIER_SETTING_COMMAND, { name: setting, value: given }),
  } as const;
}

/** The line that sets a value, without its terminator. Throws a `FieldError` for one that cannot be. */
export function formatCarrierSetting<Name extends CarrierSettingName>(
  name: Name,
  value: CarrierSettings[Name],
): string {
  const { given } = CARRIER_SETTINGS[name] as unknown as Setting<unknown>;
  return `AT${CARRIER_SETTING_COMMAND}=${formatFields({ name: constantText(name), value: given }, { name, value })}`;
}

/** The information line that tells a value. */
export function tellCarrierSetting<Name extends CarrierSettingName>(name: Name, value: CarrierSettings[Name]): string {
  const { told } = CARRIER_SETTINGS[name] as unknown as Setting<unknown>;
  return `${CARRIER_SETTING_COMMAND}: ${told.format(value)}`;
}

function settingOf(
  vocabulary: CarrierVocabulary,
  name: CarrierSettingName,
): Setting<CarrierSettings[CarrierSettingName]> | undefined {
  if (!Object.hasOwn(CARRIER_SETTINGS, name)) return undefined;
  const setting = CARRIER_SETTINGS[name] as Setting<CarrierSettings[CarrierSettingName]>;
  return setting.only === undefined || setting.only === vocabulary ? setting : undefined;
}
