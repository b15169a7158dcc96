/** Accounts from the card in the modem: read over its APDU channel, put into the tree, their keys into the vault. */
import { createHash } from "node:crypto";
import type { SmartcardOutcome } from "../machines/bootstrapModel.ts";
import { CODE } from "../services/coap/codes.ts";
import { bootstrapAccount, serverAccounts } from "../services/lwm2m/device/accounts.ts";
import { provisionObjects } from "../services/lwm2m/device/provisionObjects.ts";
import type { BootstrapFiles } from "../services/smartcard/bootstrapFile.ts";
import { readSmartcard } from "../services/smartcard/readSmartcard.ts";
import { SmartcardError } from "../services/smartcard/smartcardError.ts";
import type { Device } from "./device.ts";
import { recordRefusal } from "./recordRefusal.ts";

/** A card that cannot be read or makes no sense changes nothing; the record says why. */
export async function accountsFromSmartcard(device: Device): Promise<SmartcardOutcome> {
  const { tree, vault } = device;
  const objects = await bootstrapFileOf(device);
  if (objects === undefined) return { kind: "none" };
  // Also of a card that is of no use: it is not asked again at every start.
  device.keepSmartcard(digestOf(objects));
  const problems = provisionObjects(tree, vault, objects);
  wipe(objects);
  if (problems.length > 0) {
    refuse(device, problems.join("; "));
    return { kind: "none" };
  }
  if (serverAccounts(tree).length > 0) return { kind: "servers" };
  return { kind: "bootstrapServer", holdOffSeconds: bootstrapAccount(tree)?.holdOffSeconds ?? 0 };
}

/**
 * Whether a bootstrapped device has a card now with other bootstrap data than the one that was read. Without a card, or
 * with one that cannot be read or has no such data, the accounts hold.
 */
export async function hasOtherSmartcard(device: Device): Promise<boolean> {
  const { options, facts } = device;
  if (options.bootstrapFromSmartcard !== true || !facts.bootstrapped) return false;
  const objects = await bootstrapFileOf(device);
  if (objects === undefined) return false;
  const digest = digestOf(objects);
  wipe(objects);
  return digest !== facts.smartcardDigest;
}

/** Undefined where there is none, or none that can be read. */
async function bootstrapFileOf(device: Device): Promise<BootstrapFiles | undefined> {
  try {
    return await readSmartcard(device.options.modem);
  } catch (error) {
    if (!(error instanceof SmartcardError || isModemRefusal(error))) throw error;
    refuse(device, (error as Error).message);
    return undefined;
  }
}

function refuse({ options }: Device, detail: string): void {
  recordRefusal(options.trace, "bootstrap", "smartcard", [], { code: CODE.NOT_ACCEPTABLE, detail });
}

/** Hexadecimal SHA-256 of the objects, one after the other. */
function digestOf(objects: BootstrapFiles): string {
  const hash = createHash("sha256");
  for (const { objectId, version, content } of objects) {
    hash.update(`${objectId} ${version} ${content.length} `).update(content);
  }
  return hash.digest("hex");
}

/** There are keys among them. */
function wipe(objects: BootstrapFiles): void {
  for (const { content } of objects) content.fill(0);
}

/** The modem has no card, waits for its PIN, or cannot be asked now. */
function isModemRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}
