/** IP addresses as octets, the form that certificates hold them in. */
import { isIP } from "node:net";

/** 4 or 16 octets of a literal without brackets; undefined for anything else. */
export function parseAddress(literal: string): Uint8Array | undefined {
  const version = isIP(literal);
  if (version === 0 || literal.includes("%")) return undefined;
  return Uint8Array.from(version === 4 ? literal.split(".").map(Number) : groupsOf(literal).flatMap(octetsOf));
}

/** For messages: IPv6 in full. */
export function formatAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  const hex = Buffer.from(octets).toString("hex");
  return (hex.match(/.{1,4}/g) ?? []).join(":");
}

/** The eight groups; `::` stands for as many zeros as are missing (RFC 4291 §2.2). */
function groupsOf(literal: string): number[] {
  const [head = [], tail] = literal.split("::").map((part) => (part === "" ? [] : part.split(":").flatMap(groupOf)));
  if (tail === undefined) return [...head];
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** A group, or the two that an IPv4 address at the end stands for. */
function groupOf(text: string): number[] {
  if (!text.includes(".")) return [Number.parseInt(text, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = text.split(".").map(Number);
  return [a * 256 + b, c * 256 + d];
}

const octetsOf = (group: number) => [group >> 8, group & 0xff];
