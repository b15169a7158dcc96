/** What a carrier is made from. Everything but the servers has a default. */
import type { Edition } from "../machines/edition.ts";
import type { EditionId } from "../machines/editions/index.ts";
import type { ChartSettings } from "../machines/settings.ts";
import type { Clock } from "../ports/clock.ts";
import type { Modem, PdnType } from "../ports/modem.ts";
import type { Random } from "../ports/random.ts";
import type { Storage } from "../ports/storage.ts";
import type { Trace, TraceSink } from "../ports/trace.ts";
import type { Transport } from "../ports/transport.ts";
import type { CoapParameters } from "../services/coap/parameters.ts";
import type { DtlsParameters } from "../services/dtls/dtlsParameters.ts";
import type { DeviceIdentity } from "../services/lwm2m/device/deviceObject.ts";
import type { BootstrapProvision, ServerProvision } from "../services/lwm2m/device/provision.ts";
import type { ObjectDefinition } from "../services/lwm2m/model.ts";
import type { CarrierEventMessage, EventHandler } from "./application.ts";

export interface CarrierOptions {
  /** Which generation of the library's event API is spoken; one of ours by its id, or your own. Default `3.6`. */
  readonly edition?: EditionId | Edition;
  /** Endpoint name. Default `urn:imei:` and the modem's IMEI. */
  readonly endpoint?: string;
  /** Bootstrap server. Needed unless there are `servers`. */
  readonly bootstrap?: BootstrapProvision;
  /** Management servers provisioned in the factory, registered with first. */
  readonly servers?: readonly ServerProvision[];
  /** Answers events; without it, or where it calls `standard`, the library's own thread does. */
  readonly handler?: EventHandler;
  /** Sees every event; for the answer there is `handler`. */
  readonly onEvent?: (event: CarrierEventMessage) => void;
  /** Default: a simulated one, attached at once, in memory of its own. */
  readonly modem?: Modem;
  /** Default: UDP. */
  readonly transport?: Transport;
  /** Address and port to send from, for the default transport. Port 0, the default, takes a free one. */
  readonly local?: { readonly host?: string; readonly port?: number };
  /** Where facts survive a restart. Default: memory. */
  readonly storage?: Storage;
  /** Default: real time. */
  readonly clock?: Clock;
  /** Default: the system's. */
  readonly random?: Random;
  /** Takes a record of every fact worth showing. Without it none is made. */
  readonly trace?: TraceSink | Trace;
  /** CoAP's transmission parameters (RFC 7252 §4.8). */
  readonly coap?: Partial<CoapParameters>;
  /**
   * DTLS on this host, for `coaps:` with a modem that gives its credentials: session idle timeout, retransmission
   * (RFC 7925 §11), cipher suites, Connection ID. A modem that keeps its keys needs a `transport` that has `coaps:`.
   */
  readonly dtls?: DtlsParameters;
  /** Times and counts of the charts. */
  readonly settings?: { readonly [Part in keyof ChartSettings]?: Partial<ChartSettings[Part]> | ChartSettings[Part] };
  readonly firmware?: {
    /** PEM certificates of the CAs that firmware hosts are trusted by. */
    readonly trustedCa?: readonly (string | Uint8Array)[];
    /** Longest wait for the next block of a pushed package, minutes. Default 30. */
    readonly downloadTimeoutMinutes?: number;
  };
  /** What the device says of itself (object 3); what the modem knows comes from the modem. */
  readonly device?: DeviceIdentity;
  /** Definitions of further objects, own or from `loadObjectFolder`. */
  readonly objects?: readonly ObjectDefinition[];
  /** Registers by itself. Default true. */
  readonly automaticRegistration?: boolean;
  /** Seconds after which a notification is confirmable again. Default 86400; -1 always. */
  readonly confirmableIntervalSeconds?: number;
  /** Access point name and type of the PDN; the network's defaults without. */
  readonly apn?: string;
  readonly pdnType?: PdnType;
}
