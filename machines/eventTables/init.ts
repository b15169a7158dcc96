/** Events of the init chart. */
import type { AnyEventObject } from "xstate";
import type { EditionPolicy } from "../edition.ts";
import { edition36 } from "../editions/edition36.ts";
import { edition010 } from "../editions/edition010.ts";
import { edition021 } from "../editions/edition021.ts";
import { edition030 } from "../editions/edition030.ts";
import { edition030pre } from "../editions/edition030pre.ts";
import type { InitInput } from "../init.ts";
import { done, type EventTable, failed, plain } from "./eventTable.ts";

const EVENTS: readonly AnyEventObject[] = [
  done("init.initialisingModem", { kind: "ok" }),
  failed("init.initialisingModem"),
  done("init.readingIdentity"),
  failed("init.readingIdentity"),
  done("init.announcingModem", { value: 0 }),
  failed("init.announcingModem"),
  done("init.writingBuiltInCertificates", [28]),
  failed("init.writingBuiltInCertificates"),
  done("certs", { kind: "provided", tags: [411] }),
  done("certs", { kind: "failed", value: -12 }),
  failed("certs"),
  done("init.listingCertificates", [411]),
  failed("init.listingCertificates"),
  done("init.announcingCertificates", { value: 0 }),
  failed("init.announcingCertificates"),
  done("init.writingServerKeys", { kind: "written" }),
  done("init.writingServerKeys", { kind: "refused" }),
  failed("init.writingServerKeys"),
  ...plain("link.isUp"),
];

const scene = (name: string, policy: EditionPolicy, keysWritten = false) => ({
  name,
  input: { policy, keysWritten },
  events: EVENTS,
});

export const initEvents: EventTable<InitInput> = {
  context: ["keysWritten"],
  scenes: [
    scene("0.10", edition010.policy),
    scene("0.10, keys written before", edition010.policy, true),
    scene("0.21", edition021.policy),
    scene("0.30-pre", edition030pre.policy),
    scene("0.30", edition030.policy),
    scene("3.6", edition36.policy),
    // No edition of ours announces itself after the certificates and writes keys while it is still offline.
    scene("keys after the announcement", { ...edition030pre.policy, bootstrapKeysAt: "init" }),
  ],
};
