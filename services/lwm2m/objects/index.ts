/** The objects that this project knows by itself; others come from their XML (`objectXml.ts`). */
import type { ObjectDefinition, ResourceDefinition } from "../model.ts";
import { ACCESS_CONTROL } from "./accessControl.ts";
import { APN_CONNECTION_PROFILE } from "./apnConnectionProfile.ts";
import { BINARY_APP_DATA_CONTAINER } from "./binaryAppDataContainer.ts";
import { CELLULAR_CONNECTIVITY } from "./cellularConnectivity.ts";
import { CONNECTIVITY_MONITORING } from "./connectivityMonitoring.ts";
import { CONNECTIVITY_STATISTICS } from "./connectivityStatistics.ts";
import { DEVICE } from "./device.ts";
import { EVENT_LOG } from "./eventLog.ts";
import { FIRMWARE_UPDATE, FIRMWARE_UPDATE_1_0 } from "./firmwareUpdate.ts";
import { LOCATION } from "./location.ts";
import { OSCORE } from "./oscore.ts";
import { PORTFOLIO } from "./portfolio.ts";
import { SECURITY } from "./security.ts";
import { SERVER } from "./server.ts";

/** Every table, one for each object and version; of two versions the newer one comes first. */
export const ALL_OBJECTS: readonly ObjectDefinition[] = [
  SECURITY,
  SERVER,
  ACCESS_CONTROL,
  DEVICE,
  CONNECTIVITY_MONITORING,
  FIRMWARE_UPDATE,
  FIRMWARE_UPDATE_1_0,
  LOCATION,
  CONNECTIVITY_STATISTICS,
  CELLULAR_CONNECTIVITY,
  APN_CONNECTION_PROFILE,
  PORTFOLIO,
  BINARY_APP_DATA_CONTAINER,
  EVENT_LOG,
  OSCORE,
];

/** The newest version that we have, by object id. */
export const OBJECTS: ReadonlyMap<number, ObjectDefinition> = new Map(
  ALL_OBJECTS.toReversed().map((definition) => [definition.id, definition]),
);

/** The table of an object: of that version, or of the newest one that we have. */
export function findObject(id: number, version?: string): ObjectDefinition | undefined {
  if (version === undefined) return OBJECTS.get(id);
  return ALL_OBJECTS.find((definition) => definition.id === id && definition.version === version);
}

export function findResource(definition: ObjectDefinition, resourceId: number): ResourceDefinition | undefined {
  return definition.resources.find((resource) => resource.id === resourceId);
}
