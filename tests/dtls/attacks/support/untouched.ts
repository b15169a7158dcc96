/** That a datagram led to nothing: the one expectation behind most attacks. */
import { expect } from "@jest/globals";
import type { DropReason, Role } from "../../../../services/dtls/types.ts";
import { other, type Pair } from "./pair.ts";
import { text } from "./wire.ts";

/**
 * Gives the datagrams to one end of a connected pair. Each is dropped for that reason, nothing is said of it to anybody,
 * and no window moves: a record that was on its way already is still taken, and data goes both ways.
 */
export function expectUntouched(
  pair: Pair,
  target: Role,
  forged: readonly Uint8Array[],
  reason: DropReason,
  from = pair.at,
): void {
  const peer = other(target);
  const late = pair.held(peer, text("late"));
  const before = { ...pair.drops(target) };
  const told = pair.events[target].length;
  const { peer: address } = pair.association!;
  for (const datagram of forged) expect(pair.give(target, datagram, from)).toEqual({ datagrams: [], events: [] });
  expect(pair.drops(target)).toEqual({ ...before, [reason]: before[reason] + forged.length });
  expect(pair.events[target]).toHaveLength(told);
  expect(pair.association!.peer).toEqual(address);
  pair.give(target, late);
  expect(pair.data(target).at(-1)).toBe("late");
  expectAlive(pair);
}

/** Data goes both ways. */
export function expectAlive(pair: Pair): void {
  for (const role of ["client", "server"] as const) {
    const heard = pair.data(other(role)).length;
    pair.send(role, text("still here"));
    pair.carry();
    expect(pair.data(other(role)).slice(heard)).toEqual(["still here"]);
  }
}
