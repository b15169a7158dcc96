/** Interleaved runs: figures drift by 13 to 18 % over minutes, and a pair shares its minute. */

export const PAIRS = Number(process.env.BENCH_PAIRS ?? 5);

/**
 * Runs all contenders in turn, `PAIRS` times over.
 * @template T
 * @param {Readonly<Record<string, () => Promise<T>>>} contenders
 * @returns {Promise<Record<string, T[]>>} results by contender; those with the same index belong together
 */
export async function interleave(contenders) {
  const results = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]));
  for (let pair = 0; pair < PAIRS; pair++) {
    for (const [name, run] of Object.entries(contenders)) {
      const result = await run();
      results[name].push(result);
      process.stderr.write(`  ${pair + 1}/${PAIRS} ${name.padEnd(14)} ${JSON.stringify(result)}\n`);
    }
  }
  return results;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The median of one figure.
 * @template T
 * @param {readonly T[]} results
 * @param {(result: T) => number} figure
 */
export function medianOf(results, figure) {
  return median(results.map(figure));
}

/**
 * The median over pairs of a's figure by b's.
 * @template T
 * @param {readonly T[]} a
 * @param {readonly T[]} b
 * @param {(result: T) => number} figure
 */
export function medianRatio(a, b, figure) {
  return median(a.map((result, index) => figure(result) / figure(b[index])));
}
