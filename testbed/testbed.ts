/** Everything a carrier runs against, wired together on loopback: the servers are real, nothing is mocked. */
import type { Clock } from "../ports/clock.ts";
import type { BootstrapProvision } from "../services/lwm2m/device/provision.ts";
import type { ServerAccount } from "./account.ts";
import {
  type BootstrapBehaviour,
  type BootstrapEvent,
  type BootstrapServer,
  startBootstrapServer,
} from "./bootstrapServer.ts";
import { type CoapFirmwareHost, type CoapFirmwareHostEvent, startCoapFirmwareHost } from "./coapFirmwareHost.ts";
import type { CoapPortOptions } from "./coapPort.ts";
import type { Logged } from "./eventLog.ts";
import {
  type FirmwareHost,
  type FirmwareHostEvent,
  type FirmwareHostOptions,
  startFirmwareHost,
} from "./firmwareHost.ts";
import type { HostedImage } from "./imageResponse.ts";
import { Keyring, type PskSecurity } from "./keyring.ts";
import {
  type ManagementBehaviour,
  type ManagementEvent,
  type ManagementServer,
  startManagementServer,
} from "./managementServer.ts";

/** Where the good image and the one that does not match its checksum are served. */
export const GOOD_IMAGE_PATH = "/firmware/good.bin";
export const BAD_IMAGE_PATH = "/firmware/bad.bin";

export type TestbedEntry =
  | ({ readonly server: "bootstrap" } & Logged<BootstrapEvent>)
  | ({ readonly server: "management" } & Logged<ManagementEvent>)
  | ({ readonly server: "firmwareHost" } & Logged<FirmwareHostEvent>)
  | ({ readonly server: "coapFirmwareHost" } & Logged<CoapFirmwareHostEvent>);

type Placement = Pick<CoapPortOptions, "port" | "absent">;

export interface TestbedOptions {
  readonly clock: Clock;
  /** Numeric address that everything listens on; default 127.0.0.1. */
  readonly host?: string;
  /**
   * `psk`: servers and devices prove themselves to each other over DTLS (`coaps`). The bootstrap server knows the keys
   * that `provision` hands out, and gives each device a key of its own for the other servers. Default `none`.
   */
  readonly security?: "none" | "psk";
  /** The firmware image; the bad one is the same with its last octet changed. Without it no image is served. */
  readonly image?: Uint8Array | HostedImage;
  /** The account that the bootstrap server hands to every device, beside the management server's URI. */
  readonly account?: Partial<Omit<ServerAccount, "uri">>;
  /** The URI in that account, when devices are to come another way (a proxy). */
  readonly managementUri?: string;
  readonly bootstrap?: Placement & { readonly behaviour?: BootstrapBehaviour; readonly discover?: boolean };
  readonly management?: Placement & { readonly behaviour?: ManagementBehaviour };
  readonly firmwareHost?: Pick<FirmwareHostOptions, "ports" | "absent">;
  /** Called with everything that any of the servers sees. */
  log?(entry: TestbedEntry): void;
}

export interface Testbed {
  readonly bootstrap: BootstrapServer;
  readonly management: ManagementServer;
  readonly firmwareHost: FirmwareHost;
  /** Serves the same images over CoAP; its keys are those of the management server. */
  readonly coapFirmwareHost: CoapFirmwareHost;
  /** Who has which key; absent without security. */
  readonly keys?: { readonly bootstrap: Keyring; readonly management: Keyring };
  readonly urls: {
    /** A good image. */
    readonly goodImage: string;
    /** An image that does not match its checksum. */
    readonly badImage: string;
    /** The good image from a host whose certificate another CA has signed. */
    readonly otherCaImage: string;
    /** The good image without TLS. */
    readonly plainImage: string;
    /** The good image over CoAP, with DTLS where the servers have it. */
    readonly coapImage: string;
  };
  /** The bootstrap server's account as a factory would put it on a device, key and all: another one for each device. */
  provision(device?: string): BootstrapProvision;
  /** The CA certificates that signed the firmware host's `https` and its `otherCa` origin, PEM. */
  readonly caPem: string;
  readonly otherCaPem: string;
  /** Stops everything; nothing is left open. */
  close(): Promise<void>;
}

