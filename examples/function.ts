/**
 * The carrier as a function: it starts, registers, tells its events, and stops.
 *
 * `npm run build`, then `node examples/function.ts` (Node 22.18 or newer runs TypeScript as it is).
 */
import { createCarrier, FastClock } from "lwm2m-carrier";
import { startTestbed } from "lwm2m-carrier/testbed";

// Servers of our own on loopback, over DTLS. The clock skips waits in which nothing happens; an application leaves it out.
const clock = new FastClock({ skipIdle: true });
const testbed = await startTestbed({ clock, security: "psk" });

const carrier = createCarrier({
  clock,
  // `coaps:` and a pre-shared key; a server of one's own: { uri, security: { mode: "psk", secrets: { … } } }
  bootstrap: testbed.provision(),
  onEvent: ({ name, payload }) => console.log(name, payload ?? ""),
});
carrier.start();
await carrier.registered;

// What the application knows of its device, and a server that asks for it.
carrier.values.setPowerSources(["internalBattery"]);
carrier.values.setBatteryLevel(80);
const { value } = await testbed.management.read(carrier.endpoint, "/3/0/9");
console.log(`the server reads a battery level of ${value} %`);

await carrier.stop();
await testbed.close();
