/** A configuration file as schema/config.schema.json allows it. Times are in seconds unless said otherwise there. */
import type { EditionId } from "../../machines/editions/index.ts";
import type { ModemFaultName, ModemFaultOf } from "../../modem/index.ts";
import type { PdnType } from "../../ports/modem.ts";
import type { CoapParameters } from "../../services/coap/parameters.ts";
import type { BatteryStatus, ErrorCode, PowerSource } from "../../services/lwm2m/device/deviceValues.ts";
import type { Velocity } from "../../services/lwm2m/device/velocity.ts";
import type { ProfileName } from "../profiles/profiles.ts";

export interface ConfigFile {
  readonly $schema?: string;
  readonly edition?: EditionId;
  readonly endpoint?: string;
  readonly carriers?: readonly ProfileName[];
  readonly store?: string;
  readonly storeKey?: string;
  readonly bootstrap?: BootstrapConfig;
  readonly servers?: readonly ServerConfig[];
  readonly bootstrapFromSmartcard?: boolean;
  readonly automaticRegistration?: boolean;
  readonly queueMode?: boolean;
  readonly awakeTime?: number;
  readonly storedNotifications?: number;
  readonly sessionIdleTimeout?: number;
  readonly apn?: string;
  readonly pdnType?: PdnType;
  readonly stopTimeout?: number;
  readonly local?: { readonly host?: string; readonly port?: number };
  readonly objects?: { readonly folder: string };
  readonly device?: DeviceConfig;
  readonly modem?: ModemConfig;
  readonly link?: {
    readonly connectTimeout?: number;
    readonly disconnectTimeout?: number;
    readonly retryDelay?: number;
  };
  readonly firmware?: {
    readonly trustedCa?: readonly string[];
    readonly objectVersion?: "1.0" | "1.1";
    /** Minutes. */
    readonly downloadTimeout?: number;
    readonly resumeDelay?: number;
    readonly resumeAttempts?: number;
  };
  readonly coap?: CoapConfig;
}

export interface RetryConfig {
  readonly count?: number;
  readonly timer?: number;
  readonly sequenceDelay?: number;
  readonly sequenceCount?: number;
}

export interface BootstrapConfig {
  readonly uri: string;
  readonly security?: SecurityConfig;
  readonly holdOff?: number;
  readonly accountTimeout?: number;
  readonly preferredFormat?: "senmlCbor" | "senmlJson" | "tlv";
  readonly timeout?: number;
  readonly retry?: RetryConfig;
}

export interface ServerConfig {
  readonly uri: string;
  readonly security?: SecurityConfig;
  readonly shortServerId?: number;
  readonly lifetime?: number;
  readonly binding?: string;
  readonly storesNotifications?: boolean;
  readonly disableTimeout?: number;
  readonly priority?: number;
  readonly initialDelay?: number;
  readonly failureBlock?: boolean;
  readonly bootstrapOnFailure?: boolean;
  readonly muteSend?: boolean;
  readonly retry?: RetryConfig;
}

export type SecurityConfig =
  | { readonly mode: "none" }
  | {
      readonly mode: "psk";
      readonly identity?: string;
      readonly key?: string;
      readonly tag?: number;
      readonly cid?: boolean;
    }
  | { readonly mode: "rpk"; readonly privateKey: string; readonly serverPublicKey: string; readonly cid?: boolean }
  | {
      readonly mode: "x509";
      readonly certificate: string;
      readonly privateKey: string;
      readonly serverCertificate?: string;
      readonly trustedCa?: string;
      readonly certificateUsage?: number;
      readonly serverName?: string;
      readonly cid?: boolean;
    };

export interface DeviceConfig {
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serialNumber?: string;
  readonly deviceType?: string;
  readonly hardwareVersion?: string;
  readonly softwareVersion?: string;
  readonly powerSources?: readonly PowerSource[];
  /** mV. */
  readonly voltage?: Readonly<Partial<Record<PowerSource, number>>>;
  /** mA. */
  readonly current?: Readonly<Partial<Record<PowerSource, number>>>;
  readonly batteryLevel?: number;
  readonly batteryStatus?: BatteryStatus;
  readonly memoryTotal?: number;
  readonly memoryFree?: number;
  readonly errorCodes?: readonly ErrorCode[];
  readonly utcOffset?: string;
  readonly timezone?: string;
  readonly location?: {
    readonly latitude: number;
    readonly longitude: number;
    readonly altitude?: number;
    readonly radius?: number;
    readonly timestamp?: number;
  };
  readonly velocity?: Velocity;
  readonly portfolio?: readonly string[];
}

export type ModemConfig = AtModemConfig | SimulatedModemConfig;

export interface AtModemConfig {
  readonly kind: "at";
  readonly port: string;
  readonly baudRate?: number;
  readonly dataPath?: "modem" | "host";
  readonly downloads?: "host" | "modem";
}

export interface SimulatedModemConfig {
  readonly kind: "simulated";
  readonly seed?: number;
  readonly timing?: "instant" | "realistic";
  readonly imei?: string;
  readonly firmwareVersion?: string;
  readonly operator?: string;
  readonly smartcard?: string;
  readonly faults?: { readonly [Name in ModemFaultName]?: Omit<ModemFaultOf<Name>, "name"> };
}

/** CoAP's parameters with times in seconds (`ackTimeout` for `ackTimeoutMs`). */
export type CoapConfig = {
  readonly [Key in keyof CoapParameters as Key extends `${infer Time}Ms` ? Time : Key]?: number;
} & { readonly confirmableInterval?: number };
