/**
 * The device that the charts act on: its object tree, its facts, its sessions, its modem. Everything that the charts'
 * services share lies here; no decision does.
 */
import type { CarrierEvent, DeviceEvent, DeviceFacts } from "../machines/carrierModel.ts";
import type { FirmwareValues } from "../machines/fota.ts";
import type { ModemOutcome } from "../machines/init.ts";
import type { ServerFacts } from "../machines/outcomes.ts";
import type { ModemInitResult, ModemNotification } from "../ports/modem.ts";
import type { OpenRequest, Transport } from "../ports/transport.ts";
import { deriveTimes, resolveParameters } from "../services/coap/parameters.ts";
import type { CoapHandler } from "../services/coap/types.ts";
import type { DtlsTransport } from "../services/dtls/dtlsTransport.ts";
import { createPackageSink } from "../services/firmware/pushSink.ts";
import { bootstrapAccount, type ServerAccount, serverAccounts } from "../services/lwm2m/device/accounts.ts";
import { setDeviceIdentity } from "../services/lwm2m/device/deviceObject.ts";
import { DeviceValues } from "../services/lwm2m/device/deviceValues.ts";
import { DeviceManagement } from "../services/lwm2m/device/dispatch.ts";
import { FIRMWARE_STATE, type FirmwareObject } from "../services/lwm2m/device/firmwareObject.ts";
import { restoreTree, serialiseTree, type TreeState } from "../services/lwm2m/device/persistence.ts";
import { provision } from "../services/lwm2m/device/provision.ts";
import { SecretVault } from "../services/lwm2m/device/secretVault.ts";
import { ObjectTree, type TreeChange } from "../services/lwm2m/device/tree.ts";
import { FIRMWARE_UPDATE } from "../services/lwm2m/objects/firmwareUpdate.ts";
import { createFactsStore, type Facts, type FactsStore, NO_FACTS } from "../services/store/facts.ts";
import { appDataObserved } from "./appData.ts";
import type { BootstrapTransaction } from "./bootstrapTransaction.ts";
import { configDigest } from "./configDigest.ts";
import { Connections, type ServerName } from "./connections.ts";
import { pushOutcome } from "./firmwareOutcomes.ts";
import { hostDtls } from "./hostDtls.ts";
import { securityTagOf } from "./keys.ts";
import { isRegistered, networkPath } from "./networkPath.ts";
import { readNetworkValues } from "./networkValues.ts";
import { addObjects, firmwareWords } from "./objects.ts";
import type { ResolvedOptions } from "./resolve.ts";
import { ServerAttributes } from "./serverAttributes.ts";
import { tracedStorage } from "./tracedStorage.ts";

/** A registration as the server knows it. */
export interface Registration {
  readonly location: readonly string[];
  readonly lifetimeSeconds: number;
  readonly binding: string;
  readonly objectsVersion: number;
}

export class Device {
  readonly options: ResolvedOptions;
  readonly connections: Connections;
  readonly values: DeviceValues;
  readonly vault = new SecretVault();
  /** What each server was last told, while it holds a registration of ours. */
  readonly registrations = new Map<number, Registration>();
  /** Tags of the CA certificates that firmware hosts are trusted by. */
  caTags: readonly number[] = [];
  endpointName = "";
  /** MSISDN, where the SIM tells it. */
  smsNumber: string | undefined;
  /** Rises when an object or instance comes or goes: the next Update tells it. */
  objectsVersion = 0;
  readonly tree = new ObjectTree();
  facts: Facts = NO_FACTS;
  /** Why the facts could not be read, or objects not be made from them. */
  failure: Error | undefined;
  /** The bootstrap under way. */
  transaction: BootstrapTransaction | undefined;
  readonly #transport: Transport;
  /** Absent where the modem keeps its keys. */
  readonly #dtls: DtlsTransport | undefined;
  readonly #store: FactsStore;
  readonly #digest: string;
  readonly #updateMarginMs: number;
  readonly #managements = new Map<number, DeviceManagement>();
  readonly #attributes = new ServerAttributes(() => this.#saveInBackground({ objects: this.#treeState() }));
  #firmware: FirmwareObject | undefined;
  #send: ((event: CarrierEvent) => void) | undefined;
  #saving: Promise<void> = Promise.resolve();
  #packageUnderWay: { cancel(): void } | undefined;

