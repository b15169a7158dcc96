/** Options with their defaults, checked. */

import type { Edition } from "../machines/edition.ts";
import { DEFAULT_EDITION, EDITIONS, findEdition } from "../machines/editions/index.ts";
import { type ChartSettings, DEFAULT_SETTINGS } from "../machines/settings.ts";
import { createSimulatedModem } from "../modem/simulated/simulatedModem.ts";
import type { Clock } from "../ports/clock.ts";
import type { Modem } from "../ports/modem.ts";
import type { Random } from "../ports/random.ts";
import type { Storage } from "../ports/storage.ts";
import type { Trace } from "../ports/trace.ts";
import type { Transport } from "../ports/transport.ts";
import { createUdpTransport } from "../services/coap/udpTransport.ts";
import { resolveDtlsParameters } from "../services/dtls/dtlsParameters.ts";
import { MAX_STORED_NOTIFICATIONS } from "../services/lwm2m/device/notificationQueue.ts";
import { ObjectTree } from "../services/lwm2m/device/tree.ts";
import { toModemPem } from "../services/pki/certificate.ts";
import { checkCaCertificate } from "../services/pki/checkCaCertificate.ts";
import { createMemoryStorage } from "../services/store/memoryStorage.ts";
import { createTrace } from "../trace/trace.ts";
import { SystemClock } from "./clock/systemClock.ts";
import { createModemTransport } from "./modemTransport.ts";
import type { CarrierOptions } from "./options.ts";
import { addOwnObjects, type ObjectOption } from "./ownObjects.ts";
import { capturePackets } from "./packetCapture.ts";
import { type Profile, profileProblem } from "./profiles/profile.ts";
import { DEFAULT_PROFILE, PROFILES } from "./profiles/profiles.ts";
import { systemRandom } from "./random.ts";
import type { CaCertificate } from "./standardApplication.ts";
import { tracedModem } from "./tracedModem.ts";

/** A carrier was asked for that cannot be. `option` names what is wrong. */
export class CarrierOptionError extends Error {
  readonly option: string;

  constructor(option: string, message: string) {
    super(`${option}: ${message}`);
    this.name = "CarrierOptionError";
    this.option = option;
  }
}

export interface ResolvedOptions extends Omit<CarrierOptions, "settings"> {
  readonly profiles: readonly Profile[];
  readonly awakeSeconds: number;
  readonly storedNotifications: number;
  readonly firmwareObjectVersion: "1.0" | "1.1";
  readonly edition: Edition;
  readonly modem: Modem;
  readonly transport: Transport;
  /** `coaps:`, for firmware too, by this host or by the modem; of a given transport nothing is known. */
  readonly hasDtls: boolean;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: ChartSettings;
  readonly certificates: readonly CaCertificate[];
  readonly downloadTimeoutMs: number;
  readonly trace?: Trace;
}

/** First of the application's own security tags that CA certificates go to; the carrier's are 25 to 28. */
const FIRST_CA_TAG = 411;
/** IPv6's smallest MTU without its headers and UDP's: a block of 1024 octets fits with what DTLS adds (RFC 7252 §4.6). */
const MAX_DATAGRAM = 1_232;

/** MAX_TRANSMIT_WAIT (RFC 7252 §4.8.2), which LwM2M 1.1 §6.5 recommends. */
const AWAKE_SECONDS = 93;

/** Throws `CarrierOptionError`. */
export function resolveOptions(options: CarrierOptions): ResolvedOptions {
  const { clock = new SystemClock(), random = systemRandom(), storage = createMemoryStorage() } = options;
  const edition = resolveEdition(options.edition);
  const { bootstrap, servers = [], bootstrapFromSmartcard = false } = options;
  if (bootstrap === undefined && servers.length === 0 && !bootstrapFromSmartcard) {
    const reason = "a bootstrap server, at least one management server or bootstrapFromSmartcard is needed";
    throw new CarrierOptionError("bootstrap", reason);
  }
  checkDtls(options.dtls);
  checkObjects(options.objects);
  const trace = resolveTrace(options, clock);
  const given =
    options.modem ?? createSimulatedModem({ clock, random, storage, timing: "instant", ...(trace && { trace }) });
  const modem = trace === undefined ? given : tracedModem(given, trace);
  return {
    ...options,
    edition,
    clock,
    random,
    storage,
    modem,
    transport: wired(options.transport ?? transportOf(modem, options, clock), options, trace),
    hasDtls: modem.hostCredentials !== undefined || (options.transport === undefined && modem.sockets !== undefined),
    settings: resolveSettings(options.settings),
    profiles: resolveProfiles(options.carriers),
    certificates: resolveCertificates(options.firmware?.trustedCa ?? [], clock),
    awakeSeconds: whole("awakeSeconds", options.awakeSeconds ?? AWAKE_SECONDS, 1, 86_400),
    storedNotifications: whole(
      "storedNotifications",
      options.storedNotifications ?? MAX_STORED_NOTIFICATIONS,
      0,
      10_000,
    ),
    firmwareObjectVersion: options.firmware?.objectVersion ?? "1.0",
    downloadTimeoutMs: 60_000 * (options.firmware?.downloadTimeoutMinutes ?? 30),
    ...(trace && { trace }),
  } as ResolvedOptions;
}

