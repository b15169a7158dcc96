/** What is stored by short server id, as far as it is a table of a server that can be. */
import { isTable } from "../services/lwm2m/device/isTable.ts";

const SHORT_SERVER_ID = /^[1-9]\d{0,4}$/;

/**
 * @param what is stored, for those who read what was left out.
 * @param leftOut takes what is none, as `observations of 123`.
 */
export function* storedServers(
  stored: unknown,
  what: string,
  leftOut: string[],
): Generator<readonly [shortServerId: number, state: Readonly<Record<string, unknown>>]> {
  if (!isTable(stored)) {
    leftOut.push(what);
    return;
  }
  for (const [server, state] of Object.entries(stored)) {
    if (SHORT_SERVER_ID.test(server) && isTable(state)) yield [Number(server), state];
    else leftOut.push(`${what} of ${server}`);
  }
}
