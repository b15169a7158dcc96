/** How CBOR begins an item: three bits of major type, five of an argument or of its length (RFC 8949 §3). */

/** Bits 7-5. */
export const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

/** Bits 4-0: simple values, and how the argument follows. */
export const ADDITIONAL = {
  mask: 0b000_11111,
  false: 20,
  true: 21,
  null: 22,
  /** From here on the argument takes 1, 2, 4 or 8 octets. */
  octetFollows: 24,
  half: 25,
  single: 26,
  double: 27,
  indefinite: 31,
} as const;

/** Ends what has an indefinite length. */
export const BREAK = 0xff;