/** Through the modem's sockets where it has them, else over UDP from this host. */
function transportOf(modem: Modem, { local, dtls }: CarrierOptions, clock: Clock): Transport {
  const { sockets } = modem;
  if (sockets === undefined) return createUdpTransport({ maxDatagram: MAX_DATAGRAM, ...(local && { local }) });
  return createModemTransport({ modem, sockets, clock, connectionId: dtls?.connectionId !== false });
}

/** What is captured is what the device sends, and what reaches it. */
function wired(transport: Transport, { wire }: CarrierOptions, trace: Trace | undefined): Transport {
  const through = wire?.(transport) ?? transport;
  return trace?.rawCapture === true ? capturePackets(through, trace) : through;
}

function whole(option: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new CarrierOptionError(option, `${value} is no whole number from ${min} to ${max}`);
}

function resolveEdition(edition: CarrierOptions["edition"] = DEFAULT_EDITION): Edition {
  if (typeof edition !== "string") return edition;
  const found = findEdition(edition);
  if (found === undefined) {
    throw new CarrierOptionError("edition", `"${edition}" is not one of ${Object.keys(EDITIONS).join(", ")}`);
  }
  return found;
}

function resolveProfiles(carriers: NonNullable<CarrierOptions["carriers"]> = [DEFAULT_PROFILE]): readonly Profile[] {
  const profiles = carriers.map((carrier, index) => {
    const option = `carriers[${index}]`;
    const profile = typeof carrier === "string" ? PROFILES[carrier] : carrier;
    if (profile === undefined) {
      throw new CarrierOptionError(option, `"${carrier}" is not one of ${Object.keys(PROFILES).join(", ")}`);
    }
    const problem = profileProblem(profile);
    if (problem !== undefined) throw new CarrierOptionError(option, problem);
    return profile;
  });
  const twice = profiles.find(({ id }, index) => profiles.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) throw new CarrierOptionError("carriers", `profile ${twice.id} is there twice`);
  return profiles;
}

/** They are tried on a tree of their own. */
function checkObjects(objects: readonly ObjectOption[] = []): void {
  for (const [index, object] of objects.entries()) {
    try {
      addOwnObjects(new ObjectTree(), [object]);
    } catch (error) {
      throw new CarrierOptionError(`objects[${index}]`, (error as Error).message);
    }
  }
}

function checkDtls(parameters: CarrierOptions["dtls"]): void {
  try {
    resolveDtlsParameters(parameters);
  } catch (error) {
    throw new CarrierOptionError("dtls", (error as Error).message);
  }
}

function resolveTrace({ trace, endpoint }: CarrierOptions, clock: Clock): Trace | undefined {
  if (typeof trace !== "function") return trace;
  return createTrace({ sink: trace, clock, device: endpoint ?? "carrier" });
}

function resolveSettings(given: CarrierOptions["settings"]): ChartSettings {
  if (given === undefined) return DEFAULT_SETTINGS;
  return {
    link: { ...DEFAULT_SETTINGS.link, ...given.link },
    bootstrapRetry: { ...DEFAULT_SETTINGS.bootstrapRetry, ...given.bootstrapRetry },
    fota: { ...DEFAULT_SETTINGS.fota, ...given.fota },
    bootstrapTimeoutMs: (given.bootstrapTimeoutMs as number | undefined) ?? DEFAULT_SETTINGS.bootstrapTimeoutMs,
    stopTimeoutMs: (given.stopTimeoutMs as number | undefined) ?? DEFAULT_SETTINGS.stopTimeoutMs,
  };
}

function resolveCertificates(trusted: readonly (string | Uint8Array)[], clock: Clock): CaCertificate[] {
  return trusted.map((certificate, index) => {
    const bytes = typeof certificate === "string" ? new TextEncoder().encode(certificate) : certificate;
    const [problem] = checkCaCertificate(bytes, { nowMs: clock.wall() });
    if (problem !== undefined) throw new CarrierOptionError(`firmware.trustedCa[${index}]`, problem.message);
    return { tag: FIRST_CA_TAG + index, pem: toModemPem(certificate) };
  });
}
