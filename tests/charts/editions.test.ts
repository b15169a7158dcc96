/** The editions against the tables of the carrier library's event API, written down here a second time. */
import { describe, expect, it } from "@jest/globals";
import { chartNames } from "../../charts/loadChart.ts";
import { DEFAULT_EDITION, EDITIONS, type EditionId, findEdition } from "../../machines/editions/index.ts";
import { speak } from "../../machines/editions/speak.ts";
import type { ErrorKind, SemanticEvent, SemanticEventType } from "../../machines/semanticEvent.ts";

const IDS = ["0.10", "0.21", "0.30-pre", "0.30", "3.3", "3.6"] as const satisfies readonly EditionId[];

/** A cell is `number NAME (payload fields)`, or a dash. */
// biome-ignore format: a table
const EVENTS: readonly (readonly [SemanticEventType, ...string[]])[] = [
  ["initialised", "1 BSDLIB_INIT", "1 MODEM_INIT", "1 CARRIER_INIT", "1 INIT", "-", "-"],
  ["link.goingUp", "2 CONNECTING", "2 CONNECTING", "2 LTE_LINK_UP", "2 LTE_LINK_UP", "1 LTE_LINK_UP", "1 LTE_LINK_UP"],
  ["link.up", "3 CONNECTED", "3 CONNECTED", "-", "-", "-", "-"],
  ["link.goingDown", "4 DISCONNECTING", "4 DISCONNECTING", "3 LTE_LINK_DOWN", "3 LTE_LINK_DOWN", "2 LTE_LINK_DOWN", "2 LTE_LINK_DOWN"],
  ["link.down", "5 DISCONNECTED", "5 DISCONNECTED", "-", "-", "-", "-"],
  ["link.poweringOff", "-", "-", "4 LTE_POWER_OFF", "4 LTE_POWER_OFF", "3 LTE_POWER_OFF", "3 LTE_POWER_OFF"],
  ["bootstrapped", "6 BOOTSTRAPPED", "6 BOOTSTRAPPED", "6 BOOTSTRAPPED", "6 BOOTSTRAPPED", "4 BOOTSTRAPPED", "4 BOOTSTRAPPED"],
  ["registered", "7 REGISTERED", "7 REGISTERED", "7 REGISTERED", "7 REGISTERED", "5 REGISTERED", "5 REGISTERED"],
  ["deregistered", "-", "-", "-", "-", "-", "6 DEREGISTERED"],
  ["deferred", "8 DEFERRED (reason, timeout)", "8 DEFERRED (reason, timeout)", "8 DEFERRED (reason, timeout)", "8 DEFERRED (reason, timeout)", "6 DEFERRED (reason, timeout)", "7 DEFERRED (reason, timeout)"],
  ["fota.started", "9 FOTA_START", "9 FOTA_START", "9 FOTA_START", "9 FOTA_START (type, uri)", "7 FOTA_START (type, uri)", "8 FOTA_START (uri)"],
  ["fota.succeeded", "-", "-", "-", "-", "8 FOTA_SUCCESS", "9 FOTA_SUCCESS"],
  ["reboot", "10 REBOOT", "10 REBOOT", "10 REBOOT", "10 REBOOT", "9 REBOOT", "10 REBOOT"],
  ["link.free", "11 LTE_READY", "11 LTE_READY", "11 LTE_READY", "-", "-", "-"],
  ["modem.domain", "-", "12 MODEM_DOMAIN (domain)", "12 MODEM_DOMAIN (domain)", "12 MODEM_DOMAIN (domain)", "10 MODEM_DOMAIN (domain)", "11 MODEM_DOMAIN (domain)"],
  ["app.data", "-", "-", "-", "13 APP_DATA (buffer)", "11 APP_DATA (buffer)", "12 APP_DATA (operation, path, buffer)"],
  ["modem.initWanted", "-", "-", "-", "-", "12 MODEM_INIT", "13 MODEM_INIT"],
  ["modem.shutdownWanted", "-", "-", "-", "-", "13 MODEM_SHUTDOWN", "14 MODEM_SHUTDOWN"],
  ["errorCodes.reset", "-", "-", "-", "-", "-", "15 ERROR_CODE_RESET"],
  ["error", "20 ERROR (error, value)", "20 ERROR (error, value)", "20 ERROR (error, value)", "20 ERROR (error, value)", "20 ERROR (error, value)", "20 ERROR (error, value)"],
  ["certificates.wanted", "-", "30 CERTS_INIT", "30 CERTS_INIT", "-", "-", "-"],
];

