import { describe, expect, it } from "@jest/globals";
import { ConformanceCheck, checkConformance } from "../../charts/conform.ts";
import { formatVerdict } from "../../charts/verdict.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import type { RecordFields, TraceRecord } from "../../ports/trace.ts";
import { CHARTS_IN_EDITIONS, conforming, recordingOf, tell, verdictOn } from "./conformingRecording.ts";

const edition36 = EDITIONS["3.6"];
const pre = EDITIONS["0.30-pre"];

const isEvent = (name: string) => (fields: RecordFields) => fields.name === `LWM2M_CARRIER_EVENT_${name}`;
const behind = (list: readonly RecordFields[], index: number, ...more: RecordFields[]) =>
  list.toSpliced(index + 1, 0, ...more);

describe("what a record must be", () => {
  const good = conforming("edition-3-fota-fail-cert", edition36);
  const changed = (change: Record<string, unknown>, index = good.length - 1) =>
    verdictOn("edition-3-fota-fail-cert", { edition: edition36 }, good.with(index, { ...good[index]!, ...change }));
  const payload = good.at(-1)!.payload as Record<string, unknown>;

  it("tells apart errors by their name and errno", () => {
    expect(changed({})).toMatchObject({ conforms: true });
    expect(changed({ payload: { ...payload, errno: "EINVAL" } })).toMatchObject({ conforms: false });
    expect(changed({ payload: { ...payload, name: "LWM2M_CARRIER_ERROR_RUN" } })).toMatchObject({ conforms: false });
    expect(changed({ payload: undefined })).toMatchObject({ conforms: false });
  });

  it("wants the edition's number with the edition's name", () => {
    expect(changed({ number: 21 })).toMatchObject({ conforms: false, deviation: { kind: "unlisted" } });
  });

  it("wants a message between the arc's lifelines", () => {
    expect(changed({ from: "application", to: "library" })).toMatchObject({ conforms: false });
    expect(changed({ from: undefined })).toMatchObject({ conforms: false });
  });

  it("wants security tags where a download applies them", () => {
    const connect = good.findIndex(({ kind }) => kind === "http");
    expect(changed({ securityTags: [] }, connect)).toMatchObject({ conforms: false });
  });

  it("knows a state by the last segments of its path", () => {
    expect(changed({ entered: ["alive", "alive.work.updatingFirmware"] }, 0)).toMatchObject({ conforms: true });
    expect(changed({ entered: ["notupdatingFirmware"] }, 0)).toMatchObject({
      conforms: false,
      deviation: { kind: "notBegun" },
    });
    expect(changed({ actor: "fota" }, 0)).toMatchObject({ conforms: false, deviation: { kind: "notBegun" } });
  });

  it("takes the modem's result as an object as well", () => {
    const steps = conforming("edition-3-fota-success", edition36);
    const at = steps.findIndex(({ notification }) => notification === "initialised");
    const verdict = (result: unknown) =>
      verdictOn("edition-3-fota-success", { edition: edition36 }, steps.with(at, { ...steps[at]!, result }));
    expect(verdict({ kind: "updated", firmwareVersion: "2" })).toMatchObject({ conforms: true });
    expect(verdict({ kind: "updateFailed", firmwareVersion: "1", code: 3 })).toMatchObject({ conforms: false });
  });

  it("takes one step of a statechart for a divider and the box below it", () => {
    const steps = conforming("edition-3-bootstrap", edition36);
    const at = steps.findIndex(({ value }) => value === "serving");
    const both = { ...steps[at]!, entered: ["run.serving", "run.serving.registering"] };
    const joined = steps.toSpliced(at, 2, both);
    expect(verdictOn("edition-3-bootstrap", { edition: edition36 }, joined)).toMatchObject({ conforms: true });
    expect(verdictOn("edition-3-bootstrap", { edition: edition36 }, behind(joined, at, both))).toMatchObject({
      conforms: false,
    });
  });

  it("does not take one record for two messages", () => {
    const steps = conforming("edition-3-bootstrap", edition36);
    const first = steps.findIndex(isEvent("LTE_LINK_DOWN"));
    const second = steps.findLastIndex(isEvent("LTE_LINK_DOWN"));
    expect(second).toBeGreaterThan(first);
    expect(verdictOn("edition-3-bootstrap", { edition: edition36 }, steps.toSpliced(second, 1))).toMatchObject({
      conforms: false,
    });
  });
});

