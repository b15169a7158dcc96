/** One test for each mutant: the checks are there for a reason, and the tests know it. */
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Mutant } from "./mutant.ts";
import { type Results, Sandbox } from "./sandbox.ts";

/** All tests concerned, once, on a busy machine. */
const ALL_MS = 300_000;

/** `groups`: numbers of the checklist of attacks, with which the names of its tests begin; each has to have a mutant. */
export function mutationSuite(title: string, groups: readonly string[], mutants: readonly Mutant[]): void {
  describe(title, () => {
    let sandbox: Sandbox | undefined;
    let intact: Results;
    const meant = ({ name }: Mutant) => intact.passed.filter((full) => full.includes(name));

    beforeAll(async () => {
      sandbox = await Sandbox.create();
      intact = await sandbox.run([...new Set(mutants.map(({ test }) => test))]);
    }, ALL_MS);

    afterAll(() => sandbox?.remove());

    it("pass with every check in its place", () => {
      expect(intact.failed).toEqual([]);
      expect(intact.broken).toEqual([]);
    });

    it.each(groups)("of group %s have a check to notice", (group) => {
      expect(mutants.flatMap(meant)).toContainEqual(expect.stringMatching(`^${group} `));
    });

    it.each(mutants)("notice that it is not so any more: $check ($name)", async (mutant) => {
      // Otherwise a renamed test would be missed by nobody.
      expect(meant(mutant)).not.toEqual([]);
      const { passed, failed, broken } = await sandbox!.without(mutant, () => sandbox!.run([mutant.test], mutant.name));
      expect({ passed, broken }).toEqual({ passed: [], broken: [] });
      expect(failed).toContainEqual(expect.stringContaining(mutant.name));
    });
  });
}
