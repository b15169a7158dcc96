import { describe, expect, it } from "@jest/globals";
import { replayCharts } from "../../carrier/replay.ts";
import { DEFAULT_RETRY, DEFAULT_SETTINGS } from "../../machines/settings.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { edition7 } from "./support/edition7.ts";
import { live, type RealLife, success } from "./support/realLife.ts";

/** `76 ENROLLED`, and its payload where it has one. */
const heard = (records: readonly TraceRecord[]) =>
  records
    .filter(({ kind }) => kind === "event")
    .map(({ number, name, payload }) => {
      const word = `${number} ${(name as string).replace("LWM2M_CARRIER_EVENT_", "")}`;
      return payload === undefined ? word : `${word} ${JSON.stringify(payload)}`;
    });

describe("an edition that is a data file alone", () => {
  it("lives a whole life in its own words, numbers and order", async () => {
    const records = await live(edition7, async (life) => {
      await success(life);
      expect(life.carrier.request("reboot")).toBe(-22);
    });
    expect(heard(records)).toEqual([
      "70 TRUST_WANTED",
      "71 AWAKE",
      ...["74 RADIO_OFF", "72 RADIO_ON", "73 RADIO_IS_ON"],
      ...["74 RADIO_OFF", "72 RADIO_ON", "73 RADIO_IS_ON", "76 ENROLLED"],
      ...["77 RADIO_FREE", "78 ATTENDING"],
      '81 NEW_IMAGE {"type":0}',
      ...["75 MODEM_OFF", "82 MODEM_STOP", "83 MODEM_GO", "84 IMAGE_RUNS", "72 RADIO_ON", "73 RADIO_IS_ON"],
      ...["77 RADIO_FREE", "78 ATTENDING"],
      "79 EXCUSED",
    ]);
    expect(replayCharts(records, { edition: edition7 }).deviation).toBeUndefined();
  });

  it("puts off and gives up as its table says", async () => {
    const story = async (life: RealLife) => {
      life.testbed.bootstrap.setBehaviour({ kind: "refuse" });
      const gaveUp = life.next("error");
      life.carrier.start();
      await gaveUp;
    };
    const bootstrapRetry = { ...DEFAULT_RETRY, count: 2, timerSeconds: 7 };
    const records = await live(edition7, story, { settings: { bootstrapRetry } });
    expect(heard(records).slice(-3)).toEqual([
      '80 PUT_OFF {"reason":0,"name":"LWM2M_CARRIER_DEFERRED_NO_REASON","timeout":7}',
      '80 PUT_OFF {"reason":0,"name":"LWM2M_CARRIER_DEFERRED_NO_REASON","timeout":0}',
      '99 TROUBLE {"type":5,"name":"LWM2M_CARRIER_ERROR_ENROLMENT","value":-140,"errno":"ECANCELED"}',
    ]);
    const settings = { ...DEFAULT_SETTINGS, bootstrapRetry };
    expect(replayCharts(records, { edition: edition7, settings }).deviation).toBeUndefined();
    // The recording tells them by itself.
    expect(replayCharts(records, { edition: edition7 }).deviation).toBeUndefined();
    expect(replayCharts(records, { edition: edition7, settings: DEFAULT_SETTINGS }).deviation).toBeDefined();
  });
});
