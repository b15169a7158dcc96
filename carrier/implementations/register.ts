/** The registration with one server. */
import type { SessionOutcome } from "../../machines/outcomes.ts";
import { type RegisterOutcome, registerMachine, type ServerInput } from "../../machines/register.ts";
import { accountOf } from "../../services/lwm2m/device/accounts.ts";
import { deregister, objectList, register, update } from "../../services/lwm2m/device/registrationClient.ts";
import { SUPPORTED_FORMATS } from "../../services/lwm2m/formats.ts";
import { actorsOf, deadline, exchangeFailure, notify, service } from "./shared.ts";

export const registerChart = registerMachine.provide({
  actors: {
    deadline,

    openSession: service<SessionOutcome, ServerInput>(async ({ device }, { input: { server }, signal }) => {
      const account = accountOf(device.tree, server);
      if (account === undefined) return { kind: "noRoute", detail: `there is no account of server ${server}` };
      return device.openSession(server, account, device.management(server), signal);
    }),

    register: service<RegisterOutcome, ServerInput>(async ({ device }, { input: { server }, signal }) => {
      const endpoint = device.connections.endpoint(server);
      const account = accountOf(device.tree, server);
      if (endpoint === undefined || account === undefined) return { kind: "closed" };
      const { lifetimeSeconds, binding } = account;
      const { objectsVersion } = device;
      const outcome = await register(
        endpoint,
        {
          endpointName: device.endpointName,
          lifetimeSeconds,
          binding,
          objects: objectList(device.tree, { contentFormats: SUPPORTED_FORMATS }),
          ...(device.smsNumber !== undefined && { smsNumber: device.smsNumber }),
        },
        signal,
      );
      if (outcome.kind !== "created") return exchangeFailure(outcome);
      // What it observed belonged to a registration that is no more (LwM2M 1.1 §6.2.1).
      device.management(server).observations.clear();
      device.attachObservations(server);
      device.registrations.set(server, { location: outcome.location, lifetimeSeconds, binding, objectsVersion });
      return { kind: "registered", updateAt: device.updateTime(lifetimeSeconds) };
    }),

    update: service<RegisterOutcome, ServerInput>(async ({ device }, { input: { server }, signal }) => {
      const endpoint = device.connections.endpoint(server);
      const account = accountOf(device.tree, server);
      const known = device.registrations.get(server);
      if (endpoint === undefined || account === undefined || known === undefined) return { kind: "closed" };
      const { lifetimeSeconds, binding } = account;
      const { objectsVersion } = device;
      // Only what changed is told (LwM2M 1.1 §6.2.2).
      const outcome = await update(
        endpoint,
        known.location,
        {
          ...(lifetimeSeconds !== known.lifetimeSeconds && { lifetimeSeconds }),
          ...(binding !== known.binding && { binding }),
          ...(objectsVersion !== known.objectsVersion && {
            objects: objectList(device.tree, { contentFormats: SUPPORTED_FORMATS }),
          }),
        },
        signal,
      );
      if (outcome.kind === "noAnswer") device.discardSession(server);
      if (outcome.kind !== "changed") return exchangeFailure(outcome);
      device.attachObservations(server);
      device.registrations.set(server, { location: known.location, lifetimeSeconds, binding, objectsVersion });
      return { kind: "registered", updateAt: device.updateTime(lifetimeSeconds) };
    }),

    deregister: service<void, ServerInput>(async ({ device }, { input: { server }, signal }) => {
      const endpoint = device.connections.endpoint(server);
      const known = device.registrations.get(server);
      device.registrations.delete(server);
      if (endpoint !== undefined && known !== undefined) await deregister(endpoint, known.location, signal);
      device.endObservations(server);
    }),
  },
  actions: {
    notify,
    closeSession: ({ self }, { server }) => actorsOf(self).device.closeSession(server),
  },
});
