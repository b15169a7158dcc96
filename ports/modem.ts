/**
 * The modem as the carrier sees it: the simulated one, an nRF91 behind AT commands, or another.
 * Times in ms, signal in dBm and dB. Every method rejects with a `ModemError` and nothing else.
 */

/** AT+CFUN: 0 minimum functionality, 1 normal, 4 flight mode (3GPP TS 27.007 §8.2). */
export type FunctionalMode = "powerOff" | "normal" | "offline";

/** +CEREG <stat> (3GPP TS 27.007 §10.1.22), and the UICC failure that nRF91 reports as 90. */
export type RegistrationStatus =
  | "notRegistered"
  | "home"
  | "searching"
  | "denied"
  | "unknown"
  | "roaming"
  | "uiccFailure";

/** %CMNG credential types: 0 root CA, 1 client certificate, 2 private key, 3 PSK, 4 PSK identity, 5 public key. */
export type CredentialType = "ca" | "certificate" | "privateKey" | "psk" | "pskIdentity" | "publicKey";

/** What the modem lists of a credential: never the content. */
export interface CredentialEntry {
  readonly tag: number;
  readonly type: CredentialType;
  /** SHA-256 over the stored octets, 64 upper-case hexadecimal digits. */
  readonly digest: string;
}

/** Credential storage by security tag (0 to 2147483647). Writing and deleting need the modem offline or powered off. */
export interface CredentialStore {
  write(tag: number, type: CredentialType, content: Uint8Array): Promise<void>;
  delete(tag: number, type: CredentialType): Promise<void>;
  list(tag?: number): Promise<readonly CredentialEntry[]>;
  /** CA and client certificates only; a private key or PSK is refused with `noAccess`. */
  read(tag: number, type: CredentialType): Promise<Uint8Array>;
}

/**
 * The credentials of one tag as they were written, for DTLS on this host: certificates and keys PEM or DER, a PSK as
 * hexadecimal text. Secrets: used for one handshake and wiped, never kept, recorded or printed.
 */
export type TagCredentials = { readonly [Type in CredentialType]?: Uint8Array };

export type ModemErrorCode =
  | "notAllowed"
  | "notSupported"
  | "simNotInserted"
  | "simFailure"
  | "memoryFailure"
  | "incorrectParameters"
  | "notFound"
  | "noAccess"
  | "memoryFull"
  | "notAllowedInActiveState"
  | "alreadyExists"
  | "invalidCertificate"
  | "powerOffWarning"
  | "notInitialised"
  | "timeout"
  | "denied"
  | "pdnRefused"
  | "dfu"
  | "fault"
  | "refused"
  | "lineError"
  | "closed";

/** The result of an initialisation, the firmware update that it may have run included (nrf_modem_lib_init). */
export type ModemInitResult =
  | { readonly kind: "ok"; readonly firmwareVersion: string }
  | { readonly kind: "updated"; readonly firmwareVersion: string }
  | { readonly kind: "updateFailed"; readonly firmwareVersion: string; readonly code: number };

export interface ModemIdentity {
  /** 15 digits. */
  readonly imei: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmwareVersion: string;
  readonly hardwareVersion: string;
}

export interface SimIdentity {
  readonly present: boolean;
  readonly iccid?: string;
  readonly imsi?: string;
  /** Mobile country and network code of the home operator, for example `24201`. */
  readonly operator?: string;
  readonly msisdn?: string;
}

export interface SignalQuality {
  readonly rsrpDbm: number;
  readonly rsrqDb: number;
  readonly snrDb?: number;
}

export interface CellInfo {
  readonly plmn: string;
  readonly trackingArea: number;
  readonly cellId: number;
  readonly physicalCellId?: number;
  readonly earfcn?: number;
  readonly technology: "lteM" | "nbIot";
}

export type PdnType = "ipv4v6" | "ipv4" | "ipv6" | "nonIp";

export interface PdnInfo {
  readonly apn: string;
  readonly addresses: readonly string[];
  readonly dnsServers: readonly string[];
  readonly mtu?: number;
}

/** What the carrier library calls modem domain events. */
export type ModemDomainEvent = "overheated" | "batteryLow" | "resetLoop";

export type ModemNotification =
  | { readonly kind: "functionalMode"; readonly mode: FunctionalMode }
  | { readonly kind: "registration"; readonly status: RegistrationStatus; readonly rejectCause?: number }
  | { readonly kind: "pdn"; readonly state: "active" | "inactive" }
  | { readonly kind: "domain"; readonly event: ModemDomainEvent }
  | { readonly kind: "sms"; readonly from: string; readonly payload: Uint8Array }
  | { readonly kind: "shutdown" }
  | { readonly kind: "initialised"; readonly result: ModemInitResult }
  | { readonly kind: "fault"; readonly reason: number };

