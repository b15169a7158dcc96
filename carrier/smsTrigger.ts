/**
 * The Registration Update Trigger as a short message, for a device that a server cannot reach otherwise: the payload is a
 * CoAP request to execute 1/x/8 (LwM2M 1.0 §5.3.1.1, Appendix E.2). Nothing answers it: there is no SMS binding.
 */
import { CODE } from "../services/coap/codes.ts";
import { CoapFormatError } from "../services/coap/errors.ts";
import { decodeMessage } from "../services/coap/message.ts";
import { readOptions } from "../services/coap/optionFields.ts";
import type { CoapMessage } from "../services/coap/types.ts";
import { securityInstanceId } from "../services/lwm2m/device/accounts.ts";
import type { ObjectTree } from "../services/lwm2m/device/tree.ts";
import { SECURITY } from "../services/lwm2m/objects/security.ts";
import { SERVER } from "../services/lwm2m/objects/server.ts";

const TRIGGER_PATH = /^1\/(\d{1,5})\/8$/;
const SHORT_SERVER_ID = 0;
/** 0/x/9 LwM2M Server SMS Number. */
const SMS_NUMBER = 9;

/**
 * Short id of the server that wants an Update; undefined for any other message, and for one from another number than
 * the account has for the server.
 */
export function smsTrigger(tree: ObjectTree, from: string, payload: Uint8Array): number | undefined {
  const request = decoded(payload);
  if (request?.code !== CODE.POST) return undefined;
  const [, instance] = TRIGGER_PATH.exec(readOptions(request.options).path.join("/")) ?? [];
  const server = instance === undefined ? undefined : tree.value(SERVER, Number(instance), SHORT_SERVER_ID);
  if (server === undefined) return undefined;
  const account = securityInstanceId(tree, Number(server));
  const number = account === undefined ? undefined : tree.value(SECURITY, account, SMS_NUMBER);
  return number === undefined || number === "" || number === from ? Number(server) : undefined;
}

/** Undefined for what is no CoAP: anybody may send anything. */
function decoded(payload: Uint8Array): CoapMessage | undefined {
  try {
    return decodeMessage(payload);
  } catch (error) {
    if (error instanceof CoapFormatError) return undefined;
    throw error;
  }
}
