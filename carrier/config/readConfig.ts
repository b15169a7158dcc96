/** The configuration file of `lwm2m-carrier run`: read, checked against its schema, and made into options. */
import { readFile, stat } from "node:fs/promises";
import { isIP } from "node:net";
import { dirname, resolve } from "node:path";
import { COAP_PARAMETERS, type CoapParameters } from "../../services/coap/parameters.ts";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { Lwm2mError } from "../../services/lwm2m/errors.ts";
import type { ObjectDefinition } from "../../services/lwm2m/model.ts";
import { loadObjectFolder } from "../../services/lwm2m/objectFolder.ts";
import { OBJECTS } from "../../services/lwm2m/objects/index.ts";
import type { FileStorageOptions } from "../../services/store/fileStorage.ts";
import { KEY_OCTETS } from "../../services/store/sealing.ts";
import type { CarrierOptions } from "../options.ts";
import { bootstrapOf, retryOf, serversOf } from "./accounts.ts";
import { ConfigError, type ConfigProblem } from "./configError.ts";
import type { ConfigFile, DeviceConfig, ModemConfig } from "./configFile.ts";
import { deviceProblems, identityOf } from "./deviceValues.ts";
import { given } from "./given.ts";
import { parseJson } from "./parseJson.ts";
import { readSecret } from "./secrets.ts";
import { connectionIdOf, type Report } from "./security.ts";
import { readTrustedCas } from "./trustedCas.ts";
import { unsupported } from "./unsupported.ts";
import { validate } from "./validate.ts";
import { show } from "./words.ts";

/** Octets of a configuration file. */
const MAX_FILE_OCTETS = 1024 * 1024;

/** What a configuration file asks for. `openCarrier` makes a carrier of it. */
export interface Configuration {
  /** Absolute path of the file. */
  readonly file: string;
  /** Everything that needs nothing to be opened. */
  readonly options: CarrierOptions;
  /** Where the store lies; absent: in memory. */
  readonly store?: FileStorageOptions;
  readonly modem: ModemConfig;
  /** Bootstrap data on the modem's card. */
  readonly smartcard?: Uint8Array;
  /** Initial values of the device, beside its identity. */
  readonly device: DeviceConfig;
}

/**
 * Reads a configuration file. Rejects with a `ConfigError` that names every key which is wrong, what it was and what
 * is allowed.
 * @param options.nowMs time of day for the validity of certificates, ms since 1970; now by default.
 */
export async function readConfig(path: string, options: { readonly nowMs?: number } = {}): Promise<Configuration> {
  const file = resolve(path);
  const content = parseJson(await readText(path, file), path);
  const mistakes = validate(content);
  if (mistakes.length > 0) throw new ConfigError("invalid", path, { problems: mistakes });

  const config = content as ConfigFile;
  const problems: ConfigProblem[] = [...unsupported(config)];
  const refused = new Set(problems.map(({ key }) => key));
  const report: Report = (problem) => {
    if (!refused.has(problem.key)) problems.push(problem);
  };
  const configuration = await configurationOf(file, config, options.nowMs ?? Date.now(), report);
  if (problems.length > 0) throw new ConfigError("invalid", path, { problems });
  return configuration;
}

async function readText(path: string, file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_OCTETS) {
      const problem = { key: "", is: `has ${size} octets`, hint: `at most ${MAX_FILE_OCTETS} are read` };
      throw new ConfigError("unreadable", path, { problems: [problem] });
    }
    return await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? "error";
    const is = code === "ENOENT" ? "is not there" : `cannot be read (${code})`;
    throw new ConfigError("unreadable", path, { problems: [{ key: "", is, hint: "" }], cause });
  }
}

async function configurationOf(
  file: string,
  config: ConfigFile,
  nowMs: number,
  report: Report,
): Promise<Configuration> {
  const folder = dirname(file);
  const { bootstrap, servers, device = {}, firmware = {}, coap, local, modem = { kind: "simulated" } } = config;
  for (const problem of deviceProblems(device)) report(problem);
  if (local?.host !== undefined && isIP(local.host) === 0) {
    report({ key: "local.host", is: `is ${show(local.host)}`, hint: "allowed is a numeric IPv4 or IPv6 address" });
  }
  const trustedCa = await readTrustedCas(firmware.trustedCa ?? [], folder, nowMs, report);
  const objects = config.objects && (await readObjects(resolve(folder, config.objects.folder), report));
  const store = storeOf(config, folder, report);
  const smartcard = smartcardOf(modem, folder, report);
  if (modem.kind === "at" && modem.dataPath !== "host") reportRawKeys(config, report);
  if (modem.kind === "at" && modem.dataPath === "host" && modem.downloads === "modem") {
    const hint = "the modem has no CA certificates with dataPath host; use downloads host or dataPath modem";
    report({ key: "modem.downloads", is: 'is "modem"', hint });
  }
  const reading = { folder, nowMs, report };
  return {
    file,
    options: given({
      edition: config.edition,
      endpoint: config.endpoint,
      bootstrap: bootstrap && bootstrapOf(bootstrap, reading),
      bootstrapFormat: bootstrap?.preferredFormat && CONTENT_FORMAT[bootstrap.preferredFormat],
      bootstrapFromSmartcard: config.bootstrapFromSmartcard,
      servers: servers && serversOf(servers, reading),
      local,
      coap: coap && coapOf(coap),
      dtls: dtlsOf(config, report),
      confirmableIntervalSeconds: coap?.confirmableInterval,
      settings: settingsOf(config),
      firmware: {
        trustedCa,
        ...given({ downloadTimeoutMinutes: firmware.downloadTimeout, objectVersion: firmware.objectVersion }),
      },
      device: identityOf(device),
      objects,
      carriers: config.carriers,
      automaticRegistration: config.automaticRegistration,
      queueMode: config.queueMode,
      awakeSeconds: config.awakeTime,
      storedNotifications: config.storedNotifications,
      apn: config.apn,
      pdnType: config.pdnType,
    }),
    ...(store && { store }),
    ...(smartcard && { smartcard }),
    modem,
    device,
  };
}

