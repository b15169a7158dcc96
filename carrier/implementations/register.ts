/** The registration with one server. */
import type { LwM2mVersion, SessionOutcome } from "../../machines/outcomes.ts";
import { registerMachine } from "../../machines/register.ts";
import type { DisableInput, RegisterOutcome, RegisterServiceInput, ServerInput } from "../../machines/registerModel.ts";
import { accountOf, securityInstanceId, serverInstanceId } from "../../services/lwm2m/device/accounts.ts";
import { deregister, objectList, register, update } from "../../services/lwm2m/device/registrationClient.ts";
import { SUPPORTED_FORMATS } from "../../services/lwm2m/formats.ts";
import { SERVER } from "../../services/lwm2m/objects/server.ts";
import type { Device } from "../device.ts";
import { bindingOf, type Registration, wantsQueueMode } from "../registrations.ts";
import { actorsOf, alarm, deadline, exchangeFailure, notify, service } from "./shared.ts";

export const registerChart = registerMachine.provide({
  actors: {
    alarm,
    deadline,

    openSession: service<SessionOutcome, ServerInput>(async ({ device }, { input: { server }, signal }) => {
      const account = accountOf(device.tree, server);
      if (account === undefined) return { kind: "noRoute", detail: `there is no account of server ${server}` };
      return device.openSession(server, account, device.management(server), signal);
    }),

    register: service<RegisterOutcome, RegisterServiceInput>(
      async ({ device }, { input: { server, version }, signal }) => {
        const endpoint = device.connections.endpoint(server);
        const wanted = wantedOf(device, server, version);
        if (endpoint === undefined || wanted === undefined) return { kind: "closed" };
        const { lifetimeSeconds, binding, queueMode, smsNumber } = wanted;
        const { held } = device.management(server).observations;
        const outcome = await register(
          endpoint,
          {
            endpointName: device.endpointName,
            lifetimeSeconds,
            binding,
            queueMode,
            version,
            objects: objectsFor(device, version),
            ...(smsNumber !== undefined && { smsNumber }),
          },
          signal,
        );
        if (outcome.kind !== "created") return exchangeFailure(outcome);
        // What it observed belonged to a registration that is no more (LwM2M 1.1 §6.2.1), unless it was disabled. But it
        // may observe as soon as it has registered the device: before its answer is here, which may get lost or overtaken.
        device.management(server).observations.renew(held);
        device.attachObservations(server);
        device.registrations.note(server, { location: outcome.location, ...wanted });
        return { kind: "registered", updateAt: device.updateTime(lifetimeSeconds) };
      },
    ),

    update: service<RegisterOutcome, ServerInput>(async ({ device }, { input: { server }, signal }) => {
      const endpoint = device.connections.endpoint(server);
      const known = device.registrations.get(server);
      // This side has forgotten it: an Update could not name it, as if the server had.
      if (known === undefined) return { kind: "refused", code: "4.04" };
      const wanted = wantedOf(device, server, known.version);
      if (endpoint === undefined || wanted === undefined) return { kind: "closed" };
      const { version, lifetimeSeconds, binding, smsNumber } = wanted;
      // Only what changed is told (LwM2M 1.1 §6.2.2).
      const outcome = await update(
        endpoint,
        known.location,
        {
          ...(lifetimeSeconds !== known.lifetimeSeconds && { lifetimeSeconds }),
          ...(binding !== known.binding && { binding }),
          ...(smsNumber !== known.smsNumber && smsNumber !== undefined && { smsNumber }),
          ...(wanted.objectsVersion !== known.objectsVersion && { objects: objectsFor(device, version) }),
        },
        signal,
      );
      if (outcome.kind === "noAnswer") device.discardSession(server);
      if (outcome.kind !== "changed") return exchangeFailure(outcome);
      device.attachObservations(server);
      // Queue mode of 1.1 is told by Register alone.
      const queueMode = version === "1.1" ? known.queueMode : wanted.queueMode;
      device.registrations.note(server, { location: known.location, ...wanted, queueMode });
      return { kind: "registered", updateAt: device.updateTime(lifetimeSeconds) };
    }),

    deregister: service<void, ServerInput>(async ({ device }, { input: { server }, signal }) => {
      await leave(device, server, signal);
      device.endObservations(server);
    }),

    disable: service<number, DisableInput>(async ({ device }, { input, signal }) => {
      const { server, disableTimeoutSeconds } = input;
      const until = device.options.clock.wall() + 1000 * disableTimeoutSeconds;
      device.registrations.disable(server, until);
      // What changes from now on is kept for the next registration: nothing more goes out on this session.
      device.managements.pause(server);
      await leave(device, server, signal);
      return until;
    }),
  },
  actions: {
    notify,
    closeSession: ({ self }, { server }) => actorsOf(self).device.closeSession(server),
  },
});

/** What the server is to know of this device now; undefined without an account. Every Update asks: no more is read. */
function wantedOf(device: Device, server: number, version: LwM2mVersion): Omit<Registration, "location"> | undefined {
  const { tree, smsNumber, objectsVersion } = device;
  const account = serverInstanceId(tree, server);
  if (account === undefined || securityInstanceId(tree, server) === undefined) return undefined;
  const lifetimeSeconds = tree.value(SERVER, account, 1);
  if (lifetimeSeconds === undefined) return undefined;
  const queueMode = wantsQueueMode({ binding: tree.value(SERVER, account, 7) ?? "U" }, device.options.queueMode);
  return {
    version,
    lifetimeSeconds: Number(lifetimeSeconds),
    binding: bindingOf(queueMode, version),
    queueMode,
    smsNumber,
    objectsVersion,
  };
}

/** Ends the registration as far as the server can be reached. */
async function leave(device: Device, server: number, signal: AbortSignal): Promise<void> {
  const endpoint = device.connections.endpoint(server);
  const known = device.registrations.get(server);
  device.registrations.end(server);
  if (endpoint !== undefined && known !== undefined) await deregister(endpoint, known.location, signal);
}

/** Content formats that 1.0 has: text and opaque, TLV, JSON. */
const FORMATS_OF_1_0: ReadonlySet<number> = new Set([0, 42, 11542, 11543]);

/** The object list as a server of this version is told it. */
function objectsFor({ tree }: Device, version: LwM2mVersion): string {
  const contentFormats =
    version === "1.1" ? SUPPORTED_FORMATS : SUPPORTED_FORMATS.filter((number) => FORMATS_OF_1_0.has(number));
  return objectList(tree, { version, contentFormats });
}
