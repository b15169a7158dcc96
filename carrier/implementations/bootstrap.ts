/** Bootstrap on a device: the session, the server's operations, the keys that came with them. */
import { bootstrapMachine } from "../../machines/bootstrap.ts";
import type {
  BootstrapRequestOutcome,
  BootstrapSessionOutcome,
  ManagementKeysOutcome,
  SmartcardOutcome,
} from "../../machines/bootstrapModel.ts";
import type { SessionOutcome } from "../../machines/outcomes.ts";
import { CONTENT_FORMAT } from "../../services/lwm2m/contentFormat.ts";
import { bootstrapAccount } from "../../services/lwm2m/device/accounts.ts";
import { requestBootstrap } from "../../services/lwm2m/device/bootstrapClient.ts";
import { bootstrapServerFacts } from "../bootstrapAccount.ts";
import { BootstrapTransaction } from "../bootstrapTransaction.ts";
import type { Device } from "../device.ts";
import { type StoredSecrets, storedSecrets, writeKeys } from "../keys.ts";
import { recordRefusal } from "../recordRefusal.ts";
import { accountsFromSmartcard } from "../smartcard.ts";
import { actorsOf, deadline, exchangeFailure, notify, service, writeServerKeys } from "./shared.ts";

export const bootstrapChart = bootstrapMachine.provide({
  actors: {
    deadline,
    writeServerKeys,

    readSmartcard: service<SmartcardOutcome>(({ device }) => accountsFromSmartcard(device)),

    openSession: service<SessionOutcome>(async ({ device }, { signal }) => {
      const account = bootstrapAccount(device.tree);
      if (account === undefined) return { kind: "noRoute", detail: "there is no bootstrap server account" };
      const { tree, vault, options } = device;
      const { trace, modem } = options;
      let stored: StoredSecrets | undefined;
      // The server may begin as soon as it has answered: what serves it is there before the request leaves.
      device.transaction = new BootstrapTransaction({
        tree,
        vault,
        hasStoredSecret: (id, name) => stored?.(id, name) === true,
        onRefused: (path, refusal, operation) => recordRefusal(trace, "bootstrap", operation, path, refusal),
      });
      undoneBy(signal, device);
      const outcome = await device.openSession("bootstrap", account, device.transaction.handler, signal);
      if (outcome.kind === "open") stored = await storedSecrets(tree, modem.credentials);
      return outcome;
    }),

    requestBootstrap: service<BootstrapRequestOutcome>(async ({ device }, { signal }) => {
      const endpoint = device.connections.endpoint("bootstrap");
      if (endpoint === undefined) return { kind: "closed" };
      undoneBy(signal, device);
      const preferredContentFormat = device.options.bootstrapFormat ?? CONTENT_FORMAT.senmlCbor;
      const parameters = { endpointName: device.endpointName, preferredContentFormat };
      const outcome = await requestBootstrap(endpoint, parameters, signal);
      return outcome.kind === "accepted" ? outcome : exchangeFailure(outcome);
    }),

    serveBootstrap: service<BootstrapSessionOutcome>(
      async ({ device }, { signal }) => (await device.transaction?.end(signal)) ?? { kind: "closed" },
    ),

    writeManagementKeys: service<ManagementKeysOutcome>(async ({ device }) => {
      const { tree, vault, options } = device;
      const { credentials } = options.modem;
      // The bootstrap server may have given itself another key.
      for (const which of ["bootstrap", "servers"] as const) {
        const { kind } = await writeKeys(which, tree, vault, credentials);
        if (kind === "refused") return { kind, servers: [] };
      }
      await device.commitAccounts();
      return { kind: "written", servers: device.serverFacts(), ...bootstrapServerFacts(device) };
    }),
  },
  actions: {
    notify,
    closeSession: ({ self }) => {
      const { device } = actorsOf(self);
      device.closeSession("bootstrap");
      device.transaction?.abandon();
    },
  },
});

/** A carrier that stops leaves the chart without its actions. */
function undoneBy(signal: AbortSignal, device: Device): void {
  signal.addEventListener("abort", () => device.transaction?.abandon(), { once: true });
}
