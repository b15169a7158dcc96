/** The bootstrap data of the card in a modem, read over its APDU channel (OMA LwM2M Core 1.1 §6.1.3.2, Appendix G). */
import type { Modem } from "../../ports/modem.ts";
import { type BootstrapFiles, decodeBootstrapFile } from "./bootstrapFile.ts";
import { CardChannel } from "./cardChannel.ts";
import { bootstrapFileIn, dataObjectFilesIn, EF_ODF, PKCS15_APPLICATION } from "./pkcs15.ts";

/**
 * Undefined where the modem gives no way to its card, or the card has no bootstrap data. Throws `SmartcardError` for a
 * card that answers otherwise than it should, and the modem's error where it cannot be asked.
 */
export async function readSmartcard(modem: Pick<Modem, "apdu" | "capabilities">): Promise<BootstrapFiles | undefined> {
  if (!modem.capabilities.apdu) return undefined;
  const channel = await CardChannel.open((command) => modem.apdu(command));
  try {
    const file = await findBootstrapFile(channel);
    return file && decodeBootstrapFile(file);
  } finally {
    // What was read counts, however the channel ends.
    await channel.close().catch(() => {});
  }
}

async function findBootstrapFile(channel: CardChannel): Promise<Uint8Array | undefined> {
  if (!(await channel.selectApplication(PKCS15_APPLICATION))) return undefined;
  const odf = await channel.readFile(EF_ODF);
  for (const at of odf === undefined ? [] : dataObjectFilesIn(odf)) {
    const dodf = await channel.readFile(at);
    const path = dodf && bootstrapFileIn(dodf);
    if (path !== undefined) return channel.readFile(path);
  }
  return undefined;
}
