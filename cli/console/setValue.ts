/** `set PATH VALUE`: through the carrier library's rules where there are some, else into the tree as it is. */
import { nearest } from "../../carrier/config/nearest.ts";
import type { Clock } from "../../ports/clock.ts";
import {
  BATTERY_STATUS,
  type DeviceValues,
  ERROR_CODE,
  type ErrorCode,
  POWER_SOURCE,
  type PowerSource,
} from "../../services/lwm2m/device/deviceValues.ts";
import type { ObjectTree } from "../../services/lwm2m/device/tree.ts";
import type { Path, ResourceDefinition, SingleValue } from "../../services/lwm2m/model.ts";
import { DEVICE } from "../../services/lwm2m/objects/device.ts";
import { findResource } from "../../services/lwm2m/objects/index.ts";
import { LOCATION } from "../../services/lwm2m/objects/location.ts";
import { formatPath, parsePath, pathDepth } from "../../services/lwm2m/path.ts";
import { CommandError } from "./command.ts";
import { parseOctets, parseResource, parseSingle } from "./resourceValues.ts";

export interface Settable {
  readonly objects: ObjectTree;
  readonly values: DeviceValues;
  readonly clock: Clock;
}

/** Objects that the carrier keeps itself: accounts, network, firmware, keys. */
const KEPT: ReadonlyMap<number, string> = new Map([
  [0, "accounts come from the configuration and the bootstrap server"],
  [1, "accounts come from the configuration and the bootstrap server"],
  [4, "it tells what the modem says"],
  [5, "servers and the firmware update write it"],
  [21, "accounts come from the configuration and the bootstrap server"],
]);

interface Setting {
  readonly target: Settable;
  readonly path: Path;
  readonly words: readonly string[];
  /** The words as one. */
  readonly text: string;
  readonly resource: ResourceDefinition;
}

/** Rules by object and resource; a path that is not as deep as `depth` goes into the tree. */
const RULES: Readonly<Record<string, { readonly depth?: 3 | 4; set(setting: Setting): void }>> = {
  "3/6": {
    depth: 3,
    set: ({ target, words }) => target.values.setPowerSources(namesOf(POWER_SOURCE, words, "power source")),
  },
  "3/7": { set: (setting) => setReadings(setting, (source, mv) => setting.target.values.setVoltage(source, mv)) },
  "3/8": { set: (setting) => setReadings(setting, (source, ma) => setting.target.values.setCurrent(source, ma)) },
  "3/9": { set: (setting) => setting.target.values.setBatteryLevel(numberOf(setting)) },
  "3/10": { set: (setting) => setting.target.values.setMemory({ freeKilobytes: numberOf(setting) }) },
  "3/11": { depth: 3, set: setErrorCodes },
  "3/13": { set: (setting) => setting.target.values.setTime(numberOf(setting)) },
  "3/14": { set: ({ target, text }) => target.values.setUtcOffset(text) },
  "3/15": { set: ({ target, text }) => target.values.setTimezone(text) },
  "3/17": { set: ({ target, text }) => target.values.setDeviceType(text) },
  "3/18": { set: ({ target, text }) => target.values.setHardwareVersion(text) },
  "3/19": { set: ({ target, text }) => target.values.setSoftwareVersion(text) },
  "3/20": { set: ({ target, text }) => target.values.setBatteryStatus(nameOf(BATTERY_STATUS, text, "battery status")) },
  "3/21": { set: (setting) => setting.target.values.setMemory({ totalKilobytes: numberOf(setting) }) },
  "6/0": { set: (setting) => setPosition(setting, "latitude") },
  "6/1": { set: (setting) => setPosition(setting, "longitude") },
  "6/2": { set: (setting) => setPosition(setting, "altitude") },
  "6/3": { set: (setting) => setPosition(setting, "radius") },
  "6/5": { set: (setting) => setPosition(setting, "timestamp") },
  "16/0": {
    depth: 4,
    set: ({ target, path, text }) =>
      target.values.setPortfolioIdentity(path.instanceId!, path.resourceInstanceId!, text),
  },
  "19/0": {
    depth: 4,
    set: ({ target, path, text }) =>
      target.values.setAppData(path.instanceId!, path.resourceInstanceId!, parseOctets(text)),
  },
  "20/4014": {
    set: (setting) => {
      if (setting.path.instanceId === 0) setting.target.values.setLogData(parseOctets(setting.text));
      else setInTree(setting);
    },
  },
};

/** Throws `CommandError` or `Lwm2mError`. */
export function setValue(target: Settable, pathText: string, words: readonly string[]): void {
  const path = parsePath(pathText);
  const { objectId, instanceId, resourceId } = path;
  checkNotKept(path);
  if (objectId === LOCATION.id && pathDepth(path) === 2) {
    setWholePosition(target, words);
    return;
  }
  if (objectId === undefined || instanceId === undefined || resourceId === undefined) {
    throw new CommandError(`${pathText} is no resource: a value goes to /OBJECT/INSTANCE/RESOURCE`);
  }
  const definition = target.objects.definition(objectId);
  if (definition === undefined) throw new CommandError(`there is no object ${objectId}`);
  const resource = findResource(definition, resourceId);
  if (resource === undefined) throw new CommandError(`${definition.name} has no resource ${resourceId}`);
  if (!resource.multiple && pathDepth(path) > 3) {
    throw new CommandError(`${resource.name} has one value: ${formatPath({ objectId, instanceId, resourceId })}`);
  }
  const { set = setInTree, depth = pathDepth(path) } = RULES[`${objectId}/${resourceId}`] ?? {};
  const setting: Setting = { target, path, words, text: words.join(" "), resource };
  if (depth === pathDepth(path)) set(setting);
  else setInTree(setting);
}

