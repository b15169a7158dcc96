/**
 * Runs in the page: the contrast of every text that can be seen with what lies under it (WCAG 2.2, 1.4.3), whatever
 * colours, mixtures and opacities the styles give them.
 */

/** Ratios that letters need; large ones, of 24 px or bold of 18.66 px, need less. */
const LEAST = 4.5;
const LEAST_LARGE = 3;

/** Texts that do not stand out enough: what they say, their ratio, their colour and the ground's. */
globalThis.faintTexts = () => {
  // Else what lets the pointer through would not be found under a text.
  const style = new CSSStyleSheet();
  style.replaceSync("* { pointer-events: auto !important; transition: none !important; animation: none !important; }");
  document.adoptedStyleSheets.push(style);
  try {
    return visibleTexts().flatMap(({ element, text, x, y }) => {
      const ground = groundAt(element, x, y);
      if (ground === undefined) return [];
      const { color, fill, fontSize, fontWeight } = getComputedStyle(element);
      const ink = parse(element instanceof SVGElement ? fill : color);
      if (ink === undefined) return [];
      const seen = over([...ink.slice(0, 3), ink[3] * opacityOf(element)], ground);
      const found = contrast(seen, ground);
      const isLarge = parseFloat(fontSize) >= 24 || (parseFloat(fontSize) >= 18.66 && Number(fontWeight) >= 700);
      if (found >= (isLarge ? LEAST_LARGE : LEAST)) return [];
      return [`${nameOf(element)} "${text}" ${found.toFixed(2)}: ${hex(seen)} on ${hex(ground)}`];
    });
  } finally {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== style);
  }
};

function visibleTexts() {
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.data.trim();
    const element = node.parentElement;
    if (text === "" || isExempt(element)) continue;
    range.selectNodeContents(node);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    const x = (Math.max(left, 0) + Math.min(right, innerWidth)) / 2;
    const y = (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2;
    if (right <= left || x <= 0 || y <= 0 || x >= innerWidth || y >= innerHeight) continue;
    texts.push({ element, text: text.slice(0, 40), x, y });
  }
  for (const field of document.querySelectorAll("input")) {
    if (field.value === "" || isExempt(field)) continue;
    const { left, top, width, height } = field.getBoundingClientRect();
    if (width > 0) texts.push({ element: field, text: field.value, x: left + width / 2, y: top + height / 2 });
  }
  return texts;
}

/** What nobody sees, and controls that cannot be used (WCAG: "inactive user interface component"). */
function isExempt(element) {
  if (element.closest(".hidden-text, :disabled, .impossible, script, style, option, title") !== null) return true;
  return !element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
}

/** The colour under an element at a point; undefined where something else lies over the element. */
function groundAt(element, x, y) {
  const stack = document.elementsFromPoint(x, y);
  const at = stack.findIndex((other) => other === element || element.contains(other) || other.contains(element));
  if (at < 0 || stack.slice(0, at).some((other) => alphaOf(other) > 0)) return undefined;
  let ground = [255, 255, 255, 1];
  for (const other of stack.slice(at).reverse()) {
    const paint = paintOf(other, element);
    if (paint !== undefined) ground = over([...paint.slice(0, 3), paint[3] * opacityOf(other)], ground);
  }
  return ground;
}

function alphaOf(element) {
  return (paintOf(element) ?? [0, 0, 0, 0])[3];
}

function paintOf(element, text) {
  const { backgroundColor, fill } = getComputedStyle(element);
  if (!(element instanceof SVGElement) || element.localName === "svg") return parse(backgroundColor);
  if (element === text || /^(text|tspan|line)$/.test(element.localName)) return undefined;
  return fill === "none" ? undefined : parse(fill);
}

function opacityOf(element) {
  let opacity = 1;
  for (let outer = element; outer !== null; outer = outer.parentElement)
    opacity *= Number(getComputedStyle(outer).opacity);
  return opacity;
}

const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

/** Any colour of CSS as red, green, blue (0 to 255) and alpha (0 to 1). */
function parse(color) {
  if (color === "none" || color.startsWith("url")) return undefined;
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = "#000";
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}

function over([red, green, blue, alpha], below) {
  const mix = (top, at) => top * alpha + below[at] * (1 - alpha);
  return [mix(red, 0), mix(green, 1), mix(blue, 2), 1];
}

function contrast(one, other) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color) {
  const [red, green, blue] = color.slice(0, 3).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function hex(color) {
  return `#${color
    .slice(0, 3)
    .map((value) => Math.round(value).toString(16).padStart(2, "0"))
    .join("")}`;
}

function nameOf(element) {
  return `${element.localName}.${[...element.classList].join(".")}`;
}
