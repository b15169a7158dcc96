/** What a configuration says of the device, put where the application puts it: the carrier library's rules hold. */
import type { Clock } from "../../ports/clock.ts";
import { addDeviceObject, type DeviceIdentity } from "../../services/lwm2m/device/deviceObject.ts";
import { DeviceValues, type PowerSource } from "../../services/lwm2m/device/deviceValues.ts";
import { ObjectTree } from "../../services/lwm2m/device/tree.ts";
import { Lwm2mError } from "../../services/lwm2m/errors.ts";
import { DEVICE } from "../../services/lwm2m/objects/device.ts";
import { LOCATION } from "../../services/lwm2m/objects/location.ts";
import { PORTFOLIO } from "../../services/lwm2m/objects/portfolio.ts";
import type { ConfigProblem } from "./configError.ts";
import type { DeviceConfig } from "./configFile.ts";
import { given } from "./given.ts";
import { show } from "./words.ts";

type Row = readonly [
  key: keyof DeviceConfig,
  set: (values: DeviceValues, device: DeviceConfig, nowSeconds: number) => void,
];

/** In the order in which they can be set; `set` runs when its key is given, the power sources always. */
const ROWS: readonly Row[] = [
  ["powerSources", (values, device) => setPowerSources(values, device)],
  ["voltage", (values, { voltage }) => forEachSource(voltage, (source, mv) => values.setVoltage(source, mv))],
  ["current", (values, { current }) => forEachSource(current, (source, ma) => values.setCurrent(source, ma))],
  ["batteryLevel", (values, { batteryLevel }) => values.setBatteryLevel(batteryLevel!)],
  ["batteryStatus", (values, { batteryStatus }) => values.setBatteryStatus(batteryStatus!)],
  ["memoryTotal", (values, { memoryTotal }) => values.setMemory({ totalKilobytes: memoryTotal! })],
  ["memoryFree", (values, { memoryFree }) => values.setMemory({ freeKilobytes: memoryFree! })],
  ["errorCodes", (values, { errorCodes = [] }) => forEach(errorCodes, (code) => values.addErrorCode(code))],
  ["utcOffset", (values, { utcOffset }) => values.setUtcOffset(utcOffset!)],
  ["timezone", (values, { timezone }) => values.setTimezone(timezone!)],
  ["location", (values, { location }, now) => values.setPosition({ timestamp: now, ...location! })],
  ["velocity", (values, { velocity }) => values.setVelocity(velocity!)],
  [
    "portfolio",
    (values, { portfolio = [] }) => forEach(portfolio, (text, index) => values.setPortfolioIdentity(0, index, text)),
  ],
];

/** What the device says of itself as strings; the rest is set by `keepDeviceValues`. */
export function identityOf(device: DeviceConfig): DeviceIdentity {
  const { manufacturer, model, serialNumber, deviceType, hardwareVersion, softwareVersion } = device;
  return given({ manufacturer, modelNumber: model, serialNumber, deviceType, hardwareVersion, softwareVersion });
}

/** What the rules have against a configuration: it is tried on a tree of its own. */
export function deviceProblems(device: DeviceConfig): readonly ConfigProblem[] {
  const tree = new ObjectTree();
  addDeviceObject(tree, { clock: { wall: () => 0 }, host: { onReboot() {}, onErrorCodesReset() {} } });
  for (const definition of [LOCATION, PORTFOLIO]) tree.add(definition);
  const problems: ConfigProblem[] = [];
  setAll(new DeviceValues(tree), device, 0, (key, error) => {
    problems.push({ key: `device.${key}`, is: `is ${show(device[key])}`, hint: error.message });
  });
  return problems;
}

/**
 * Sets the values now if the device's objects are there, and each time that they are made anew: a restart of the
 * device begins with them. Returns the function that ends it.
 */
export function keepDeviceValues(
  { objects, values, clock }: { objects: ObjectTree; values: DeviceValues; clock: Clock },
  device: DeviceConfig,
): () => void {
  const set = () => setAll(values, device, Math.floor(clock.wall() / 1_000), () => {});
  if (objects.hasInstance(DEVICE.id, 0)) set();
  return objects.onChange((changes) => {
    const isNew = changes.some(({ kind, objectId }) => kind === "created" && objectId === DEVICE.id);
    // The other objects, and what is stored of them, come right after.
    if (isNew) queueMicrotask(set);
  });
}

function setAll(
  values: DeviceValues,
  device: DeviceConfig,
  nowSeconds: number,
  onError: (key: keyof DeviceConfig, error: Lwm2mError) => void,
): void {
  for (const [key, set] of ROWS) {
    if (device[key] === undefined && key !== "powerSources") continue;
    try {
      set(values, device, nowSeconds);
    } catch (error) {
      if (!(error instanceof Lwm2mError)) throw error;
      onError(key, error);
    }
  }
}

function setPowerSources(values: DeviceValues, { powerSources, ...device }: DeviceConfig): void {
  const read = [...Object.keys(device.voltage ?? {}), ...Object.keys(device.current ?? {})] as PowerSource[];
  if (device.batteryLevel !== undefined || device.batteryStatus !== undefined) read.unshift("internalBattery");
  const sources = powerSources ?? [...new Set(read)];
  if (sources.length > 0) values.setPowerSources(sources);
}

function forEachSource(readings: DeviceConfig["voltage"], set: (source: PowerSource, value: number) => void): void {
  for (const [source, value] of Object.entries(readings ?? {})) set(source as PowerSource, value);
}

function forEach<T>(items: readonly T[], set: (item: T, index: number) => void): void {
  for (const [index, item] of items.entries()) set(item, index);
}
