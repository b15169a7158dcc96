/** Randomness from a seed, so that a run can be repeated exactly. */
export interface Random {
  /** `length` random octets. */
  bytes(length: number): Uint8Array;
  /** A number in [0, 1). */
  number(): number;
}
