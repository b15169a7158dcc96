/** A configuration file's text as JSON, with line and column of what is not. */
import { jsonErrorPosition } from "../../services/store/jsonPosition.ts";
import { ConfigError } from "./configError.ts";

/** @param file names the text in the `ConfigError` with code `syntax`. */
export function parseJson(text: string, file: string): unknown {
  const json = text.replace(/^\ufeff/, "");
  try {
    return JSON.parse(json);
  } catch {
    // The engine's own message quotes the text, which may be a key.
    const offset = jsonErrorPosition(json) ?? json.length;
    const before = json.slice(0, offset).split("\n");
    throw new ConfigError("syntax", file, {
      line: before.length,
      column: [...(before.at(-1) ?? "")].length + 1,
      problems: [{ key: "", is: "is not JSON", hint: whatIsThere(json, offset) }],
    });
  }
}

function whatIsThere(json: string, offset: number): string {
  const character = json[offset];
  if (character === undefined) return "it ends too early: a quote, bracket or value is missing";
  const before = json.slice(0, offset).trimEnd().at(-1);
  if (before === "," && (character === "}" || character === "]")) return "there is a comma too many before it";
  if (character === "/" || character === "#") return "JSON has no comments";
  if (character === "'") return "strings are written in double quotes";
  return `${JSON.stringify(character)} cannot stand here`;
}
