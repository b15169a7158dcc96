/** What errors mean in plain words, and what to do about them. */
import { describe, expect, it } from "@jest/globals";
import { isFailure } from "../../inspector/model/failure.ts";
import { hintFor, hintOf } from "../../inspector/model/hints.ts";
import { HINTS } from "../../inspector/model/hintTable.ts";
import { DFU_ERROR, DFU_RESULT } from "../../modem/dfuError.ts";
import { ModemError } from "../../modem/modemError.ts";
import type { RecordFields, TraceRecord } from "../../ports/trace.ts";

const record = (fields: RecordFields): TraceRecord => ({ seq: 1, time: 0, device: "demo", ...fields });
const coap = (code: string, fields: object = {}) =>
  record({ kind: "coap", direction: "in", from: "server/1", to: "library", code, size: 4, remote: "h:1", ...fields });
const modem = (fields: object) => record({ kind: "modem", from: "modem", to: "library", ...fields });
const ended = (output: object, fields: object = {}) =>
  record({ kind: "chart", actor: "fota", event: "xstate.done.actor.x", value: "y", payload: { output }, ...fields });

describe("A hint", () => {
  it.each<[string, TraceRecord, TraceRecord | undefined, RegExp]>([
    [
      "an unknown CA",
      record({ kind: "http", phase: "error", url: "u", detail: "CERT_HAS_EXPIRED: x" }),
      undefined,
      /out of date/,
    ],
    [
      "a broken connection",
      record({ kind: "http", phase: "error", url: "u", detail: "UND_ERR_SOCKET: other side closed" }),
      undefined,
      /broke the connection off/,
    ],
    ["a Register without an account", coap("4.00"), coap("0.02", { path: "/rd" }), /endpoint name/],
    [
      "a Register that is forbidden",
      coap("4.03"),
      coap("0.02", { path: "/rd" }),
      /does not let a device of this endpoint name register/,
    ],
    ["a Register of another version", coap("4.12"), coap("0.02", { path: "/rd" }), /version of LwM2M/],
    ["an Update that is not known", coap("4.04"), coap("0.02", { path: "/rd/7" }), /forgotten this registration/],
    [
      "a Bootstrap-Request of nobody",
      coap("4.00"),
      coap("0.02", { path: "/bs" }),
      /bootstrap server does not know this device/,
    ],
    [
      "a file that is not there",
      coap("4.04", { from: "firmwareHost" }),
      coap("0.01", { path: "/f" }),
      /does not have the file/,
    ],
    ["an answer to anything else", coap("4.13"), undefined, /larger than the server takes/],
    [
      "what the device refuses",
      coap("4.04", { direction: "out" }),
      undefined,
      /device does not have what the server asked for/,
    ],
    [
      "a payload that cannot be read",
      record({ kind: "refused", operation: "write", path: "/0/1", code: "4.00", detail: "CBOR: ends" }),
      undefined,
      /device cannot read what the server sent/,
    ],
    [
      "a Finish too early",
      record({ kind: "refused", operation: "finish", path: "/bs", code: "4.06", detail: "x" }),
      undefined,
      /incomplete/,
    ],
    [
      "a SIM",
      modem({ notification: "registration", status: "uiccFailure" }),
      undefined,
      /SIM is missing, locked by a PIN/,
    ],
    [
      "a network that says no",
      modem({ notification: "registration", status: "denied", rejectCause: 13 }),
      undefined,
      /roaming is not allowed/,
    ],
    [
      "a network's reason that nobody knows",
      modem({ notification: "registration", status: "denied", rejectCause: 200 }),
      undefined,
      /: cause 200$/,
    ],
    [
      "a key that is refused",
      modem({ operation: "credentials.write", phase: "failed", error: "noAccess" }),
      undefined,
      /does not let that security tag/,
    ],
    [
      "an image that the modem finds damaged",
      modem({
        operation: "firmware.finish",
        phase: "failed",
        error: "dfu",
        detail: new ModemError("dfu", { dfu: DFU_ERROR.invalidData, detail: "octet 128" }).message,
      }),
      undefined,
      /image is damaged/,
    ],
    ["an image's number", ended({ kind: "updateFailed", code: DFU_RESULT.authentication }), undefined, /authentic/],
    [
      "a name in the detail",
      ended({ kind: "noRoute", detail: "getaddrinfo ENOTFOUND x.invalid" }),
      undefined,
      /name of the host is not known/,
    ],
    [
      "a server that never finishes",
      ended({}, { event: "bootstrap.timedOut" }),
      undefined,
      /never said that it was finished/,
    ],
    ["a request of the application", record({ kind: "request", name: "X", result: -51 }), undefined, /not in a state/],
    [
      "an actor of any app",
      record({ kind: "actor", actor: "a/b", phase: "ended", error: { message: "connect ECONNREFUSED" } }),
      undefined,
      /Nobody|nobody accepts/,
    ],
    [
      "an action that threw",
      record({ kind: "step", actor: "a", event: { type: "x" }, error: { message: "broke" } }),
      undefined,
      /action or a guard/,
    ],
    [
      "an error that nobody takes",
      record({
        kind: "step",
        actor: "a",
        event: { type: "xstate.error.actor.b" },
        ignored: true,
        error: { message: "broke" },
      }),
      undefined,
      /no transition for its error/,
    ],
  ])("says of %s what that means", (_, failure, asked, means) => {
    expect(isFailure(failure) || failure.kind === "chart").toBe(true);
    expect(hintOf(failure, asked)?.means).toMatch(means);
  });

  it("knows every number with which a modem reports a failed update", () => {
    for (const [name, number] of Object.entries(DFU_RESULT)) if (name !== "ok") expect(HINTS[number]).toBeDefined();
  });

  it("takes no word of a sentence for a code", () => {
    expect(hintFor("the fault of a timeout, integrity, closed: notFound")).toBeUndefined();
    expect(hintFor("getaddrinfo ENOTFOUND host")).toMatch(/not known/);
    expect(
      hintOf(record({ kind: "http", phase: "error", url: "u", detail: "constructor toString __proto__" })),
    ).toBeUndefined();
  });

  it("stands in sentences: without a capital and a full stop", () => {
    for (const { means, remedy = "do it" } of Object.values(HINTS)) {
      expect(means).toMatch(/^[a-z].*[^.]$/);
      expect(remedy).toMatch(/^[a-z].*[^.]$/);
    }
  });
});

describe("A failure", () => {
  it.each<[string, TraceRecord]>([
    ["a modem that the network lets in", modem({ notification: "registration", status: "home" })],
    ["a modem that still searches", modem({ notification: "registration", status: "searching" })],
    ["a service that did its work", ended({ kind: "registered" }, { input: true })],
    ["an attempt that is put off until the update is due", ended({ kind: "noAnswer" })],
    ["what somebody does on purpose", record({ kind: "fault", name: "noSim" })],
  ])("is not %s", (_, one) => expect(isFailure(one)).toBe(false));

  it.each<[string, TraceRecord]>([
    ["a service that came to nothing", ended({ kind: "noAnswer", heard: false }, { input: true })],
    [
      "a network that is lost",
      record({ kind: "chart", actor: "link", event: "modem.changed", value: "searching", entered: ["searching"] }),
    ],
    ["a modem that broke down", modem({ notification: "fault", reason: 1 })],
    ["a document that is not stored", record({ kind: "store", operation: "failed", name: "facts" })],
  ])("is %s", (_, one) => expect(isFailure(one)).toBe(true));
});
