/** Bootstrap on a device: the session, the server's operations, the keys that came with them. */
import {
  type BootstrapRequestOutcome,
  type BootstrapSessionOutcome,
  bootstrapMachine,
  type ManagementKeysOutcome,
} from "../../machines/bootstrap.ts";
import type { SessionOutcome } from "../../machines/outcomes.ts";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { bootstrapAccount } from "../../services/lwm2m/device/accounts.ts";
import { requestBootstrap } from "../../services/lwm2m/device/bootstrapClient.ts";
import { BootstrapTransaction } from "../bootstrapTransaction.ts";
import { writeKeys } from "../keys.ts";
import { actorsOf, deadline, exchangeFailure, notify, service, writeServerKeys } from "./shared.ts";

export const bootstrapChart = bootstrapMachine.provide({
  actors: {
    deadline,
    writeServerKeys,

    openSession: service<SessionOutcome>(async ({ device }, { signal }) => {
      const account = bootstrapAccount(device.tree);
      if (account === undefined) return { kind: "noRoute", detail: "there is no bootstrap server account" };
      // The server may begin as soon as it has answered: what serves it is there before the request leaves.
      device.transaction = new BootstrapTransaction(device.tree, device.vault);
      return device.openSession("bootstrap", account, device.transaction.handler, signal);
    }),

    requestBootstrap: service<BootstrapRequestOutcome>(async ({ device }, { signal }) => {
      const endpoint = device.connections.endpoint("bootstrap");
      if (endpoint === undefined) return { kind: "closed" };
      const parameters = { endpointName: device.endpointName, preferredContentFormat: CONTENT_FORMAT.tlv };
      const outcome = await requestBootstrap(endpoint, parameters, signal);
      return outcome.kind === "accepted" ? outcome : exchangeFailure(outcome);
    }),

    serveBootstrap: service<BootstrapSessionOutcome>(
      async ({ device }, { signal }) => (await device.transaction?.end(signal)) ?? { kind: "closed" },
    ),

    writeManagementKeys: service<ManagementKeysOutcome>(async ({ device }) => {
      const { tree, vault, options } = device;
      const { kind } = await writeKeys("servers", tree, vault, options.modem.credentials);
      if (kind === "refused") return { kind, servers: [] };
      await device.commitAccounts();
      return { kind, servers: device.serverFacts() };
    }),
  },
  actions: { notify, closeSession: ({ self }) => actorsOf(self).device.closeSession("bootstrap") },
});
