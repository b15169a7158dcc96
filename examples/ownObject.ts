/**
 * An object of the application's own, defined by the XML that OMA's registry and editor write: a door with a lock.
 *
 * `npm run build`, then `node examples/ownObject.ts` (Node 22.18 or newer runs TypeScript as it is).
 */
import { createCarrier, FastClock } from "lwm2m-carrier";
import { loadObjectXml } from "lwm2m-carrier/lwm2m";
import { startManagementServer } from "lwm2m-carrier/testbed";

const xml = `<?xml version="1.0" encoding="UTF-8"?>
<LWM2M>
  <Object ObjectType="MODefinition">
    <Name>Door</Name>
    <ObjectID>26250</ObjectID>
    <ObjectURN>urn:oma:lwm2m:x:26250</ObjectURN>
    <LWM2MVersion>1.1</LWM2MVersion>
    <ObjectVersion>1.0</ObjectVersion>
    <MultipleInstances>Multiple</MultipleInstances>
    <Mandatory>Optional</Mandatory>
    <Resources>
      <Item ID="0">
        <Name>Open</Name><Operations>R</Operations><MultipleInstances>Single</MultipleInstances>
        <Mandatory>Mandatory</Mandatory><Type>Boolean</Type><RangeEnumeration></RangeEnumeration><Units></Units>
      </Item>
      <Item ID="1">
        <Name>Label</Name><Operations>RW</Operations><MultipleInstances>Single</MultipleInstances>
        <Mandatory>Optional</Mandatory><Type>String</Type><RangeEnumeration>0..32</RangeEnumeration><Units></Units>
      </Item>
      <Item ID="2">
        <Name>Lock</Name><Operations>E</Operations><MultipleInstances>Single</MultipleInstances>
        <Mandatory>Optional</Mandatory><Type></Type><RangeEnumeration></RangeEnumeration><Units></Units>
      </Item>
    </Resources>
  </Object>
</LWM2M>`;
const door = loadObjectXml(xml, "door.xml");

const clock = new FastClock({ skipIdle: true });
const management = await startManagementServer({ clock, objects: (id) => (id === door.id ? door : undefined) });

const carrier = createCarrier({
  clock,
  servers: [{ uri: management.uri, shortServerId: 1, lifetimeSeconds: 300, security: { mode: "none" } }],
  objects: [
    {
      definition: door,
      instances: { 0: { 0: true } },
      behaviour: {
        resources: {
          2: {
            execute(instanceId) {
              console.log(`door ${instanceId} is locked`);
              return undefined;
            },
          },
        },
      },
    },
  ],
});
const registered = management.events.until("registered");
carrier.start();
const { registration } = await registered;
console.log(`registered: ${registration.objects.map(({ target }) => target).join(" ")}`);

const { endpoint } = carrier;
console.log(`open: ${(await management.read(endpoint, "/26250/0/0")).value}`);
await management.execute(endpoint, "/26250/0/2");
const refused = await management.write(endpoint, "/26250/0/1", "the door between kitchen and garden");
console.log(`a label that is too long: ${refused.code} ${new TextDecoder().decode(refused.payload)}`);

// The device's side changes a value, and a server that observes it is notified.
await management.observe(endpoint, "/26250/0/0");
carrier.objects.set(door.id, 0, 0, false);
console.log(`open: ${(await management.events.until("notification")).value}`);

await carrier.stop();
await management.close();
