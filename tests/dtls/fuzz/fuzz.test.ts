/** A short run from a seed of its own, which FUZZ_SEED repeats; `npm run fuzz` in bench/ is the long one. */
import { expect, it } from "@jest/globals";
import { Fuzzer } from "./fuzzer.ts";

const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
const ROUNDS = 300;

it(`stands changed input in every state of both roles, seed ${SEED}`, () => {
  const fuzzer = new Fuzzer();
  for (let round = 0; round < ROUNDS; round++) {
    try {
      fuzzer.round(SEED + round);
    } catch (error) {
      throw new Error(`seed ${SEED + round} (FUZZ_SEED=${SEED + round} begins with it)`, { cause: error });
    }
  }
  const { parsed, received, dropped, ends } = fuzzer.progress;
  // That it has been somewhere: no state is left out, and what is not authentic is counted.
  expect(parsed + received).toBeGreaterThan(100 * ROUNDS);
  expect(dropped).toBeGreaterThan(received / 4);
  for (const count of Object.values(ends)) expect(count).toBeGreaterThan(ROUNDS / 50);
});
