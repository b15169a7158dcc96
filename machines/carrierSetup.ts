/** The parts that the carrier's charts name: the actors they start, what they ask (guards) and do (actions). */
import { assign, enqueueActions, raise, sendTo, setup } from "xstate";
import { ask, notify } from "./application.ts";
import { bootstrapMachine } from "./bootstrap.ts";
import type { BootstrapOutcome, ServerAccounts } from "./bootstrapModel.ts";
import type { CarrierContext, CarrierEvent, CarrierInput, DeviceFacts, FirmwareFacts } from "./carrierModel.ts";
import { type ChartMeta, service, source } from "./chart.ts";
import { deadline } from "./deadline.ts";
import { type FirmwareValues, type FotaOutcome, fotaMachine } from "./fota.ts";
import { type InitOutcome, initMachine, type ModemOutcome } from "./init.ts";
import { linkMachine, type ModemChanged } from "./link.ts";
import { registerMachine } from "./register.ts";
import type { ServerCommand } from "./registerModel.ts";
import { awaitedAtStart, behindAtStart, behindOf, blocks, isBlocked, placesOf } from "./registrationOrder.ts";
import type { ErrnoName, ErrorKind, SemanticEvent } from "./semanticEvent.ts";

/** Entry points of the library, as records name them. */
export type EntryPoint = "lwm2m_carrier_init()" | "lwm2m_carrier_run()" | "lwm2m_carrier_main()";

const registerId = (server: number) => `register/${server}`;
const ACCOUNT_TIMEOUT = "accountTimeout";

function withoutExpiry({ bootstrapAccountExpiresAt: _, ...device }: DeviceFacts): DeviceFacts {
  return device;
}

/** What is left of the order when these had their turn. */
function afterTurns(
  { device, awaited, behind }: Pick<CarrierContext, "device" | "awaited" | "behind">,
  servers: readonly number[],
): Pick<CarrierContext, "awaited" | "behind"> {
  const stillAwaited = awaited.filter((other) => !servers.includes(other));
  const waiting = behindOf(device.servers, stillAwaited);
  return { awaited: stillAwaited, behind: behind.filter((other) => waiting.includes(other)) };
}

