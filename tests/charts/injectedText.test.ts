import { describe, expect, it } from "@jest/globals";
import { describeRecord } from "../../charts/describe.ts";
import { injectedText } from "../../charts/injectedText.ts";
import { tell } from "../../inspector/model/tell.ts";
import type { TraceRecord } from "../../ports/trace.ts";

const injected = (fields: object) => ({ seq: 1, time: 0, device: "d", kind: "injected", ...fields }) as TraceRecord;
const REQUEST = { what: "control", name: "request", label: "Request of the application" };

describe("what somebody who looked on did", () => {
  it.each([
    [{ what: "event", name: "go", actor: "light", values: { by: "hand" } }, "event go to light (by: hand)"],
    [{ what: "timer", name: "update.due", actor: "register/1" }, "timer update.due of register/1"],
    [{ ...REQUEST, values: { request: "link-up" } }, "Request of the application (request: link-up)"],
    [
      { what: "control", name: "link.pull", values: { lasting: true, times: 2 } },
      "link.pull (lasting: true, times: 2)",
    ],
    [{ ...REQUEST, outcome: "refused", detail: "not now" }, "Request of the application was not done: not now"],
    [{ ...REQUEST, outcome: "refused" }, "Request of the application was not done"],
    [{ what: "control", name: "set", values: { value: "\u001b[31m" } }, "set (value:  [31m)"],
  ])("%j is told with its values and its outcome", (fields, text) => {
    expect(injectedText(injected(fields))).toBe(text);
  });

  it("tells long values as far as they fit", () => {
    const text = injectedText(injected({ what: "control", name: "set", values: { value: "x".repeat(1_000) } }));
    expect(text.length).toBeLessThan(250);
    expect(text).toMatch(/…\)$/);
  });

  it("is told in the same words by the sequence chart and in the terminal", () => {
    const asked = injected({ ...REQUEST, values: { request: "link-up" } });
    const refused = injected({ ...REQUEST, outcome: "refused", detail: "not now", cause: 1 });
    const labels = (record: TraceRecord) => describeRecord(record).map(({ label }) => label);
    expect(labels(asked)).toEqual(["injected: Request of the application (request: link-up)"]);
    expect(tell(asked)).toBe("somebody who looked on did: Request of the application (request: link-up)");
    expect(labels(refused)).toEqual(["Request of the application was not done: not now"]);
    expect(tell(refused)).toBe("Request of the application was not done: not now");
    expect(tell(injected({ what: "event", name: "go", actor: "light" }))).toBe(
      "somebody who looked on sent the event go to light",
    );
  });
});
