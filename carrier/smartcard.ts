/** Accounts from the card in the modem: read over its APDU channel, put into the tree, their keys into the vault. */
import type { SmartcardOutcome } from "../machines/bootstrapModel.ts";
import { CODE } from "../services/coap/codes.ts";
import { bootstrapAccount, serverAccounts } from "../services/lwm2m/device/accounts.ts";
import { provisionObjects } from "../services/lwm2m/device/provisionObjects.ts";
import { readSmartcard } from "../services/smartcard/readSmartcard.ts";
import { SmartcardError } from "../services/smartcard/smartcardError.ts";
import type { Device } from "./device.ts";
import { recordRefusal } from "./recordRefusal.ts";

/** A card that cannot be read or makes no sense changes nothing; the record says why. */
export async function accountsFromSmartcard({ tree, vault, options }: Device): Promise<SmartcardOutcome> {
  const refuse = (detail: string): SmartcardOutcome => {
    recordRefusal(options.trace, "bootstrap", "smartcard", [], { code: CODE.NOT_ACCEPTABLE, detail });
    return { kind: "none" };
  };
  try {
    const objects = await readSmartcard(options.modem);
    if (objects === undefined) return { kind: "none" };
    const problems = provisionObjects(tree, vault, objects);
    for (const { content } of objects) content.fill(0);
    if (problems.length > 0) return refuse(problems.join("; "));
  } catch (error) {
    if (error instanceof SmartcardError || isModemRefusal(error)) return refuse((error as Error).message);
    throw error;
  }
  if (serverAccounts(tree).length > 0) return { kind: "servers" };
  return { kind: "bootstrapServer", holdOffSeconds: bootstrapAccount(tree)?.holdOffSeconds ?? 0 };
}

/** The modem has no card, waits for its PIN, or cannot be asked now. */
function isModemRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