describe("order", () => {
  it("counts on each lifeline alone: what shares none may come either way round", () => {
    const steps = conforming("edition-3-bootstrap", edition36);
    const offline = steps.findIndex(({ action }) => action === "lte_lc_offline()");
    const keys = steps.findIndex(({ value }) => value === "writingServerKeys");
    expect(keys).toBe(offline + 1);
    const swapped = steps.with(offline, steps[keys]!).with(keys, steps[offline]!);
    expect(verdictOn("edition-3-bootstrap", { edition: edition36 }, swapped)).toMatchObject({ conforms: true });
  });
});

describe("what may lie between", () => {
  it.each(CHARTS_IN_EDITIONS.map(({ chart, edition }) => ({ name: `${chart} in ${edition.id}`, chart, edition })))(
    "modem domain events and application data, in $name where the edition has them",
    ({ chart, edition }) => {
      const extra = (["modem.domain", "app.data"] as const)
        .filter((type) => edition.events[type] !== undefined)
        .map((type) => tell(edition, type));
      const steps = conforming(chart, edition).flatMap((fields) => [fields, ...extra]);
      expect(verdictOn(chart, { edition }, steps)).toMatchObject({ conforms: true });
    },
  );

  it("a loss of the link, when the run was told to suffer one and not otherwise", () => {
    const edition = EDITIONS["0.10"];
    const steps = conforming("edition-0.10-fota", edition);
    const lost = (["link.down", "link.goingUp", "link.up", "link.free", "registered"] as const).map((type) =>
      tell(edition, type),
    );
    const suffered = behind(steps, steps.findIndex(isEvent("FOTA_START")), ...lost);
    expect(verdictOn("edition-0.10-fota", { edition, sufferedLinkLoss: true }, suffered)).toMatchObject({
      conforms: true,
    });
    expect(verdictOn("edition-0.10-fota", { edition }, suffered)).toMatchObject({
      conforms: false,
      deviation: { kind: "outOfPlace" },
    });
    const reboot = behind(steps, 1, tell(edition, "reboot"));
    expect(verdictOn("edition-0.10-fota", { edition, sufferedLinkLoss: true }, reboot)).toMatchObject({
      conforms: false,
    });
  });

  it("the edition's initialisation after a reboot, in its order and once", () => {
    const chart = "edition-0.30-pre-fota-success";
    const steps = conforming(chart, pre);
    const certificates = steps.findIndex(isEvent("CERTS_INIT"));
    const init: RecordFields[] = [
      { kind: "return", of: "LWM2M_CARRIER_EVENT_CERTS_INIT", ok: true, from: "application", to: "library" },
      tell(pre, "initialised"),
      { kind: "application", action: "lte_lc_init_and_connect()", from: "application", to: "link" },
      { kind: "call", name: "lwm2m_carrier_run()", from: "application", to: "library" },
    ];
    const verdict = (fields: readonly RecordFields[]) => verdictOn(chart, { edition: pre }, fields);
    expect(verdict(behind(steps, certificates, ...init))).toMatchObject({ conforms: true });
    expect(verdict(behind(steps, certificates, ...init, tell(pre, "initialised")))).toMatchObject({
      conforms: false,
      deviation: { kind: "unlisted" },
    });
    expect(verdict(behind(steps, certificates - 1, tell(pre, "initialised")))).toMatchObject({
      conforms: false,
      deviation: { kind: "unlisted" },
    });
    expect(verdict(behind(steps, certificates + 1, tell(pre, "initialised")))).toMatchObject({
      conforms: false,
      deviation: { kind: "unlisted" },
    });
    const reboot = steps.findIndex(({ value }) => value === "restarting");
    expect(verdict(behind(steps, reboot - 1, tell(pre, "initialised")))).toMatchObject({ conforms: false });
    expect(verdict(behind(steps, reboot, tell(pre, "certificates.wanted")))).toMatchObject({
      conforms: false,
      deviation: { kind: "outOfPlace" },
    });
  });

  it("the initialised event before certificates are asked for, in the edition that tells it then", () => {
    const edition = EDITIONS["0.21"];
    const steps = conforming("certs-success", edition);
    expect(verdictOn("certs-success", { edition }, behind(steps, 0, tell(edition, "initialised")))).toMatchObject({
      conforms: true,
    });
    expect(verdictOn("certs-success", { edition }, behind(steps, 1, tell(edition, "initialised")))).toMatchObject({
      conforms: false,
    });
    const early = behind(conforming("certs-success", pre), 0, tell(pre, "initialised"));
    expect(verdictOn("certs-success", { edition: pre }, early)).toMatchObject({ conforms: false });
  });

  it("the registration that is told, before a request for the link to go down", () => {
    const steps = conforming("edition-3-request-link-down", edition36);
    const verdict = (fields: readonly RecordFields[]) =>
      verdictOn("edition-3-request-link-down", { edition: edition36 }, fields);
    expect(verdict(behind(steps, 0, tell(edition36, "registered")))).toMatchObject({ conforms: true });
    expect(verdict(behind(steps, 0, tell(edition36, "registered"), tell(edition36, "registered")))).toMatchObject({
      conforms: false,
    });
  });
});

