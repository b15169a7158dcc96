/** The schema is the single source: what it says of defaults, names and ranges is what the code does. */
import { describe, expect, it } from "@jest/globals";
import { DEFAULT_LIFETIME_SECONDS } from "../../carrier/config/accounts.ts";
import { readConfigSchema, resolveSchema, type Schema } from "../../carrier/config/schema.ts";
import { PROFILES } from "../../carrier/profiles/profiles.ts";
import { resolveOptions } from "../../carrier/resolve.ts";
import { DEFAULT_EDITION, EDITIONS } from "../../machines/editions/index.ts";
import { DEFAULT_SETTINGS } from "../../machines/settings.ts";
import { DEFAULT_FIRMWARE_VERSION, MODEM_FAULT_NAMES } from "../../modem/index.ts";
import { COAP_PARAMETERS, type ParameterRange } from "../../services/coap/parameters.ts";
import { resolveDtlsParameters } from "../../services/dtls/dtlsParameters.ts";
import {
  ACCOUNT_DEFAULTS,
  bootstrapAccount,
  SECURITY_MODES,
  serverAccounts,
} from "../../services/lwm2m/device/accounts.ts";
import { BATTERY_STATUS, ERROR_CODE, POWER_SOURCE } from "../../services/lwm2m/device/deviceValues.ts";
import { provision } from "../../services/lwm2m/device/provision.ts";
import { SecretVault } from "../../services/lwm2m/device/secretVault.ts";
import { addSecurityObject } from "../../services/lwm2m/device/securityObject.ts";
import { ObjectTree } from "../../services/lwm2m/device/tree.ts";
import { SERVER } from "../../services/lwm2m/objects/server.ts";

const SCHEMA = readConfigSchema();

/** The schema of a key, `servers[].retry.count`. */
function schemaOf(key: string): Schema {
  let schema = SCHEMA;
  for (const name of key.split(/\.|(?=\[\])/)) {
    const inner = name === "[]" ? schema.items : schema.properties?.[name];
    if (inner === undefined) throw new Error(`the schema has no ${key}`);
    schema = resolveSchema(SCHEMA, inner);
  }
  return schema;
}

const definition = (name: string): Schema => SCHEMA.$defs?.[name] ?? {};

const seconds = (ms: number) => ms / 1_000;

/** Accounts of which nothing but the needful was said. */
const ACCOUNTS = accountsOfDefaults();
const RESOLVED = resolveOptions(ACCOUNTS.options);
const { link, bootstrapRetry, fota, bootstrapTimeoutMs, stopTimeoutMs } = DEFAULT_SETTINGS;
const { retry, ...account } = ACCOUNT_DEFAULTS;

const DEFAULTS: Readonly<Record<string, unknown>> = {
  edition: DEFAULT_EDITION,
  stopTimeout: seconds(stopTimeoutMs),
  sessionIdleTimeout: seconds(resolveDtlsParameters().idleTimeoutMs),
  "link.connectTimeout": seconds(link.connectTimeoutMs),
  "link.disconnectTimeout": seconds(link.disconnectTimeoutMs),
  "link.retryDelay": seconds(link.retryMs),
  "firmware.downloadTimeout": RESOLVED.downloadTimeoutMs / 60_000,
  "firmware.trustedCa": RESOLVED.certificates,
  "firmware.resumeDelay": seconds(fota.resumeDelayMs),
  "firmware.resumeAttempts": fota.resumeAttempts,
  awakeTime: RESOLVED.awakeSeconds,
  storedNotifications: RESOLVED.storedNotifications,
  carriers: RESOLVED.profiles.map(({ id }) => id),
  "firmware.objectVersion": RESOLVED.firmwareObjectVersion,
  "bootstrap.timeout": seconds(bootstrapTimeoutMs),
  "bootstrap.holdOff": ACCOUNTS.bootstrap?.holdOffSeconds,
  "bootstrap.accountTimeout": ACCOUNTS.bootstrap?.accountTimeoutSeconds,
  "bootstrap.retry.count": bootstrapRetry.count,
  "bootstrap.retry.timer": bootstrapRetry.timerSeconds,
  "bootstrap.retry.sequenceDelay": bootstrapRetry.sequenceDelaySeconds,
  "bootstrap.retry.sequenceCount": bootstrapRetry.sequenceCount,
  "servers[].retry.count": retry.count,
  "servers[].retry.timer": retry.timerSeconds,
  "servers[].retry.sequenceDelay": retry.sequenceDelaySeconds,
  "servers[].retry.sequenceCount": retry.sequenceCount,
  "servers[].lifetime": DEFAULT_LIFETIME_SECONDS,
  "servers[].binding": ACCOUNTS.server?.binding,
  "servers[].storesNotifications": ACCOUNTS.server?.storesNotifications,
  "servers[].muteSend": ACCOUNTS.server?.muteSend,
  "servers[].disableTimeout": account.disableTimeoutSeconds,
  "servers[].initialDelay": account.initialDelaySeconds,
  "servers[].failureBlock": account.failureBlock,
  "servers[].bootstrapOnFailure": account.bootstrapOnFailure,
};

