/**
 * LwM2M TLV, the wire form of resource trees (OMA LwM2M Core 1.1 §7.4.4, content format 11542).
 *
 *     type      kind(2) | id is 16 bit(1) | octets of length(2) | length if those are 0(3)
 *     id        1 or 2 octets
 *     length    0 to 3 octets
 *     value     octets, or further entries: object instance > multiple resource > resource instance
 */
import { Lwm2mError } from "./errors.ts";
import { MAX_ID } from "./path.ts";

/** An entry with a value. */
export interface TlvLeaf {
  readonly kind: "resource" | "resourceInstance";
  readonly id: number;
  readonly value: Uint8Array;
}

/** An entry that holds entries: resources in an object instance, resource instances in a multiple resource. */
export interface TlvBranch {
  readonly kind: "objectInstance" | "multipleResource";
  readonly id: number;
  readonly entries: readonly TlvEntry[];
}

export type TlvEntry = TlvLeaf | TlvBranch;
export type TlvKind = TlvEntry["kind"];

/** Entries of one payload, all levels together. */
export const MAX_TLV_ENTRIES = 16_384;
const MAX_LENGTH = 0xff_ffff;

/** Index is the value of type bits 7-6. */
const KINDS = [
  "objectInstance",
  "resourceInstance",
  "multipleResource",
  "resource",
] as const satisfies readonly TlvKind[];
const ID_IS_16_BIT = 0b00_1_00_000;
const LENGTH_OCTETS_SHIFT = 3;
const INLINE_LENGTH = 0b00_0_00_111;

/** What an entry may hold; this also bounds the depth. */
const HOLDS: Readonly<Record<TlvKind | "payload", readonly TlvKind[]>> = {
  payload: KINDS,
  objectInstance: ["multipleResource", "resource"],
  multipleResource: ["resourceInstance"],
  resource: [],
  resourceInstance: [],
};

/** Throws `tooLarge` for a value beyond 16 MiB. */
export function encodeTlv(entries: readonly TlvEntry[]): Uint8Array {
  const bytes = new Uint8Array(sizeOfAll(entries));
  writeAll(bytes, 0, entries);
  return bytes;
}

/** Values are views into `bytes`, not copies. Throws `malformed` or `tooLarge`. */
export function decodeTlv(bytes: Uint8Array): TlvEntry[] {
  const budget = { entries: MAX_TLV_ENTRIES };
  return readAll(bytes, 0, bytes.length, "payload", budget);
}

function readAll(
  bytes: Uint8Array,
  start: number,
  end: number,
  holder: TlvKind | "payload",
  budget: { entries: number },
): TlvEntry[] {
  const entries: TlvEntry[] = [];
  let at = start;
  const uint = (octets: number): number => {
    if (at + octets > end) throw malformed(`the ${holder} ends within an entry`, at);
    let value = 0;
    for (const stop = at + octets; at < stop; at++) value = (value << 8) | bytes[at]!;
    return value;
  };
  while (at < end) {
    if (--budget.entries < 0) throw new Lwm2mError("tooLarge", `TLV with more than ${MAX_TLV_ENTRIES} entries`);
    const began = at;
    const type = uint(1);
    const kind = KINDS[type >> 6]!;
    if (!HOLDS[holder].includes(kind)) throw malformed(`a ${kind} within a ${holder}`, began);
    const id = uint(type & ID_IS_16_BIT ? 2 : 1);
    if (id > MAX_ID) throw malformed(`id ${id} is reserved`, began);
    const lengthOctets = (type >> LENGTH_OCTETS_SHIFT) & 0b11;
    const length = lengthOctets === 0 ? type & INLINE_LENGTH : uint(lengthOctets);
    if (at + length > end) throw malformed(`a ${kind} of ${length} octets where ${end - at} are left`, began);
    if (kind === "objectInstance" || kind === "multipleResource") {
      entries.push({ kind, id, entries: readAll(bytes, at, at + length, kind, budget) });
    } else {
      entries.push({ kind, id, value: bytes.subarray(at, at + length) });
    }
    at += length;
  }
  return entries;
}

function writeAll(bytes: Uint8Array, start: number, entries: readonly TlvEntry[]): number {
  let at = start;
  const uint = (value: number, octets: number): void => {
    for (let shift = 8 * (octets - 1); shift >= 0; shift -= 8) bytes[at++] = value >>> shift;
  };
  for (const entry of entries) {
    const length = lengthOf(entry);
    const lengthOctets = octetsOfLength(length);
    uint(
      (KINDS.indexOf(entry.kind) << 6) |
        (entry.id > 0xff ? ID_IS_16_BIT : 0) |
        (lengthOctets << LENGTH_OCTETS_SHIFT) |
        (lengthOctets === 0 ? length : 0),
      1,
    );
    uint(entry.id, octetsOfId(entry.id));
    uint(length, lengthOctets);
    if ("entries" in entry) {
      at = writeAll(bytes, at, entry.entries);
    } else {
      bytes.set(entry.value, at);
      at += length;
    }
  }
  return at;
}

function sizeOfAll(entries: readonly TlvEntry[]): number {
  let size = 0;
  for (const entry of entries) {
    const length = lengthOf(entry);
    size += 1 + octetsOfId(entry.id) + octetsOfLength(length) + length;
  }
  return size;
}

function lengthOf(entry: TlvEntry): number {
  return "entries" in entry ? sizeOfAll(entry.entries) : entry.value.length;
}

function octetsOfId(id: number): 1 | 2 {
  return id > 0xff ? 2 : 1;
}

function octetsOfLength(length: number): 0 | 1 | 2 | 3 {
  if (length > MAX_LENGTH) throw new Lwm2mError("tooLarge", `TLV holds at most ${MAX_LENGTH} octets, not ${length}`);
  if (length <= INLINE_LENGTH) return 0;
  return length > 0xffff ? 3 : length > 0xff ? 2 : 1;
}

function malformed(reason: string, offset: number): Lwm2mError {
  return new Lwm2mError("malformed", `TLV, octet ${offset}: ${reason}`);
}
