/** Events of the bootstrap chart. */
import type { AnyEventObject } from "xstate";
import type { BootstrapInput } from "../bootstrapModel.ts";
import { edition36 } from "../editions/edition36.ts";
import { edition010 } from "../editions/edition010.ts";
import { DEFAULT_RETRY } from "../settings.ts";
import { done, type EventTable, failed, plain } from "./eventTable.ts";

const EVENTS: readonly AnyEventObject[] = [
  { type: "link.isUp", brought: true },
  ...plain("link.isDown", "link.isLost", "retry.due", "bootstrap.timedOut", "holdOff.over"),
  { type: "link.failed", direction: "down" },
  { type: "link.failed", direction: "up" },
  done("bootstrap.readingSmartcard", { kind: "servers" }),
  done("bootstrap.readingSmartcard", { kind: "bootstrapServer", holdOffSeconds: 10 }),
  done("bootstrap.readingSmartcard", { kind: "none" }),
  failed("bootstrap.readingSmartcard"),
  done("bootstrap.writingServerKeys", { kind: "written" }),
  done("bootstrap.writingServerKeys", { kind: "refused" }),
  failed("bootstrap.writingServerKeys"),
  done("bootstrap.committing", { kind: "written", servers: [] }),
  done("bootstrap.committing", { kind: "refused", servers: [] }),
  failed("bootstrap.committing"),
  failed("bootstrap.holdingOff"),
  done("session", { kind: "open" }),
  done("session", { kind: "noRoute", detail: "no answer" }),
  failed("session"),
  done("bootstrap.requesting", { kind: "accepted" }),
  done("bootstrap.requesting", { kind: "unavailable" }),
  done("bootstrap.requesting", { kind: "noAnswer", heard: false }),
  done("bootstrap.requesting", { kind: "noAnswer", heard: true }),
  failed("bootstrap.requesting"),
  done("bootstrap.inSession", { kind: "finished" }),
  done("bootstrap.inSession", { kind: "inconsistent", problems: ["no server"] }),
  failed("bootstrap.inSession"),
  failed("bootstrap.inSession#1"),
  failed("bootstrap.waiting"),
  done("bootstrap.writingManagementKeys", { kind: "written", servers: [] }),
  done("bootstrap.writingManagementKeys", { kind: "refused", servers: [] }),
  failed("bootstrap.writingManagementKeys"),
];

const scene = (name: string, input: Partial<BootstrapInput>) => ({
  name,
  input: {
    policy: edition36.policy,
    retry: { ...DEFAULT_RETRY, count: 2 },
    timeoutMs: 247_000,
    holdOffSeconds: 0,
    keysOnly: false,
    keysWritten: false,
    ...input,
  },
  events: EVENTS,
});

export const bootstrapEvents: EventTable<BootstrapInput> = {
  context: ["attempt"],
  scenes: [
    scene("3.6", {}),
    scene("3.6, factory provisioning", { keysOnly: true }),
    scene("3.6, from smartcard", { smartcard: true }),
    scene("0.10, from smartcard, else factory provisioning", {
      policy: edition010.policy,
      keysWritten: true,
      keysOnly: true,
      smartcard: true,
    }),
    scene("0.10", { policy: edition010.policy, keysWritten: true, holdOffSeconds: 10 }),
    scene("0.10, factory provisioning", { policy: edition010.policy, keysWritten: true, keysOnly: true }),
  ],
};