describe("the verdict", () => {
  const steps = conforming("edition-3-bootstrap", edition36);
  const keys = steps.findIndex(({ value }) => value === "writingServerKeys");

  it("tells what was expected, what happened and what was around it", () => {
    const verdict = verdictOn("edition-3-bootstrap", { edition: edition36 }, steps.toSpliced(keys, 1));
    expect(formatVerdict(verdict)).toBe(
      [
        "edition-3-bootstrap (edition 3.6): deviates at record 10: out of its place",
        '  expected  line 9: lib box lib [label="write bootstrap server keys to modem"]',
        "  happened  #10      0.090  LwM2M carrier library → Application  LWM2M_CARRIER_EVENT_LTE_LINK_UP",
        '  which is  line 10: lib =>> app [label="LWM2M_CARRIER_EVENT_LTE_LINK_UP"]',
        '  which is  line 16: lib =>> app [label="LWM2M_CARRIER_EVENT_LTE_LINK_UP"]',
        "  around it",
        "            #2      0.010  Application → LwM2M carrier library  lwm2m_carrier_main()",
        "            #4      0.030  --- device is not bootstrapped",
        "            #6      0.050  LwM2M carrier library → Application  LWM2M_CARRIER_EVENT_LTE_LINK_DOWN",
        "            #8      0.070  Application → LTE link controller  lte_lc_offline()",
        "          > #10      0.090  LwM2M carrier library → Application  LWM2M_CARRIER_EVENT_LTE_LINK_UP",
        "            #12      0.110  Application → LTE link controller  lte_lc_connect()",
        "            #14      0.130  LwM2M carrier library → Application  LWM2M_CARRIER_EVENT_LTE_LINK_DOWN",
        "            #16      0.150  Application → LTE link controller  lte_lc_offline()",
        "            #18      0.170  [LwM2M carrier library] write management server keys to modem",
      ].join("\n"),
    );
  });

  it("says in a line that a run conforms", () => {
    expect(formatVerdict(verdictOn("edition-3-bootstrap", { edition: edition36 }, steps))).toBe(
      "edition-3-bootstrap (edition 3.6): conforms, 16 arcs in records 2 to 32",
    );
  });

  it("comes record by record: progress first, then the deviation with what follows it", () => {
    const check = new ConformanceCheck("edition-3-bootstrap", { edition: edition36 });
    const records = recordingOf(steps.toSpliced(keys, 1));
    expect(check.push(records[0]!)).toMatchObject({ state: "before", found: [], through: 0, of: 16 });
    expect(check.push(records[1]!)).toMatchObject({
      state: "within",
      found: [{ arc: { label: "lwm2m_carrier_main()" } }],
      through: 1,
    });
    const at = records.findIndex(({ name }) => name === "LWM2M_CARRIER_EVENT_LTE_LINK_UP");
    for (const record of records.slice(2, at)) expect(check.push(record).deviation).toBeUndefined();
    expect(check.push(records[at]!)).toMatchObject({ state: "ended", deviation: { kind: "outOfPlace", after: [] } });
    expect(check.decided).toBe(false);
    for (const record of records.slice(at + 1)) check.push(record);
    expect(check.decided).toBe(true);
    expect(check.deviation?.after).toHaveLength(4);
  });

  it("reads no further than it needs", () => {
    let read = 0;
    function* endless(): Generator<TraceRecord> {
      for (const record of recordingOf(steps).slice(0, -1)) yield record;
      for (;;) {
        read++;
        const { cause: _, ...told } = tell(edition36, "fota.started");
        yield { ...told, seq: 1000 + read, time: 0, device: "test" };
      }
    }
    expect(checkConformance("edition-3-bootstrap", endless(), { edition: edition36 })).toMatchObject({
      conforms: true,
    });
    expect(read).toBe(1);
  });
});
