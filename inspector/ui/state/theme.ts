/** Light or dark: as the system has it, or as somebody chose. */
import { isOneOf, remember, remembered } from "./remembered.ts";

export type ThemeChoice = "system" | "light" | "dark";

const ORDER: readonly ThemeChoice[] = ["system", "light", "dark"];
const dark = matchMedia("(prefers-color-scheme: dark)");

export function themeChoice(): ThemeChoice {
  return remembered<ThemeChoice>("theme", "system", isOneOf(...ORDER));
}

/** Sets the page's colours, now and whenever the system changes them. */
export function startTheme(): void {
  apply();
  dark.addEventListener("change", apply);
}

export function nextTheme(): ThemeChoice {
  const next = ORDER[(ORDER.indexOf(themeChoice()) + 1) % ORDER.length] ?? "system";
  remember("theme", next);
  apply();
  return next;
}

function apply(): void {
  const choice = themeChoice();
  document.documentElement.dataset.theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
}