/** Compared below, or with `carrier/options.ts` by reading: their defaults have no name in the code. */
const OTHERS =
  /^(coap\.|modem|.*\.security|automaticRegistration|queueMode|bootstrapFromSmartcard|bootstrap\.preferredFormat|local\.port|device\.deviceType)/;

describe("the schema of the configuration", () => {
  it.each(Object.entries(DEFAULTS))("has the code's own default of %s", (key, value) => {
    expect(schemaOf(key).default).toEqual(value);
  });

  it("has no default that nothing is compared with", () => {
    const defaults = [...keys(SCHEMA, "")].filter(([, schema]) => schema.default !== undefined).map(([key]) => key);
    expect(defaults.filter((key) => !(key in DEFAULTS) && !OTHERS.test(key))).toEqual([]);
  });

  it.each(Object.entries(COAP_PARAMETERS))("has CoAP's own default and range of %s", (name, range: ParameterRange) => {
    const unit = name.endsWith("Ms") ? 1_000 : 1;
    const schema = schemaOf(`coap.${name.replace(/Ms$/, "")}`);
    expect(schema.default).toBe(range.default / unit);
    if (range.kind === "blockSize") {
      expect(schema.enum?.at(0)).toBe(range.min);
      expect(schema.enum?.at(-1)).toBe(range.max);
    } else {
      expect(schema).toMatchObject({
        type: range.kind === "integer" ? "integer" : "number",
        minimum: range.min / unit,
        maximum: range.max / unit,
      });
    }
  });

  it("knows the code's own names", () => {
    expect(schemaOf("edition").enum).toEqual(Object.keys(EDITIONS));
    expect(
      schemaOf("carriers[]")
        .enum?.filter((name) => name !== "att")
        .sort(),
    ).toEqual(Object.keys(PROFILES).sort());
    expect(definition("powerSource").enum).toEqual(Object.keys(POWER_SOURCE));
    expect(Object.keys(definition("readings").properties ?? {})).toEqual(Object.keys(POWER_SOURCE));
    expect(schemaOf("device.batteryStatus").enum).toEqual(Object.keys(BATTERY_STATUS));
    expect(schemaOf("device.errorCodes[]").enum).toEqual(Object.keys(ERROR_CODE));
    expect(Object.keys(definition("faults").properties ?? {})).toEqual(MODEM_FAULT_NAMES);
    expect(definition("simulatedModem").properties?.firmwareVersion?.default).toBe(DEFAULT_FIRMWARE_VERSION);
    const modes = definition("security").oneOf?.map((branch) => resolveSchema(SCHEMA, branch).properties?.mode?.const);
    expect(SECURITY_MODES).toEqual(expect.arrayContaining(modes ?? []));
  });

  it("describes every key, with a title of its own", () => {
    expect(SCHEMA).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: expect.any(String),
    });
    const undescribed = [...keys(SCHEMA, "")].filter(([, schema]) => schema.description === undefined);
    expect(undescribed.map(([key]) => key)).toEqual([]);
  });
});

function accountsOfDefaults() {
  const tree = new ObjectTree();
  const vault = new SecretVault();
  addSecurityObject(tree, vault);
  tree.add(SERVER);
  const server = { uri: "coap://192.0.2.2", security: { mode: "none" } } as const;
  const servers = [{ ...server, shortServerId: 1, lifetimeSeconds: 60 }];
  provision(tree, vault, { bootstrap: server, servers });
  return { bootstrap: bootstrapAccount(tree), server: serverAccounts(tree)[0], options: { servers } };
}

/** Every key below a schema that a user may write, but for names in a table of readings and what says a form. */
function* keys(schema: Schema, prefix: string): Generator<readonly [string, Schema]> {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const resolved = resolveSchema(SCHEMA, inner);
    if (resolved.const !== undefined || inner.$ref === "#/$defs/reading") continue;
    yield [`${prefix}${name}`, resolved];
    yield* keys(resolved, `${prefix}${name}.`);
    for (const branch of resolved.oneOf ?? []) yield* keys(resolveSchema(SCHEMA, branch), `${prefix}${name}.`);
    if (resolved.items !== undefined) yield* keys(resolveSchema(SCHEMA, resolved.items), `${prefix}${name}[].`);
  }
}
