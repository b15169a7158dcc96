/** Events of the fota chart. */
import type { AnyEventObject } from "xstate";
import { edition36 } from "../editions/edition36.ts";
import { edition010 } from "../editions/edition010.ts";
import { edition030 } from "../editions/edition030.ts";
import type { FotaInput } from "../fota.ts";
import { done, type EventTable, failed, plain } from "./eventTable.ts";

const EVENTS: readonly AnyEventObject[] = [
  { type: "link.isUp", brought: true },
  ...plain("link.isDown", "link.isPoweredOff", "link.isLost", "link.goingDown"),
  { type: "link.failed", direction: "down" },
  { type: "link.failed", direction: "up" },
  ...plain("firmware.update", "firmware.reset", "firmware.cancel", "resume.due", "update.due"),
  { type: "firmware.deferred", until: 3_600_000 },
  { type: "firmware.packageEnded", outcome: { kind: "complete" } },
  { type: "firmware.packageEnded", outcome: { kind: "failed", failure: "integrity" } },
  done("fota.downloading.preparing"),
  failed("fota.downloading.preparing"),
  done("fota.downloading.transferring", { kind: "complete" }),
  done("fota.downloading.transferring", { kind: "changed" }),
  done("fota.downloading.transferring", { kind: "interrupted", progressed: false }),
  done("fota.downloading.transferring", { kind: "failed", failure: "badCertificate" }),
  failed("fota.downloading.transferring"),
  failed("fota.downloading.pausing"),
  done("fota.verifying", { kind: "valid" }),
  done("fota.verifying", { kind: "failed", failure: "integrity" }),
  failed("fota.verifying"),
  failed("fota.deferred"),
  done("fota.scheduling"),
  failed("fota.scheduling"),
  done("fota.applying.reinitialising", { kind: "updated" }),
  done("fota.applying.reinitialising", { kind: "updateFailed" }),
  failed("fota.applying.reinitialising"),
  done("fota.applying.askingReboot", { value: 0 }),
  done("fota.applying.askingReboot", { value: 1 }),
  failed("fota.applying.askingReboot"),
  done("fota.applying.askingShutdown", { value: 0 }),
  failed("fota.applying.askingShutdown"),
  done("fota.applying.askingInit", { value: 0 }),
  failed("fota.applying.askingInit"),
  done("fota.applying.readingResult", { kind: "updated" }),
  done("fota.applying.readingResult", { kind: "updateFailed" }),
  failed("fota.applying.readingResult"),
  done("fota.deletingImage"),
  failed("fota.deletingImage"),
];

const scene = (name: string, input: Partial<FotaInput>) => ({
  name,
  input: {
    policy: edition36.policy,
    settings: { resumeDelayMs: 5000, resumeAttempts: 2 },
    start: "pull",
    uri: "https://firmware.example/image",
    ...input,
  } as const,
  events: EVENTS,
});

export const fotaEvents: EventTable<FotaInput> = {
  context: ["failure", "breaks", "keep"],
  scenes: [
    scene("pull", {}),
    scene("push", { start: "push", uri: "" }),
    scene("downloaded before, reinitialisation", { start: "downloaded", policy: edition010.policy }),
    scene("downloaded before, reboot", { start: "downloaded", policy: edition030.policy }),
    scene("downloaded before, modem cycle", { start: "downloaded" }),
    scene("put off before", { start: "downloaded", deferUntil: 3_600_000 }),
  ],
};
