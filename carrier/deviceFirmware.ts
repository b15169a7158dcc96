/** The firmware object of a device: what servers wish, told to the charts; what the charts say, told and kept. */
import type { FirmwareFacts as FirmwareBeginning } from "../machines/carrierModel.ts";
import type { FirmwareValues } from "../machines/fota.ts";
import type { ModemOutcome } from "../machines/init.ts";
import type { ModemInitResult } from "../ports/modem.ts";
import { createPackageSink } from "../services/firmware/pushSink.ts";
import { setDeviceIdentity } from "../services/lwm2m/device/deviceObject.ts";
import {
  addFirmwareObject,
  FIRMWARE_STATE,
  type FirmwareHost,
  type FirmwareObject,
  type FirmwareProtocol,
  UPDATE_RESULT,
} from "../services/lwm2m/device/firmwareObject.ts";
import { type FirmwareFacts, LAST_INSTANT_MS } from "../services/store/facts.ts";
import { reportMistake } from "./applicationMistake.ts";
import type { Device } from "./device.ts";
import type { DeviceFactsKeeper } from "./deviceFacts.ts";
import { pushOutcome } from "./firmwareOutcomes.ts";

/** A server wants the downloaded image installed, with object version 1.1. */
export interface UpdateQuestion {
  /** 5/0/11. */
  readonly severity: "critical" | "mandatory" | "optional";
  /** 5/0/13: longest time that it may be put off, s; 0 not at all. Absent: the server does not say. */
  readonly maximumDeferSeconds?: number;
}

/** Seconds to put the update off for; 0 installs at once. More than the server allows is cut to that. */
export type DeferUpdate = (update: UpdateQuestion) => number;

const SEVERITIES = ["critical", "mandatory", "optional"] as const;
const DEFAULT_SEVERITY = 1;

/** 5/0/8 with DTLS. */
const SECURE_PROTOCOLS: readonly FirmwareProtocol[] = ["coap", "coaps", "http", "https"];

export class DeviceFirmware implements FirmwareHost {
  readonly #device: Device;
  readonly #keeper: DeviceFactsKeeper;
  #object: FirmwareObject | undefined;
  #packageUnderWay: { cancel(): void } | undefined;

  constructor(device: Device, keeper: DeviceFactsKeeper) {
    this.#device = device;
    this.#keeper = keeper;
  }

  /** What the charts begin with. Object version 1.0 cannot say that an update is put off: its server asks again. */
  get facts(): FirmwareBeginning {
    const { state, uri = "", deferUntil, deferSeconds = Number.POSITIVE_INFINITY } = this.#keeper.facts.firmware;
    const { firmwareObjectVersion, clock } = this.#device.options;
    if (deferUntil === undefined || firmwareObjectVersion === "1.0") return { state, uri };
    return { state, uri, deferUntil: Math.min(deferUntil, clock.wall() + 1000 * deferSeconds) };
  }

