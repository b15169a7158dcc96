/** What a message's record has besides where somebody looks closely: every option, and what the payload says. */

import { decodeBlock } from "./block.ts";
import { isRequest } from "./codes.ts";
import { readOptions } from "./optionFields.ts";
import { decodeText, decodeUint, OPTION, optionDefinition, optionName } from "./options.ts";
import { formatToken } from "./token.ts";
import type { CoapMessage, CoapOption, MessageTarget, PayloadDescriber } from "./types.ts";

/** Options of one message that are listed, and requests whose answers are still told what they are about. */
const MAX_OPTIONS = 64;
const MAX_TARGETS = 256;

const BLOCKS: ReadonlySet<number> = new Set([OPTION.block1.number, OPTION.block2.number]);

export class MessageDetails {
  readonly #describe: PayloadDescriber | undefined;
  /** What requests were about, by their direction and token; the one used last at the end. */
  readonly #targets = new Map<string, MessageTarget>();

  constructor(describe: PayloadDescriber | undefined) {
    this.#describe = describe;
  }

  of(message: CoapMessage, direction: "in" | "out"): { options: unknown; payload: unknown } {
    const { options, payload } = message;
    const target = this.#targetOf(message, direction);
    return {
      options: options.length === 0 ? undefined : options.slice(0, MAX_OPTIONS).map(shownOption),
      payload: payload.length === 0 ? undefined : this.#payload(message, target),
    };
  }

  /** Never throws: a payload that nobody understands is told by its size. */
  #payload(message: CoapMessage, target: MessageTarget | undefined): unknown {
    const octets = message.payload.length;
    try {
      return this.#describe?.(message, target) ?? { octets };
    } catch {
      return { octets };
    }
  }

  /** Of a response what its request was about; a notification's request may be long ago. */
  #targetOf(message: CoapMessage, direction: "in" | "out"): MessageTarget | undefined {
    const { code, token } = message;
    const asking = isRequest(code);
    const asked = asking ? direction : direction === "in" ? "out" : "in";
    const key = `${asked} ${formatToken(token)}`;
    const target = asking ? { method: code, path: readOptions(message.options).path } : this.#targets.get(key);
    if (target === undefined) return undefined;
    this.#targets.delete(key);
    this.#targets.set(key, target);
    if (this.#targets.size > MAX_TARGETS) {
      const [oldest] = this.#targets.keys();
      if (oldest !== undefined) this.#targets.delete(oldest);
    }
    return target;
  }
}

function shownOption({ number, value }: CoapOption): { number: number; name: string; value: unknown } {
  return { number, name: optionName(number), value: shownOptionValue(number, value) };
}

/** Octets that are no text, and those of options that nobody knows, in hexadecimal. */
function shownOptionValue(number: number, value: Uint8Array): unknown {
  if (BLOCKS.has(number)) return decodeBlock(decodeUint(value)) ?? formatToken(value);
  switch (optionDefinition(number)?.format) {
    case "uint":
      return value.length <= 4 ? decodeUint(value) : formatToken(value);
    case "string":
      return decodeText(value) ?? formatToken(value);
    case "empty":
      return "";
    default:
      return formatToken(value.subarray(0, 64));
  }
}