/** Number, name and the value told when the chart gives errno EACCES and the modem error 77. */
// biome-ignore format: a table
const ERRORS: readonly (readonly [ErrorKind, ...string[]])[] = [
  ["linkUp", "1 CONNECT_FAIL -13", "1 CONNECT_FAIL -13", "1 LTE_LINK_UP_FAIL -13", "1 LTE_LINK_UP_FAIL -13", "1 LTE_LINK_UP_FAIL -13", "1 LTE_LINK_UP_FAIL -13"],
  ["linkDown", "2 DISCONNECT_FAIL -13", "2 DISCONNECT_FAIL -13", "2 LTE_LINK_DOWN_FAIL -13", "2 LTE_LINK_DOWN_FAIL -13", "2 LTE_LINK_DOWN_FAIL -13", "2 LTE_LINK_DOWN_FAIL -13"],
  ["bootstrap", "3 BOOTSTRAP -13", "3 BOOTSTRAP -13", "3 BOOTSTRAP -13", "3 BOOTSTRAP -13", "3 BOOTSTRAP -13", "3 BOOTSTRAP -13"],
  ["fotaPackage", "4 FOTA_PKG 77", "4 FOTA_PKG 77", "4 FOTA_PKG 77", "4 FOTA_PKG 77", "4 FOTA_FAIL -22", "4 FOTA_FAIL -22"],
  ["fotaProtocol", "5 FOTA_PROTO 0", "5 FOTA_PROTO 0", "5 FOTA_PROTO 0", "5 FOTA_PROTO 0", "4 FOTA_FAIL -134", "4 FOTA_FAIL -134"],
  ["fotaConnection", "6 FOTA_CONN 0", "6 FOTA_CONN 0", "6 FOTA_CONN -13", "6 FOTA_CONN -13", "4 FOTA_FAIL -111", "4 FOTA_FAIL -111"],
  ["fotaConnectionLost", "7 FOTA_CONN_LOST 0", "7 FOTA_CONN_LOST 0", "7 FOTA_CONN_LOST 0", "7 FOTA_CONN_LOST 0", "4 FOTA_FAIL -5", "4 FOTA_FAIL -5"],
  ["fotaFailed", "8 FOTA_FAIL -13", "8 FOTA_FAIL -13", "8 FOTA_FAIL -13", "8 FOTA_FAIL -13", "4 FOTA_FAIL -13", "4 FOTA_FAIL -13"],
  ["configuration", "-", "9 CONFIGURATION -13", "9 CONFIGURATION -13", "9 CONFIGURATION -13", "5 CONFIGURATION -13", "5 CONFIGURATION -13"],
  ["init", "-", "-", "10 INIT -13", "10 INIT -13", "6 INIT -13", "6 INIT -13"],
  ["run", "-", "-", "-", "12 RUN -13", "7 RUN -13", "7 RUN -13"],
  ["connect", "-", "-", "-", "-", "-", "8 CONNECT -13"],
];

// biome-ignore format: a table
const POLICY: readonly (readonly [string, ...string[]])[] = [
  ["entry", "initRun", "initRun", "initRun", "initRun", "main", "main"],
  ["linkDriver", "library", "library", "application", "application", "application", "application"],
  ["firstLink", "library", "library", "atInitialised", "atInitialised", "beforeMain", "beforeMain"],
  ["initialisedAt", "modem", "modem", "certificates", "modem", "never", "never"],
  ["caCertificates", "builtIn", "asked", "asked", "modem", "modem", "modem"],
  ["bootstrapKeysAt", "init", "init", "ownCycle", "ownCycle", "ownCycle", "ownCycle"],
  ["bootstrappedAt", "afterLinkUp", "afterLinkUp", "beforeLinkUp", "beforeLinkUp", "beforeLinkUp", "beforeLinkUp"],
  ["announcesLinkFree", "true", "true", "true", "false", "false", "false"],
  ["imageAppliedBy", "reinitialisation", "reinitialisation", "reboot", "reboot", "modemCycle", "modemCycle"],
  ["initErrorEvent", "false", "false", "true", "true", "true", "true"],
  ["registrationExhausted", "deferred", "deferred", "deferred", "deferred", "deferred", "error"],
  ["requests", "", "", "", "", "reboot,linkUp,linkDown", "reboot,linkUp,linkDown,register,deregister"],
];