  constructor(options: ResolvedOptions) {
    this.options = options;
    const { clock, random, coap, trace, modem } = options;
    const storage = trace === undefined ? options.storage : tracedStorage(options.storage, trace);
    this.#dtls = hostDtls(options, storage);
    this.#transport = networkPath(modem, this.#dtls ?? options.transport);
    this.#store = createFactsStore(storage);
    this.#digest = configDigest(options);
    this.connections = new Connections({
      transport: this.#transport,
      clock,
      random,
      trace,
      ...(coap && { parameters: coap }),
      onLost: (server) => this.#sessionLost(server),
    });
    this.values = new DeviceValues(this.tree);
    this.#updateMarginMs = deriveTimes(resolveParameters(coap)).maxTransmitWaitMs;
    this.tree.onChange((changes) => this.#onTree(changes));
  }

  /** Firmware is downloaded over `coaps:` too. */
  get hasDtls(): boolean {
    return this.#dtls !== undefined;
  }

  /** Sends the charts what happens outside of them, from now on; returns the function that ends it. */
  listen(send: (event: CarrierEvent) => void): () => void {
    this.#send = send;
    const stop = this.options.modem.subscribe((notification) => this.#onModem(notification));
    this.#tellModem();
    return () => {
      stop();
      this.#send = undefined;
    };
  }

  emit(event: DeviceEvent | CarrierEvent): void {
    this.#send?.(event);
  }

  /** Reads the facts and builds the tree from them. A configuration that changed means a new bootstrap. */
  async load(): Promise<DeviceFacts> {
    this.failure = undefined;
    try {
      return await this.#load();
    } catch (error) {
      this.failure = error as Error;
      throw error;
    }
  }

  async #load(): Promise<DeviceFacts> {
    const { bootstrap, servers, automaticRegistration: automatic = true } = this.options;
    const stored = await this.#store.load();
    const known = stored.configDigest === this.#digest;
    this.facts = known ? stored : { ...NO_FACTS, firmware: stored.firmware, configDigest: this.#digest };
    this.#buildTree(known && this.facts.bootstrapped ? (this.facts.objects as TreeState) : undefined);
    const account = bootstrapAccount(this.tree);
    const factory = (servers ?? []).length > 0;
    return {
      bootstrapped: this.facts.bootstrapped,
      keysOnly: factory,
      keysWritten: this.facts.bootstrapped,
      hasBootstrapServer: bootstrap !== undefined && account !== undefined,
      holdOffSeconds: account?.holdOffSeconds ?? 0,
      automatic,
      servers: this.serverFacts(),
      firmware: { state: this.facts.firmware.state, uri: this.facts.firmware.uri ?? "" },
    };
  }

  serverFacts(): ServerFacts[] {
    return serverAccounts(this.tree).map((account) => ({
      shortServerId: account.shortServerId,
      retry: account.retry,
      bootstrapOnFailure: account.bootstrapOnFailure,
      initialDelaySeconds: account.initialDelaySeconds,
      disableTimeoutSeconds: account.disableTimeoutSeconds,
    }));
  }

  /** The accounts are facts from now on: a restart begins with them. */
  async commitAccounts(): Promise<void> {
    this.forgetRegistrations();
    await this.#save({ bootstrapped: true, lastBootstrapAt: this.options.clock.wall(), objects: this.#treeState() });
  }

  setFirmware({ state, result }: FirmwareValues): void {
    this.#firmware?.set({ ...firmwareWords({ state, result }), ...(state === 0 && { packageUri: "" }) });
    if (state === 0) this.#packageUnderWay?.cancel();
    const { etag } = this.facts.firmware;
    const current = this.#firmware?.packageUri ?? "";
    const download = state === 1 && current !== "" ? { uri: current, ...(etag !== undefined && { etag }) } : {};
    this.#saveInBackground({ firmware: { state, result, ...download } });
  }

  /** Entity tag of the image under way, so that a download goes on only with the same image. */
  rememberEtag(etag: string | undefined): void {
    const { etag: before, ...firmware } = this.facts.firmware;
    if (before === etag) return;
    this.#saveInBackground({ firmware: { ...firmware, ...(etag !== undefined && { etag }) } });
  }

  /** The device management of one server; observations live as long as the registration. */
  management(shortServerId: number): DeviceManagement {
    const present = this.#managements.get(shortServerId);
    if (present !== undefined) return present;
    const { clock, confirmableIntervalSeconds } = this.options;
    const management = new DeviceManagement({
      clock,
      tree: this.tree,
      shortServerId,
      attributes: this.#attributes.of(shortServerId),
      onObserve: (path, change) => {
        const event = appDataObserved(path, change);
        if (event !== undefined) this.emit(event);
      },
      ...(confirmableIntervalSeconds !== undefined && { confirmableIntervalSeconds }),
    });
    this.#managements.set(shortServerId, management);
    return management;
  }

  /** Without Deregister. A server that a registration is held with may be met again on the same session. */
  closeSession(server: ServerName): void {
    this.#closeSession(server, server !== "bootstrap" && this.registrations.has(server));
  }

  /** The server does not answer: it may have lost the session, and the next one is begun anew. */
  discardSession(server: ServerName): void {
    this.#closeSession(server, false);
  }

  #closeSession(server: ServerName, park: boolean): void {
    if (server !== "bootstrap") this.#managements.get(server)?.detach();
    this.connections.close(server, { park });
  }

  /** Opens a session to a server of the tree, with the credentials of its security tag. */
  openSession(
    server: ServerName,
    { uri, serverName }: Pick<ServerAccount, "uri" | "serverName">,
    handler: CoapHandler,
    signal: AbortSignal,
  ) {
    const securityTag = securityTagOf(this.tree, server);
    const request: OpenRequest = {
      uri,
      signal,
      ...(securityTag !== undefined && { securityTag }),
      ...(serverName && { serverName }),
    };
    return this.connections.open(server, request, handler);
  }

  /** Time of day, ms, at which an Update leaves so that its retransmissions fit before the lifetime ends. */
  updateTime(lifetimeSeconds: number): number {
    const lifetimeMs = 1000 * lifetimeSeconds;
    const margin = Math.min(this.#updateMarginMs, lifetimeMs / 2);
    return this.options.clock.wall() + lifetimeMs - margin;
  }

  /** The server has accepted Register or Update on this session: notifications go over it. */
  attachObservations(server: number): void {
    const endpoint = this.connections.endpoint(server);
    if (endpoint !== undefined) this.management(server).attach(endpoint);
  }

  /** The server no longer knows us, nor what it observed. */
  endObservations(server: number): void {
    this.#managements.get(server)?.close();
    this.#managements.delete(server);
  }

  forgetRegistrations(): void {
    this.registrations.clear();
    for (const management of this.#managements.values()) management.close();
    this.#managements.clear();
  }

  /**
   * What the modem says of itself goes into the Device object. Whether it applied an image is a fact until the firmware
   * object says so: a modem that is initialised again tells it no more.
   */
  async noteInitialised(result: ModemInitResult): Promise<ModemOutcome> {
    this.#noteFirmwareVersion(result);
    if (result.kind !== "ok" && this.facts.firmware.state === FIRMWARE_STATE.updating) {
      await this.#save({ firmware: { ...this.facts.firmware, applied: result.kind } });
    }
    if (result.kind === "updateFailed") return { kind: result.kind, code: result.code };
    return { kind: this.facts.firmware.applied ?? result.kind };
  }

  /** Everything of the run ends; what is stored stays. Sessions that servers go on with are stored too. */
  async halt(): Promise<void> {
    for (const server of this.connections.servers) this.closeSession(server);
    this.forgetRegistrations();
    await this.#dtls?.save();
    await this.#saving;
  }

  /** From now on nothing is said to anyone. */
  fallSilent(): void {
    this.#dtls?.fallSilent();
  }

  async close(): Promise<void> {
    await this.halt();
    await this.#transport.close();
  }

  #buildTree(stored: TreeState | undefined): void {
    this.#attributes.restore(stored?.attributes);
    this.forgetRegistrations();
    this.vault.wipe();
    this.#firmware = addObjects(this, this.facts.firmware);
    const { bootstrap, servers } = this.options;
    if (stored !== undefined) restoreTree(this.tree, stored);
    else provision(this.tree, this.vault, { ...(bootstrap && { bootstrap }), ...(servers && { servers }) });
  }

  #onTree(changes: readonly TreeChange[]): void {
    const written = changes.some(({ caller, objectId }) => caller === "server" && objectId !== FIRMWARE_UPDATE.id);
    if (written && this.facts.bootstrapped) this.#saveInBackground({ objects: this.#treeState() });
    if (changes.every(({ kind }) => kind === "value")) return;
    this.objectsVersion++;
    for (const server of this.registrations.keys()) {
      this.emit({ type: "server.trigger", server, command: { type: "server.update" } });
    }
  }

  #treeState(): TreeState {
    const state = serialiseTree(this.tree, this.#attributes.stores);
    // The firmware update is a fact of its own, and newer than the tree.
    const { [FIRMWARE_UPDATE.id]: _, ...objects } = state.objects;
    return { ...state, objects };
  }

  /** A package is pushed: it goes into the modem's firmware area as it comes. */
  openPackage() {
    const { modem, clock, downloadTimeoutMs } = this.options;
    const sink = createPackageSink({
      area: modem.firmware,
      clock,
      idleTimeoutMs: downloadTimeoutMs,
      onOutcome: (outcome) => {
        this.#packageUnderWay = undefined;
        const ended = pushOutcome(outcome);
        if (ended === undefined) return;
        // The response leaves first: a bad image takes the link down, and the session with it.
        clock.setTimeout(() => this.emit({ type: "firmware.packageEnded", outcome: ended }), 0);
      },
    });
    this.#packageUnderWay = sink;
    this.emit({ type: "firmware.push" });
    return sink;
  }

  #sessionLost(server: ServerName): void {
    if (server === "bootstrap") {
      this.transaction?.lose();
      return;
    }
    this.#managements.get(server)?.detach();
    this.emit({ type: "server.trigger", server, command: { type: "server.sessionClosed" } });
  }

