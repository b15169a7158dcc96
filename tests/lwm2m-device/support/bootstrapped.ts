/** A device on the bootstrap interface, and the accounts that a server writes to it. */
import {
  BootstrapInterface,
  type BootstrapInterfaceOptions,
} from "../../../services/lwm2m/device/bootstrapInterface.ts";
import { instanceValues } from "../../../services/lwm2m/objects/define.ts";
import { SECURITY } from "../../../services/lwm2m/objects/security.ts";
import { SERVER } from "../../../services/lwm2m/objects/server.ts";
import { type Answer, type Ask, answerOf, makeDevice, requestOf, type TestDevice } from "./device.ts";

export const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value);
export const nothing = new Uint8Array();

export const security = (values: Parameters<typeof instanceValues<typeof SECURITY>>[1]) =>
  instanceValues(SECURITY, {
    0: "coaps://server.example:5684",
    1: false,
    2: 0,
    3: utf8("id"),
    4: nothing,
    5: utf8("key"),
    10: 7,
    ...values,
  });
export const server = (values: Parameters<typeof instanceValues<typeof SERVER>>[1] = {}) =>
  instanceValues(SERVER, { 0: 7, 1: 86_400, 6: true, 7: "U", ...values });

export interface Bootstrapped {
  readonly device: TestDevice;
  readonly finished: (readonly string[])[];
  readonly transaction: BootstrapInterface;
  ask(ask: Ask): Answer;
}

export function bootstrap(options: Partial<BootstrapInterfaceOptions> = {}): Bootstrapped {
  const device = makeDevice();
  const finished: (readonly string[])[] = [];
  const transaction = new BootstrapInterface({
    tree: device.tree,
    vault: device.vault,
    onFinish: (problems) => {
      finished.push(problems);
      return undefined;
    },
    ...options,
  });
  return { device, finished, transaction, ask: (ask) => answerOf(transaction.onRequest(requestOf(ask))) };
}
