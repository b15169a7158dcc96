/** Text of a console without what only a terminal understands. */

/** A longer line is cut: no line of the carrier library comes near. */
export const MAX_LINE_CHARACTERS = 8192;

/** Control sequences (ECMA-48 §5.4), operating system commands, and escapes of two characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about.
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;

/** One line: no escape sequences, no line end, no other control characters but tabs. */
export function plainText(line: string): string {
  return line
    .slice(0, MAX_LINE_CHARACTERS)
    .replace(ESCAPES, "")
    .replace(/[^\P{Cc}\t]/gu, "")
    .trimEnd();
}
