/** Octets compared as octets. */
import { expect } from "@jest/globals";

/** Jest's own comparison takes seconds for an image. */
export function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  expect({ length: actual.length, same: Buffer.compare(actual, expected) === 0 }).toEqual({
    length: expected.length,
    same: true,
  });
}
