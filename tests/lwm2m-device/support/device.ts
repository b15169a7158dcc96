/** A device with objects 0 to 7 and two accounts, and a server that asks it directly. */

import { CODE, formatCode } from "../../../services/coap/codes.ts";
import type { IncomingRequest, OutgoingResponse, UploadSink } from "../../../services/coap/types.ts";
import {
  addConnectivityObject,
  addDeviceObject,
  addFirmwareObject,
  addSecurityObject,
  addServerObject,
  CONNECTIVITY_STATISTICS,
  DeviceManagement,
  type DeviceManagementOptions,
  type FirmwareObject,
  LOCATION,
  ObjectTree,
  PORTFOLIO,
  provision,
  SecretVault,
} from "../../../services/lwm2m/index.ts";
import { VirtualClock } from "../../support/virtualClock.ts";

/** What hosts were told, one line each. */
export type Told = string[];

export const SERVER_ID = 101;
const utf8 = new TextEncoder();

export interface TestDevice {
  readonly clock: VirtualClock;
  readonly tree: ObjectTree;
  readonly vault: SecretVault;
  readonly firmware: FirmwareObject;
  readonly told: Told;
  /** What was pushed into /5/0/0. */
  readonly pushed: Uint8Array[];
}

export function makeDevice(options: { firmwareVersion?: "1.0" | "1.1" } = {}): TestDevice {
  const clock = new VirtualClock();
  const tree = new ObjectTree();
  const vault = new SecretVault();
  const told: Told = [];
  const pushed: Uint8Array[] = [];
  addSecurityObject(tree, vault);
  addServerObject(tree, {
    onUpdateTrigger: (id) => told.push(`update ${id}`),
    onDisable: (id, seconds) => told.push(`disable ${id} ${seconds}`),
    onBootstrapTrigger: (id) => told.push(`bootstrap ${id}`),
    onChanged: (id, what) => told.push(`changed ${id} ${what}`),
  });
  addDeviceObject(tree, {
    clock,
    identity: { manufacturer: "Acme", modelNumber: "X1", firmwareVersion: "1.0.0" },
    host: {
      onReboot: () => told.push("reboot"),
      onErrorCodesReset: () => told.push("errors reset"),
    },
  });
  addConnectivityObject(tree);
  const sink: UploadSink = {
    write: async (chunk) => {
      pushed.push(chunk.slice());
      return undefined;
    },
    finish: async () => ({ code: CODE.CHANGED }),
    abort: () => told.push("push aborted"),
  };
  const firmware = addFirmwareObject(tree, {
    ...(options.firmwareVersion !== undefined && { version: options.firmwareVersion }),
    host: {
      onUri: (uri) => told.push(`uri ${uri}`),
      onReset: () => told.push("firmware reset"),
      onUpdate: () => told.push("firmware update"),
      onCancel: () => told.push("firmware cancel"),
      openPackage: () => {
        told.push("push begins");
        return sink;
      },
    },
  });
  tree.add(LOCATION);
  tree.add(CONNECTIVITY_STATISTICS);
  tree.add(PORTFOLIO);
  provision(tree, vault, {
    bootstrap: { uri: "coap://bootstrap.example", security: { mode: "none" } },
    servers: [
      { uri: "coap://server.example", shortServerId: SERVER_ID, lifetimeSeconds: 300, security: { mode: "none" } },
    ],
  });
  return { clock, tree, vault, firmware, told, pushed };
}

export interface Ask {
  readonly method: keyof typeof CODE;
  readonly path: string;
  readonly query?: readonly string[];
  readonly accept?: number;
  readonly observe?: number;
  readonly token?: Uint8Array;
  readonly contentFormat?: number;
  readonly payload?: Uint8Array | string;
}

export function requestOf({ method, path, payload = "", ...rest }: Ask): IncomingRequest {
  return {
    query: [],
    accept: undefined,
    observe: undefined,
    token: Uint8Array.of(1),
    confirmable: true,
    ...rest,
    method: CODE[method],
    path: path === "/" ? [] : path.slice(1).split("/"),
    payload: typeof payload === "string" ? utf8.encode(payload) : payload,
  };
}

export interface Answer {
  /** `2.05`. */
  readonly code: string;
  readonly text: string;
  readonly response: OutgoingResponse;
}

export function answerOf(response: OutgoingResponse): Answer {
  return { code: formatCode(response.code), text: new TextDecoder().decode(response.payload), response };
}

export interface TestServer {
  readonly management: DeviceManagement;
  ask(ask: Ask): Promise<Answer>;
}

export function serve(device: TestDevice, options: Partial<DeviceManagementOptions> = {}): TestServer {
  const management = new DeviceManagement({
    clock: device.clock,
    tree: device.tree,
    shortServerId: SERVER_ID,
    ...options,
  });
  return { management, ask: async (ask) => answerOf(await management.onRequest(requestOf(ask))) };
}
