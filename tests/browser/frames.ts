/** What the browser's tracing says of the frames while somebody scrolled. */

export interface Frames {
  /** From the first frame to the last. */
  readonly seconds: number;
  /** Frames that came to the screen, and those that should have and did not. */
  readonly shown: number;
  readonly dropped: number;
  /** Frames that were shown before everything in them was painted. */
  readonly unpainted: number;
  readonly perSecond: number;
  /** ms between two frames that were shown: of 95 in 100 no more than this, and the longest. */
  readonly gap95: number;
  readonly longestGap: number;
}

/** The categories that the trace needs. */
export const FRAME_CATEGORIES = ["cc", "benchmark", "disabled-by-default-devtools.timeline.frame"];

interface TraceEvent {
  readonly name: string;
  /** µs. */
  readonly ts: number;
  readonly args?: { readonly frame_reporter?: FrameReport };
}

interface FrameReport {
  readonly frame_sequence: number;
  readonly state: string;
  readonly scroll_state: string;
  readonly has_missing_content: boolean;
}

/** `trace` as Chromium writes it: JSON with `traceEvents`. Frames in which nothing scrolls do not count. */
export function framesOf(trace: Uint8Array): Frames {
  const { traceEvents } = JSON.parse(new TextDecoder().decode(trace)) as { traceEvents: readonly TraceEvent[] };
  // A frame has two reports where the page's own thread was late: one is of what could be shown without it.
  const frames = new Map<number, { at: number; shown: boolean; unpainted: boolean }>();
  for (const { name, ts, args } of traceEvents) {
    const report = name === "PipelineReporter" ? args?.frame_reporter : undefined;
    if (report === undefined || report.scroll_state === "SCROLL_NONE" || report.state === "STATE_NO_UPDATE_DESIRED")
      continue;
    const shown = report.state.startsWith("STATE_PRESENTED");
    const frame = frames.get(report.frame_sequence) ?? { at: ts / 1000, shown: false, unpainted: false };
    frame.shown ||= shown;
    frame.unpainted ||= shown && report.has_missing_content;
    frames.set(report.frame_sequence, frame);
  }
  const all = [...frames.values()].sort((a, b) => a.at - b.at);
  const shown = all.filter((frame) => frame.shown);
  const gaps = shown.slice(1).map(({ at }, index) => at - shown[index]!.at);
  gaps.sort((a, b) => a - b);
  const seconds = ((all.at(-1)?.at ?? 0) - (all[0]?.at ?? 0)) / 1000;
  return {
    seconds: round(seconds),
    shown: shown.length,
    dropped: all.length - shown.length,
    unpainted: all.filter(({ unpainted }) => unpainted).length,
    perSecond: seconds === 0 ? 0 : round((shown.length - 1) / seconds),
    gap95: round(gaps[Math.floor(gaps.length * 0.95)] ?? 0),
    longestGap: round(gaps.at(-1) ?? 0),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
