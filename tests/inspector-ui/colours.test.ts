/** The page's colours: letters and lines stand out from every ground that they lie on (WCAG 2.2, 1.4.3 and 1.4.11). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";

const CSS = readFileSync(new URL("../../inspector/ui/styles/tokens.css", import.meta.url), "utf8");

type Colours = Readonly<Record<string, string>>;

function theme(name: "light" | "dark"): Colours {
  const block = new RegExp(`:root\\[data-theme="${name}"\\] \\{([^}]*--ink:[^}]*)\\}`).exec(CSS)?.[1] ?? "";
  return Object.fromEntries([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]));
}

const LANES = Array.from({ length: 8 }, (_, lane) => `lane-${lane}`);
const LETTERS = ["ink", "ink-soft", "ink-faint", "accent", "active", "good", "bad", "warning", ...LANES];
const SOFT = ["accent-soft", "active-soft", "good-soft", "bad-soft", "warning-soft"];
const PLAIN = ["panel", "paper", "hover"];
/** What is mixed elsewhere: the sequence chart's rows where one stands, that belong to it, that are pointed at. */
const MIXED = [
  ["accent", 0.14, "paper"],
  ["accent", 0.09, "paper"],
  ["ink", 0.05, "paper"],
] as const;

const channels = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

function mixed(top: string, part: number, below: string): string {
  const under = channels(below);
  const mix = channels(top).map((value, at) => Math.round(value * part + under[at]! * (1 - part)));
  return `#${mix.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function luminance(hex: string): number {
  const [red, green, blue] = channels(hex).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light! + 0.05) / (dark! + 0.05);
}

/** The pairs that do not stand out by `least`. */
function tooNear(colours: Colours, marks: readonly string[], grounds: Colours, least: number): readonly string[] {
  return marks.flatMap((mark) =>
    Object.entries(grounds).flatMap(([ground, hex]) => {
      const found = contrast(colours[mark] ?? "#000000", hex);
      return found < least ? [`--${mark} on --${ground}: ${found.toFixed(2)}`] : [];
    }),
  );
}

const pick = (colours: Colours, names: readonly string[]): Colours =>
  Object.fromEntries(names.map((name) => [name, colours[name]!]));

describe.each(["light", "dark"] as const)("in the %s theme", (name) => {
  const colours = theme(name);
  const grounds = {
    ...pick(colours, [...PLAIN, ...SOFT]),
    ...Object.fromEntries(
      MIXED.map(([top, part, below]) => [`${below} with ${top}`, mixed(colours[top]!, part, colours[below]!)]),
    ),
  };

  it("every colour is there", () => {
    const expected = [...LETTERS, ...SOFT, ...PLAIN, "accent-ink", "line", "line-strong", "focus"];
    expect(Object.keys(colours).sort()).toEqual(expected.sort());
  });

  it("letters are legible on every ground", () => {
    expect(tooNear(colours, LETTERS, grounds, 4.5)).toEqual([]);
    expect(tooNear(colours, ["accent-ink"], pick(colours, ["accent"]), 4.5)).toEqual([]);
  });

  it("what bounds a state or a field, and what shows the focus, can be seen", () => {
    expect(tooNear(colours, ["line-strong"], pick(colours, PLAIN), 3)).toEqual([]);
    expect(tooNear(colours, ["focus"], grounds, 3)).toEqual([]);
  });

  it("the dark page is dark before the script runs", () => {
    const early = /not\(\[data-theme\]\) \{\s*--paper: (#[0-9a-f]{6});/.exec(CSS)?.[1];
    expect(early).toBe(theme("dark").paper);
  });
});