/** The area that takes a firmware image (nrf_modem_delta_dfu): one, erased before use, written in order. */
export interface FirmwareArea {
  /** Octets accepted so far; a download that was cut goes on here. */
  offset(): Promise<number>;
  size(): Promise<number>;
  erase(): Promise<void>;
  /** Appends at `offset`; anything else than the next octet is refused with `dfu`. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** Ends the image and has its integrity checked; a `ModemError` with code `dfu` carries the modem's DFU error. */
  finish(): Promise<void>;
  /** Marks the finished image: the next initialisation applies it. */
  schedule(): Promise<void>;
  /**
   * Present where the modem fetches an image itself, over HTTP or, with the CA certificate of `securityTag`, HTTPS; it
   * goes on where a download of the same image was cut. `finish` and `schedule` follow as for an image that was written.
   * Resolves for every ending that can be expected, rejects for a modem that does not answer.
   */
  download?(options: ModemDownloadOptions): Promise<ModemDownloadOutcome>;
}

export interface ModemDownloadOptions {
  /** `http:` or `https:`, with a path. */
  readonly uri: string;
  readonly securityTag?: number;
  /** Stops the download; what has come stays in the area. */
  readonly signal?: AbortSignal;
  /** Whole per cent of the image, 0 to 100. */
  onProgress?(percent: number): void;
}

/** How an image that the modem fetches itself ends; `detail` is for people and has no query of the URI in it. */
export type ModemDownloadOutcome =
  | { readonly kind: "complete" }
  /** The download broke off; asked again, it goes on where it stopped. */
  | { readonly kind: "interrupted"; readonly detail: string }
  /** The modem did not begin: it cannot fetch from there. */
  | { readonly kind: "refused"; readonly detail: string }
  /** The image has come and is none for this modem. */
  | { readonly kind: "rejected"; readonly detail: string }
  | { readonly kind: "aborted" };

/** Datagram sockets inside the modem, where it has them. */
export interface ModemSockets {
  connect(options: {
    readonly host: string;
    readonly port: number;
    readonly securityTag?: number;
    readonly serverName?: string;
    readonly connectionId?: boolean;
    readonly signal?: AbortSignal;
  }): Promise<ModemSocket>;
}

export interface ModemSocket {
  readonly local: { readonly address: string; readonly port: number };
  readonly peer: { readonly address: string; readonly port: number };
  send(bytes: Uint8Array): void;
  onDatagram(listener: (bytes: Uint8Array) => void): void;
  onClose(listener: (detail: string) => void): void;
  close(): void;
  /**
   * Ends it here without a word to the peer, where the modem can save a connection with Connection ID: the next
   * `connect` to the same peer with the same tag goes on with it. Where it cannot, it is `close`.
   */
  park?(): void;
}

/** What this modem can do; asked before use, never guessed. */
export interface ModemCapabilities {
  readonly sockets: boolean;
  readonly apdu: boolean;
  readonly sms: boolean;
  readonly firmwareArea: boolean;
  readonly signal: boolean;
  readonly batteryVoltage: boolean;
  readonly temperature: boolean;
}

export interface Modem {
  readonly capabilities: ModemCapabilities;
  readonly credentials: CredentialStore;
  readonly firmware: FirmwareArea;
  /** Present when `capabilities.sockets`. */
  readonly sockets?: ModemSockets;
  /**
   * Present where DTLS may run on this host with the keys of the modem's tags: a simulated modem, or a credential store
   * of the host. A modem that keeps its keys has none. The octets are the caller's own; a tag without any gives `{}`.
   */
  readonly hostCredentials?: (tag: number) => Promise<TagCredentials>;

  /** Starts the modem, offline; applies a scheduled image first. */
  init(): Promise<ModemInitResult>;
  /** The last initialisation's result; undefined while shut down. */
  readonly initialised: ModemInitResult | undefined;
  shutdown(): Promise<void>;
  /** Restarts the modem alone. */
  reset(): Promise<void>;
  /** Ends the driver: no notification after this. */
  close(): Promise<void>;

  setFunctionalMode(mode: FunctionalMode): Promise<void>;
  readonly functionalMode: FunctionalMode;
  readonly registration: RegistrationStatus;
  /** Configures the default PDN before attaching. */
  configurePdn(options: { readonly apn?: string; readonly type?: PdnType }): Promise<void>;
  /** Activates the PDN or rejects with `pdnRefused` and the ESM cause. */
  activatePdn(): Promise<PdnInfo>;

  identity(): Promise<ModemIdentity>;
  sim(): Promise<SimIdentity>;
  /** Sends an APDU to the UICC and returns its answer with status words (AT+CSIM). */
  apdu(command: Uint8Array): Promise<Uint8Array>;
  signal(): Promise<SignalQuality>;
  cell(): Promise<CellInfo>;
  /** Network time in ms since 1970. */
  networkTime(): Promise<number>;
  batteryVoltage(): Promise<{ readonly millivolts: number }>;
  temperature(): Promise<{ readonly celsius: number }>;

  /** Called for every notification, in order; returns the function that ends it. */
  subscribe(listener: (notification: ModemNotification) => void): () => void;
}

/** What a modem refuses with. `cme` is the +CME ERROR number, `dfu` the modem's DFU error, `cause` ESM or EMM. */
export interface ModemErrorShape extends Error {
  readonly code: ModemErrorCode;
  readonly cme?: number;
  readonly dfu?: number;
  readonly rejectCause?: number;
}
