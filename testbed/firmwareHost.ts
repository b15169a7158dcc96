/**
 * A firmware host: real HTTPS with a CA made at start, a second origin whose certificate comes from another CA, and
 * plain HTTP; all serve the same images, with Range, ETag and If-Range (RFC 9110), and break off or dawdle when told.
 */
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Clock, TimerId } from "../ports/clock.ts";
import { createCertificateAuthority, type HostCertificate } from "./certificates.ts";
import { EventLog, type Logged } from "./eventLog.ts";
import { type HostedImage, type SentBody, type ServedImage, servedImage, serveImage } from "./imageResponse.ts";
import { reservePort } from "./reservePort.ts";
import { TestbedError } from "./testbedError.ts";

/** `https` and `otherCa` differ in who signed the certificate. */
export type Origin = "https" | "otherCa" | "http";
const ORIGINS: readonly Origin[] = ["https", "otherCa", "http"];

export type FirmwareHostEvent =
  | {
      readonly type: "request";
      readonly origin: Origin;
      readonly method: string;
      readonly path: string;
      readonly range?: string;
      readonly ifRange?: string;
    }
  | ({ readonly type: "response"; readonly origin: Origin; readonly path: string; readonly status: number } & SentBody)
  /** A handshake that the client gave up, mostly for not trusting the certificate. */
  | { readonly type: "handshakeFailed"; readonly origin: Origin; readonly detail: string }
  /** The host could not appear by itself. */
  | { readonly type: "failed"; readonly detail: string };

export interface FirmwareHostOptions {
  readonly clock: Clock;
  /** Numeric address that certificates are made for, with `localhost`; default 127.0.0.1. */
  readonly host?: string;
  /** By path, `/firmware/good.bin`. */
  readonly images?: Readonly<Record<string, HostedImage | Uint8Array>>;
  /** Ports by origin; a free one by default. */
  readonly ports?: Partial<Record<Origin, number>>;
  /** True: known but refusing connections until `appear()`. A number: until that many ms have passed. Default false. */
  readonly absent?: boolean | number;
  log?(entry: Logged<FirmwareHostEvent>): void;
}

interface Authority {
  readonly caPem: string;
  readonly certificate: HostCertificate;
}

export class FirmwareHost {
  readonly events: EventLog<FirmwareHostEvent>;
  /** The CA that signed the certificate of `https`, PEM. */
  readonly caPem: string;
  /** The CA that signed the certificate of `otherCa`, PEM. */
  readonly otherCaPem: string;
  readonly #clock: Clock;
  readonly #host: string;
  readonly #certificates: Readonly<Record<Origin, HostCertificate | undefined>>;
  readonly #images = new Map<string, ServedImage>();
  /** Known from the start, listened on or not. */
  readonly #ports: Record<Origin, number>;
  readonly #servers = new Map<Origin, Server>();
  #appearing: TimerId;
  #starting: Promise<void> | undefined;

  private constructor(options: FirmwareHostOptions, https: Authority, otherCa: Authority) {
    this.#clock = options.clock;
    this.#host = options.host ?? "127.0.0.1";
    this.#ports = { https: 0, otherCa: 0, http: 0, ...options.ports };
    this.#certificates = { https: https.certificate, otherCa: otherCa.certificate, http: undefined };
    this.caPem = https.caPem;
    this.otherCaPem = otherCa.caPem;
    this.events = new EventLog(options.clock, options.log);
    for (const [path, image] of Object.entries(options.images ?? {})) this.setImage(path, image);
  }

  /** Used by `startFirmwareHost`. */
  static async start(options: FirmwareHostOptions): Promise<FirmwareHost> {
    const names = [options.host ?? "127.0.0.1", "localhost"];
    const makeAuthority = async (name: string): Promise<Authority> => {
      const authority = await createCertificateAuthority(name);
      return { caPem: authority.caPem, certificate: await authority.issue(names) };
    };
    const [https, otherCa] = await Promise.all([makeAuthority("Testbed Root CA"), makeAuthority("Another Root CA")]);
    const host = new FirmwareHost(options, https, otherCa);
    if (options.absent === undefined || options.absent === false) await host.appear();
    else await host.#stayAway(options.absent);
    return host;
  }

