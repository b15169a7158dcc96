/** CoAP messages and downloads in a line (RFC 7252 §12.1 for methods and response codes; 4.22 RFC 8132, 4.29 RFC 8516). */
import type { TraceRecord } from "../ports/trace.ts";
import { fieldText } from "./fieldText.ts";
import { formatBytes } from "./format.ts";
import type { Tone } from "./item.ts";

export const METHODS: Readonly<Record<string, string>> = {
  "0.01": "GET",
  "0.02": "POST",
  "0.03": "PUT",
  "0.04": "DELETE",
  "0.05": "FETCH",
  "0.06": "PATCH",
  "0.07": "iPATCH",
};

export const RESPONSES: Readonly<Record<string, string>> = {
  "2.01": "Created",
  "2.02": "Deleted",
  "2.03": "Valid",
  "2.04": "Changed",
  "2.05": "Content",
  "2.31": "Continue",
  "4.00": "Bad Request",
  "4.01": "Unauthorized",
  "4.02": "Bad Option",
  "4.03": "Forbidden",
  "4.04": "Not Found",
  "4.05": "Method Not Allowed",
  "4.06": "Not Acceptable",
  "4.08": "Request Entity Incomplete",
  "4.09": "Conflict",
  "4.12": "Precondition Failed",
  "4.13": "Request Entity Too Large",
  "4.15": "Unsupported Content-Format",
  "4.22": "Unprocessable Entity",
  "4.29": "Too Many Requests",
  "5.00": "Internal Server Error",
  "5.01": "Not Implemented",
  "5.02": "Bad Gateway",
  "5.03": "Service Unavailable",
  "5.04": "Gateway Timeout",
  "5.05": "Proxying Not Supported",
};

interface Line {
  readonly label: string;
  readonly tone: Tone;
}

export function coapLabel(record: TraceRecord): Line {
  if (typeof record.code !== "string") return { label: `no CoAP: ${fieldText(record.dropped ?? "")}`, tone: "bad" };
  const code = fieldText(record.code);
  const type = fieldText(record.type);
  if (code === "0.00")
    return { label: type === "CON" ? "CoAP ping" : type === "RST" ? "Reset" : "empty ACK", tone: "quiet" };
  const method = METHODS[code];
  const marks = [
    record.observe === 0 && method !== undefined ? "observe" : "",
    record.observe === 1 && method !== undefined ? "observe no more" : "",
    method === undefined && record.observe !== undefined ? "notification" : "",
    blockText(record.block1 ?? record.block2),
  ].filter((mark) => mark !== "");
  const said = method === undefined ? `${code} ${RESPONSES[code] ?? ""}`.trim() : `${method} ${pathText(record)}`;
  const tone = method === undefined && !code.startsWith("2") ? "bad" : "wire";
  return { label: [said, ...marks].join(", "), tone };
}

export function httpLabel(record: TraceRecord): Line {
  const url = fieldText(record.url);
  const host = /^[a-z]+:\/\/([^/]*)/i.exec(url)?.[1] ?? url;
  switch (record.phase) {
    case "connect": {
      const tags =
        Array.isArray(record.securityTags) && record.securityTags.length > 0
          ? `, tags ${record.securityTags.map(fieldText).join(" ")}`
          : "";
      return { label: `connect ${host}${tags}`, tone: "wire" };
    }
    case "request":
      return {
        label: `GET ${url.slice(url.indexOf(host) + host.length) || "/"}${rangeText(record.offset)}`,
        tone: "wire",
      };
    case "response":
      return { label: `HTTP ${fieldText(record.status)}`, tone: Number(record.status) < 400 ? "wire" : "bad" };
    case "progress":
      return { label: `${formatBytes(Number(record.bytes ?? 0))} received`, tone: "quiet" };
    case "end":
      return {
        label: `complete${typeof record.bytes === "number" ? `, ${formatBytes(record.bytes)}` : ""}`,
        tone: "wire",
      };
    default:
      return { label: fieldText(record.detail ?? "download broke"), tone: "bad" };
  }
}

function rangeText(offset: unknown): string {
  return typeof offset === "number" && offset > 0 ? ` from octet ${offset}` : "";
}

function pathText(record: TraceRecord): string {
  const query = Array.isArray(record.query) ? record.query.map(fieldText).join("&") : fieldText(record.query ?? "");
  const path = fieldText(record.path ?? "/");
  return query === "" ? path : `${path}?${query}`;
}

function blockText(block: unknown): string {
  if (typeof block !== "object" || block === null) return "";
  const { num, size } = block as { num?: unknown; size?: unknown };
  return typeof num === "number" ? `block ${num}${typeof size === "number" ? ` (${formatBytes(size)})` : ""}` : "";
}