// biome-ignore format: a table
const CHARTS: readonly (readonly [string, ...string[]])[] = [
  ["init", "edition-0.10-init", "edition-0.21-init", "edition-0.30-pre-init", "edition-0.30-init", "-", "-"],
  ["certsSuccess", "-", "certs-success", "certs-success", "-", "-", "-"],
  ["certsFailure", "-", "certs-failure", "certs-failure", "-", "-", "-"],
  ["bootstrap", "edition-0.10-bootstrap", "edition-0.10-bootstrap", "edition-0.30-pre-bootstrap", "edition-0.30-bootstrap", "edition-3-bootstrap", "edition-3-bootstrap"],
  ["fotaSuccess", "edition-0.10-fota", "edition-0.10-fota", "edition-0.30-pre-fota-success", "edition-0.30-fota-success", "edition-3-fota-success", "edition-3-fota-success"],
  ["fotaFailCert", "-", "-", "edition-0.30-pre-fota-fail-cert", "edition-0.30-fota-fail-cert", "edition-3-fota-fail-cert", "edition-3-fota-fail-cert"],
  ["fotaFailCrc", "-", "-", "-", "-", "-", "edition-3-fota-fail-crc"],
  ["deferredBootstrap", "-", "-", "-", "-", "-", "edition-3-deferred-bootstrap"],
  ["deferredServer", "-", "-", "-", "-", "-", "edition-3-deferred-server"],
  ["requestLinkDown", "-", "-", "-", "-", "edition-3-request-link-down", "edition-3-request-link-down"],
];

/** What a bootstrap that has used up its attempts tells, as `NAME value`. */
const BOOTSTRAP_EXHAUSTED = [
  "BOOTSTRAP 0",
  "BOOTSTRAP 0",
  "BOOTSTRAP 0",
  "BOOTSTRAP -116",
  "BOOTSTRAP -116",
  "CONNECT 0",
];

describe("editions", () => {
  it("has six, found by their ids, with 3.6 as the default", () => {
    expect(Object.keys(EDITIONS).sort()).toEqual([...IDS].sort());
    expect(IDS.map((id) => findEdition(id)?.id)).toEqual(IDS);
    expect(findEdition("3.7")).toBeUndefined();
    expect(findEdition("toString")).toBeUndefined();
    expect(DEFAULT_EDITION).toBe("3.6");
  });

  describe.each(IDS.map((id, column) => ({ id, column })))("$id", ({ id, column }) => {
    const edition = EDITIONS[id];

    it("tells every event under its name and number, with its payload, and no other event", () => {
      const rows = EVENTS.map(([type]) => {
        const word = edition.events[type];
        return [type, word ? `${word.number} ${word.name}${word.payload ? ` (${word.payload.join(", ")})` : ""}` : "-"];
      });
      expect(rows).toEqual(EVENTS.map(([type, ...cells]) => [type, cells[column]]));
      expect(Object.keys(edition.events).every((type) => EVENTS.some(([row]) => row === type))).toBe(true);
    });

    it("tells every error under its name, number and value", () => {
      const rows = ERRORS.map(([error]) => {
        const payload = speak(edition, { type: "error", error, errno: "EACCES", modemError: 77 })?.payload;
        return [
          error,
          payload ? `${payload.type} ${payload.name?.replace("LWM2M_CARRIER_ERROR_", "")} ${payload.value}` : "-",
        ];
      });
      expect(rows).toEqual(ERRORS.map(([error, ...cells]) => [error, cells[column]]));
    });

    it("has its policy", () => {
      const policy = edition.policy as unknown as Record<string, unknown>;
      expect(POLICY.map(([name]) => [name, String(policy[name])])).toEqual(
        POLICY.map(([name, ...cells]) => [name, cells[column]]),
      );
      const { payload } = speak(edition, { type: "error", ...edition.policy.bootstrapExhausted })!;
      expect(`${payload?.name?.replace("LWM2M_CARRIER_ERROR_", "")} ${payload?.value}`).toBe(
        BOOTSTRAP_EXHAUSTED[column],
      );
    });

    it("runs as its charts", () => {
      const charts = edition.charts as Record<string, string>;
      expect(CHARTS.map(([name]) => [name, charts[name] ?? "-"])).toEqual(
        CHARTS.map(([name, ...cells]) => [name, cells[column]]),
      );
      expect(Object.values(charts).filter((chart) => !chartNames().includes(chart))).toEqual([]);
    });
  });

  it("has an edition for every chart", () => {
    const used = new Set(Object.values(EDITIONS).flatMap(({ charts }) => Object.values(charts)));
    expect([...used].sort()).toEqual(chartNames());
  });
});

