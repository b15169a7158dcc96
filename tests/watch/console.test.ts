/** What the samples print, text by text. */
import { describe, expect, it } from "@jest/globals";
import type { EditionId } from "../../machines/editions/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { consoleOf, sightingsOf, watchText } from "./support/watched.ts";

const EVENT = "LWM2M_CARRIER_EVENT_";

/** Of the event that the lines tell, in the edition's words. */
function payloadOf(edition: EditionId, ...lines: string[]): unknown {
  return sightingsOf(lines)[0]?.readings.get(edition)?.payload;
}

const lastEvent = (records: readonly TraceRecord[]) => records.findLast(({ kind }) => kind === "event");

describe("a deferral", () => {
  it.each([
    ["No reason given", 0, "NO_REASON"],
    ["Failed to activate PDN", 1, "PDN_ACTIVATE"],
    ["No route to bootstrap server", 2, "BOOTSTRAP_NO_ROUTE"],
    ["Failed to connect to bootstrap server", 3, "BOOTSTRAP_CONNECT"],
    ["Bootstrap sequence not completed", 4, "BOOTSTRAP_SEQUENCE"],
    ["No route to server", 5, "SERVER_NO_ROUTE"],
    ["Failed to connect to server", 6, "SERVER_CONNECT"],
    ["Server registration sequence not completed", 7, "SERVER_REGISTRATION"],
    ["Server in maintenance mode", 8, "SERVICE_UNAVAILABLE"],
    ["Waiting for SIM MSISDN", 9, "SIM_MSISDN"],
  ])("says: %s", (text, reason, name) => {
    const told = { reason, name: `LWM2M_CARRIER_DEFERRED_${name}`, timeout: 60 };
    const lines = [`${EVENT}DEFERRED`, `Reason: ${text}, timeout: 60 seconds`];
    expect(payloadOf("3.6", ...lines)).toEqual(told);
    expect(payloadOf("3.6", `${EVENT}DEFERRED: reason ${text}, timeout 60 seconds`)).toEqual(told);
  });

  it("is told without its reason when the second line never comes", () => {
    const { records } = watchText(consoleOf(["DEFERRED", "REGISTERED"]), { edition: "3.6" });
    const [deferred] = records.filter(({ kind }) => kind === "event");
    expect(deferred).toMatchObject({ semantic: "deferred" });
    expect(deferred).not.toHaveProperty("payload");
  });

  it("belongs together with its second line when another thread prints in between", () => {
    const { records } = watchText(
      `${EVENT}DEFERRED\nRRC idle\nReason: No route to server, timeout: 60 seconds\n${EVENT}REGISTERED\n`,
      { edition: "3.6" },
    );
    expect(records.slice(1).map(({ kind, name, line }) => [kind, name ?? line])).toEqual([
      ["event", `${EVENT}DEFERRED`],
      ["log", "RRC idle"],
      ["event", `${EVENT}REGISTERED`],
    ]);
    expect(records[1]).toMatchObject({ payload: { timeout: 60 } });
  });
});

describe("an error", () => {
  it.each([
    ["3.6", "Bootstrap error", -13, 3, "BOOTSTRAP"],
    ["3.6", "Failed to connect to the LTE network", -116, 1, "LTE_LINK_UP_FAIL"],
    ["3.6", "Failed to disconnect from the LTE network", -116, 2, "LTE_LINK_DOWN_FAIL"],
    ["3.6", "Modem firmware update failed", -22, 4, "FOTA_FAIL"],
    ["3.6", "Firmware update failed", -22, 4, "FOTA_FAIL"],
    ["3.6", "Configuration failure", -22, 5, "CONFIGURATION"],
    ["3.6", "Initialization failure", -5, 6, "INIT"],
    ["3.6", "Connection failure", 0, 8, "CONNECT"],
    ["3.6", "No error", 0, 0, "NO_ERROR"],
    ["3.3", "Configuration failure", -22, 7, "RUN"],
    ["3.3", "Illegal object configuration detected", -22, 5, "CONFIGURATION"],
    ["0.30", "Configuration failure", -22, 12, "RUN"],
    ["0.30", "Internal failure", -14, 11, "INTERNAL"],
    ["0.30", "Package refused from modem", 7, 4, "FOTA_PKG"],
    ["0.30", "Protocol error", 0, 5, "FOTA_PROTO"],
    ["0.30", "Connection to remote server failed", -111, 6, "FOTA_CONN"],
    ["0.30", "Connection to remote server lost", 0, 7, "FOTA_CONN_LOST"],
    ["0.10", "Failed to connect to the LTE network", 0, 1, "CONNECT_FAIL"],
    ["0.10", "Failed to disconnect from the LTE network", 0, 2, "DISCONNECT_FAIL"],
  ] as const)("of edition %s says: %s, reason %i", (edition, text, value, type, name) => {
    const payload = payloadOf(edition, `${EVENT}ERROR`, `${text}, reason ${value}`);
    expect(payload).toMatchObject({ type, name: `LWM2M_CARRIER_ERROR_${name}`, value });
  });

  it("names the errno of its value", () => {
    const payload = payloadOf("3.6", `${EVENT}ERROR: Bootstrap error, reason -13`);
    expect(payload).toMatchObject({ errno: "EACCES", value: -13 });
  });
});

