/** Measures letters as the page draws them. */
import { type MeasureLetter, TEXT_SIZE } from "./letters.ts";

const WEIGHTS = { plain: 400, bold: 600 } as const;

/** Undefined where the browser draws nothing. */
export function canvasLetters(): MeasureLetter | undefined {
  const pen = document.createElement("canvas").getContext("2d");
  if (pen === null) return undefined;
  const family = getComputedStyle(document.documentElement).getPropertyValue("--sans").trim() || "sans-serif";
  return (letter, weight) => {
    pen.font = `${WEIGHTS[weight]} ${TEXT_SIZE}px ${family}`;
    return pen.measureText(letter).width;
  };
}