  #onModem(notification: ModemNotification): void {
    switch (notification.kind) {
      case "domain":
        this.emit({ type: "modem.domain", event: notification.event });
        break;
      case "initialised":
        this.#noteFirmwareVersion(notification.result);
        break;
      case "functionalMode":
      case "registration":
        this.#tellModem();
        if (notification.kind === "registration" && isRegistered(notification.status))
          void readNetworkValues(this.options.modem, this.tree);
        break;
      case "shutdown":
        this.#tellModem();
        break;
      default:
    }
  }

  #noteFirmwareVersion({ firmwareVersion }: ModemInitResult): void {
    setDeviceIdentity(this.tree, { firmwareVersion });
  }

  #tellModem(): void {
    const { functionalMode: mode, registration } = this.options.modem;
    this.emit({ type: "modem.changed", mode, registered: isRegistered(registration) });
  }

  async #save(part: Partial<Facts>): Promise<void> {
    this.facts = { ...this.facts, ...part, configDigest: this.#digest };
    this.#saveInBackground({});
    await this.#saving;
  }

  /** Writes follow each other; a store that fails is told by the record of its write. */
  #saveInBackground(part: Partial<Facts>): void {
    this.facts = { ...this.facts, ...part };
    const { facts } = this;
    this.#saving = this.#saving.then(
      () => this.#store.save(facts),
      () => this.#store.save(facts),
    );
    this.#saving.catch((error: Error) => this.#storeFailed(error));
  }

  #storeFailed(error: Error): void {
    process.emitWarning(`The facts of a carrier were not stored: ${error.message}`);
    this.options.trace?.record({ kind: "store", operation: "failed", name: "facts", detail: error.message });
  }
}
