/**
 * Runs in the page before its own scripts: keeps what is gone by the time a test looks, and answers what only the page
 * can know of itself.
 */

const ACTIVE = ', active"]';

/** What tests ask for, by name: `look.…`. */
globalThis.look = {
  /** The states in the order in which they became active, `state` as the tree has it: `registered, state`. */
  activated: [],
  /** Names of the animations and properties of the transitions that have begun. */
  moved: new Set(),
  wentThrough,
  tabStops,
  focused,
  crowded,
};

// ms since the page was asked for: as `performance.now()` tells it.
globalThis.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    performance.mark("socket");
    this.addEventListener("message", () => performance.mark("message"));
  }
};

addEventListener("animationstart", ({ animationName }) => look.moved.add(animationName));
addEventListener("transitionrun", ({ propertyName }) => look.moved.add(propertyName));

let active = new Set();
let told = () => {};
new MutationObserver(() => {
  const items = [...document.querySelectorAll(`[role=treeitem][aria-label$="${ACTIVE}`)];
  const now = new Set(items.map((item) => item.getAttribute("aria-label").slice(0, -", active".length)));
  for (const state of now) if (!active.has(state)) look.activated.push({ state, at: performance.now() });
  active = now;
  told();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"] });

/** Resolves once states of these names have become active, one after the other; after `ms` tells what did instead. */
async function wentThrough(names, ms) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`went through ${activatedText()}`)), ms));
  const isOver = () => {
    let at = 0;
    for (const { state } of look.activated) if (state.startsWith(`${names[at]}, `)) at++;
    return at === names.length;
  };
  while (!isOver()) {
    const more = new Promise((resolve) => {
      told = resolve;
    });
    await Promise.race([more, late]);
  }
}

function activatedText() {
  return look.activated.map(({ state, at }) => `${state} at ${Math.round(at)}`).join("; ");
}

/** Everything that Tab has to reach. */
function tabStops() {
  const names = new Set();
  for (const element of document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")) {
    if (element.tabIndex < 0 || element.disabled === true || !element.checkVisibility({ visibilityProperty: true }))
      continue;
    // Of radio buttons of one name the chosen one alone is reached.
    if (element.type === "radio" && !element.checked) continue;
    names.add(nameOf(element));
  }
  return [...names];
}

/** What has the focus, and whether that can be seen. */
function focused() {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  return {
    name: nameOf(element),
    isSeen: element === document.body || (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none",
  };
}

/** Elements whose content does not fit into them, and elements that nothing can bring onto the page. */
function crowded() {
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    if (element.closest(".hidden-text, svg, [aria-hidden=true]") !== null) continue;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    const isCut = style.overflowX !== "visible" && style.textOverflow !== "ellipsis" && !scrolls(style);
    const sticksOut = style.overflowX === "visible" && style.display !== "inline" && hasText(element);
    if ((isCut || sticksOut) && element.scrollWidth > element.clientWidth + 1)
      found.push(`${nameOf(element)}: ${element.scrollWidth} px in ${element.clientWidth}`);
    const isBeyond = box.left < -1 || box.right > innerWidth + 1 || box.top < -1 || box.bottom > innerHeight + 1;
    if (isBeyond && !canBeScrolledTo(element)) found.push(`${nameOf(element)}: outside of the page`);
  }
  return found;
}

function hasText(element) {
  return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== "");
}

function scrolls(style) {
  return /auto|scroll/.test(style.overflow);
}

function canBeScrolledTo(element) {
  for (let outer = element.parentElement; outer !== null; outer = outer.parentElement) {
    // Text in a row may be cut where it says so itself.
    const style = getComputedStyle(outer);
    if (scrolls(style) || style.textOverflow === "ellipsis") return true;
  }
  return false;
}

/** How a person would tell which one is meant. */
function nameOf(element) {
  const text = element.getAttribute("aria-label") ?? element.textContent.trim().replace(/\s+/g, " ").slice(0, 40);
  const [name = element.id] = element.classList;
  return `${element.localName} ${name} "${text}"`;
}
