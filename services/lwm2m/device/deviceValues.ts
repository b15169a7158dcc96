/** What the application says of its device (objects 3, 6, 16, 19 and 20), with the carrier library's rules. */
import { Lwm2mError } from "../errors.ts";
import type { ObjectDefinition, ResourceValue, SingleValue } from "../model.ts";
import { BINARY_APP_DATA_CONTAINER } from "../objects/binaryAppDataContainer.ts";
import { DEVICE } from "../objects/device.ts";
import { EVENT_LOG } from "../objects/eventLog.ts";
import { LOCATION } from "../objects/location.ts";
import { PORTFOLIO } from "../objects/portfolio.ts";
import { NO_ERRORS, noteOwnVoltage } from "./deviceObject.ts";
import { putLogData } from "./eventLogObject.ts";
import type { ObjectTree } from "./tree.ts";
import { encodeVelocity, type Velocity } from "./velocity.ts";

/** 3/0/6. */
export const POWER_SOURCE = {
  dc: 0,
  internalBattery: 1,
  externalBattery: 2,
  ethernet: 4,
  usb: 5,
  ac: 6,
  solar: 7,
} as const;
export type PowerSource = keyof typeof POWER_SOURCE;

/** 3/0/20. */
export const BATTERY_STATUS = {
  normal: 0,
  charging: 1,
  chargeComplete: 2,
  damaged: 3,
  low: 4,
  notInstalled: 5,
  unknown: 6,
} as const;
export type BatteryStatus = keyof typeof BATTERY_STATUS;

/** 3/0/11, beside 0 for none. */
export const ERROR_CODE = {
  lowBattery: 1,
  externalSupplyOff: 2,
  gpsFailure: 3,
  lowSignal: 4,
  outOfMemory: 5,
  smsFailure: 6,
  ipFailure: 7,
  peripheralFailure: 8,
} as const;
export type ErrorCode = keyof typeof ERROR_CODE;

export interface Position {
  /** Degrees, -90 to 90. */
  readonly latitude: number;
  /** Degrees, -180 to 180. */
  readonly longitude: number;
  /** Metres above sea level. */
  readonly altitude?: number;
  /** Metres. */
  readonly radius?: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
}

/** Every setter throws `Lwm2mError`: `outOfRange` or `typeMismatch` for a value, `unknownObject` without the object. */
export class DeviceValues {
  readonly #tree: ObjectTree;

  constructor(tree: ObjectTree) {
    this.#tree = tree;
  }

