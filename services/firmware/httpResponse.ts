/** What a response head means for a download that has `offset` octets already (RFC 9110 §13.1.5, §14, §15). */
import { type Refused, refused } from "./outcome.ts";

export type ResponseVerdict =
  /** The body goes on at `offset`; `total` is the size of the whole image where it is known. */
  | { readonly kind: "body"; readonly total?: number; readonly etag?: string }
  /** The octets that are there are the whole image. */
  | { readonly kind: "nothingLeft"; readonly etag?: string }
  | { readonly kind: "redirect"; readonly location: string }
  /** The host cannot serve now, but may later. */
  | { readonly kind: "later"; readonly detail: string }
  | Refused;

export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Expected {
  /** Octets that are there already; a request without `Range` has 0. */
  readonly offset: number;
  /** Of the image that these octets belong to. */
  readonly etag?: string | undefined;
}

type Meaning = "whole" | "part" | "rangeEnd" | "changed" | "redirect" | "notFound" | "later";

const MAX_ETAG_LENGTH = 256;

/** A status that is not listed is a protocol error. */
const MEANINGS: Readonly<Record<number, Meaning>> = {
  200: "whole",
  206: "part",
  301: "redirect",
  302: "redirect",
  303: "redirect",
  307: "redirect",
  308: "redirect",
  404: "notFound",
  408: "later",
  410: "notFound",
  412: "changed",
  416: "rangeEnd",
  429: "later",
  502: "later",
  503: "later",
  504: "later",
};

export function judgeResponse(status: number, headers: ResponseHeaders, expected: Expected): ResponseVerdict {
  const protocol = (detail: string) => refused("protocol", detail, status);
  const { offset } = expected;
  const etag = entityTag(headers);
  const tag = etag === undefined ? {} : { etag };
  const changed = offset > 0 && !sameTag(expected.etag, etag);
  const encoding = text(headers, "content-encoding") ?? "identity";

  switch (MEANINGS[status]) {
    case "whole":
      if (offset > 0) return refused("changed", "the host sends the image from its beginning again", status);
      if (encoding !== "identity") return protocol(`the image is encoded as ${encoding}, which was not asked for`);
      return { kind: "body", ...total(length(headers)), ...tag };
    case "part": {
      const range = contentRange(headers);
      if (offset === 0) return protocol("a part was sent that was not asked for");
      if (changed) return refused("changed", "the image at the host is another one now (ETag)", status);
      if (range?.first !== offset)
        return protocol(`expected octets from ${offset} on, got ${range?.first ?? "no range"}`);
      if (encoding !== "identity") return protocol(`the image is encoded as ${encoding}, which was not asked for`);
      return { kind: "body", ...total(range.total ?? undefined), ...tag };
    }
    case "rangeEnd":
      // RFC 9110 §15.5.17: the range begins behind the end, which is right after the last octet or beyond it.
      if (offset === 0) return protocol("a range was refused that was not asked for");
      if (contentRange(headers)?.total === offset && !changed) return { kind: "nothingLeft", ...tag };
      return refused("changed", `the image at the host has no octet ${offset}`, status);
    case "changed":
      return refused("changed", "the image at the host is another one now", status);
    case "redirect": {
      const location = text(headers, "location");
      return location === undefined ? protocol("a redirection without Location") : { kind: "redirect", location };
    }
    case "notFound":
      return refused("notFound", `the host answers ${status}`, status);
    case "later":
      return { kind: "later", detail: `the host answers ${status}` };
    default:
      return protocol(`the host answers ${status}`);
  }
}

/** RFC 9110 §13.1.5: only a strong entity tag may stand in `If-Range`. */
export function isStrongTag(etag: string): boolean {
  return /^"[\x21\x23-\x7e]*"$/.test(etag);
}

/** RFC 9110 §8.8.3.2, weak comparison. A host that tells no tag is believed; the modem checks the whole image. */
function sameTag(known: string | undefined, told: string | undefined): boolean {
  const opaque = (tag: string) => tag.replace(/^W\//, "");
  return known === undefined || told === undefined || opaque(known) === opaque(told);
}

/** `bytes 500-999/1234`, `bytes 500-999/*` or `bytes * /1234` without the blank (RFC 9110 §14.4). */
function contentRange(headers: ResponseHeaders): { readonly first?: number; readonly total?: number } | undefined {
  const match = /^bytes (?:(\d{1,15})-\d{1,15}|\*)\/(?:(\d{1,15})|\*)$/.exec(text(headers, "content-range") ?? "");
  if (match === null) return undefined;
  const [, first, whole] = match;
  return {
    ...(first === undefined ? {} : { first: Number(first) }),
    ...(whole === undefined ? {} : { total: Number(whole) }),
  };
}

function length(headers: ResponseHeaders): number | undefined {
  const value = text(headers, "content-length");
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

function total(value: number | undefined): { total?: number } {
  return value === undefined ? {} : { total: value };
}

/** One of unreasonable length counts as none: it would have to be kept. */
function entityTag(headers: ResponseHeaders): string | undefined {
  const etag = text(headers, "etag");
  return etag !== undefined && etag.length <= MAX_ETAG_LENGTH ? etag : undefined;
}

function text(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}
