/** Initialisation: identity and CA certificates of a modem. */
import { type CheckCertificatesInput, certsMachine } from "../../machines/certs.ts";
import { initMachine } from "../../machines/init.ts";
import type { CredentialEntry } from "../../ports/modem.ts";
import { setDeviceIdentity } from "../../services/lwm2m/device/deviceObject.ts";
import { modemDigest } from "../../services/pki/digest.ts";
import { removeStaleKeys } from "../bootstrapAccount.ts";
import type { Device } from "../device.ts";
import { SECURITY_TAGS } from "../keys.ts";
import { hasOtherSmartcard } from "../smartcard.ts";
import { ask, initialiseModem, notify, service, writeServerKeys } from "./shared.ts";

const OWN_TAGS: ReadonlySet<number> = new Set([
  SECURITY_TAGS.bootstrap,
  ...SECURITY_TAGS.servers,
  SECURITY_TAGS.firmware,
]);

const certsChart = certsMachine.provide({
  actors: {
    ask,
    checkCertificates: service<boolean, CheckCertificatesInput>(async ({ device }, { input }) => {
      const listed = await listCa(device);
      const hold = input.tags.every((tag) => listed.some((entry) => entry.tag === tag));
      if (hold) device.caTags = input.tags;
      return hold;
    }),
  },
});

export const initChart = initMachine.provide({
  actors: {
    ask,
    certs: certsChart,
    initialiseModem,
    writeServerKeys,
    readIdentity: service(async ({ device }) => {
      await readIdentity(device);
      await removeStaleKeys(device);
    }),
    writeBuiltInCertificates: service(async ({ device }) => {
      device.caTags = await writeBuiltIn(device);
      return device.caTags;
    }),
    listCertificates: service(async ({ device }) => {
      device.caTags = [...new Set((await listCa(device)).map(({ tag }) => tag))];
      return device.caTags;
    }),
  },
  actions: { notify },
});

/** CA certificates in the application's tags. */
async function listCa({ options }: Device): Promise<CredentialEntry[]> {
  const listed = await options.modem.credentials.list();
  return listed.filter(({ tag, type }) => type === "ca" && !OWN_TAGS.has(tag));
}

/** All in the library's one tag, as a bundle; written only when it holds something else. */
async function writeBuiltIn({ options }: Device): Promise<readonly number[]> {
  const { certificates, modem } = options;
  if (certificates.length === 0) return [];
  const tag = SECURITY_TAGS.firmware;
  const bundle = new Uint8Array(Buffer.concat(certificates.map(({ pem }) => pem)));
  const listed = await modem.credentials.list(tag);
  const isThere = listed.some(({ type, digest }) => type === "ca" && digest === modemDigest(bundle));
  if (!isThere) await modem.credentials.write(tag, "ca", bundle);
  return [tag];
}

async function readIdentity(device: Device): Promise<void> {
  const { modem, endpoint, device: own, apn, pdnType } = device.options;
  const identity = await modem.identity();
  device.endpointName = endpoint ?? `urn:imei:${identity.imei}`;
  setDeviceIdentity(device.tree, {
    manufacturer: identity.manufacturer,
    modelNumber: identity.model,
    serialNumber: identity.imei,
    hardwareVersion: identity.hardwareVersion,
    ...own,
    firmwareVersion: identity.firmwareVersion,
  });
  // A SIM that cannot be read, or does not know its number, is no reason not to start.
  const sim = await modem.sim().catch(() => undefined);
  device.smsNumber = sim?.msisdn;
  // Everything that the profile says counts from the beginning: the device starts again with it.
  if (sim !== undefined && (await device.profiles.choose(sim))) device.emit({ type: "restart" });
  // A card that is not the one of the bootstrap takes its place (LwM2M 1.1 §6.1.3.2).
  else if (await hasOtherSmartcard(device)) await device.bootstrapAnew();
  // Only an offline modem takes it; one that the application attached already has been configured by it.
  if ((apn ?? pdnType) !== undefined && modem.functionalMode !== "normal") {
    await modem.configurePdn({ ...(apn !== undefined && { apn }), ...(pdnType && { type: pdnType }) });
  }
}