  /** Puts object 5 into the tree, as the facts have it. */
  addObject(): void {
    const device = this.#device;
    const { firmware } = this.#keeper.facts;
    const { firmwareObjectVersion: version, clock } = device.options;
    this.#object = addFirmwareObject(device.tree, {
      version,
      clock,
      ...firmwareWords(firmware),
      ...(device.options.hasDtls && { protocols: SECURE_PROTOCOLS }),
      ...(firmware.uri !== undefined && { packageUri: firmware.uri }),
      ...(firmware.severity !== undefined && { severity: firmware.severity }),
      ...(firmware.maximumDeferSeconds !== undefined && { maximumDeferSeconds: firmware.maximumDeferSeconds }),
      ...(firmware.changedAt !== undefined && { changedAt: firmware.changedAt }),
      host: this,
    });
  }

  /**
   * What the modem says of itself goes into the Device object. Whether it applied an image is a fact until the firmware
   * object says so: a modem that is initialised again tells it no more.
   */
  async noteInitialised(result: ModemInitResult): Promise<ModemOutcome> {
    const { tree, registrations } = this.#device;
    setDeviceIdentity(tree, { firmwareVersion: result.firmwareVersion });
    const { firmware } = this.#keeper.facts;
    if (result.kind !== "ok" && firmware.state === FIRMWARE_STATE.updating) {
      // Another firmware may have other objects: its servers are told all of them (LwM2M 1.1 §E.6).
      if (result.kind === "updated") for (const server of registrations.servers) registrations.end(server);
      await this.#keeper.save({ firmware: { ...firmware, applied: result.kind } });
    }
    if (result.kind === "updateFailed") return { kind: result.kind, code: result.code };
    return { kind: this.#keeper.facts.firmware.applied ?? result.kind };
  }

  onUri(uri: string): void {
    this.#device.emit({ type: "firmware.pull", uri });
  }

  onReset(): void {
    this.#device.emit({ type: "firmware.reset" });
  }

  onUpdate(): void {
    queueMicrotask(() => this.#update());
  }

  onCancel(): void {
    this.#device.emit({ type: "firmware.cancel" });
  }

  onSettings(): void {
    this.#keep({});
  }

  /** State and Update Result are these from now on, in the object and over a restart. */
  set({ state, result, deferUntil }: FirmwareValues): void {
    this.#object?.set({ ...firmwareWords({ state, result }), ...(state === 0 && { packageUri: "" }) });
    if (state === 0) this.#packageUnderWay?.cancel();
    const { etag } = this.#keeper.facts.firmware;
    const current = this.#object?.packageUri ?? "";
    const download = state === 1 && current !== "" ? { uri: current, ...(etag !== undefined && { etag }) } : {};
    this.#keep({ state, result, ...download, ...(deferUntil !== undefined && this.#deferral(deferUntil)) }, {});
  }

  /** Entity tag of the image under way, so that a download goes on only with the same image. */
  rememberEtag(etag: string | undefined): void {
    const { etag: before, ...firmware } = this.#keeper.facts.firmware;
    if (before === etag) return;
    this.#keeper.saveInBackground({ firmware: { ...firmware, ...(etag !== undefined && { etag }) } });
  }

  #keep(values: Partial<FirmwareFacts>, before: Partial<FirmwareFacts> = this.#keeper.facts.firmware): void {
    const { state, result } = this.#keeper.facts.firmware;
    this.#keeper.saveInBackground({ firmware: { state, result, ...before, ...values, ...this.#object?.settings } });
  }

  /** Update: at once, or when the application lets it. */
  #update(): void {
    const seconds = this.#secondsWanted();
    const { clock } = this.#device.options;
    if (seconds === 0) this.#device.emit({ type: "firmware.update" });
    else {
      const until = Math.min(clock.wall() + 1000 * seconds, LAST_INSTANT_MS);
      this.#device.emit({ type: "firmware.deferred", until });
    }
  }

  #deferral(deferUntil: number): Pick<FirmwareFacts, "deferUntil" | "deferSeconds"> {
    const deferSeconds = Math.max(0, Math.ceil((deferUntil - this.#device.options.clock.wall()) / 1000));
    return { deferUntil, deferSeconds };
  }

  #secondsWanted(): number {
    const { firmwareObjectVersion, firmware } = this.#device.options;
    const { severity = DEFAULT_SEVERITY, maximumDeferSeconds } = this.#object?.settings ?? {};
    if (firmwareObjectVersion === "1.0" || firmware?.defer === undefined || maximumDeferSeconds === 0) return 0;
    try {
      const wanted = firmware.defer({
        severity: SEVERITIES[severity] ?? "mandatory",
        ...(maximumDeferSeconds !== undefined && { maximumDeferSeconds }),
      });
      return Number.isFinite(wanted) && wanted > 0 ? Math.min(wanted, maximumDeferSeconds ?? wanted) : 0;
    } catch (error) {
      reportMistake("firmware.defer", error);
      return 0;
    }
  }

  /** A package is pushed: it goes into the modem's firmware area as it comes. */
  openPackage() {
    const { modem, clock, downloadTimeoutMs } = this.#device.options;
    const sink = createPackageSink({
      area: modem.firmware,
      clock,
      idleTimeoutMs: downloadTimeoutMs,
      onOutcome: (outcome) => {
        this.#packageUnderWay = undefined;
        const ended = pushOutcome(outcome);
        if (ended === undefined) return;
        // The response leaves first: a bad image takes the link down, and the session with it.
        clock.setTimeout(() => this.#device.emit({ type: "firmware.packageEnded", outcome: ended }), 0);
      },
    });
    this.#packageUnderWay = sink;
    this.#device.emit({ type: "firmware.push" });
    return sink;
  }
}

/** State and Update Result in the object's own words. */
function firmwareWords({ state, result }: { readonly state: number; readonly result: number }) {
  return { state: nameOf(FIRMWARE_STATE, state), result: nameOf(UPDATE_RESULT, result) };
}

function nameOf<Name extends string>(names: Readonly<Record<Name, number>>, value: number): Name {
  const [name] = (Object.keys(names) as Name[]).filter((candidate) => names[candidate] === value);
  if (name === undefined) throw new RangeError(`${value} is none of ${Object.values(names).join(", ")}`);
  return name;
}