/** Throws `CommandError` for an object that the carrier keeps itself. */
export function checkNotKept({ objectId = -1 }: Path): void {
  const reason = KEPT.get(objectId);
  if (reason !== undefined) throw new CommandError(`object ${objectId} is not for the application: ${reason}`);
}

function setInTree({ target, path, words, text, resource }: Setting): void {
  const { objectId, instanceId, resourceId, resourceInstanceId } = path as Required<Path>;
  const { objects } = target;
  if (resourceInstanceId === undefined) {
    objects.set(objectId, instanceId, resourceId, parseResource(resource, words, path));
    return;
  }
  const present = objects.get(objectId, instanceId, resourceId) as ReadonlyMap<number, SingleValue> | undefined;
  const single = parseSingle(resource, text, path);
  objects.set(objectId, instanceId, resourceId, new Map([...(present ?? []), [resourceInstanceId, single]]));
}

function numberOf({ resource, text, path }: Setting): number {
  return Number(parseSingle(resource, text, path));
}

/** `/3/0/7/0 3800`, by the instance of 3/0/6; or `/3/0/7 internalBattery=3800 usb=5000`. */
function setReadings(setting: Setting, set: (source: PowerSource, value: number) => void): void {
  const { path, words, resource, target } = setting;
  if (path.resourceInstanceId !== undefined) {
    const id = target.objects.value(DEVICE, 0, 6)?.get(path.resourceInstanceId);
    if (id === undefined) throw new CommandError("no power source of that instance is listed in /3/0/6");
    set(nameOf(POWER_SOURCE, String(id), "power source"), numberOf(setting));
    return;
  }
  for (const word of words) {
    const [, source, value] = /^([^=]+)=(.+)$/.exec(word) ?? [];
    if (source === undefined || value === undefined) {
      throw new CommandError("write each reading as SOURCE=VALUE, for example internalBattery=3800");
    }
    set(nameOf(POWER_SOURCE, source, "power source"), Number(parseSingle(resource, value, path)));
  }
}

function setErrorCodes({ target, words }: Setting): void {
  const wanted = words.join() === "none" ? [] : namesOf(ERROR_CODE, words, "error code");
  for (const code of Object.keys(ERROR_CODE) as ErrorCode[]) {
    if (wanted.includes(code)) target.values.addErrorCode(code);
    else target.values.removeErrorCode(code);
  }
}

function setWholePosition({ values, clock }: Settable, words: readonly string[]): void {
  const numbers = words.map(Number);
  const [latitude, longitude, altitude, radius] = numbers;
  if (latitude === undefined || longitude === undefined || numbers.length > 4 || !numbers.every(Number.isFinite)) {
    throw new CommandError("a position is written as LATITUDE LONGITUDE [ALTITUDE [RADIUS]], in degrees and metres");
  }
  const timestamp = clock.wall() / 1_000;
  values.setPosition({
    latitude,
    longitude,
    timestamp,
    ...(altitude !== undefined && { altitude }),
    ...(radius !== undefined && { radius }),
  });
}

/** One coordinate of a position that is known. */
function setPosition(setting: Setting, field: "latitude" | "longitude" | "altitude" | "radius" | "timestamp"): void {
  const { objects, values, clock } = setting.target;
  const [latitude, longitude] = [objects.value(LOCATION, 0, 0), objects.value(LOCATION, 0, 1)];
  if (latitude === undefined || longitude === undefined) {
    throw new CommandError("the position is not known yet: set /6/0 LATITUDE LONGITUDE");
  }
  const [altitude, radius] = [objects.value(LOCATION, 0, 2), objects.value(LOCATION, 0, 3)];
  values.setPosition({
    latitude,
    longitude,
    ...(altitude !== undefined && { altitude }),
    ...(radius !== undefined && { radius }),
    timestamp: clock.wall() / 1_000,
    [field]: numberOf(setting),
  });
}

/** Names or numbers, apart by spaces or commas. */
function namesOf<Name extends string>(
  table: Readonly<Record<Name, number>>,
  words: readonly string[],
  what: string,
): Name[] {
  return words.flatMap((word) => word.split(",")).map((word) => nameOf(table, word, what));
}

function nameOf<Name extends string>(table: Readonly<Record<Name, number>>, text: string, what: string): Name {
  const names = Object.keys(table) as Name[];
  const found = names.find((name) => name === text || String(table[name]) === text);
  if (found !== undefined) return found;
  const near = nearest(text, names);
  const hint =
    near === undefined
      ? `there are ${names.map((name) => `${name} (${table[name]})`).join(", ")}`
      : `did you mean ${near}?`;
  throw new CommandError(`there is no ${what} ${text}; ${hint}`);
}
