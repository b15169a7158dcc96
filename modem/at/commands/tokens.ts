/**
 * Text on the line as a list of tokens, quotes and all. Line text has one character per octet (latin1), so that whatever
 * a modem sends survives both ways; what people read in it is UTF-8.
 */

/** Splits at the commas that stand outside quotes and brackets. */
export function splitTokens(text: string): string[] {
  const tokens: string[] = [];
  let quoted = false;
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "(") depth++;
    else if (character === ")") depth = Math.max(0, depth - 1);
    else if (character === "," && depth === 0) {
      tokens.push(text.slice(start, index));
      start = index + 1;
    }
  }
  tokens.push(text.slice(start));
  return tokens;
}

/** True when a quote in it is still open. */
export function hasOpenQuote(text: string): boolean {
  let quoted = false;
  for (let index = text.indexOf('"'); index >= 0; index = text.indexOf('"', index + 1)) quoted = !quoted;
  return quoted;
}

/** Octets of line text. */
export function lineBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/** Line text of octets. */
export function lineText(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return text;
}

const CHUNK = 4_096;
