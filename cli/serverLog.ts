/** What the servers see, a line each. */
import type { ResourceValue } from "../services/lwm2m/model.ts";
import type { ReadAnswer, SecureEvent, TestbedEntry } from "../testbed/index.ts";

import { replacer } from "../trace/index.ts";
import { plainValue } from "./console/resourceValues.ts";
import { printable, type StyleName, type Terminal } from "./terminal.ts";

/** Characters of a payload that are shown. */
const SHOWN_CHARACTERS = 200;

const NAMES: Readonly<Record<TestbedEntry["server"], string>> = {
  bootstrap: "bootstrap",
  management: "management",
  firmwareHost: "firmware",
  coapFirmwareHost: "firmware",
};

type Mark = "good" | "bad" | "warning" | undefined;
type Described = readonly [mark: Mark, subject: string, text: string];

/** A line for people; undefined for what would bury the rest. */
export function describeEntry(entry: TestbedEntry, terminal: Terminal): string | undefined {
  const described = describe(entry);
  if (described === undefined) return undefined;
  const [mark, subject, text] = described;
  const time = new Date().toTimeString().slice(0, 8);
  const sign = mark === undefined ? " " : terminal.style(mark satisfies StyleName, terminal.symbols[mark]);
  const who = subject === "" ? "" : `${terminal.style("name", printable(subject))} `;
  return `${terminal.style("faint", `${time}  ${NAMES[entry.server].padEnd(10)}`)}  ${sign} ${who}${printable(text)}`;
}

function describe(entry: TestbedEntry): Described | undefined {
  switch (entry.server) {
    case "bootstrap":
      return describeBootstrap(entry);
    case "management":
      return describeManagement(entry);
    case "firmwareHost":
      return describeFirmware(entry);
    case "coapFirmwareHost":
      return describeCoapFirmware(entry);
  }
}

function describeBootstrap(entry: Extract<TestbedEntry, { server: "bootstrap" }>): Described | undefined {
  switch (entry.type) {
    case "requested":
      return [undefined, entry.endpoint, `asks for a bootstrap from ${entry.peer.address}:${entry.peer.port}`];
    case "finished":
      return ["good", entry.endpoint, "is bootstrapped"];
    case "refused":
      return ["warning", entry.endpoint, `was refused with ${entry.code}`];
    case "finishRefused":
      return ["bad", entry.endpoint, `did not accept the accounts: ${entry.code}`];
    case "failed":
      return ["bad", entry.endpoint ?? "", entry.detail];
    case "connected":
    case "handshakeFailed":
      return describeHandshake(entry);
    default:
      return undefined;
  }
}

function describeManagement(entry: Extract<TestbedEntry, { server: "management" }>): Described | undefined {
  switch (entry.type) {
    case "registered": {
      const { endpoint, peer, lifetimeSeconds } = entry.registration;
      return ["good", endpoint, `registered from ${peer.address}:${peer.port} for ${lifetimeSeconds} s`];
    }
    case "updated":
      return [
        undefined,
        entry.registration.endpoint,
        `updated its registration, ${entry.registration.lifetimeSeconds} s`,
      ];
    case "deregistered":
      return ["warning", entry.registration.endpoint, "deregistered"];
    case "expired":
      return ["bad", entry.registration.endpoint, "did not update in time: its registration has expired"];
    case "refused":
      return ["warning", entry.endpoint ?? "", `was refused with ${entry.code}`];
    case "sent":
      return [
        "good",
        entry.endpoint,
        `sent ${entry.values === undefined ? octetsOf(entry.payload) : valuesText(entry.values)}`,
      ];
    case "notification":
      return [undefined, entry.endpoint, notificationText(entry)];
    case "firmware":
      return [undefined, entry.endpoint, `firmware: State ${entry.state}, Update Result ${entry.result}`];
    case "failed":
      return ["bad", entry.endpoint ?? "", entry.detail];
    case "connected":
    case "handshakeFailed":
      return describeHandshake(entry);
    default:
      return undefined;
  }
}

function describeFirmware(entry: Extract<TestbedEntry, { server: "firmwareHost" }>): Described | undefined {
  switch (entry.type) {
    case "request":
      return [undefined, "", `${entry.method} ${entry.path}${entry.range === undefined ? "" : `, ${entry.range}`}`];
    case "response":
      return [undefined, "", `${entry.status} ${entry.path}`];
    case "handshakeFailed":
      return ["warning", "", `handshake given up: ${entry.detail}`];
    case "failed":
      return ["bad", "", entry.detail];
  }
}

function describeCoapFirmware(entry: Extract<TestbedEntry, { server: "coapFirmwareHost" }>): Described {
  switch (entry.type) {
    case "request":
      return [undefined, "", `${entry.code} ${entry.path}, over CoAP`];
    case "failed":
      return ["bad", "", entry.detail];
    case "connected":
    case "handshakeFailed":
      return describeHandshake(entry);
  }
}

function describeHandshake(entry: SecureEvent): Described {
  const who = `${entry.peer.address}:${entry.peer.port}`;
  if (entry.type === "handshakeFailed") return ["warning", "", `no DTLS session with ${who}: ${entry.detail}`];
  const marks = [entry.suite, ...(entry.resumed ? ["resumed"] : []), ...(entry.connectionId ? ["Connection ID"] : [])];
  return [undefined, "", `DTLS session with ${who}: ${marks.join(", ")}`];
}

function textOf(payload: Uint8Array): string {
  const text = new TextDecoder().decode(payload.subarray(0, SHOWN_CHARACTERS));
  return payload.length > SHOWN_CHARACTERS ? `${text}…` : text;
}

function octetsOf(payload: Uint8Array): string {
  return `${payload.length} octets: ${textOf(payload)}`;
}

function notificationText({ path, value, values }: ReadAnswer & { readonly path: string }): string {
  return value === undefined && values !== undefined ? valuesText(values) : `${path} is ${valueText(value)}`;
}

/** `/3/0/9 80, /3/0/13 1700000000`; beyond what is shown of a payload it breaks off. */
function valuesText(values: NonNullable<ReadAnswer["values"]>): string {
  const text = values.map(({ path, value, time }) => `${path} ${valueText(value)}${timeText(time)}`).join(", ");
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

/** A time that counts from 1970 (RFC 8428 §4.5.3), and that a calendar has. */
function timeText(time: number | undefined): string {
  const date = new Date((time ?? 0) * 1_000);
  return time === undefined || time < 2 ** 28 || Number.isNaN(date.getTime()) ? "" : ` at ${date.toISOString()}`;
}

function valueText(value: ResourceValue | undefined): string {
  return value === undefined ? "another now" : JSON.stringify(plainValue(value), replacer);
}
