/** What a row that is cut or marked says in full, beside it: while it is pointed at, or where the keyboard stands at it. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Mark } from "./rowFacts.ts";

/** ms that the pointer rests on a row. */
const REST_MS = 350;
/** px; less below a row, and the card stands above it. */
const HEIGHT = 130;

export interface CardPlace {
  readonly row: number;
  /** px in the chart: where the row ends, or, from below, where it begins. */
  readonly top?: number;
  readonly bottom?: number;
  readonly byKeyboard: boolean;
}

/** `current`: the row that the keyboard stands at; `saysMore`: whether the card tells more of a row than the row itself. */
export function useRowCard(
  chart: RefObject<HTMLElement | null>,
  current: number | undefined,
  saysMore: (row: number) => boolean,
) {
  const [held, setPlace] = useState<CardPlace>();
  const place = held !== undefined && saysMore(held.row) ? held : undefined;
  const waiting = useRef<{ readonly row: number; readonly timer: ReturnType<typeof setTimeout> } | undefined>(
    undefined,
  );
  const stop = () => {
    clearTimeout(waiting.current?.timer);
    waiting.current = undefined;
  };
  const hide = () => {
    stop();
    setPlace(undefined);
  };
  const atKeyboard = () => {
    const row = chart.current?.querySelector(".virtual:has(.virtual-rows:focus-visible) .virtual-row.current");
    setPlace(placeOf(chart.current, row ?? undefined, true));
  };
  useEffect(() => stop, []);
  useEffect(atKeyboard, [current]);
  return {
    place,
    /** A row that moves takes its card along where the keyboard stands at it. */
    onScroll: () => (held?.byKeyboard === true ? atKeyboard() : hide()),
    handlers: {
      onPointerOver(event: PointerEvent) {
        if (event.pointerType !== "mouse" || event.buttons !== 0) return;
        const element = (event.target as Element).closest(".virtual-row") ?? undefined;
        const row = rowOf(element);
        if (row !== undefined && row === waiting.current?.row) return;
        hide();
        if (row === undefined) return;
        const show = () => setPlace(element?.isConnected ? placeOf(chart.current, element, false) : undefined);
        waiting.current = { row, timer: setTimeout(show, REST_MS) };
      },
      onPointerLeave: hide,
      onFocusOut: hide,
      onKeyDown(event: KeyboardEvent) {
        if (event.key !== "Escape" || place === undefined) return;
        event.stopPropagation();
        hide();
      },
    },
  };
}

export interface RowCardProps {
  readonly place: CardPlace;
  /** px; where the lanes begin. */
  readonly left: number;
  readonly time: string;
  readonly text: string;
  readonly marks: readonly Mark[];
}

export function RowCard({ place: { top, bottom }, left, time, text, marks }: RowCardProps) {
  const at = top !== undefined ? { top: `${top}px` } : { bottom: `${bottom ?? 0}px` };
  return (
    <div class="sequence-card" role="tooltip" style={{ left: `${left}px`, ...at }}>
      <p>
        <span class="sequence-card-time">{time}</span> {text}
      </p>
      {marks.map(({ sign, tone, words }) => (
        <p key={sign}>
          <b class={`sequence-mark ${tone}`}>{sign}</b> {words}
        </p>
      ))}
    </div>
  );
}

function placeOf(chart: Element | null, row: Element | undefined, byKeyboard: boolean): CardPlace | undefined {
  const index = rowOf(row);
  if (chart === null || row === undefined || index === undefined) return undefined;
  const [inside, outside] = [row.getBoundingClientRect(), chart.getBoundingClientRect()];
  if (outside.bottom - inside.bottom >= HEIGHT) return { row: index, top: inside.bottom - outside.top + 2, byKeyboard };
  return { row: index, bottom: outside.bottom - inside.top + 2, byKeyboard };
}

function rowOf(element: Element | undefined): number | undefined {
  const place = Number(element?.getAttribute("aria-posinset"));
  return place > 0 ? place - 1 : undefined;
}
