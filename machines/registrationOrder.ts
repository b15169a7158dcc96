/** The order in which management servers are registered with (LwM2M 1.1, 1/x/13 and 1/x/15). */
import type { ServerFacts } from "./outcomes.ts";

/** Those that have a place in the order, lowest number first. */
function inOrder(servers: readonly ServerFacts[]): ServerFacts[] {
  return servers
    .filter(({ priority }) => priority !== undefined)
    .toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0) || a.shortServerId - b.shortServerId);
}

function placeOf(order: readonly ServerFacts[], server: number): number {
  return order.findIndex(({ shortServerId }) => shortServerId === server);
}

/** Another server comes before it. */
export function waitsForTurn(servers: readonly ServerFacts[], server: number): boolean {
  return placeOf(inOrder(servers), server) > 0;
}

/** Whose turn it is when this one is done with; undefined for the last, and for one without a place. */
export function nextInOrder(servers: readonly ServerFacts[], server: number): number | undefined {
  const order = inOrder(servers);
  const place = placeOf(order, server);
  return place < 0 ? undefined : order[place + 1]?.shortServerId;
}

/** While registration with it fails, those behind it wait. */
export function blocks(servers: readonly ServerFacts[], server: number): boolean {
  return servers.some(({ shortServerId, failureBlock }) => shortServerId === server && failureBlock === true);
}

/** One of those that were given up keeps this one from ever having its turn. */
export function isBlocked(servers: readonly ServerFacts[], server: number, exhausted: readonly number[]): boolean {
  const order = inOrder(servers);
  return order
    .slice(0, Math.max(0, placeOf(order, server)))
    .some(({ shortServerId, failureBlock }) => failureBlock === true && exhausted.includes(shortServerId));
}
