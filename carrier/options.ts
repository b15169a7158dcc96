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
import type { CarrierEventMessage, EventHandler } from "./application.ts";
import type { DeferUpdate } from "./deviceFirmware.ts";
import type { ObjectOption } from "./ownObjects.ts";
import type { Profile } from "./profiles/profile.ts";
import type { ProfileName } from "./profiles/profiles.ts";

export interface CarrierOptions {
  /** Which generation of the library's event API is spoken; one of ours by its id, or your own. Default `3.6`. */
  readonly edition?: EditionId | Edition;
  /** Endpoint name. Default `urn:imei:` and the modem's IMEI. */
  readonly endpoint?: string;
  /** Bootstrap server. Needed unless there are `servers`. */
  readonly bootstrap?: BootstrapProvision;
  /** Content format that a bootstrap server is asked to write in. Default SenML CBOR (112). */
  readonly bootstrapFormat?: 11542 | 110 | 112;
  /** Management servers provisioned in the factory, registered with first. */
  readonly servers?: readonly ServerProvision[];
  /** Answers events; without it, or where it calls `standard`, the library's own thread does. */
  readonly handler?: EventHandler;
  /** Sees every event; for the answer there is `handler`. */
  readonly onEvent?: (event: CarrierEventMessage) => void;
  /** Default: a simulated one, attached at once, in memory of its own. */
  readonly modem?: Modem;
  /** Default: the modem's own sockets where it has them (`modem.sockets`), else UDP from this host. */
  readonly transport?: Transport;
  /** What lies between the carrier and that transport: something that loses, delays or changes datagrams on purpose. */
  readonly wire?: (transport: Transport) => Transport;
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
   * (RFC 7925 §11), cipher suites, Connection ID. The DTLS of a modem's own sockets takes `connectionId: false` alone.
   */
  readonly dtls?: DtlsParameters;
  /** Times and counts of the charts. */
  readonly settings?: { readonly [Part in keyof ChartSettings]?: Partial<ChartSettings[Part]> | ChartSettings[Part] };
  readonly firmware?: {
    /** PEM certificates of the CAs that firmware hosts are trusted by. */
    readonly trustedCa?: readonly (string | Uint8Array)[];
    /** Longest wait for the next block of a pushed package, minutes. Default 30. */
    readonly downloadTimeoutMinutes?: number;
    /** Version of object 5 that servers are offered. Default `1.0`; `1.1` has cancel, defer and severity. */
    readonly objectVersion?: "1.0" | "1.1";
    /** With object version 1.1 asked before an image is installed. Default: at once. */
    readonly defer?: DeferUpdate;
  };
  /** What the device says of itself (object 3); what the modem knows comes from the modem. */
  readonly device?: DeviceIdentity;
  /** Further objects: definitions alone, or `{ definition, behaviour?, instances? }` with callbacks and values. */
  readonly objects?: readonly ObjectOption[];
  /**
   * Carrier profiles that are enabled, ours by name or your own; the SIM's operator code decides which of them applies.
   * Default `["generic"]`, which is also what a SIM of nobody's gets.
   */
  readonly carriers?: readonly (ProfileName | Profile)[];
  /** Registers by itself. Default: as the carrier profile says, true in all of ours. */
  readonly automaticRegistration?: boolean;
  /** Tells servers that the device is reachable only for a while after each exchange (queue mode). Default false. */
  readonly queueMode?: boolean;
  /** How long the device listens after an exchange in queue mode, s. Default 93 (MAX_TRANSMIT_WAIT, RFC 7252 §4.8.2). */
  readonly awakeSeconds?: number;
  /** Notifications that are kept for a server while it cannot be reached, 0 to 10000. Default 200; the oldest go first. */
  readonly storedNotifications?: number;
  /** Reads the accounts from the SIM before any bootstrap server is asked. Default false. */
  readonly bootstrapFromSmartcard?: boolean;
  /** Seconds after which a notification is confirmable again, a day at most (RFC 7641 §4.5). Default 86400; -1 always. */
  readonly confirmableIntervalSeconds?: number;
  /** Access point name and type of the PDN; the network's defaults without. */
  readonly apn?: string;
  readonly pdnType?: PdnType;
}
