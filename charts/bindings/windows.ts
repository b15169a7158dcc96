/** Where windows of charts end, and what may lie within although a chart does not show it. */
import type { Edition } from "../../machines/edition.ts";
import type { Fact } from "./binding.ts";
import { entered, event, eventName } from "./vocabulary.ts";

const bootstrapping = entered("carrier", "bootstrapping");
const serving = entered("carrier", "serving");

/** The library's loop turns to its first phase: the initialisation is over. */
export const loopPhase: Fact = {
  means: "carrier enters bootstrapping or serving",
  matches: (record, edition) => bootstrapping.matches(record, edition) || serving.matches(record, edition),
  sample: bootstrapping.sample,
};

/** The device is registered again: what a firmware update did is over. */
export const registeredAgain: Fact = event("REGISTERED");

/** The initialised event, in an edition that sends it before it asks for certificates. */
export function initialisedBeforeCertificates(edition: Edition): readonly string[] {
  const name = edition.policy.initialisedAt === "modem" ? eventName(edition, "initialised") : undefined;
  return name === undefined ? [] : [name];
}

/** The event that tells of a registration, which follows the step of the chart that registers. */
export function registered(edition: Edition): readonly string[] {
  const name = eventName(edition, "registered");
  return name === undefined ? [] : [name];
}
