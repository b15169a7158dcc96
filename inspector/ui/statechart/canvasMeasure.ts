/** Measures text with the page's own letters. */
import { estimatedWidth, type Measure, TEXT_SIZE, TITLE_SIZE } from "./measure.ts";

/** What was measured is remembered. */
export function canvasMeasure(family: string): Measure {
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) return estimatedWidth;
  const fonts = { title: `600 ${TITLE_SIZE}px ${family}`, text: `400 ${TEXT_SIZE}px ${family}` };
  const known = new Map<string, number>();
  return (text, style) => {
    const key = style + text;
    let width = known.get(key);
    if (width === undefined) {
      context.font = fonts[style];
      width = Math.ceil(context.measureText(text).width);
      // Words of a running app are without bound; those of its chart are not.
      if (known.size > 20_000) known.clear();
      known.set(key, width);
    }
    return width;
  };
}
