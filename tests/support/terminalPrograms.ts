/**
 * Tests over pseudo terminals need a program that makes them. A developer may do without; where all has to be run its
 * absence fails the tests.
 */
import { spawnSync } from "node:child_process";
import { it } from "@jest/globals";

const VERSION_OPTIONS = { python3: "--version", socat: "-V" } as const;

export type TerminalProgram = keyof typeof VERSION_OPTIONS;

/** `it` where one of these programs is there. */
export function itWith(...programs: readonly TerminalProgram[]): typeof it {
  const isThere = programs.some((program) => spawnSync(program, [VERSION_OPTIONS[program]]).status === 0);
  return isThere || process.env.CI !== undefined ? it : (it.skip as typeof it);
}

export const itWithTerminal = itWith("python3", "socat");
