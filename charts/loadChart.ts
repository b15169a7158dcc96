/** The charts that come with the package, in charts/msc: found from the sources and from dist alike. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Chart } from "./chart.ts";
import { ChartError } from "./errors.ts";
import { parseChart } from "./parse.ts";

/** Names of all charts, without `.msc`, sorted. */
export function chartNames(): string[] {
  return readdirSync(folder())
    .filter((file) => file.endsWith(".msc"))
    .map((file) => file.slice(0, -".msc".length))
    .sort();
}

/** The text of a chart. Throws `ChartError` with code `unknownChart` when there is none of that name. */
export function chartSource(name: string): string {
  if (!chartNames().includes(name)) {
    throw new ChartError(
      "unknownChart",
      `there is no chart ${JSON.stringify(name)}; there are ${chartNames().join(", ")}`,
    );
  }
  return readFileSync(join(folder(), `${name}.msc`), "utf8");
}

/** The chart of that name, parsed. */
export function loadChart(name: string): Chart {
  return parseChart(chartSource(name), name);
}

function folder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  let root = here;
  while (!existsSync(join(root, "package.json"))) {
    const parent = dirname(root);
    if (parent === root)
      throw new ChartError("unknownChart", `no package.json above ${here}: the charts cannot be found`);
    root = parent;
  }
  return join(root, "charts", "msc");
}
