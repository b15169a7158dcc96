/** Message sequence charts: parsing, conformance, drawing, exports. */
// Charts

// Conformance
export { type BoundArc, bindChart, describeArc } from "./bind.ts";
export type { Binding, ChartBindings, Fact, Lane } from "./bindings/binding.ts";
export { bindingsOf } from "./bindings/index.ts";
export type { Arc, Arrow, Attributes, BoxShape, Chart, Entity, GapStyle, Position } from "./chart.ts";
export { ConformanceCheck, type ConformanceOptions, checkConformance, type Progress } from "./conform.ts";
export { ChartError, type ChartErrorCode, ChartSyntaxError } from "./errors.ts";
// Exports
export { exportMermaid } from "./exportMermaid.ts";
export { exportMsc, type MscOptions } from "./exportMsc.ts";
export { exportText } from "./exportText.ts";
// Drawing
export type { SequenceItem, SequenceLevel, Tone } from "./item.ts";
export type { RenderedLane } from "./lanes.ts";
export { chartNames, chartSource, loadChart } from "./loadChart.ts";
export { oneLine } from "./oneLine.ts";
export { parseChart } from "./parse.ts";
export { ChartRenderer, type RenderOptions, terminalOptions } from "./render.ts";
export { Sequence, type SequenceOptions, sequenceOf } from "./sequence.ts";
export { type Deviation, type DeviationKind, formatVerdict, type Verdict } from "./verdict.ts";
