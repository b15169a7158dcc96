/**
 * Object 5, Firmware Update: what a server may do in which state. The state machine itself is the host's, which is told
 * of the server's wishes and sets State and Update Result (OMA LwM2M Core 1.1 Appendix E.6; object versions 1.0, 1.1).
 */

import type { Clock } from "../../../ports/clock.ts";
import { CODE } from "../../coap/codes.ts";
import type { OutgoingResponse, UploadSink } from "../../coap/types.ts";
import type { ResourceValue } from "../model.ts";
import { instanceValues } from "../objects/define.ts";
import { FIRMWARE_UPDATE, FIRMWARE_UPDATE_1_0 } from "../objects/firmwareUpdate.ts";
import type { Caller, Refusal, ResourceBehaviour, ResourceBehaviours } from "./behaviour.ts";
import { refusalResponse } from "./refusals.ts";
import type { ObjectTree } from "./tree.ts";

/** 5/0/3. */
export const FIRMWARE_STATE = { idle: 0, downloading: 1, downloaded: 2, updating: 3 } as const;
export type FirmwareState = keyof typeof FIRMWARE_STATE;

/** 5/0/5; `cancelled` and `deferred` from object version 1.1 on. */
export const UPDATE_RESULT = {
  initial: 0,
  success: 1,
  notEnoughFlash: 2,
  outOfMemory: 3,
  connectionLost: 4,
  integrityCheckFailed: 5,
  unsupportedPackageType: 6,
  invalidUri: 7,
  updateFailed: 8,
  unsupportedProtocol: 9,
  cancelled: 10,
  deferred: 11,
} as const;
export type UpdateResult = keyof typeof UPDATE_RESULT;

/** 5/0/8. */
export const FIRMWARE_PROTOCOL = { coap: 0, coaps: 1, http: 2, https: 3 } as const;
export type FirmwareProtocol = keyof typeof FIRMWARE_PROTOCOL;

const DEFAULT_PROTOCOLS: readonly FirmwareProtocol[] = ["coap", "http", "https"];
/** Shared by the devices that have these: without DTLS, and with it. */
const PROTOCOL_VALUES: ReadonlyMap<string, ReadonlyMap<number, number>> = new Map(
  [DEFAULT_PROTOCOLS, Object.keys(FIRMWARE_PROTOCOL) as FirmwareProtocol[]].map((protocols) => [
    protocols.join(),
    protocolValue(protocols),
  ]),
);

/** Told before the response is sent; each call is one wish that the present state allows. */
export interface FirmwareHost {
  /** A package is to be fetched. The URI is as the server wrote it: a bad one shows in Update Result alone. */
  onUri(uri: string): void;
  /** Not in Updating: back to Idle, Update Result 0. */
  onReset(): void;
  /** Install what was downloaded. */
  onUpdate(): void;
  /** A package is pushed: where its octets go, or why they cannot. */
  openPackage(): UploadSink | OutgoingResponse;
  /** 5/0/10, version 1.1 only: back to Idle, Update Result 10. Without it the resource is not there. */
  onCancel?(): void;
  /** A server has written Severity or Maximum Defer Period, version 1.1 only. */
  onSettings?(): void;
}

/** What object version 1.1 has beside version 1.0. */
export interface FirmwareSettings {
  /** 5/0/11: 0 critical, 1 mandatory, 2 optional. */
  readonly severity?: number;
  /** 5/0/13. */
  readonly maximumDeferSeconds?: number;
  /** 5/0/12, ms since 1970. */
  readonly changedAt?: number;
}

export interface FirmwareObjectOptions extends FirmwareSettings {
  readonly host: FirmwareHost;
  readonly version?: "1.0" | "1.1";
  /** For 5/0/12, which is not there without. */
  readonly clock?: Pick<Clock, "wall">;
  /** Default CoAP, HTTP and HTTPS. */
  readonly protocols?: readonly FirmwareProtocol[];
  readonly state?: FirmwareState;
  /** What object version 1.0 does not have is `initial` there. */
  readonly result?: UpdateResult;
  /** 5/0/1 as it was before a restart. */
  readonly packageUri?: string;
}

/** The device's side of object 5. */
export class FirmwareObject {
  readonly #tree: ObjectTree;
  readonly #clock: Pick<Clock, "wall"> | undefined;
  readonly host: FirmwareHost;

