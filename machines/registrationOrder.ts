/** The order in which management servers are registered with (LwM2M 1.1, 1/x/13 and 1/x/15). */
import type { ServerFacts } from "./outcomes.ts";

/** Those that have a place in the order, lowest number first. */
function inOrder(servers: readonly ServerFacts[]): ServerFacts[] {
  return servers
    .filter(({ priority }) => priority !== undefined)
    .toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0) || a.shortServerId - b.shortServerId);
}

const idOf = ({ shortServerId }: ServerFacts): number => shortServerId;

/** Those that have a place in the order. */
export function placesOf(servers: readonly ServerFacts[]): number[] {
  return inOrder(servers).map(idOf);
}

/** Those that the others wait for after a start: while one keeps the device away, there is no registration with it. */
export function awaitedAtStart(servers: readonly ServerFacts[], automatic: boolean): number[] {
  return placesOf(servers.filter(({ disabledUntil = 0 }) => !automatic || disabledUntil === 0));
}

function before(servers: readonly ServerFacts[], server: number): ServerFacts[] {
  const order = inOrder(servers);
  return order.slice(0, Math.max(0, order.map(idOf).indexOf(server)));
}

/** Those that one which is awaited comes before. */
export function behindOf(servers: readonly ServerFacts[], awaited: readonly number[]): number[] {
  return servers.map(idOf).filter((server) => before(servers, server).some((other) => awaited.includes(idOf(other))));
}

/** The order is one for registering: who holds a registration needs no turn. */
export function behindAtStart(servers: readonly ServerFacts[], awaited: readonly number[]): number[] {
  const holding = servers.filter(({ registered }) => registered === true).map(idOf);
  return behindOf(servers, awaited).filter((server) => !holding.includes(server));
}

/** While registration with it fails, those behind it wait. */
export function blocks(servers: readonly ServerFacts[], server: number): boolean {
  return servers.some(({ shortServerId, failureBlock }) => shortServerId === server && failureBlock === true);
}

/** One of those that were given up keeps this one from ever having its turn. */
export function isBlocked(servers: readonly ServerFacts[], server: number, exhausted: readonly number[]): boolean {
  return before(servers, server).some(
    ({ shortServerId, failureBlock }) => failureBlock === true && exhausted.includes(shortServerId),
  );
}