export const carrierSetup = setup({
  types: {
    input: {} as CarrierInput,
    context: {} as CarrierContext,
    events: {} as CarrierEvent,
    meta: {} as ChartMeta,
  },
  actors: {
    ask,
    deadline,
    init: initMachine,
    link: linkMachine,
    bootstrap: bootstrapMachine,
    register: registerMachine,
    fota: fotaMachine,
    /** Reads the facts that survived a restart. */
    loadDevice: service<DeviceFacts>("loadDevice"),
    /** What the application does before `main()`: initialise the modem, write CA certificates, attach. */
    prepareApplication: service("prepareApplication"),
    /** Whatever happens outside of the charts: the modem's notifications, what servers do to objects. */
    deviceEvents: source<CarrierEvent>("deviceEvents"),
    /** Stops everything of the device, the modem included. */
    restartDevice: service("restartDevice"),
    closeDevice: service("closeDevice"),
  },
  guards: {
    isMain: ({ context }) => context.policy.entry === "main",
    applicationPrepares: ({ context }) => context.policy.firstLink === "beforeMain",
    announcesLinkFree: ({ context }) => context.policy.announcesLinkFree,
    isBootstrapped: ({ context }) => context.device.bootstrapped,
    linkIsUp: ({ context }) => context.linkIsUp,
    isAnnounced: ({ context }) => context.announced,
    wasUpdating: ({ context }, modem: ModemOutcome["kind"]) =>
      context.device.firmware.state === 3 && modem === "updated",
    failedUpdating: ({ context }) => context.device.firmware.state === 3,
    wasPulling: ({ context }) => context.device.firmware.state === 1 && context.device.firmware.uri !== "",
    wasReceiving: ({ context }) => context.device.firmware.state === 1,
    hasImage: ({ context }) => context.device.firmware.state === 2,
    ready: (_, kind: InitOutcome["kind"]) => kind === "ready",
    bootstrapDone: (_, kind: BootstrapOutcome["kind"]) => kind === "done",
    keysRefused: (_, kind: BootstrapOutcome["kind"]) => kind === "keysRefused",
    restarts: (_, kind: FotaOutcome["kind"]) => kind === "restart",
    accepted: (_, answer: number) => answer === 0,
    brought: (_, brought: boolean) => brought,
    /** The last registration ended, in contrast to a server that there was none with. */
    endsRegistrations: ({ context }, left: { readonly server: number; readonly wasRegistered: boolean }) =>
      left.wasRegistered && context.registered.every((other) => other === left.server),
    /** Nothing more is tried with any server. */
    isLastServer: ({ context: { device, exhausted, awaited, behind } }, server: number) => {
      const givenUp = [...exhausted, server];
      // One that has had its turn stands in nobody's way any more.
      const blocking = givenUp.filter((other) => awaited.includes(other));
      return device.servers.every(
        ({ shortServerId: id }) =>
          givenUp.includes(id) || (behind.includes(id) && isBlocked(device.servers, id, blocking)),
      );
    },
    blocksOthers: ({ context }, server: number) => blocks(context.device.servers, server),
    isStopping: ({ context }) => context.stopping,
    allHaveLeft: ({ context }) => context.leaving.length === 0,
    wantsBootstrap: ({ context }, bootstrap: boolean) => bootstrap && context.device.hasBootstrapServer,
    knowsServer: ({ context }, server: number) =>
      context.device.servers.some(({ shortServerId }) => shortServerId === server),
    hasBootstrapServer: ({ context }) => context.device.hasBootstrapServer,
  },
  actions: {
    notify: (_, event: SemanticEvent) => notify(_, event),
    /** The application called an entry point. */
    noteCall: (_, _call: { readonly name: EntryPoint }) => {},
    /** An entry point returned: 0 or a negative errno. */
    noteReturn: (_, _return: { readonly name: EntryPoint; readonly value: number }) => {},
    /** An event that nothing was waiting for. */
    noteUnexpected: (_, _event: { readonly type: string }) => {},
    setFirmware: (_, _values: FirmwareValues) => {},
    keepFirmware: assign(({ context }, firmware: FirmwareFacts) => ({ device: { ...context.device, firmware } })),
    keepDevice: assign((_, device: DeviceFacts) => ({ device })),
    keepServers: assign(({ context }, accounts: ServerAccounts) => ({
      device: { ...withoutExpiry(context.device), ...accounts, bootstrapped: true },
    })),
    /** 0/x/12: the account goes a while after the bootstrap, also after a restart. */
    watchBootstrapAccount: enqueueActions(({ context: { device }, enqueue }) => {
      if (device.bootstrapAccountExpiresAt === undefined) return;
      const input = { event: "account.expired", at: device.bootstrapAccountExpiresAt };
      enqueue.spawnChild("deadline", { id: ACCOUNT_TIMEOUT, input });
    }),
    unwatchBootstrapAccount: enqueueActions(({ enqueue }) => enqueue.stopChild(ACCOUNT_TIMEOUT)),
    /** Its instance of object 0 and its keys go. */
    purgeBootstrapAccount: (_) => {},
    forgetBootstrapServer: assign(({ context }) => ({
      device: { ...withoutExpiry(context.device), hasBootstrapServer: false },
    })),
    keepInit: assign((_, init: InitOutcome) => ({ init })),
    keepError: assign((_, error: { readonly error: ErrorKind; readonly errno?: ErrnoName }) => ({ error })),
    keepFota: assign((_, fota: CarrierContext["fota"]) => ({ fota })),
    noteModem: assign((_, { mode, registered }: ModemChanged) => ({ modem: { mode, registered } })),
    noteLinkUp: assign({ linkIsUp: true }),
    noteLinkDown: assign({ linkIsUp: false }),
    toLink: sendTo("link", (_, event: { readonly type: string }) => event),
    toInit: sendTo("init", (_, event: { readonly type: string }) => event),
    toBootstrap: sendTo("bootstrap", (_, event: { readonly type: string }) => event),
    toFota: sendTo("fota", (_, event: { readonly type: string }) => event),
    toServer: sendTo(
      (_, { server }: { readonly server: number; readonly command: ServerCommand }) => registerId(server),
      (_, { command }) => command,
    ),
    toServers: enqueueActions(({ context, enqueue }, command: ServerCommand) => {
      for (const { shortServerId } of context.device.servers) enqueue.sendTo(registerId(shortServerId), command);
    }),
    startServers: enqueueActions(({ context, enqueue }) => {
      const { servers, automatic } = context.device;
      const awaited = awaitedAtStart(servers, automatic);
      const behind = behindAtStart(servers, awaited);
      enqueue.assign({ awaited, behind });
      for (const server of servers) {
        enqueue.spawnChild("register", {
          id: registerId(server.shortServerId),
          input: {
            server,
            exhaustedAs: context.device.registrationExhausted ?? context.policy.registrationExhausted,
            canBootstrap: context.device.hasBootstrapServer,
            linkIsUp: context.linkIsUp,
            automatic,
            waitsForTurn: behind.includes(server.shortServerId),
          },
        });
      }
    }),
    /** The server is registered or has failed: those that waited for nobody else begin. */
    passTurn: enqueueActions(({ context, enqueue }, server: number) => {
      const { awaited, behind } = afterTurns(context, [server]);
      enqueue.assign({ awaited, behind });
      for (const freed of context.behind.filter((other) => !behind.includes(other))) {
        enqueue.sendTo(registerId(freed), { type: "server.turn" } satisfies ServerCommand);
      }
    }),
    /** None is registered with: all have to wait for their turn again, but for nobody who was given up. */
    rejoinOrder: assign(({ context }) => {
      const { device, exhausted } = context;
      const awaited = placesOf(device.servers);
      const order = { device, awaited, behind: behindOf(device.servers, awaited) };
      return afterTurns(
        order,
        exhausted.filter((server) => !blocks(device.servers, server)),
      );
    }),
    askToRegister: enqueueActions(({ context: { device, behind }, enqueue }) => {
      for (const { shortServerId: id } of device.servers) {
        enqueue.sendTo(registerId(id), {
          type: "server.register",
          behind: behind.includes(id),
        } satisfies ServerCommand);
      }
    }),
    stopServers: enqueueActions(({ context, enqueue }) => {
      for (const { shortServerId } of context.device.servers) {
        // A chart that is stopped runs no exit actions: it closes its session before.
        enqueue.sendTo(registerId(shortServerId), { type: "link.goingDown" });
        enqueue.stopChild(registerId(shortServerId));
      }
      enqueue.assign({ registered: [], exhausted: [], awaited: [], behind: [], announced: false });
    }),
    markAnnounced: assign({ announced: true }),
    forgetRegistrations: assign({ announced: false, registered: [] }),
    countRegistered: assign(({ context }, server: number) => ({
      registered: context.registered.filter((other) => other !== server).concat(server),
    })),
    discountRegistered: assign(({ context }, server: number) => ({
      registered: context.registered.filter((other) => other !== server),
    })),
    countExhausted: assign(({ context }, server: number) => ({
      exhausted: context.exhausted.filter((other) => other !== server).concat(server),
    })),
    expectLeaving: assign(({ context }) => ({
      leaving: context.device.servers.map(({ shortServerId }) => shortServerId),
    })),
    countLeft: assign(({ context }, server: number) => ({
      leaving: context.leaving.filter((other) => other !== server),
    })),
    noteStop: assign({ stopping: true }),
    goDown: raise({ type: "link.takeDown" }),
    goOff: raise({ type: "link.powerOff" }),
  },
});