  /** @param clock of object version 1.1: the time of the last state change is kept. */
  constructor(tree: ObjectTree, host: FirmwareHost, clock?: Pick<Clock, "wall">) {
    this.#tree = tree;
    this.#clock = clock;
    this.host = host;
  }

  get state(): FirmwareState {
    return nameOf(FIRMWARE_STATE, this.#tree.get(5, 0, 3));
  }

  get result(): UpdateResult {
    return nameOf(UPDATE_RESULT, this.#tree.get(5, 0, 5));
  }

  get packageUri(): string {
    return String(this.#tree.get(5, 0, 1));
  }

  /** Empty with object version 1.0. */
  get settings(): FirmwareSettings {
    const [severity, changedAt, maximumDeferSeconds] = [11, 12, 13].map((id) => this.#tree.get(5, 0, id));
    return {
      ...(severity !== undefined && { severity: Number(severity) }),
      ...(changedAt !== undefined && { changedAt: 1_000 * Number(changedAt) }),
      ...(maximumDeferSeconds !== undefined && {
        maximumDeferSeconds: Math.min(Number(maximumDeferSeconds), Number.MAX_SAFE_INTEGER),
      }),
    };
  }

  /** All are told together, so no server sees one without the other. Throws `Lwm2mError` for what version 1.0 lacks. */
  set(values: { readonly state?: FirmwareState; readonly result?: UpdateResult; readonly packageUri?: string }): void {
    const { state, result, packageUri } = values;
    this.#tree.batch(() => {
      if (result !== undefined) this.#tree.set(5, 0, 5, UPDATE_RESULT[result]);
      if (state !== undefined) {
        if (state !== this.state) this.#noteChange();
        this.#tree.set(5, 0, 3, FIRMWARE_STATE[state]);
      }
      if (packageUri !== undefined) this.#tree.set(5, 0, 1, packageUri);
    });
  }

  /** 5/0/12. */
  #noteChange(): void {
    if (this.#clock !== undefined) this.#tree.set(5, 0, 12, Math.floor(this.#clock.wall() / 1_000));
  }

  /** PkgName and PkgVersion, empty where unknown. */
  setPackage({ name = "", version = "" }: { readonly name?: string; readonly version?: string }): void {
    this.#tree.batch(() => {
      this.#tree.set(5, 0, 6, name);
      this.#tree.set(5, 0, 7, version);
    });
  }
}

const PUSH_AND_PULL = 2;
const RESULTS_OF_1_1: ReadonlySet<UpdateResult> = new Set(["cancelled", "deferred"]);
/** 5/0/11: mandatory. */
const DEFAULT_SEVERITY = 1;
const NUL = 0;

const RESOURCES: ResourceBehaviours<FirmwareObject> = {
  0: {
    check: (_instanceId, value, caller, { state }) =>
      isReset(value) ? refuseReset(state, caller) : badRequest("a package is written to /5/0/0 by itself"),
    write: (_instanceId, _value, _caller, { host }) => host.onReset(),
    upload: (_instanceId, firmware) => new PackageUpload(firmware),
  },
  1: {
    check: (_instanceId, uri, caller, { state }) =>
      uri === "" ? refuseReset(state, caller) : refuseUri(state, caller),
    written({ now: uri, caller }, { host }) {
      if (caller !== "server") return;
      if (uri === "") host.onReset();
      else host.onUri(String(uri));
    },
  },
  2: {
    execute(_instanceId, _args, { state, host }) {
      if (state !== "downloaded") return notAllowed(`Update in State ${state}`);
      host.onUpdate();
      return undefined;
    },
  },
};

const SETTING: ResourceBehaviour<FirmwareObject> = { written: (_write, { host }) => host.onSettings?.() };

const RESOURCES_1_1: ResourceBehaviours<FirmwareObject> = { ...RESOURCES, 11: SETTING, 13: SETTING };

const RESOURCES_WITH_CANCEL: ResourceBehaviours<FirmwareObject> = {
  ...RESOURCES_1_1,
  10: {
    execute(_instanceId, _args, { state, host }) {
      if (state !== "downloading" && state !== "downloaded") return notAllowed(`Cancel in State ${state}`);
      host.onCancel?.();
      return undefined;
    },
  },
};