describe("speaking", () => {
  const rows: readonly { name: string; edition: EditionId; event: SemanticEvent; payload: unknown }[] = [
    {
      name: "a deferral with the reason's number and name and the seconds",
      edition: "3.6",
      event: { type: "deferred", reason: "SERVER_CONNECT", timeoutSeconds: 240 },
      payload: { reason: 6, name: "LWM2M_CARRIER_DEFERRED_SERVER_CONNECT", timeout: 240 },
    },
    {
      name: "5.03 without a reason before the edition had one",
      edition: "0.10",
      event: { type: "deferred", reason: "SERVICE_UNAVAILABLE", timeoutSeconds: 60 },
      payload: { reason: 0, name: "LWM2M_CARRIER_DEFERRED_NO_REASON", timeout: 60 },
    },
    {
      name: "5.03 by its reason from 0.20 on",
      edition: "0.21",
      event: { type: "deferred", reason: "SERVICE_UNAVAILABLE", timeoutSeconds: 60 },
      payload: { reason: 8, name: "LWM2M_CARRIER_DEFERRED_SERVICE_UNAVAILABLE", timeout: 60 },
    },
    {
      name: "a missing MSISDN without a reason before 0.22",
      edition: "0.21",
      event: { type: "deferred", reason: "SIM_MSISDN", timeoutSeconds: 60 },
      payload: { reason: 0, name: "LWM2M_CARRIER_DEFERRED_NO_REASON", timeout: 60 },
    },
    {
      name: "a missing MSISDN by its reason from 0.22 on",
      edition: "0.30-pre",
      event: { type: "deferred", reason: "SIM_MSISDN", timeoutSeconds: 60 },
      payload: { reason: 9, name: "LWM2M_CARRIER_DEFERRED_SIM_MSISDN", timeout: 60 },
    },
    {
      name: "a firmware update without anything in 0.10",
      edition: "0.10",
      event: { type: "fota.started", image: "modem", uri: "coap://host/fw" },
      payload: undefined,
    },
    {
      name: "a firmware update with type and URI in 3.3",
      edition: "3.3",
      event: { type: "fota.started", image: "application", uri: "coap://host/fw" },
      payload: { type: 1, uri: "coap://host/fw" },
    },
    {
      name: "a firmware update with the URI alone in 3.6",
      edition: "3.6",
      event: { type: "fota.started", image: "modem", uri: "coap://host/fw" },
      payload: { uri: "coap://host/fw" },
    },
    {
      name: "an error with its errno by name",
      edition: "3.6",
      event: { type: "error", error: "fotaConnection" },
      payload: { type: 4, name: "LWM2M_CARRIER_ERROR_FOTA_FAIL", value: -111, errno: "ECONNREFUSED" },
    },
    {
      name: "an error without errno as value 0",
      edition: "3.6",
      event: { type: "error", error: "connect" },
      payload: { type: 8, name: "LWM2M_CARRIER_ERROR_CONNECT", value: 0 },
    },
    {
      name: "the modem's own error number as no errno",
      edition: "0.30",
      event: { type: "error", error: "fotaPackage", errno: "EINVAL", modemError: 90 },
      payload: { type: 4, name: "LWM2M_CARRIER_ERROR_FOTA_PKG", value: 90 },
    },
    {
      name: "a modem domain event by number and name",
      edition: "0.21",
      event: { type: "modem.domain", event: "resetLoop" },
      payload: { domain: 2, name: "RESET_LOOP" },
    },
    {
      name: "application data with operation and path in 3.6",
      edition: "3.6",
      event: { type: "app.data", operation: "observeStop", path: "/19/0/0/0", data: new Uint8Array() },
      payload: { operation: 2, path: "/19/0/0/0", buffer: new Uint8Array() },
    },
    {
      name: "application data as a buffer alone in 3.3",
      edition: "3.3",
      event: { type: "app.data", operation: "write", path: "/19/0/0/0", data: Uint8Array.of(1) },
      payload: { buffer: Uint8Array.of(1) },
    },
  ];
  it.each(rows)("tells $name", ({ edition, event, payload }) => {
    expect(speak(EDITIONS[edition], event)?.payload).toEqual(payload);
  });

  it("says nothing of what the edition has no word for", () => {
    expect(speak(EDITIONS["3.6"], { type: "link.up" })).toBeUndefined();
    expect(speak(EDITIONS["0.10"], { type: "error", error: "init" })).toBeUndefined();
    expect(
      speak(EDITIONS["3.3"], {
        type: "app.data",
        operation: "observeStart",
        path: "/19/0/0/0",
        data: new Uint8Array(),
      }),
    ).toBeUndefined();
  });

  it("prefixes the name", () => {
    expect(speak(EDITIONS["0.10"], { type: "initialised" })).toEqual({
      name: "LWM2M_CARRIER_EVENT_BSDLIB_INIT",
      number: 1,
    });
  });
});
