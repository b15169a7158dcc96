/** SVG elements as files. */

/** Browsers refuse canvases beyond about this many pixels to a side. */
const LARGEST_SIDE = 16_000;

export function svgText(svg: SVGElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;
}

/** `scale` pixels for each of the drawing's, fewer where it is too large. */
export async function pngOf(svg: SVGElement, scale: number): Promise<Blob> {
  const width = Number(svg.getAttribute("width"));
  const height = Number(svg.getAttribute("height"));
  const factor = Math.min(scale, LARGEST_SIDE / Math.max(width, height, 1));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * factor);
  canvas.height = Math.ceil(height * factor);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser draws no pictures.");
  context.drawImage(await imageOf(svg), 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) throw new Error("The drawing is too large for a PNG: save the SVG.");
  return blob;
}

async function imageOf(svg: SVGElement): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
  try {
    await image.decode();
  } catch (cause) {
    throw new Error("The browser could not draw the picture: save the SVG.", { cause });
  }
  return image;
}
