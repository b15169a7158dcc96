/**
 * Another implementation for one part of the machine: here the access point depends on the SIM.
 *
 * `npm run build`, then `node examples/replaceParts.ts` (Node 22.18 or newer runs TypeScript as it is).
 */
import { createCarrierMachine, FastClock } from "lwm2m-carrier";
import { startTestbed } from "lwm2m-carrier/testbed";
import { createActor, fromPromise, waitFor } from "xstate";

const clock = new FastClock({ skipIdle: true });
const testbed = await startTestbed({ clock });

const carrier = createCarrierMachine({
  clock,
  bootstrap: { uri: testbed.bootstrap.uri, security: { mode: "none" } },
});
const { modem } = carrier.options;

const machine = carrier.machine.provide({
  actors: {
    // Before `main()`, in editions 3.3 and 3.6, the application initialises the modem and attaches it.
    prepareApplication: fromPromise(async () => {
      const { firmwareVersion } = await modem.init();
      const { operator } = await modem.sim();
      console.log(`modem firmware ${firmwareVersion}, SIM of ${operator}`);
      await modem.configurePdn({ apn: operator === "00101" ? "test.example" : "sensors.example" });
      await modem.setFunctionalMode("normal");
    }),
  },
});

const actor = createActor(machine, { input: carrier.input, clock: carrier.clock });
actor.start();
await waitFor(actor, (snapshot) => snapshot.hasTag("registered"));
const { apn } = await modem.activatePdn();
console.log(`registered over ${apn}`);

actor.send({ type: "stop" });
await waitFor(actor, ({ status }) => status === "done");
await testbed.close();
