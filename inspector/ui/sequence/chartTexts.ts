/** The sequence charts that come with the package, as text. Fetched with the check, not with the page. */
import type { ChartTexts } from "./expected.ts";

const FILES = import.meta.glob<string>("../../../charts/msc/*.msc", { query: "?raw", import: "default", eager: true });

export const CHART_TEXTS: ChartTexts = Object.fromEntries(
  Object.entries(FILES).map(([path, text]) => [path.slice(path.lastIndexOf("/") + 1, -".msc".length), text]),
);
