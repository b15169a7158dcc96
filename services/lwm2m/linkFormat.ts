/** CoRE link format, content format 40 (RFC 6690): what Register, Discover and Bootstrap-Discover list. */
import { Lwm2mError } from "./errors.ts";

export interface Link {
  /** Between the angle brackets: `/3/0`. */
  readonly target: string;
  /** In order; true for a name without value. */
  readonly attributes: Readonly<Record<string, string | true>>;
}

/** 64 KiB: some thousand links. */
export const MAX_LINK_FORMAT_CHARACTERS = 65_536;
export const MAX_LINKS = 4_096;
export const MAX_LINK_ATTRIBUTES = 64;

/** What a URI reference is made of here: no brackets, quotes or blanks. */
const TARGET = /^[^<>"\s\p{Cc}]*$/u;
/** RFC 6690 §2: parmname, and the star of an extended value. */
const NAME = /^[A-Za-z0-9!#$&+\-.^_`|~]+\*?$/;
/** RFC 6690 §2: ptoken. */
const TOKEN = /^[!#$%&'()*+\-./0-9:<=>?@A-Z[\]^_`a-z{|}~]+$/;
/** Numbers and versions stand bare (`ver=1.2`, `ct=110`), everything else quoted (`rt="oma.lwm2m"`). */
const BARE = /^-?\d+(?:\.\d+)?$/;
const CONTROL = /\p{Cc}/u;

/** Throws `malformed` for a target, name or value that the format cannot express. */
export function encodeLinks(links: readonly Link[]): string {
  return links.map(encodeLink).join(",");
}

/** Throws `malformed` with the position, or `tooLarge`. Of an attribute that comes twice the first counts. */
export function decodeLinks(text: string): Link[] {
  if (text.length > MAX_LINK_FORMAT_CHARACTERS) {
    throw new Lwm2mError("tooLarge", `links of more than ${MAX_LINK_FORMAT_CHARACTERS} characters`);
  }
  const links: Link[] = [];
  if (text === "") return links;
  const cursor = new Cursor(text);
  do {
    if (links.length === MAX_LINKS) throw new Lwm2mError("tooLarge", `more than ${MAX_LINKS} links`);
    links.push(decodeLink(cursor));
  } while (cursor.take(","));
  if (!cursor.atEnd) throw cursor.malformed("a comma or the end");
  return links;
}

function encodeLink({ target, attributes }: Link): string {
  if (!TARGET.test(target)) throw new Lwm2mError("malformed", "a link's target holds a blank, quote or angle bracket");
  return `<${target}>${Object.entries(attributes).map(encodeAttribute).join("")}`;
}

function encodeAttribute([name, value]: [string, string | true]): string {
  if (!NAME.test(name)) throw new Lwm2mError("malformed", "a link attribute's name holds a character not allowed");
  if (value === true) return `;${name}`;
  // RFC 5987 values (`title*=UTF-8''…`) must not be quoted.
  if (name.endsWith("*")) {
    if (!TOKEN.test(value)) throw new Lwm2mError("malformed", `link attribute ${name} must be a token`);
    return `;${name}=${value}`;
  }
  if (BARE.test(value)) return `;${name}=${value}`;
  if (CONTROL.test(value)) throw new Lwm2mError("malformed", `link attribute ${name} holds a control character`);
  return `;${name}="${value.replace(/["\\]/g, "\\$&")}"`;
}

function decodeLink(cursor: Cursor): Link {
  if (!cursor.take("<")) throw cursor.malformed('"<"');
  const target = cursor.takeUntil(">");
  if (target === undefined || !TARGET.test(target)) throw cursor.malformed('a target that ends with ">"');
  const attributes = new Map<string, string | true>();
  for (let count = 0; cursor.take(";"); count++) {
    if (count === MAX_LINK_ATTRIBUTES) {
      throw new Lwm2mError("tooLarge", `a link with more than ${MAX_LINK_ATTRIBUTES} attributes`);
    }
    const name = cursor.takeRun(/[^=;,"]*/y);
    if (!NAME.test(name)) throw cursor.malformed("an attribute name before this");
    const value = cursor.take("=") ? decodeValue(cursor) : true;
    if (!attributes.has(name)) attributes.set(name, value);
  }
  return { target, attributes: Object.fromEntries(attributes) };
}

function decodeValue(cursor: Cursor): string {
  if (!cursor.take('"')) {
    const token = cursor.takeRun(/[^;,"]*/y);
    if (!TOKEN.test(token)) throw cursor.malformed("a token or a quoted string before this");
    return token;
  }
  const quoted = cursor.takeRun(/[^"\\]*(?:\\.[^"\\]*)*/sy);
  if (!cursor.take('"')) throw cursor.malformed("a closing quote");
  const value = quoted.replace(/\\(.)/gs, "$1");
  if (CONTROL.test(value)) throw cursor.malformed("a value without control characters before this");
  return value;
}

/** A place in the text that only moves forward. */
class Cursor {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get atEnd(): boolean {
    return this.#at === this.#text.length;
  }

  take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** The text before the next `end`, which is skipped; undefined when there is none. */
  takeUntil(end: string): string | undefined {
    const index = this.#text.indexOf(end, this.#at);
    if (index < 0) return undefined;
    const run = this.#text.slice(this.#at, index);
    this.#at = index + 1;
    return run;
  }

  /** What the sticky pattern matches here, possibly nothing. */
  takeRun(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const run = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += run.length;
    return run;
  }

  malformed(wanted: string): Lwm2mError {
    return new Lwm2mError("malformed", `link format, character ${this.#at}: want ${wanted}`);
  }
}