  /** Which sources there are. Readings of all of them are reset: also those of a source that stays. */
  setPowerSources(sources: readonly PowerSource[]): void {
    const ids = [...new Set(sources)].map((source) => POWER_SOURCE[source]);
    const available = new Map(ids.map((id, index) => [index, id]));
    this.#tree.update(DEVICE, 0, { 6: available, 7: undefined, 8: undefined, 9: undefined, 20: undefined });
    noteOwnVoltage(this.#tree, undefined);
  }

  /** Until it is set, the voltage of the only battery that is listed is the modem's, where that can measure it. */
  setVoltage(source: PowerSource, millivolts: number): void {
    this.#putReading(7, source, millivolts);
    noteOwnVoltage(this.#tree, POWER_SOURCE[source]);
  }

  setCurrent(source: PowerSource, milliamperes: number): void {
    this.#putReading(8, source, milliamperes);
  }

  /** 0 to 100; of the internal battery, which must be listed. */
  setBatteryLevel(percent: number): void {
    this.#instanceOf("internalBattery");
    this.#tree.set(DEVICE.id, 0, 9, percent);
  }

  /** Of the internal battery, which must be listed. */
  setBatteryStatus(status: BatteryStatus): void {
    this.#instanceOf("internalBattery");
    this.#tree.set(DEVICE.id, 0, 20, BATTERY_STATUS[status]);
  }

  /** Kilobytes; the free ones may not exceed the total where that is known. */
  setMemory({ freeKilobytes, totalKilobytes }: { freeKilobytes?: number; totalKilobytes?: number }): void {
    const free = freeKilobytes ?? this.#tree.value(DEVICE, 0, 10);
    const total = totalKilobytes ?? this.#tree.value(DEVICE, 0, 21);
    if (free !== undefined && total !== undefined && free > total) {
      throw new Lwm2mError("outOfRange", `memory: ${free} kB free of ${total} kB`, {
        path: { objectId: 3, instanceId: 0 },
      });
    }
    this.#tree.update(DEVICE, 0, { 10: free, 21: total });
  }

  addErrorCode(error: ErrorCode): void {
    const codes = this.#errorCodes();
    if (!codes.includes(ERROR_CODE[error])) this.#putErrorCodes([...codes, ERROR_CODE[error]]);
  }

  removeErrorCode(error: ErrorCode): void {
    this.#putErrorCodes(this.#errorCodes().filter((code) => code !== ERROR_CODE[error]));
  }

  /** Seconds since 1970; the clock runs on from there. */
  setTime(seconds: number): void {
    this.#write(DEVICE, 0, 13, seconds);
  }

  /** ISO 8601, for example `+02:00`. */
  setUtcOffset(offset: string): void {
    if (!/^(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)$/.test(offset)) {
      throw new Lwm2mError("outOfRange", "a UTC offset is Z, or between -14:59 and +14:59 like +02:00");
    }
    this.#tree.set(DEVICE.id, 0, 14, offset);
  }

  /** IANA name, for example `Europe/Oslo`. */
  setTimezone(name: string): void {
    this.#tree.set(DEVICE.id, 0, 15, name);
  }

  setDeviceType(text: string): void {
    this.#tree.set(DEVICE.id, 0, 17, text);
  }

  setHardwareVersion(text: string): void {
    this.#tree.set(DEVICE.id, 0, 18, text);
  }

  setSoftwareVersion(text: string): void {
    this.#tree.set(DEVICE.id, 0, 19, text);
  }

  setPosition({ latitude, longitude, altitude, radius, timestamp }: Position): void {
    within("latitude", latitude, -90, 90);
    within("longitude", longitude, -180, 180);
    this.#ensure(LOCATION, 0);
    this.#tree.update(LOCATION, 0, { 0: latitude, 1: longitude, 2: altitude, 3: radius, 5: Math.floor(timestamp) });
  }

  /** Also sets the speed of object 6, in metres a second. */
  setVelocity(velocity: Velocity): void {
    const encoded = encodeVelocity(velocity);
    this.#ensure(LOCATION, 0);
    this.#tree.update(LOCATION, 0, { 4: encoded, 6: velocity.horizontalSpeed / 3.6 });
  }

  /** /16/x/0/y; the Portfolio instance is created when it is not there. */
  setPortfolioIdentity(instanceId: number, index: number, identity: string): void {
    this.#ensure(PORTFOLIO, instanceId);
    this.#putInstance(PORTFOLIO, instanceId, 0, index, identity);
  }

  /** /19/x/0/y. */
  setAppData(instanceId: number, index: number, data: Uint8Array): void {
    this.#ensure(BINARY_APP_DATA_CONTAINER, instanceId);
    this.#putInstance(BINARY_APP_DATA_CONTAINER, instanceId, 0, index, data);
  }

  /** /20/0/4014; false when a server has stopped the collection (LogStop): the data are not taken then. */
  setLogData(data: Uint8Array): boolean {
    this.#ensure(EVENT_LOG, 0);
    return putLogData(this.#tree, 0, data);
  }

  #putReading(resourceId: 7 | 8, source: PowerSource, value: number): void {
    this.#putInstance(DEVICE, 0, resourceId, this.#instanceOf(source), value);
  }

  /** Resource instance of a source in 3/0/6, which 3/0/7 and 3/0/8 share. */
  #instanceOf(source: PowerSource): number {
    for (const [index, id] of this.#tree.value(DEVICE, 0, 6) ?? []) if (id === POWER_SOURCE[source]) return index;
    throw new Lwm2mError("outOfRange", `power source ${source} is not listed: set the power sources first`, {
      path: { objectId: DEVICE.id, instanceId: 0, resourceId: 6 },
    });
  }

  #errorCodes(): number[] {
    return [...(this.#tree.value(DEVICE, 0, 11) ?? NO_ERRORS).values()].map(Number).filter((code) => code !== 0);
  }

  #putErrorCodes(codes: readonly number[]): void {
    const value = codes.length === 0 ? NO_ERRORS : new Map(codes.map((code, index) => [index, code]));
    this.#tree.set(DEVICE.id, 0, 11, value);
  }

  #putInstance(
    definition: ObjectDefinition,
    instanceId: number,
    resourceId: number,
    id: number,
    value: SingleValue,
  ): void {
    const present = this.#tree.get(definition.id, instanceId, resourceId) as
      | ReadonlyMap<number, SingleValue>
      | undefined;
    this.#tree.set(definition.id, instanceId, resourceId, new Map([...(present ?? []), [id, value]]));
  }

  /** For what the object keeps itself. */
  #write(definition: ObjectDefinition, instanceId: number, resourceId: number, value: ResourceValue): void {
    const edit = {
      objectId: definition.id,
      instanceId,
      values: new Map([[resourceId, value]]),
      mode: "assign",
    } as const;
    const refusal = this.#tree.apply("device", [edit]);
    if (refusal !== undefined) throw new Lwm2mError("outOfRange", refusal.detail);
  }

  #ensure(definition: ObjectDefinition, instanceId: number): void {
    if (!this.#tree.hasInstance(definition.id, instanceId)) this.#tree.create(definition.id, instanceId);
  }
}

function within(name: string, value: number, min: number, max: number): void {
  if (value >= min && value <= max) return;
  throw new Lwm2mError("outOfRange", `${name} ${value} is not between ${min} and ${max}`);
}
