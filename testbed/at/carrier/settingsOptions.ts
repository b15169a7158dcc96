/** The options that a library starts with: what it is built with, and before that what AT#XCARRIERCFG has set. */
import type { CarrierOptions } from "../../../carrier/options.ts";
import { PROFILES, type ProfileName } from "../../../carrier/profiles/profiles.ts";
import type { CarrierVocabulary } from "../../../modem/at/carrier/events.ts";
import type { OperatorSet } from "../../../modem/at/carrier/fields.ts";
import type { PdnType, TagCredentials } from "../../../ports/modem.ts";
import { parseCoapUri } from "../../../services/coap/uri.ts";
import type { DeviceIdentity } from "../../../services/lwm2m/device/deviceObject.ts";
import type { AccountSecurity } from "../../../services/lwm2m/device/provision.ts";
import type { StoredSettings } from "./storedSettings.ts";

type Options = Omit<CarrierOptions, "modem" | "edition">;

/** By the numbers of `carriers`; undefined for an operator that there is no profile of. */
const OPERATOR_PROFILES: Readonly<Record<CarrierVocabulary, readonly (ProfileName | undefined)[]>> = {
  new: ["generic", "verizon", "bellCanada", "lgUplus", "tMobile", "softBank"],
  old: ["generic", "verizon", undefined, "lgUplus", "tMobile", "softBank"],
};
const PDN_TYPES: readonly PdnType[] = ["ipv4v6", "ipv4", "ipv6", "nonIp"];
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;
const MINUTE_SECONDS = 60;
const SHORT_SERVER_ID = 123;

/**
 * `device_serial_no_type` and `service_code` are LG U+'s own and change nothing here.
 * Rejects for a URI that is none.
 * @param credentials what a security tag holds: the account of `uri` proves itself with the key of `sec_tag`.
 */
export async function optionsOf(
  base: Options,
  settings: StoredSettings,
  vocabulary: CarrierVocabulary,
  credentials: (tag: number) => Promise<TagCredentials>,
): Promise<Options> {
  const general = settings.get("config_enable") === 1 ? generalOptions(base, settings, vocabulary) : {};
  const switchOfServer = vocabulary === "old" ? "server_enable" : "config_enable";
  const hasServer = settings.get(switchOfServer) === 1 && settings.get("uri") !== "";
  const { bootstrap: _b, servers: _s, ...others } = base;
  return {
    ...(hasServer ? { ...others, ...(await accountsOf(settings, credentials)) } : base),
    ...general,
    ...(settings.get("device_enable") === 1 && { device: { ...base.device, ...identityOf(settings) } }),
  };
}

function generalOptions(base: Options, settings: StoredSettings, vocabulary: CarrierVocabulary): Partial<Options> {
  const apn = settings.given("apn");
  const pdnType = PDN_TYPES[settings.given("pdn_type") ?? -1];
  const carriers = settings.given("carriers");
  const register = settings.given("auto_register");
  const smartcard = settings.given("bootstrap_smartcard");
  const confirmable = settings.given("coap_con_interval");
  const download = settings.given("download_timeout");
  const idle = settings.given("session_idle_timeout");
  const queueMode = settings.given("queue_mode");
  return {
    ...(apn && { apn }),
    ...(pdnType !== undefined && { pdnType }),
    ...(carriers !== undefined && { carriers: profilesOf(carriers, vocabulary) }),
    ...(register !== undefined && { automaticRegistration: register === 1 }),
    ...(smartcard !== undefined && { bootstrapFromSmartcard: smartcard === 1 }),
    ...(confirmable !== undefined && { confirmableIntervalSeconds: confirmable || DAY_SECONDS }),
    ...(download && { firmware: { ...base.firmware, downloadTimeoutMinutes: download } }),
    ...(idle !== undefined && {
      dtls: { ...base.dtls, idleTimeoutMs: idle < 0 ? -1 : 1000 * (idle || MINUTE_SECONDS) },
    }),
    ...(queueMode !== undefined && { queueMode: queueMode === 1 }),
  };
}

async function accountsOf(
  settings: StoredSettings,
  credentials: (tag: number) => Promise<TagCredentials>,
): Promise<Pick<Options, "bootstrap" | "servers">> {
  const uri = settings.get("uri");
  const tag = settings.get("sec_tag");
  const security = parseCoapUri(uri).secure ? pskOf(tag === 0 ? {} : await credentials(tag)) : NO_SECURITY;
  if (settings.get("is_bootstrap") === 1) return { bootstrap: { uri, security } };
  const server = {
    uri,
    security,
    shortServerId: SHORT_SERVER_ID,
    lifetimeSeconds: settings.get("lifetime") || HOUR_SECONDS,
    binding: settings.get("binding") || "U",
  };
  return { servers: [server] };
}

const NO_SECURITY: AccountSecurity = { mode: "none" };

/** The key as the tag has it: hexadecimal text, or none. */
function pskOf({ psk, pskIdentity }: TagCredentials): AccountSecurity {
  const digits = psk === undefined ? "" : new TextDecoder().decode(psk);
  psk?.fill(0);
  return {
    mode: "psk",
    secrets: {
      ...(pskIdentity && { publicKeyOrIdentity: pskIdentity }),
      ...(digits !== "" && { secretKey: new Uint8Array(Buffer.from(digits, "hex")) }),
    },
  };
}

function profilesOf(carriers: OperatorSet, vocabulary: CarrierVocabulary): readonly ProfileName[] {
  if (carriers === "all") return Object.keys(PROFILES) as ProfileName[];
  return carriers.flatMap((number) => OPERATOR_PROFILES[vocabulary][number] ?? []);
}

function identityOf(settings: StoredSettings): DeviceIdentity {
  const manufacturer = settings.get("manufacturer");
  const modelNumber = settings.get("model_number");
  const deviceType = settings.get("device_type");
  const hardwareVersion = settings.get("hardware_version");
  const softwareVersion = settings.get("software_version");
  return {
    ...(manufacturer && { manufacturer }),
    ...(modelNumber && { modelNumber }),
    ...(deviceType && { deviceType }),
    ...(hardwareVersion && { hardwareVersion }),
    ...(softwareVersion && { softwareVersion }),
  };
}