function storeOf({ store, storeKey }: ConfigFile, folder: string, report: Report): FileStorageOptions | undefined {
  const key = storeKey === undefined ? undefined : readSecret(storeKey, folder);
  if (key !== undefined && !(key instanceof Uint8Array)) report({ key: "storeKey", ...key });
  else if (key !== undefined && key.length !== KEY_OCTETS) {
    report({ key: "storeKey", is: `has ${key.length} octets`, hint: `allowed is a key of ${KEY_OCTETS}` });
  }
  if (store !== undefined) return { folder: resolve(folder, store), ...(key instanceof Uint8Array && { key }) };
  if (key !== undefined)
    report({ key: "storeKey", is: "is of no use", hint: "it encrypts a store, and there is none" });
  return undefined;
}

function smartcardOf(modem: ModemConfig, folder: string, report: Report): Uint8Array | undefined {
  if (modem.kind !== "simulated" || modem.smartcard === undefined) return undefined;
  const content = readSecret(modem.smartcard, folder);
  if (content instanceof Uint8Array) return content;
  report({ key: "modem.smartcard", ...content });
  return undefined;
}

/** The DTLS of an nRF91 has pre-shared keys and certificates. */
function reportRawKeys({ bootstrap, servers = [] }: ConfigFile, report: Report): void {
  const securities = [
    { key: "bootstrap.security.mode", security: bootstrap?.security },
    ...servers.map(({ security }, index) => ({ key: `servers[${index}].security.mode`, security })),
  ];
  for (const { key, security } of securities) {
    if (security?.mode !== "rpk") continue;
    report({ key, is: 'is "rpk"', hint: "the modem's DTLS has no raw public keys; use psk, x509 or dataPath host" });
  }
}

/** Seconds of the file to the ms of the parameters. */
function coapOf({ confirmableInterval: _, ...coap }: NonNullable<ConfigFile["coap"]>): Partial<CoapParameters> {
  const given = coap as Readonly<Record<string, number | undefined>>;
  const parameters = Object.keys(COAP_PARAMETERS).map((name) => {
    const value = given[name.replace(/Ms$/, "")];
    return [name, name.endsWith("Ms") && value !== undefined ? value * 1_000 : value];
  });
  return Object.fromEntries(parameters.filter(([, value]) => value !== undefined));
}

function dtlsOf(config: ConfigFile, report: Report): CarrierOptions["dtls"] {
  const { sessionIdleTimeout: timeout } = config;
  if (timeout === 0) {
    report({ key: "sessionIdleTimeout", is: "is 0", hint: "allowed is -1 for never, or a whole number from 1" });
  }
  const parameters = given({
    connectionId: connectionIdOf(config, report) === false ? (false as const) : undefined,
    idleTimeoutMs: timeout === undefined || timeout < 0 ? timeout : 1_000 * timeout,
  });
  return Object.keys(parameters).length === 0 ? undefined : parameters;
}

function settingsOf({ link = {}, bootstrap, firmware = {}, stopTimeout }: ConfigFile): CarrierOptions["settings"] {
  return given({
    link: given({
      connectTimeoutMs: ms(link.connectTimeout),
      disconnectTimeoutMs: ms(link.disconnectTimeout),
      retryMs: ms(link.retryDelay),
    }),
    bootstrapRetry: retryOf(bootstrap?.retry ?? {}),
    fota: given({ resumeDelayMs: ms(firmware.resumeDelay), resumeAttempts: firmware.resumeAttempts }),
    bootstrapTimeoutMs: ms(bootstrap?.timeout),
    stopTimeoutMs: ms(stopTimeout),
  });
}

function ms(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 1_000);
}

async function readObjects(folder: string, report: Report): Promise<readonly ObjectDefinition[]> {
  const refuse = (is: string, hint: string) => report({ key: "objects.folder", is, hint });
  try {
    const definitions = await loadObjectFolder(folder);
    const seen = new Set<number>();
    for (const { id, name, version } of definitions) {
      const own = OBJECTS.get(id);
      if (own !== undefined) refuse(`defines object ${id} (${name})`, "the carrier has it already: remove its file");
      else if (seen.has(id))
        refuse(`defines object ${id} (${name}) twice`, `keep one version, ${version} or the other`);
      seen.add(id);
    }
    return definitions;
  } catch (error) {
    if (!(error instanceof Lwm2mError)) throw error;
    refuse("cannot be used", error.message);
    return [];
  }
}
