/** A carrier's life in edition 3.6 with everything that is drawn: for looking at renderings and exports. */

import { edition36 } from "../../machines/editions/edition36.ts";
import { speak } from "../../machines/editions/speak.ts";
import type { SemanticEvent } from "../../machines/semanticEvent.ts";
import type { Lifeline, RecordFields, TraceRecord } from "../../ports/trace.ts";

const between = (from: Lifeline, to: Lifeline) => ({ from, to });
const toApplication = between("library", "application");
const toLibrary = between("application", "library");

const tell = (event: SemanticEvent): RecordFields => {
  const spoken = speak(edition36, event);
  return { kind: "event", semantic: event.type, ...toApplication, ...(spoken ?? { name: "?", number: 0 }) };
};
const chart = (actor: string, state: string, event = "sample"): RecordFields => ({
  kind: "chart",
  actor,
  event,
  value: state,
  entered: [state],
});
const link = (action: string): RecordFields => ({ kind: "application", action, ...between("application", "link") });
const modem = (action: string): RecordFields => ({ kind: "application", action, ...between("application", "modem") });
const coap = (fields: Record<string, unknown>, out: boolean, peer: Lifeline): RecordFields => ({
  kind: "coap",
  direction: out ? "out" : "in",
  type: "CON",
  mid: 1,
  token: "01",
  size: 40,
  remote: "192.0.2.1:5683",
  ...(out ? between("library", peer) : between(peer, "library")),
  ...fields,
});

const BLOCKS = 412;

export const SAMPLE_LIFE: readonly TraceRecord[] = (
  [
    [0, { kind: "run", wall: 1_795_000_000_000, edition: "3.6", version: "0.1.0" }],
    [1, { kind: "application", action: "nrf_modem_lib_init()", ...between("application", "modem") }],
    [2, { kind: "application", action: "writeCaCertificates" }],
    [3, link("lte_lc_init_and_connect()")],
    [5, { kind: "call", name: "lwm2m_carrier_main()", ...toLibrary }],
    [6, chart("carrier", "running.bootstrapping")],
    [8, tell({ type: "link.goingDown" })],
    [9, link("lte_lc_offline()")],
    [
      10,
      {
        kind: "modem",
        operation: "setFunctionalMode",
        phase: "start",
        mode: "offline",
        command: "AT+CFUN=4",
        ...between("link", "modem"),
      },
    ],
    [11, { kind: "modem", notification: "functionalMode", mode: "offline", ...between("modem", "library") }],
    [12, chart("bootstrap", "writingServerKeys")],
    [13, { kind: "modem", operation: "credentials.write", phase: "start", tag: 25, type: "psk" }],
    [14, tell({ type: "link.goingUp" })],
    [15, link("lte_lc_connect()")],
    [
      16,
      {
        kind: "chart",
        actor: "bootstrap",
        event: "xstate.done.actor.session",
        value: "connecting",
        entered: [],
        input: true,
        payload: { output: { kind: "noRoute" } },
      },
    ],
    [17, tell({ type: "deferred", reason: "BOOTSTRAP_NO_ROUTE", timeoutSeconds: 60 })],
    [60_017, chart("bootstrap", "connecting", "retry.due")],
    [
      60_018,
      {
        kind: "chart",
        actor: "bootstrap",
        event: "xstate.done.actor.session",
        value: "connecting",
        entered: [],
        input: true,
        payload: { output: { kind: "open" } },
      },
    ],
    [60_020, coap({ code: "0.02", path: "/bs", query: ["ep=urn:imei:351358811124772"] }, true, "bootstrap")],
    [62_020, coap({ code: "0.02", path: "/bs", retransmission: 1 }, true, "bootstrap")],
    [66_020, coap({ code: "0.02", path: "/bs", retransmission: 2 }, true, "bootstrap")],
    [66_030, coap({ code: "2.04", type: "ACK" }, false, "bootstrap")],
    [66_040, coap({ code: "0.03", path: "/0/1" }, false, "bootstrap")],
    [66_041, coap({ code: "2.04", type: "ACK" }, true, "bootstrap")],
    [66_050, tell({ type: "bootstrapped" })],
    [66_051, chart("carrier", "running.serving")],
    [66_052, chart("carrier", "running.serving.registering")],
    [
      66_060,
      coap({ code: "0.02", path: "/rd", query: ["ep=urn:imei:351358811124772", "lt=300", "b=U"] }, true, "server/123"),
    ],
    [66_070, coap({ code: "2.01", type: "ACK" }, false, "server/123")],
    [66_080, tell({ type: "registered" })],
    [66_500, chart("carrier", "running.serving.updatingFirmware")],
    [
      66_501,
      tell({ type: "fota.started", image: "modem", uri: "coap://192.0.2.1:5683/firmware/mfw_nrf91x1_2.0.2.bin" }),
    ],
    ...Array.from({ length: BLOCKS }, (_, num) => [
      [
        66_600 + 2 * num,
        coap({ code: "0.01", path: "/fw", block2: { num, more: false, size: 1024 } }, true, "firmwareHost"),
      ],
      [
        66_601 + 2 * num,
        coap({ code: "2.05", type: "ACK", block2: { num, more: num < BLOCKS - 1, size: 1024 } }, false, "firmwareHost"),
      ],
    ]).flat(),
    [67_600, chart("fota", "downloaded")],
    [67_601, tell({ type: "link.poweringOff" })],
    [67_602, link("lte_lc_power_off()")],
    [67_603, tell({ type: "modem.shutdownWanted" })],
    [67_604, modem("nrf_modem_lib_shutdown()")],
    [67_605, { kind: "modem", notification: "shutdown", ...between("modem", "library") }],
    [67_606, tell({ type: "modem.initWanted" })],
    [67_607, modem("nrf_modem_lib_init()")],
    [67_608, { kind: "modem", action: "applyFirmware" }],
    [
      69_608,
      {
        kind: "modem",
        notification: "initialised",
        result: { kind: "updated", firmwareVersion: "2.0.2" },
        ...between("modem", "library"),
      },
    ],
    [69_609, tell({ type: "fota.succeeded" })],
    [69_700, tell({ type: "error", error: "fotaPackage" })],
    [69_800, { kind: "request", name: "LWM2M_CARRIER_REQUEST_LINK_DOWN", number: 2, result: 0, ...toLibrary }],
    [70_000, { kind: "result", ok: true, reason: "registered again with the new firmware" }],
  ] as [number, RecordFields][]
).map(([time, fields], index) => ({ ...fields, seq: index + 1, time, device: "urn:imei:351358811124772" }));
