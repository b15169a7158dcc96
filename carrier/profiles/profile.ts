/** What an operator wants of its devices, as data; the SIM's operator code chooses (carrier library, enabled carriers). */
import type { EditionPolicy } from "../../machines/edition.ts";
import type { SimIdentity } from "../../ports/modem.ts";
import type { RetryPolicy } from "../../services/lwm2m/device/accounts.ts";
import type { BootstrapProvision, Provision, ServerProvision } from "../../services/lwm2m/device/provision.ts";

export interface Profile {
  /** `verizon` */
  readonly id: string;
  /** Mobile country and network codes of the SIMs that it is for, 5 or 6 digits each; none: for those of nobody else. */
  readonly operators: readonly string[];
  /** Accounts that take the place of the configured ones, both together. */
  readonly bootstrap?: BootstrapProvision;
  readonly servers?: readonly ServerProvision[];
  /** What counts for a server without 1/x/17 to 1/x/20 of its own, and for the bootstrap server. */
  readonly retry?: Partial<RetryPolicy>;
  /** Wait before a client-initiated bootstrap, s, for an account without one (0/x/11). */
  readonly holdOffSeconds?: number;
  /** Of the objects that a device may go without (`OPTIONAL_OBJECTS`) those that it has. Default: all. */
  readonly objects?: readonly number[];
  /** Registers by itself. Default true; a carrier's own option goes before. */
  readonly automaticRegistration?: boolean;
  /** Whether the application may ask to register and to deregister. Default true. */
  readonly requestsRegistration?: boolean;
  /** Registration attempts used up while 1/x/16 is false. Default: as the edition says. */
  readonly registrationExhausted?: EditionPolicy["registrationExhausted"];
}

/** Location, statistics, cellular connectivity, APN profile, portfolio, app data, event log. */
export const OPTIONAL_OBJECTS: readonly number[] = [6, 7, 10, 11, 16, 19, 20];

const OPERATOR = /^\d{5,6}$/;

/** What is wrong with a profile, in words; undefined when nothing is. */
export function profileProblem({ id, operators, objects = [] }: Profile): string | undefined {
  if (typeof id !== "string" || !/^[A-Za-z][A-Za-z0-9-]{0,31}$/.test(id)) {
    return `id ${JSON.stringify(id)} is not a letter and up to 31 letters, digits and hyphens`;
  }
  const operator = operators.find((code) => !OPERATOR.test(code));
  if (operator !== undefined) return `operator ${JSON.stringify(operator)} is not 5 or 6 digits`;
  const object = objects.find((objectId) => !OPTIONAL_OBJECTS.includes(objectId));
  if (object === undefined) return undefined;
  return `object ${object} is not one of ${OPTIONAL_OBJECTS.join(", ")}`;
}

/** The first enabled profile for this SIM, else the first for any; undefined when there is neither. */
export function chooseProfile(sim: Pick<SimIdentity, "operator">, enabled: readonly Profile[]): Profile | undefined {
  const { operator } = sim;
  return (
    enabled.find(({ operators }) => operator !== undefined && operators.includes(operator)) ??
    enabled.find(({ operators }) => operators.length === 0)
  );
}

/** The accounts of a factory-new device: the profile's, or the configured ones where it has none. */
export function accountsFor({ bootstrap, servers }: Profile, configured: Provision): Provision {
  if (bootstrap === undefined && servers === undefined) return configured;
  return { ...(bootstrap && { bootstrap }), ...(servers && { servers }) };
}
