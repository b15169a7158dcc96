/** Notifications of nRF91 modems, octet by octet as their documents, traces and sources have them. */
import type { NotificationValues } from "../../modem/at/commands/notification.ts";
import type { NOTIFICATIONS, NotificationKey } from "../../modem/at/commands/table.ts";

export interface NoticeSample {
  readonly key: NotificationKey;
  readonly values: unknown;
  readonly wire: string;
}

const samples: NoticeSample[] = [];

function add<K extends NotificationKey>(key: K, wire: string, values: NotificationValues<(typeof NOTIFICATIONS)[K]>) {
  samples.push({ key, wire, values });
}

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const PDU = "07917427400500F1040B917497009999F90000223002610555000AE8329BFD4697D9EC37";

add("ready", "Ready\r\n", {});
add("initError", "INIT ERROR\r\n", {});
add("bootloaderReady", "Bootloader mode ready\r\n", {});

add("cereg", '\r\n+CEREG: 2,"0901","02024720",7\r\n', {
  status: "searching",
  trackingArea: 0x0901,
  cellId: 0x02024720,
  technology: "lteM",
});
add("cereg", '\r\n+CEREG: 5,"0901","02024720",7,,,"11100000","11100000"\r\n', {
  status: "roaming",
  trackingArea: 0x0901,
  cellId: 0x02024720,
  technology: "lteM",
  activeTime: "11100000",
  periodicTau: "11100000",
});
add("cereg", '\r\n+CEREG: 3,"002F","0012BEEF",7,0,15\r\n', {
  status: "denied",
  trackingArea: 0x2f,
  cellId: 0x12beef,
  technology: "lteM",
  causeType: 0,
  rejectCause: 15,
});
add("cereg", "\r\n+CEREG: 90\r\n", { status: "uiccFailure" });
add("cscon", "\r\n+CSCON: 1\r\n", { mode: 1 });
add("cnecEsm", "\r\n+CNEC_ESM: 50,0\r\n", { cause: 50, cid: 0 });
add("cnecEmm", "\r\n+CNEC_EMM: 15\r\n", { cause: 15 });

for (const [text, words, numbers, more] of [
  ["ME PDN ACT 0", "ME PDN ACT", [0], []],
  ["ME PDN ACT 0,1", "ME PDN ACT", [0], ["1"]],
  ["ME PDN DEACT 0", "ME PDN DEACT", [0], []],
  ["NW PDN DEACT 0", "NW PDN DEACT", [0], []],
  ["ME DETACH", "ME DETACH", [], []],
  ["NW DETACH", "NW DETACH", [], []],
  ["IPV6 0", "IPV6", [0], []],
  ["IPV6 FAIL 0", "IPV6 FAIL", [0], []],
  ["ME PDN SUSPENDED 0", "ME PDN SUSPENDED", [0], []],
  ["APNRATECTRL STAT 0,1,30", "APNRATECTRL STAT", [0], ["1", "30"]],
  ["ME OVERHEATED", "ME OVERHEATED", [], []],
  ["ME BATTERY LOW", "ME BATTERY LOW", [], []],
] as const) {
  add("cgev", `\r\n+CGEV: ${text}\r\n`, { event: { words, numbers }, more });
}
for (const [text, words, numbers] of [
  ["SEARCH STATUS 2", "SEARCH STATUS", [2]],
  ["ME OVERHEATED", "ME OVERHEATED", []],
  ["ME BATTERY LOW", "ME BATTERY LOW", []],
  ["RESET LOOP", "RESET LOOP", []],
  ["NO IMEI", "NO IMEI", []],
  ["RF CALIBRATION NOT DONE", "RF CALIBRATION NOT DONE", []],
  ["PRACH CE-LEVEL 2", "PRACH CE-LEVEL", [2]],
  ["INVALID BAND CONFIGURATION 1 2 3", "INVALID BAND CONFIGURATION", [1, 2, 3]],
  ["DETECTED COUNTRY 242", "DETECTED COUNTRY", [242]],
] as const) {
  add("mdmev", `\r\n%MDMEV: ${text}\r\n`, { event: { words, numbers } });
}
add("cesq", "\r\n%CESQ: 52,2,4,0\r\n", { rsrp: 52, rsrpLevel: 2, rsrq: 4, rsrqLevel: 0 });
add("cesq", "\r\n%CESQ: 255,0,255,0\r\n", { rsrp: 255, rsrpLevel: 0, rsrq: 255, rsrqLevel: 0 });
add("xtime", '\r\n%XTIME: "80","22016021225580","01"\r\n', {
  timeZone: "80",
  utc: "22016021225580",
  daylightSaving: "01",
});
add("xtime", '\r\n%XTIME: ,"22016021225580"\r\n', { utc: "22016021225580" });
add("xsim", "\r\n%XSIM: 1\r\n", { state: 1 });
add("xsim", "\r\n%XSIM: 0,9\r\n", { state: 0, cause: "usimFailure" });
add("odisntf", '\r\n+ODISNTF: "HDID","HDMAN","HDMOD","HDSW"\r\n', { values: ["HDID", "HDMAN", "HDMOD", "HDSW"] });

