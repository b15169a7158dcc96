/**
 * The device that the charts act on: its object tree, its facts, its sessions, its modem. Everything that the charts'
 * services share lies here; no decision does.
 */
import type { CarrierEvent, DeviceEvent, DeviceFacts } from "../machines/carrierModel.ts";
import type { ServerFacts, SessionOutcome } from "../machines/outcomes.ts";
import type { OpenRequest } from "../ports/transport.ts";
import { deriveTimes, resolveParameters } from "../services/coap/parameters.ts";
import type { CoapHandler } from "../services/coap/types.ts";
import type { DtlsTransport } from "../services/dtls/dtlsTransport.ts";
import { payloadDescriber } from "../services/lwm2m/describePayload.ts";
import { accountOf, bootstrapAccount, type ServerAccount, serverAccounts } from "../services/lwm2m/device/accounts.ts";
import { DeviceValues } from "../services/lwm2m/device/deviceValues.ts";
import type { DeviceManagement } from "../services/lwm2m/device/dispatch.ts";
import { FIRMWARE_STATE } from "../services/lwm2m/device/firmwareObject.ts";
import { restoreTree, type TreeState } from "../services/lwm2m/device/persistence.ts";
import { type Provision, provision } from "../services/lwm2m/device/provision.ts";
import { SecretVault } from "../services/lwm2m/device/secretVault.ts";
import { Traffic } from "../services/lwm2m/device/statisticsObject.ts";
import { ObjectTree, type TreeChange } from "../services/lwm2m/device/tree.ts";
import { FIRMWARE_UPDATE } from "../services/lwm2m/objects/firmwareUpdate.ts";
import { isListed } from "../services/lwm2m/registrationLinks.ts";
import type { Facts } from "../services/store/facts.ts";
import { bootstrapServerFacts } from "./bootstrapAccount.ts";
import type { BootstrapTransaction } from "./bootstrapTransaction.ts";
import { configDigest } from "./configDigest.ts";
import { Connections, type ServerName } from "./connections.ts";
import { DeviceFactsKeeper } from "./deviceFacts.ts";
import { DeviceFirmware } from "./deviceFirmware.ts";
import { hostDtls } from "./hostDtls.ts";
import { PendingTimers } from "./inspection/pendingTimers.ts";
import { Standstill } from "./inspection/standstill.ts";
import { securityTagOf } from "./keys.ts";
import { Managements } from "./managements.ts";
import { noteModem } from "./modemNotes.ts";
import { isRegistered, type NetworkPath, networkPath } from "./networkPath.ts";
import { NetworkValues } from "./networkValues.ts";
import { addObjects } from "./objects.ts";
import { ensureOwnInstances } from "./ownObjects.ts";
import { accountsFor } from "./profiles/profile.ts";
import { ProfileChoice } from "./profiles/profileChoice.ts";
import { profileFacts, retryFor } from "./profiles/profileFacts.ts";
import { Registrations, wantsQueueMode } from "./registrations.ts";
import type { ResolvedOptions } from "./resolve.ts";
import { ServerAttributes } from "./serverAttributes.ts";
import { noteAlert, noteBootstrapped, serverFactsOf } from "./serverFacts.ts";
import { tracedStorage } from "./tracedStorage.ts";

export class Device {
  readonly options: ResolvedOptions;
  readonly connections: Connections;
  readonly managements: Managements;
  readonly values: DeviceValues;
  readonly network: NetworkValues;
  readonly traffic: Traffic;
  readonly profiles: ProfileChoice;
  readonly firmware: DeviceFirmware;
  readonly vault = new SecretVault();
  /** What each server was last told, while it holds a registration of ours. */
  readonly registrations: Registrations;
  /** Tags of the CA certificates that firmware hosts are trusted by. */
  caTags: readonly number[] = [];
  endpointName = "";
  /** MSISDN, where the SIM tells it. */
  smsNumber: string | undefined;
  /** Rises when an object or instance comes or goes: the next Update tells it. */
  objectsVersion = 0;
  readonly tree = new ObjectTree();
  /** Why the facts could not be read, or objects not be made from them. */
  failure: Error | undefined;
  /** The bootstrap under way. */
  transaction: BootstrapTransaction | undefined;
  readonly #transport: NetworkPath;
  /** Absent where the modem keeps its keys: `coaps` is then its own business, or the given transport's. */
  readonly #dtls: DtlsTransport | undefined;
  readonly #keeper: DeviceFactsKeeper;
  readonly #updateMarginMs: number;
  readonly #attributes: ServerAttributes = new ServerAttributes(() => this.#keeper.keepTree());
  #send: ((event: CarrierEvent) => void) | undefined;
  #standstill: Standstill | undefined;
  #timers: PendingTimers | undefined;