export function addFirmwareObject(tree: ObjectTree, options: FirmwareObjectOptions): FirmwareObject {
  const { host, version = "1.0", protocols = DEFAULT_PROTOCOLS } = options;
  const isFirst = version === "1.0";
  const firmware = new FirmwareObject(tree, host, isFirst ? undefined : options.clock);
  const newer = host.onCancel === undefined ? RESOURCES_1_1 : RESOURCES_WITH_CANCEL;
  tree.add(isFirst ? FIRMWARE_UPDATE_1_0 : FIRMWARE_UPDATE, {
    resources: isFirst ? RESOURCES : newer,
    context: firmware,
  });
  const initial = instanceValues(FIRMWARE_UPDATE, {
    1: options.packageUri ?? "",
    3: FIRMWARE_STATE[options.state ?? "idle"],
    5: initialResult(options.result, isFirst),
    8: PROTOCOL_VALUES.get(protocols.join()) ?? protocolValue(protocols),
    9: PUSH_AND_PULL,
    ...(isFirst ? {} : initialSettings(options)),
  });
  tree.create(5, 0, initial);
  return firmware;
}

function initialResult(result: UpdateResult = "initial", isFirst: boolean): number {
  return UPDATE_RESULT[isFirst && RESULTS_OF_1_1.has(result) ? "initial" : result];
}

function initialSettings({ severity, maximumDeferSeconds, changedAt }: FirmwareSettings) {
  return {
    11: severity ?? DEFAULT_SEVERITY,
    12: changedAt === undefined ? undefined : Math.floor(changedAt / 1_000),
    13: maximumDeferSeconds,
  };
}

/** A push. What it is shows with its first octets: a single NUL (or nothing) is a reset, anything else a package. */
class PackageUpload implements UploadSink {
  readonly #firmware: FirmwareObject;
  #sink: UploadSink | undefined;

  constructor(firmware: FirmwareObject) {
    this.#firmware = firmware;
  }

  async write(chunk: Uint8Array, offset: number): Promise<OutgoingResponse | undefined> {
    if (this.#sink === undefined) {
      const refused = this.#begin(chunk);
      if (refused !== undefined) return refused;
    }
    return this.#sink?.write(chunk, offset);
  }

  async finish(): Promise<OutgoingResponse> {
    return this.#sink?.finish() ?? { code: CODE.BAD_REQUEST };
  }

  abort(): void {
    this.#sink?.abort();
  }

  #begin(chunk: Uint8Array): OutgoingResponse | undefined {
    const { state, host } = this.#firmware;
    if (isReset(chunk)) {
      const refusal = refuseReset(state, "server");
      if (refusal !== undefined) return refusalResponse(refusal);
      host.onReset();
      return { code: CODE.CHANGED };
    }
    if (state !== "idle") {
      return refusalResponse(
        state === "updating" ? notAllowed("a package in State updating") : badRequest(`State is ${state}, not idle`),
      );
    }
    const opened = host.openPackage();
    if ("code" in opened) return opened;
    this.#sink = opened;
    return undefined;
  }
}

function isReset(value: ResourceValue): boolean {
  return value instanceof Uint8Array && (value.length === 0 || (value.length === 1 && value[0] === NUL));
}

function refuseReset(state: FirmwareState, caller: Caller): Refusal | undefined {
  if (caller === "bootstrap") return notAllowed("a firmware update is a management server's to control");
  return state === "updating" ? notAllowed("a reset in State updating") : undefined;
}

function refuseUri(state: FirmwareState, caller: Caller): Refusal | undefined {
  if (caller === "bootstrap") return notAllowed("a firmware update is a management server's to control");
  // The device itself puts back what a restart left.
  return state === "idle" || caller === "device" ? undefined : badRequest(`State is ${state}, not idle`);
}

function notAllowed(what: string): Refusal {
  return { code: CODE.METHOD_NOT_ALLOWED, detail: `not allowed: ${what}` };
}

function badRequest(detail: string): Refusal {
  return { code: CODE.BAD_REQUEST, detail };
}

function protocolValue(protocols: readonly FirmwareProtocol[]): ReadonlyMap<number, number> {
  return new Map(protocols.map((protocol, index) => [index, FIRMWARE_PROTOCOL[protocol]]));
}

function nameOf<Names extends Readonly<Record<string, number>>>(
  names: Names,
  value: ResourceValue | undefined,
): keyof Names {
  return Object.keys(names).find((name) => names[name] === value)!;
}
