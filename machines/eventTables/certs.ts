/** Events of the certs chart. */
import { done, type EventTable, failed } from "./eventTable.ts";

export const certsEvents: EventTable<void> = {
  context: [],
  scenes: [
    {
      name: "all",
      input: undefined,
      events: [
        done("certs.asking", { value: 0, tags: [411] }),
        done("certs.asking", { value: 12 }),
        failed("certs.asking"),
        done("certs.checking", true),
        done("certs.checking", false),
        failed("certs.checking"),
      ],
    },
  ],
};