  /** Adds or replaces what a path serves. */
  setImage(path: string, image: HostedImage | Uint8Array): void {
    this.#images.set(path, servedImage(image instanceof Uint8Array ? { body: image } : image));
  }

  /** `https://127.0.0.1:PORT/firmware/good.bin`. */
  url(path: string, origin: Origin = "https"): string {
    const host = this.#host.includes(":") ? `[${this.#host}]` : this.#host;
    return `${origin === "http" ? "http" : "https"}://${host}:${this.#ports[origin]}${path}`;
  }

  /** Listens, where it does not. Rejects with `portInUse` when a port is taken; nothing is left listening then. */
  appear(): Promise<void> {
    this.#clock.clearTimeout(this.#appearing);
    this.#starting ??= this.#listenEverywhere().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  /** Cuts connections and stops listening; the ports stay known and can be taken again by `appear`. */
  async disappear(): Promise<void> {
    this.#clock.clearTimeout(this.#appearing);
    await this.#starting?.catch(() => undefined); // Whoever called `appear` has heard of it.
    await this.#stop();
  }

  async close(): Promise<void> {
    await this.disappear();
    this.events.close();
  }

  async #listenEverywhere(): Promise<void> {
    const absent = ORIGINS.filter((origin) => !this.#servers.has(origin));
    const listening = await Promise.allSettled(absent.map((origin) => this.#listen(origin)));
    const failed = listening.find((outcome) => outcome.status === "rejected");
    if (failed === undefined) return;
    await this.#stop();
    throw failed.reason;
  }

  async #stop(): Promise<void> {
    const servers = [...this.#servers.values()];
    this.#servers.clear();
    await Promise.all(
      servers.map((server) => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        return closed;
      }),
    );
  }

  async #stayAway(absent: true | number): Promise<void> {
    for (const origin of ORIGINS) this.#ports[origin] ||= await reservePort("tcp", this.#host);
    if (absent === true) return;
    this.#appearing = this.#clock.setTimeout(() => {
      this.appear().catch((error: Error) => this.events.record({ type: "failed", detail: error.message }));
    }, absent);
  }

  async #listen(origin: Origin): Promise<void> {
    const certificate = this.#certificates[origin];
    const serve = (request: IncomingMessage, response: ServerResponse) => this.#serve(origin, request, response);
    const server = certificate
      ? createHttpsServer({ cert: certificate.certificate, key: certificate.privateKey }, serve)
      : createHttpServer(serve);
    server.on("tlsClientError", (error) => {
      this.events.record({ type: "handshakeFailed", origin, detail: error.message });
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", (cause) => {
        const at = `${this.#host}:${this.#ports[origin]}`;
        reject(new TestbedError("portInUse", `cannot listen on ${at}: ${cause.message}`, { cause }));
      });
      server.listen(this.#ports[origin], this.#host, resolve);
    });
    this.#ports[origin] = (server.address() as AddressInfo).port;
    this.#servers.set(origin, server);
  }

  #serve(origin: Origin, request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? "/").split("?")[0]!;
    const { range, "if-range": ifRange } = request.headers as Record<string, string | undefined>;
    this.events.record({
      type: "request",
      origin,
      method: request.method ?? "GET",
      path,
      ...(range === undefined ? {} : { range }),
      ...(ifRange === undefined ? {} : { ifRange }),
    });
    serveImage(request, response, this.#images.get(path), this.#clock)
      .then((sent) => this.events.record({ type: "response", origin, path, status: response.statusCode, ...sent }))
      .catch(() => response.destroy());
  }
}

/** Starts the three origins. Rejects with a `TestbedError` when a port cannot be bound. */
export function startFirmwareHost(options: FirmwareHostOptions): Promise<FirmwareHost> {
  return FirmwareHost.start(options);
}
