/**
 * Where a text stops being JSON (RFC 8259). `JSON.parse` tells it for some mistakes only, and in words that differ
 * from one engine to the next.
 */

const SPACE = /[ \t\n\r]*/y;
const SCALAR =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a string may not hold one unescaped (RFC 8259 §7).
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)/y;

type Expected = "value" | "valueOrEnd" | "key" | "keyOrEnd" | "colon" | "commaOrEnd" | "end";

/** Offset in characters of the first token that does not belong; undefined when the whole text is JSON. */
export function jsonErrorPosition(text: string): number | undefined {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let at = skip(SPACE, text, 0);
  const afterValue = (): Expected => (open.length === 0 ? "end" : "commaOrEnd");
  for (; at < text.length; at = skip(SPACE, text, at)) {
    const character = text[at];
    const inside = open.at(-1);
    const wantsValue = expected === "value" || expected === "valueOrEnd";
    const wantsKey: boolean = expected === "key" || expected === "keyOrEnd";
    const mayEnd = expected === "commaOrEnd" || expected === "keyOrEnd" || expected === "valueOrEnd";
    const afterScalar = wantsValue || (wantsKey && character === '"') ? skip(SCALAR, text, at) : at;
    if (afterScalar > at) {
      expected = wantsKey ? "colon" : afterValue();
      at = afterScalar;
      continue;
    }
    if (wantsValue && (character === "{" || character === "[")) {
      open.push(character);
      expected = character === "{" ? "keyOrEnd" : "valueOrEnd";
    } else if (mayEnd && ((character === "}" && inside === "{") || (character === "]" && inside === "["))) {
      open.pop();
      expected = afterValue();
    } else if (expected === "commaOrEnd" && character === ",") expected = inside === "{" ? "key" : "value";
    else if (expected === "colon" && character === ":") expected = "value";
    else return at;
    at++;
  }
  return expected === "end" ? undefined : text.length;
}

/** Where `pattern` ends when it matches at `at`, else `at`. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
