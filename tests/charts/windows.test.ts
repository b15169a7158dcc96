import { describe, expect, it } from "@jest/globals";
import { formatVerdict } from "../../charts/verdict.ts";
import type { Edition } from "../../machines/edition.ts";
import { EDITIONS } from "../../machines/editions/index.ts";
import type { RecordFields } from "../../ports/trace.ts";
import { conforming, enters, tell, verdictOn } from "./conformingRecording.ts";

const edition36 = EDITIONS["3.6"];
const pre = EDITIONS["0.30-pre"];

describe("windows", () => {
  /** The records of several charts in a row, each without those that it shares with the one before. */
  const life = (edition: Edition, ...parts: readonly (readonly [string, number?])[]) =>
    parts.flatMap(([chart, skip]) => conforming(chart, edition).slice(skip ?? 0));
  const lives: readonly { id: keyof typeof EDITIONS; records: RecordFields[]; charts: readonly string[] }[] = [
    {
      id: "0.10",
      records: life(EDITIONS["0.10"], ["edition-0.10-init"], ["edition-0.10-bootstrap"], ["edition-0.10-fota"]),
      charts: ["edition-0.10-init", "edition-0.10-bootstrap", "edition-0.10-fota"],
    },
    {
      id: "0.30",
      records: life(
        EDITIONS["0.30"],
        ["edition-0.30-init"],
        ["edition-0.30-bootstrap", 1],
        ["edition-0.30-fota-success"],
      ),
      charts: ["edition-0.30-init", "edition-0.30-bootstrap", "edition-0.30-fota-success"],
    },
    {
      id: "0.30-pre",
      records: life(
        pre,
        ["edition-0.30-pre-init"],
        ["edition-0.30-pre-bootstrap", 1],
        ["edition-0.30-pre-fota-success"],
      ),
      charts: ["edition-0.30-pre-init", "edition-0.30-pre-bootstrap", "edition-0.30-pre-fota-success"],
    },
    {
      id: "3.6",
      records: [
        ...life(edition36, ["edition-3-bootstrap"], ["edition-3-fota-success"]),
        tell(edition36, "registered"),
        ...conforming("edition-3-fota-success", edition36),
      ],
      charts: ["edition-3-bootstrap", "edition-3-fota-success"],
    },
    {
      id: "3.6",
      records: [
        ...life(edition36, ["edition-3-bootstrap"], ["edition-3-fota-fail-crc"]),
        tell(edition36, "registered"),
      ],
      charts: ["edition-3-bootstrap", "edition-3-fota-fail-crc"],
    },
    {
      id: "3.6",
      records: life(edition36, ["edition-3-bootstrap"], ["edition-3-request-link-down"]),
      charts: ["edition-3-bootstrap", "edition-3-request-link-down"],
    },
  ];
  it.each(lives.flatMap(({ id, records, charts }, life) => charts.map((chart) => ({ life, id, chart, records }))))(
    "of neighbouring charts lie in one life ($life, $id): $chart",
    ({ id, chart, records }) => {
      expect(formatVerdict(verdictOn(chart, { edition: EDITIONS[id] }, records))).toMatch(/: conforms, \d+ arcs/);
    },
  );

  it("ends the initialisation where the loop turns to its first phase", () => {
    const edition = EDITIONS["0.10"];
    const steps = conforming("edition-0.10-init", edition);
    const early = [...steps.slice(0, -1), enters("running.bootstrapping")];
    expect(verdictOn("edition-0.10-init", { edition }, early)).toMatchObject({
      conforms: false,
      deviation: { kind: "missing", expected: [{ arc: { label: "(no return)" } }] },
    });
    const joined = [...steps.slice(0, -1), { ...enters(""), entered: ["running", "running.bootstrapping"] }];
    expect(verdictOn("edition-0.10-init", { edition }, joined)).toMatchObject({ conforms: true });
  });

  it("ends before the registration that follows, although something is missing", () => {
    const steps = [...conforming("edition-3-fota-success", edition36).slice(0, -1), tell(edition36, "registered")];
    expect(verdictOn("edition-3-fota-success", { edition: edition36 }, steps)).toMatchObject({
      conforms: false,
      deviation: {
        kind: "missing",
        record: { name: "LWM2M_CARRIER_EVENT_REGISTERED" },
        expected: [{ arc: { label: "lte_lc_connect()" } }],
      },
    });
  });

  it("says from which record to which the chart was found", () => {
    const steps = conforming("edition-3-fota-fail-cert", edition36);
    expect(verdictOn("edition-3-fota-fail-cert", { edition: edition36 }, steps)).toMatchObject({
      window: { from: 2, to: 8 },
    });
  });
});
