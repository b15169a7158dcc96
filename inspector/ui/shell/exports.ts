/** What a run can be saved as: the model's formats, and pictures of what is drawn. */
import { EXPORT_FORMATS, type ExportRange } from "../../model/export/formats.ts";
import type { App } from "../app.ts";
import { sequenceSvg } from "../sequence/index.tsx";
import { statechartSvg } from "../statechart/index.tsx";
import { pngOf, svgText } from "./pictures.ts";

export interface Export {
  readonly label: string;
  readonly description: string;
  /** Added to the file's name: which of the charts it is. */
  readonly suffix?: string;
  /** Without a dot. */
  readonly extension: string;
  /** Throws an Error that says why when it cannot be done. */
  readonly make: (app: App, range: ExportRange) => Blob | Promise<Blob>;
}

/** A PNG has this many pixels for each of an SVG's. */
const PNG_SCALE = 2;

const pictures: readonly Export[] = [
  ["Statechart", "-statechart", drawnStatechart] as const,
  ["Sequence chart", "-sequence", drawnSequence] as const,
].flatMap(([name, suffix, draw]): Export[] => [
  {
    label: `${name}, SVG`,
    suffix,
    description: "the drawing as it is on the page, to any size",
    extension: "svg",
    make: (app, range) => new Blob([svgText(draw(app, range))], { type: "image/svg+xml" }),
  },
  {
    label: `${name}, PNG`,
    suffix,
    description: "the drawing as it is on the page, in pixels",
    extension: "png",
    make: (app, range) => pngOf(draw(app, range), PNG_SCALE),
  },
]);

const SUFFIXES: Readonly<Record<string, string>> = { mermaidSequence: "-sequence", mermaidState: "-statechart" };

export const EXPORTS: readonly Export[] = [
  ...EXPORT_FORMATS.map(
    ({ id, label, description, extension, mediaType, make }): Export => ({
      label,
      suffix: SUFFIXES[id] ?? "",
      description,
      extension,
      make: (app, range) => new Blob([make(app.entry.session, range)], { type: mediaType }),
    }),
  ),
  ...pictures,
];

function drawnStatechart(app: App): SVGElement {
  const svg = statechartSvg(app);
  if (svg === undefined) throw new Error("No statechart is drawn: show it first (1).");
  return svg;
}

function drawnSequence(app: App, { from, to }: ExportRange): SVGElement {
  const svg = sequenceSvg(
    app,
    from === undefined && to === undefined ? undefined : { from: from ?? 0, to: to ?? Number.POSITIVE_INFINITY },
  );
  if (svg === undefined) throw new Error("No sequence chart is drawn: show it first (2).");
  return svg;
}