add("cmt", `\r\n+CMT: "+4799999999",28\r\n${PDU}\r\n`, { from: "+4799999999", length: 28, data: bytes(PDU) });
add("cds", `\r\n+CDS: 28\r\n${PDU}\r\n`, { length: 28, data: bytes(PDU) });
add("cmsError", "\r\n+CMS ERROR: 524\r\n", { number: 524 });

add("modemFault", "\r\n#XMODEM: FAULT,0x10,0x5b08a\r\n", { reason: 16, programCounter: 0x5b08a });
add("modemShutdown", "\r\n#XMODEM: SHUTDOWN,0\r\n", { result: 0 });
add("modemInit", "\r\n#XMODEM: INIT,-5\r\n", { result: -5 });
add("xmodemreset", "\r\n#XMODEMRESET: 0\r\n", { step: "ok" });
add("xmodemreset", "\r\n#XMODEMRESET: 1,-5\r\n", { step: "shutdown", error: -5 });

add("xfota", "\r\n#XFOTA: 1,0,42\r\n", { stage: "download", status: "ok", info: 42 });
add("xfota", "\r\n#XFOTA: 1,1,-22\r\n", { stage: "download", status: "error", info: -22 });
add("xfota", "\r\n#XFOTA: 2,0\r\n", { stage: "erasePending", status: "ok" });
add("xfota", "\r\n#XFOTA: 3,0\r\n", { stage: "erased", status: "ok" });
add("xfota", "\r\n#XFOTA: 4,0\r\n", { stage: "activatePending", status: "ok" });
add("xfota", "\r\n#XFOTA: 1,2\r\n", { stage: "download", status: "cancelled" });
add("xfota", "\r\n#XFOTA: 5,1,71303171\r\n", { stage: "complete", status: "error", info: 71303171 });
add("xdfu", "#XDFU: 1,1,0\r\n", { type: "delta", step: "write", result: 0 });
add("xdfu", "#XDFU: 1,2,-1\r\n", { type: "delta", step: "apply", result: -1 });
add("xdatamode", "\r\n#XDATAMODE: -1\r\n", { result: -1 });

add("xapoll", "\r\n#XAPOLL: 0,17\r\n", { handle: 0, events: 17 });
add("xsendntf", "\r\n#XSENDNTF: 0,0,512\r\n", { handle: 0, result: 0, size: 512 });
add("xrecv", "\r\n#XRECV: 0,0,8\r\n\r\nOK\r\n+C\r\n", {
  handle: 0,
  mode: "text",
  size: 8,
  data: bytes("\r\nOK\r\n+C"),
});
add("xrecv", "\r\n#XRECV: 0,1,2\r\n40ff\r\n", { handle: 0, mode: "hex", size: 2, data: bytes("40ff") });
add("xrecvfrom", '\r\n#XRECVFROM: 0,0,1,"192.0.2.1",5683\r\n\0\r\n', {
  handle: 0,
  mode: "text",
  size: 1,
  address: "192.0.2.1",
  port: 5683,
  data: bytes("\0"),
});

add("xcarrier", "\r\n#XCARRIER: UTC_TIME: 2022-12-30T14:56:46Z, UTC_OFFSET: 60, TIMEZONE: Europe/Paris\r\n", {
  text: "UTC_TIME: 2022-12-30T14:56:46Z, UTC_OFFSET: 60, TIMEZONE: Europe/Paris",
});
add("xcarrierevt", "\r\n#XCARRIEREVT: 5,0\r\n", { event: 5, values: ["0"] });
add("xcarrierevt", "\r\n#XCARRIEREVT: 7,2,60\r\n", { event: 7, values: ["2", "60"] });

export const NOTICES: readonly NoticeSample[] = samples;

/** A value that a server has written: no line end follows it. */
export const WRITTEN_VALUE = '\r\n#XCARRIEREVT: 12,0,"/19/0/0/0",8\r\n"deadbeef"';
