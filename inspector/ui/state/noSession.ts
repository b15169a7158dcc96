/** What is looked at while there is no session. */
import type { SessionView } from "../../model/sessionContract.ts";
import type { SessionEntry } from "../app.ts";

const nothing: SessionView = {
  length: 0,
  gaps: [],
  at(index) {
    throw new RangeError(`there is no record ${index}`);
  },
  indexOf: () => undefined,
  causeOf: () => undefined,
  effectsOf: () => [],
  worldAt: () => nothing.live,
  live: { definitions: new Map(), devices: new Map() },
  version: 0,
};

export const sessionLess: SessionEntry = { title: "", session: nothing, state: "connecting" };
