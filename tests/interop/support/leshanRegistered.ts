/** A device that is registered with Leshan's management server, which is configured anew for it. */
import type { CarrierOptions } from "../../../carrier/options.ts";
import type { ServerProvision } from "../../../services/lwm2m/device/provision.ts";
import { CREDENTIALS, type SecureMode } from "./leshanCredentials.ts";
import { account, ENDPOINT, type LeshanTestDevice, startDevice } from "./leshanDevice.ts";
import type { LeshanConfiguration, LeshanDevice, LeshanRegistration, LeshanServer } from "./leshanServer.ts";

export interface RegisteredOptions {
  /** No security without one. */
  readonly mode?: SecureMode;
  readonly configuration?: LeshanConfiguration;
  readonly server?: Partial<ServerProvision>;
  readonly carrier?: Partial<CarrierOptions>;
}

export interface Registered {
  readonly ours: LeshanTestDevice;
  readonly theirs: LeshanDevice;
  readonly registration: LeshanRegistration;
}

/** It ends with the test. */
export async function registered(leshan: LeshanServer, options: RegisteredOptions = {}): Promise<Registered> {
  const { mode, configuration, server, carrier } = options;
  const security = mode && CREDENTIALS[mode];
  const { coap, coaps } = await leshan.configure({ ...security?.server, ...configuration });
  const uri = security === undefined ? `coap://127.0.0.1:${coap}` : `coaps://127.0.0.1:${coaps}`;
  const ours = startDevice({ servers: [account(uri, security?.device(), server)], ...carrier });
  const { registration } = await leshan.event("registered");
  await ours.carrier.registered;
  // On a slow machine it may have been put off before.
  ours.forgetEvents();
  return { ours, theirs: leshan.device(ENDPOINT), registration };
}

/** 1/x/4. The Deregister follows so closely that Leshan may forget the request before it looks at the answer. */
export async function disable({ theirs }: Registered): Promise<void> {
  try {
    await theirs.execute("/1/0/4");
  } catch (error) {
    if (!/cancel/i.test(String(error))) throw error;
  }
}
