/** A datagram taken apart into its records and handshake fragments, so that these can be changed one by one. */
import { concat } from "../../../services/dtls/bytes.ts";
import { CONTENT_TYPE, HEADER_OCTETS, readRecord } from "../../../services/dtls/record/record.ts";
import type { Mutator } from "./mutate.ts";

/** Offsets in a record, and of a fragment's header behind it (RFC 6347 §4.1, §4.2.2). */
const AT = { type: 0, version: 1, epoch: 3, sequence: 5, length: 11 } as const;
const FRAGMENT_AT = { type: 13, length: 14, sequence: 17, offset: 19, fragmentLength: 22 } as const;
const FRAGMENT_HEADER_OCTETS = 12;

/** Views of the records, as far as they can be told apart. */
export function recordsOf(datagram: Uint8Array, idLength: number): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let at = 0; at < datagram.length; ) {
    const view = readRecord(datagram, at, idLength);
    if (view === undefined) break;
    records.push(datagram.subarray(at, at + view.size));
    at += view.size;
  }
  return records;
}

export function isPlainHandshake(record: Uint8Array): boolean {
  return record[AT.type] === CONTENT_TYPE.handshake && record[AT.epoch] === 0 && record[AT.epoch + 1] === 0;
}

/** A datagram of changed, lost, repeated, swapped and borrowed records. */
export function changeRecords(datagram: Uint8Array, other: Uint8Array, mutator: Mutator, idLength: number): Uint8Array {
  const records = recordsOf(datagram, idLength);
  const others = recordsOf(other, idLength);
  if (records.length === 0) return mutator.change(datagram, other);
  const at = mutator.below(records.length);
  const record = records[at]!;
  switch (mutator.below(7)) {
    case 0:
      records.splice(at, 1);
      break;
    case 1:
      records.splice(mutator.below(records.length), 0, record);
      break;
    case 2:
      records.reverse();
      break;
    case 3:
      if (others.length > 0) records.splice(at, mutator.below(2), mutator.pick(others));
      break;
    case 4:
      records[at] = changeHeader(record, mutator);
      break;
    case 5:
      records.splice(
        at,
        1,
        ...(isPlainHandshake(record) ? refragment(record, mutator) : [changeHeader(record, mutator)]),
      );
      break;
    default:
      records[at] = changeBody(record, other, mutator);
  }
  return concat(records);
}

/** One field is another; the octets of the record stay as many. */
function changeHeader(record: Uint8Array, mutator: Mutator): Uint8Array {
  const changed = Uint8Array.from(record);
  switch (mutator.below(5)) {
    case 0:
      changed[AT.type] = mutator.pick([0, 19, 20, 21, 22, 23, 24, 25, 26, 64, 255]);
      break;
    case 1:
      changed.set(
        mutator.pick([
          [254, 255],
          [254, 253],
          [254, 252],
          [3, 3],
          [1, 0],
        ]),
        AT.version,
      );
      break;
    case 2:
      changed.set(
        mutator.pick([
          [0, 0],
          [0, 1],
          [0, 2],
          [255, 255],
        ]),
        AT.epoch,
      );
      break;
    case 3:
      changed.set(mutator.chance(0.5) ? mutator.octets(6) : [0, 0, 0, 0, 0, mutator.below(80)], AT.sequence);
      break;
    default:
      changed.set(mutator.chance(0.5) ? mutator.octets(2) : [0, mutator.below(256)], AT.length);
  }
  return changed;
}

/** The content changes, and the lengths around it say so: parsers behind the first are reached. */
function changeBody(record: Uint8Array, other: Uint8Array, mutator: Mutator): Uint8Array {
  const start = isPlainHandshake(record) ? HEADER_OCTETS + FRAGMENT_HEADER_OCTETS : HEADER_OCTETS;
  const body = mutator.change(record.subarray(start), other).subarray(0, 0xffff - FRAGMENT_HEADER_OCTETS);
  const changed = concat([record.subarray(0, start), body]);
  write(changed, AT.length, 2, changed.length - HEADER_OCTETS);
  if (start > HEADER_OCTETS) {
    write(changed, FRAGMENT_AT.length, 3, body.length);
    write(changed, FRAGMENT_AT.fragmentLength, 3, body.length);
  }
  return changed;
}

/** A message in pieces whose headers contradict it and each other. */
function refragment(record: Uint8Array, mutator: Mutator): Uint8Array[] {
  const body = record.subarray(HEADER_OCTETS + FRAGMENT_HEADER_OCTETS);
  return Array.from({ length: 1 + mutator.below(4) }, () => {
    const offset = mutator.below(body.length + 1);
    const piece = body.subarray(offset, offset + mutator.below(body.length - offset + 1));
    const header = Uint8Array.from(record.subarray(0, HEADER_OCTETS + FRAGMENT_HEADER_OCTETS));
    write(header, AT.length, 2, FRAGMENT_HEADER_OCTETS + piece.length);
    write(header, FRAGMENT_AT.offset, 3, offset);
    write(header, FRAGMENT_AT.fragmentLength, 3, piece.length);
    if (mutator.chance(0.3)) write(header, FRAGMENT_AT.sequence, 2, mutator.below(12));
    if (mutator.chance(0.2)) write(header, FRAGMENT_AT.length, 3, mutator.pick([0, body.length + 1, 16_384, 0xffffff]));
    if (mutator.chance(0.2)) write(header, FRAGMENT_AT.offset, 3, mutator.pick([0, offset + 1, 0xffffff]));
    if (mutator.chance(0.1))
      header[FRAGMENT_AT.type] = mutator.pick([0, 1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 20, 21, 99]);
    return concat([header, piece]);
  });
}

function write(bytes: Uint8Array, at: number, width: number, value: number): void {
  for (let index = 0; index < width; index++) bytes[at + index] = Math.floor(value / 256 ** (width - 1 - index)) % 256;
}
