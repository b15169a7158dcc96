/**
 * Object 21, OSCORE: a bootstrap server may write it, as data. Nothing here speaks OSCORE, so its keys are taken and not
 * kept (object version 2.0).
 */
import { OSCORE } from "../objects/oscore.ts";
import type { ObjectBehaviour, ResourceBehaviour } from "./behaviour.ts";
import type { ObjectTree } from "./tree.ts";

const SECRET: ResourceBehaviour = { read: () => undefined, write: () => {} };

/** Master Secret and Master Salt. */
const BEHAVIOUR: ObjectBehaviour = { resources: { 0: SECRET, 5: SECRET } };

export function addOscoreObject(tree: ObjectTree): void {
  tree.add(OSCORE, BEHAVIOUR);
}
