/** An input on which something was not as it has to be, with all that is needed to look at it. */
import { toHex } from "../../../services/dtls/bytes.ts";

export class FuzzFailure extends Error {
  override readonly name = "FuzzFailure";

  /** `inputs`: those that led there, the last one at the end. */
  constructor(what: string, where: string, inputs: readonly Uint8Array[], cause?: unknown) {
    const listed = inputs.map((input) => toHex(input));
    super(`${where}: ${what}\nlast: ${listed.at(-1)}\nall:\n${listed.join("\n")}`, { cause });
  }
}
