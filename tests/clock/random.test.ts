import { describe, expect, it } from "@jest/globals";
import { seededRandom, systemRandom } from "../../carrier/random.ts";

describe("seeded random", () => {
  it("repeats itself for the same seed and differs for another", () => {
    const draw = (seed: number) => Array.from({ length: 8 }, seededRandom(seed).number);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect([...seededRandom(7).bytes(16)]).toEqual([...seededRandom(7).bytes(16)]);
  });

  it("fills its range evenly", () => {
    const { number } = seededRandom(1);
    const tenths = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 100_000; draw++) tenths[Math.floor(10 * number())]!++;
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});

describe("system random", () => {
  it("gives octets of their own memory", () => {
    const bytes = systemRandom().bytes(8);
    expect([bytes.length, bytes.buffer.byteLength]).toEqual([8, 8]);
  });
});
