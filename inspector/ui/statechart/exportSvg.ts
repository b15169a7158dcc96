/** The drawing as a picture that stands alone: all of it, at zoom 1, with its colours written into it. */

/** What children take from their parents, and what the root begins with. */
const INHERITED: Readonly<Record<string, string>> = {
  fill: "rgb(0, 0, 0)",
  stroke: "none",
  "stroke-width": "1px",
  "stroke-dasharray": "none",
  "font-family": "",
  "font-size": "",
  "font-weight": "400",
  "font-style": "normal",
  "text-anchor": "start",
};
/** What is there for the pointer and the eye of the moment; how much is folded away in a state stays. */
const OF_THE_PAGE = '.sc-reach, .sc-hit, .sc-hovered, .sc-found, .sc-open > .sc-fold, [opacity="0"]';
const MARGIN = 16;

export function standalone(svg: SVGSVGElement, width: number, height: number): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = svg.querySelectorAll("*");
  // Before anything is removed: the copy's elements stand in the order of the originals.
  copy.querySelectorAll("*").forEach((element, at) => {
    const original = originals[at];
    if (original !== undefined) writeStyle(original, element, original.parentElement === (svg as Element));
  });
  for (const hidden of copy.querySelectorAll(OF_THE_PAGE)) hidden.remove();
  for (const element of copy.querySelectorAll("*")) {
    for (const { name } of [...element.attributes]) {
      if (name.startsWith("data-") || name === "class" || name === "style") element.removeAttribute(name);
    }
  }
  copy.querySelector("g")?.removeAttribute("transform");
  const [w, h] = [Math.ceil(width + 2 * MARGIN), Math.ceil(height + 2 * MARGIN)];
  const area = { x: -MARGIN, y: -MARGIN, width: w, height: h };
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", Object.values(area).join(" "));
  copy.setAttribute("width", String(w));
  copy.setAttribute("height", String(h));
  for (const name of ["class", "style", "aria-hidden"]) copy.removeAttribute(name);
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries(area)) paper.setAttribute(name, String(value));
  paper.setAttribute("fill", getComputedStyle(document.documentElement).getPropertyValue("--paper").trim() || "#fff");
  copy.prepend(paper);
  return copy;
}

/** Writes what differs from the parent. */
function writeStyle(original: Element, copy: Element, isOutermost: boolean): void {
  const style = getComputedStyle(original);
  const above = isOutermost || original.parentElement === null ? undefined : getComputedStyle(original.parentElement);
  for (const [name, initial] of Object.entries(INHERITED)) {
    const value = style.getPropertyValue(name);
    if (value !== (above?.getPropertyValue(name) ?? initial)) copy.setAttribute(name, value);
  }
  const opacity = style.getPropertyValue("opacity");
  if (opacity === "1") copy.removeAttribute("opacity");
  else copy.setAttribute("opacity", opacity);
}