describe("application data", () => {
  it.each([
    ["DATA_WRITE", 0],
    ["OBSERVE_START", 1],
    ["OBSERVE_STOP", 2],
  ])("says what happens and where: %s", (operation, number) => {
    const lines = [`${EVENT}APP_DATA`, `App data event type: ${operation}, path: /19/0/0/0`];
    expect(payloadOf("3.6", ...lines)).toEqual({ operation: number, path: "/19/0/0/0" });
  });
});

describe("what went wrong beside the library", () => {
  it.each([
    "Modem library did not initialize: -1",
    "Failed to initialize modem library",
    "failed to provision CA certificates",
    "failed to provision PSK",
    "ERROR: Unable to provision certificate, err: -1",
    "Unable to provision PSK, tag 25",
  ])("is marked: %s", (line) => {
    const { records } = watchText(`${line}\n`, { edition: "3.6" });
    expect(records.find(({ kind }) => kind === "log")).toMatchObject({ line, means: "failure" });
  });
});

describe("a name that no edition has", () => {
  it("is a line like any other", () => {
    const { records } = watchText(consoleOf(["SOMETHING_NEW"]), { edition: "3.6" });
    expect(records.at(-1)).toMatchObject({ kind: "log", line: `${EVENT}SOMETHING_NEW` });
  });

  it("is no event where something else stands on its line", () => {
    const text = `see LWM2M_CARRIER_EVENT_REGISTERED below\n${EVENT}REGISTERED now\n`;
    expect(lastEvent(watchText(text).records)).toBeUndefined();
  });
});

describe("application data of a Serial Modem in a log", () => {
  it("is on the line after its head", () => {
    const { records } = watchText('#XCARRIEREVT: 12,0,"/19/0/0/0",8\r\n"0123cafe"\r\n#XCARRIEREVT: 5,0\r\n');
    const events = records.filter(({ kind }) => kind === "event");
    expect(events.map(({ semantic }) => semantic)).toEqual(["app.data", "registered"]);
    expect(events[0]).toMatchObject({ payload: { path: "/19/0/0/0", buffer: Uint8Array.of(1, 35, 202, 254) } });
  });

  it("that is not there costs no other line", () => {
    const { records } = watchText('#XCARRIEREVT: 12,0,"/19/0/0/0",8\r\nLWM2M_CARRIER_EVENT_REGISTERED\r\n');
    expect(records.slice(1).map(({ kind, line, semantic }) => [kind, line ?? semantic])).toEqual([
      ["log", '#XCARRIEREVT: 12,0,"/19/0/0/0",8'],
      ["event", "registered"],
    ]);
  });

  it("that the log breaks off before is kept as a line", () => {
    const { records } = watchText('#XCARRIEREVT: 12,0,"/19/0/0/0",8', { edition: "3.6" });
    expect(records.at(-1)).toMatchObject({ kind: "log", line: '#XCARRIEREVT: 12,0,"/19/0/0/0",8' });
  });
});

describe("a start of the device", () => {
  const startsIn = (text: string) =>
    watchText(text, { edition: "3.6" }).records.filter(({ means }) => means === "start");

  it.each([
    "LWM2M Carrier library sample.",
    "LWM2M Carrier library sample..",
    "*** Booting nRF Connect SDK v2.9.0-7787b2649840 ***",
    "Ready",
  ])("is told by: %s", (line) => {
    expect(startsIn(`${line}\r\n#XCARRIEREVT: 5,0\r\n`)).toHaveLength(1);
  });

  it("is not told by any Ready of a device that is no Serial Modem", () => {
    expect(startsIn(`${EVENT}REGISTERED\nReady\n`)).toEqual([]);
  });
});
