/**
 * The file with the bootstrap data on a card: objects with their version, each in TLV (OMA LwM2M Core 1.1 Appendix
 * G.3.4). Numbers are in network byte order.
 */
import { SmartcardError } from "./smartcardError.ts";

/** What a card says of one object: all its instances, in TLV. */
export interface BootstrapObject {
  readonly objectId: number;
  /** `1.1`; absent where the card leaves it open. */
  readonly version?: string;
  readonly content: Uint8Array;
}

/** A card's objects, in its order. */
export type BootstrapFiles = readonly BootstrapObject[];

/** Objects of a file that are taken. */
export const MAX_BOOTSTRAP_OBJECTS = 64;
const MAX_UINT16 = 0xffff;

/** Throws `SmartcardError`; octets behind the objects are filling, and passed over. */
export function decodeBootstrapFile(file: Uint8Array): BootstrapFiles {
  const header = new Fields(file);
  const count = header.uint16();
  if (count > MAX_BOOTSTRAP_OBJECTS) throw new SmartcardError("tooLarge", `bootstrap file: ${count} objects`);
  const fields = new Fields(header.octets(header.uint16()));
  const objects = Array.from({ length: count }, () => objectOf(fields));
  if (fields.more) throw malformed("octets behind the last object");
  return objects;
}

/** Throws `SmartcardError` `tooLarge`. */
export function encodeBootstrapFile(objects: BootstrapFiles): Uint8Array {
  const octets = objects.flatMap(({ objectId, version, content }) => {
    const [major = 0, minor = 0] = version?.split(".").map(Number) ?? [];
    // A major version of 0 stands for none, and has no minor one.
    return [...uint16(objectId), ...(major === 0 ? [0] : [major, minor]), ...uint16(content.length), ...content];
  });
  return Uint8Array.of(...uint16(objects.length), ...uint16(octets.length), ...octets);
}

function objectOf(fields: Fields): BootstrapObject {
  const objectId = fields.uint16();
  const major = fields.octet();
  const version = major === 0 ? undefined : `${major}.${fields.octet()}`;
  const content = fields.octets(fields.uint16());
  return { objectId, ...(version !== undefined && { version }), content };
}

function uint16(value: number): readonly [number, number] {
  if (value > MAX_UINT16) throw new SmartcardError("tooLarge", `bootstrap file: ${value} does not fit 16 bits`);
  return [value >> 8, value & 0xff];
}

class Fields {
  readonly #file: Uint8Array;
  #at = 0;

  constructor(file: Uint8Array) {
    this.#file = file;
  }

  get more(): boolean {
    return this.#at < this.#file.length;
  }

  octet(): number {
    return this.octets(1)[0]!;
  }

  uint16(): number {
    const [high, low] = this.octets(2);
    return (high! << 8) | low!;
  }

  octets(count: number): Uint8Array {
    if (count > this.#file.length - this.#at) throw malformed("it is cut short");
    this.#at += count;
    return this.#file.slice(this.#at - count, this.#at);
  }
}

function malformed(what: string): SmartcardError {
  return new SmartcardError("malformed", `bootstrap file: ${what}`);
}