/** Starts bootstrap server, management server and firmware hosts. What has started is closed again when one fails. */
export async function startTestbed(options: TestbedOptions): Promise<Testbed> {
  const { clock, host = "127.0.0.1", log } = options;
  const started: { close(): Promise<void> }[] = [];
  const close = async () => {
    await Promise.all(started.splice(0).map((server) => server.close()));
  };
  const keep = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const server = await starting;
    started.push(server);
    return server;
  };
  const keys = options.security === "psk" ? { bootstrap: new Keyring(), management: new Keyring() } : undefined;
  const managementKeys = keys && { secure: { psk: keys.management.keyOf } };
  const startManagement = async () => {
    const management = await keep(
      startManagementServer({
        clock,
        host,
        ...managementKeys,
        ...options.management,
        log: (entry) => log?.({ server: "management", ...entry }),
      }),
    );
    const account = { shortServerId: 123, uri: options.managementUri ?? management.uri };
    const bootstrap = await keep(
      startBootstrapServer({
        clock,
        host,
        ...(keys && { secure: { psk: keys.bootstrap.keyOf } }),
        ...options.bootstrap,
        defaultAccounts: (endpoint) => ({
          servers: [{ ...account, ...(keys && { security: keys.management.issue(endpoint) }), ...options.account }],
        }),
        log: (entry) => log?.({ server: "bootstrap", ...entry }),
      }),
    );
    return { management, bootstrap };
  };
  const images = imagesOf(options.image);
  const startFirmware = () =>
    keep(
      startFirmwareHost({
        clock,
        host,
        ...options.firmwareHost,
        images,
        log: (entry) => log?.({ server: "firmwareHost", ...entry }),
      }),
    );
  const startCoapFirmware = () =>
    keep(
      startCoapFirmwareHost({
        clock,
        host,
        ...managementKeys,
        images: Object.fromEntries(Object.entries(images).map(([path, { body }]) => [path, body])),
        log: (entry) => log?.({ server: "coapFirmwareHost", ...entry }),
      }),
    );

  const starting = [startManagement(), startFirmware(), startCoapFirmware()] as const;
  const failed = (await Promise.allSettled(starting)).find(({ status }) => status === "rejected");
  if (failed !== undefined) {
    await close();
    throw (failed as PromiseRejectedResult).reason;
  }
  const [servers, firmwareHost, coapFirmwareHost] = await Promise.all(starting);
  return {
    ...servers,
    firmwareHost,
    coapFirmwareHost,
    ...(keys && { keys }),
    urls: {
      goodImage: firmwareHost.url(GOOD_IMAGE_PATH),
      badImage: firmwareHost.url(BAD_IMAGE_PATH),
      otherCaImage: firmwareHost.url(GOOD_IMAGE_PATH, "otherCa"),
      plainImage: firmwareHost.url(GOOD_IMAGE_PATH, "http"),
      coapImage: coapFirmwareHost.url(GOOD_IMAGE_PATH),
    },
    provision: (device = "device") => ({
      uri: servers.bootstrap.uri,
      security: keys === undefined ? { mode: "none" } : accountSecurityOf(keys.bootstrap.issue(device)),
    }),
    caPem: firmwareHost.caPem,
    otherCaPem: firmwareHost.otherCaPem,
    close,
  };
}

function accountSecurityOf({ mode, identity, key }: PskSecurity): BootstrapProvision["security"] {
  return { mode, secrets: { publicKeyOrIdentity: new TextEncoder().encode(identity), secretKey: key } };
}

function imagesOf(image: Uint8Array | HostedImage | undefined): Record<string, HostedImage> {
  if (image === undefined) return {};
  const good = image instanceof Uint8Array ? { body: image } : image;
  const spoilt = Uint8Array.from(good.body);
  if (spoilt.length > 0) spoilt[spoilt.length - 1] = spoilt.at(-1)! ^ 0xff;
  return { [GOOD_IMAGE_PATH]: good, [BAD_IMAGE_PATH]: { body: spoilt } };
}