  constructor(options: ResolvedOptions) {
    this.options = options;
    const { clock, random, coap, trace, modem } = options;
    const storage = trace === undefined ? options.storage : tracedStorage(options.storage, trace);
    this.#dtls = hostDtls(options, storage);
    this.profiles = new ProfileChoice(options.profiles, storage);
    this.traffic = new Traffic(clock);
    this.network = new NetworkValues(options, this.tree);
    this.#transport = networkPath(modem, this.#dtls ?? options.transport, this.traffic);
    const { tree } = this;
    const attributes = this.#attributes;
    const digest = () => configDigest({ ...options, ...this.#accounts });
    this.#keeper = new DeviceFactsKeeper({ storage, clock, tree, attributes, digest, trace });
    this.firmware = new DeviceFirmware(this, this.#keeper);
    this.registrations = new Registrations(this.#keeper, clock);
    this.managements = new Managements({
      options,
      tree,
      attributes,
      onAppData: (event) => this.emit(event),
      onObservations: (server, state) => this.#keeper.keepObservations(server, state),
      lwm2mVersion: (server) => this.registrations.get(server)?.version ?? "1.1",
    });
    this.connections = new Connections({
      transport: this.#transport,
      clock,
      random,
      trace,
      ...(trace && { describe: payloadDescriber(tree.definition) }),
      ...(coap && { parameters: coap }),
      onLost: (server) => this.#sessionLost(server),
      queue: {
        awakeMs: 1000 * options.awakeSeconds,
        wants: (server) => wantsQueueMode(accountOf(tree, server) ?? { binding: "" }, options.queueMode),
        maySleep: (server) => this.registrations.get(server)?.queueMode === true,
      },
    });
    this.values = new DeviceValues(this.tree);
    this.#updateMarginMs = deriveTimes(resolveParameters(coap)).maxTransmitWaitMs;
    this.tree.onChange((changes) => this.#onTree(changes));
  }

  /** What the operator wants of this device. */
  get profile() {
    return this.profiles.profile;
  }

  /** Those of a factory-new device. */
  get #accounts(): Provision {
    const { bootstrap, servers } = this.options;
    return accountsFor(this.profile, { ...(bootstrap && { bootstrap }), ...(servers && { servers }) });
  }

  get facts(): Facts {
    return this.#keeper.facts;
  }

  /** Sends the charts what happens outside of them, from now on; returns the function that ends it. */
  listen(send: (event: CarrierEvent) => void): () => void {
    this.#send = send;
    const stop = this.options.modem.subscribe((notification) => noteModem(this, notification));
    this.tellModem();
    return () => {
      stop();
      this.#send = undefined;
    };
  }

  emit(event: DeviceEvent | CarrierEvent): void {
    if (this.#standstill === undefined) this.#send?.(event);
    else this.#standstill.pass(event, () => this.#send?.(event));
  }

  /** Holds the run; made when somebody may want to. */
  get standstill(): Standstill {
    this.#standstill ??= new Standstill(this.options.clock, this.#transport, this.options.trace);
    return this.#standstill;
  }

  /** Timers of the charts; where there is a trace alone. */
  get timers(): PendingTimers {
    this.#timers ??= new PendingTimers();
    return this.#timers;
  }

  /** The same, its outcome held back while the run is frozen: which it can be where there is a trace, or a standstill already. */
  held<T>(work: Promise<T>): Promise<T> {
    if (this.options.trace === undefined && this.#standstill === undefined) return work;
    return this.standstill.gate.outcome(work);
  }

  /** The device ends, and a run that is frozen does not hold that up. */
  unfreeze(): void {
    this.#standstill?.end();
  }

  /** The charts hear how the modem is. */
  tellModem(): void {
    const { functionalMode: mode, registration } = this.options.modem;
    this.emit({ type: "modem.changed", mode, registered: isRegistered(registration) });
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
    await this.profiles.load();
    const { profile } = this;
    const { servers } = this.#accounts;
    const { automaticRegistration, bootstrapFromSmartcard = false, settings } = this.options;
    await this.#restoreTree(await this.#keeper.load());
    this.#restoreRegistrations();
    const account = bootstrapAccount(this.tree);
    const factory = (servers ?? []).length > 0;
    return {
      bootstrapped: this.facts.bootstrapped,
      keysOnly: factory,
      keysWritten: this.facts.bootstrapped,
      ...bootstrapServerFacts(this),
      smartcard: bootstrapFromSmartcard,
      ...profileFacts(profile, settings.bootstrapRetry),
      holdOffSeconds: account?.holdOffSeconds || (profile.holdOffSeconds ?? 0),
      automatic: automaticRegistration ?? profile.automaticRegistration ?? true,
      servers: this.serverFacts(),
      firmware: this.firmware.facts,
    };
  }

  /** A registration outlives a restart; a device that runs another firmware from now on registers anew. */
  #restoreRegistrations(): void {
    const runsAnother = this.facts.firmware.state === FIRMWARE_STATE.updating;
    this.registrations.restore(runsAnother ? [] : serverAccounts(this.tree), this.options.queueMode);
    const observations = this.#keeper.observations();
    this.managements.restore(observations, (server) => this.registrations.has(server));
    for (const [server, { paused }] of observations) {
      if (!paused && !this.registrations.has(server)) this.#keeper.keepObservations(server, undefined);
    }
  }

  serverFacts(): ServerFacts[] {
    return serverAccounts(this.tree).map((account) => ({
      ...serverFactsOf(account),
      retry: retryFor(this.tree, account, this.profile),
      ...this.registrations.factsOf(account.shortServerId),
    }));
  }

  /** The accounts are facts from now on: a restart begins with them. */
  async commitAccounts(): Promise<void> {
    ensureOwnInstances(this.tree, this.options.objects);
    this.forgetRegistrations();
    this.registrations.begin();
    noteBootstrapped(this.tree, this.options.clock.wall());
    this.managements.accountsChanged();
    await this.#keeper.commitAccounts();
  }

  /** The tree changed from the device's side in what a restart has to know. */
  keepTree(): void {
    this.#keeper.keepTree();
  }

  /** The device management of one server; observations live as long as the registration. */
  management(shortServerId: number): DeviceManagement {
    return this.managements.of(shortServerId);
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
    if (server !== "bootstrap") this.managements.detach(server);
    this.connections.close(server, { park });
  }

  /** Opens a session to a server of the tree, with the credentials of its security tag. */
  async openSession(
    server: ServerName,
    { uri, serverName }: Pick<ServerAccount, "uri" | "serverName">,
    handler: CoapHandler,
    signal: AbortSignal,
  ): Promise<SessionOutcome> {
    const securityTag = securityTagOf(this.tree, server);
    const request: OpenRequest = {
      uri,
      signal,
      ...(securityTag !== undefined && { securityTag }),
      ...(serverName && { serverName }),
    };
    const answering = server === "bootstrap" ? handler : this.network.fresh(handler);
    const outcome = await this.connections.open(server, request, answering);
    if (outcome.kind !== "open" && outcome.alert !== undefined && server !== "bootstrap") {
      noteAlert(this.tree, server, outcome.alert);
      this.#keeper.keepTree();
    }
    return outcome;
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
    if (endpoint !== undefined) this.managements.attach(server, endpoint);
  }

  /** The server no longer knows us, nor what it observed. */
  endObservations(server: number): void {
    this.managements.end(server);
  }

  /** 3/0/5: the device starts again as it left the factory. Without a word to its servers, whose sessions end. */
  async resetToFactory(): Promise<void> {
    this.registrations.begin();
    await this.#keeper.reset();
    this.emit({ type: "restart" });
  }

  /** What lay on the card when its accounts were read. */
  keepSmartcard(smartcardDigest: string): void {
    this.#keeper.saveInBackground({ smartcardDigest });
  }

  /** The accounts do not hold any more: the device starts again and bootstraps. Without a word to its servers. */
  async bootstrapAnew(): Promise<void> {
    this.registrations.begin();
    await this.#keeper.forgetAccounts();
    this.emit({ type: "restart" });
  }

  forgetRegistrations(): void {
    this.registrations.clear();
    this.managements.endAll();
  }

  /** Everything of the run ends; what is stored stays, and sessions that servers go on with are too. Never rejects. */
  async halt(): Promise<void> {
    for (const server of this.connections.servers) this.closeSession(server);
    this.forgetRegistrations();
    await this.#dtls?.save();
    await this.#keeper.flush();
  }

  /** From now on nothing is said to anyone, and nothing more is stored. */
  fallSilent(): void {
    this.#keeper.fallSilent();
    this.#transport.fallSilent?.();
  }

  async close(): Promise<void> {
    await this.halt();
    await this.#transport.close();
  }

  /** Where what is stored is damaged so that no account is left, a new bootstrap is due. */
  async #restoreTree(stored: TreeState | undefined): Promise<void> {
    const leftOut = this.#buildTree(stored);
    this.#keeper.tellLeftOut(leftOut);
    if (leftOut.length === 0 || serverAccounts(this.tree).length > 0) return;
    await this.#keeper.forgetAccounts();
    this.#buildTree(undefined);
  }

  /** Returns what of the stored tree was left out. */
  #buildTree(stored: TreeState | undefined): readonly string[] {
    const leftOut = this.#attributes.restore(stored?.attributes);
    this.forgetRegistrations();
    this.vault.wipe();
    addObjects(this);
    if (stored !== undefined) return [...restoreTree(this.tree, stored), ...leftOut];
    provision(this.tree, this.vault, this.#accounts);
    return leftOut;
  }

  #onTree(changes: readonly TreeChange[]): void {
    const written = changes.some(({ caller, objectId }) => caller === "server" && objectId !== FIRMWARE_UPDATE.id);
    if (written && this.facts.bootstrapped) this.#keeper.keepTree();
    if (!changes.some(({ kind, objectId }) => kind !== "value" && isListed(objectId))) return;
    this.objectsVersion++;
    for (const server of this.registrations.servers) {
      this.emit({ type: "server.trigger", server, command: { type: "server.update" } });
    }
  }

  #sessionLost(server: ServerName): void {
    if (server === "bootstrap") {
      this.transaction?.lose();
      return;
    }
    this.managements.detach(server);
    this.emit({ type: "server.trigger", server, command: { type: "server.sessionClosed" } });
  }
}
