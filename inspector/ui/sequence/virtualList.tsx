/** A list of any length of which only what is visible is in the page. Rows have one height. */
import { Component, type ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { rowWindow, scrollTopFor } from "./rowWindow.ts";
import "./virtualList.css";

export interface VirtualListProps {
  readonly count: number;
  /** px. */
  readonly rowHeight: number;
  /** What is in the row; called for rows that are visible or nearly. */
  readonly row: (index: number) => ComponentChildren;
  /** Rows are drawn again when this changes: everything but the index that `row` depends on. */
  readonly version: unknown;
  /** What the list is, for those who do not see it. */
  readonly label: string;
  /** What is told of a row; without it its text is. */
  readonly rowLabel?: (index: number) => string;
  readonly rowClass?: (index: number) => string;
  /** The row that the keyboard stands on; scrolled to when it changes. */
  readonly current?: number | undefined;
  readonly onCurrent?: (index: number) => void;
  /** Further keys: returns whether it took this one. `index` is the current row. */
  readonly onKey?: (event: KeyboardEvent, index: number) => boolean;
  /** Stays at the end while rows come. `onFollow` tells when somebody scrolls away from the end or back to it. */
  readonly follow?: boolean;
  readonly onFollow?: (follow: boolean) => void;
  /** Above the rows, always visible; scrolls sideways with them. */
  readonly header?: ComponentChildren;
  /** px; of the header. */
  readonly headerHeight?: number;
  /** Behind the rows: does not scroll up and down, is as high as what is visible. */
  readonly backdrop?: ComponentChildren;
  /** px that the content is wide at least. */
  readonly width?: number;
  /** Hears how wide the visible part is, px. */
  readonly onWidth?: (width: number) => void;
}

export function VirtualList(props: VirtualListProps) {
  const { count, rowHeight, headerHeight = 0, current, follow = false } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState(0);
  const [scrollTop, setScrollTop] = useState(0);
  const seen = useRef(0);
  /** Where the keyboard stands: keys may be pressed faster than rows are drawn. */
  const standing = useRef(current);
  standing.current = current;
  const name = useRef(`list-${++lists}`).current;
  const viewport = Math.max(0, size - headerHeight);
  const { first, end, height, shift } = rowWindow({ count, rowHeight, viewport, scrollTop });
  const { onWidth } = props;

  useLayoutEffect(() => {
    const element = scroller.current!;
    const measure = () => {
      setSize(element.clientHeight);
      onWidth?.(element.clientWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [onWidth]);

  useLayoutEffect(() => {
    if (!follow) return;
    const element = scroller.current!;
    element.scrollTop = element.scrollHeight;
    seen.current = element.scrollTop;
    setScrollTop(element.scrollTop);
  }, [follow, count, size]);

  // Rows that come do not scroll back to the current one.
  useLayoutEffect(() => {
    const element = scroller.current!;
    if (current === undefined || element.clientHeight === 0) return;
    const scrolling = { count, rowHeight, viewport: element.clientHeight - headerHeight };
    const top = scrollTopFor(current, { ...scrolling, scrollTop: element.scrollTop });
    if (top === undefined) return;
    element.scrollTop = top;
    seen.current = element.scrollTop;
    setScrollTop(element.scrollTop);
  }, [current]);

  const onScroll = () => {
    const element = scroller.current!;
    const before = seen.current;
    const top = element.scrollTop;
    seen.current = top;
    setScrollTop(top);
    const atEnd = top + element.clientHeight >= element.scrollHeight - rowHeight;
    // Rows that come leave scrollTop alone: only somebody's hand makes it less.
    if (follow && top < before && !atEnd) props.onFollow?.(false);
    else if (!follow && top > before && atEnd) props.onFollow?.(true);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (props.onKey?.(event, standing.current ?? -1) === true) event.preventDefault();
    else if (count > 0) {
      const page = Math.max(1, Math.floor(viewport / rowHeight) - 1);
      // Nobody stands anywhere yet: one comes in from the side that the key leads away from.
      const top = (scrollTop - shift) / rowHeight;
      const before = event.key === "ArrowUp" ? Math.floor(top + viewport / rowHeight) : Math.ceil(top) - 1;
      const moved = moveBy(event.key, standing.current ?? before, page, count);
      if (moved === undefined) return;
      event.preventDefault();
      standing.current = Math.min(Math.max(0, moved), count - 1);
      props.onCurrent?.(standing.current);
    }
  };

  const rows: ComponentChildren[] = [];
  // Rows that leave at one side come back at the other: no element is made while one scrolls.
  const pool = Math.ceil(viewport / rowHeight) + SPARE_ROWS;
  for (let index = first; index < end; index++) {
    rows.push(
      <Row
        key={index % pool}
        id={`${name}-${index}`}
        index={index}
        count={count}
        top={index * rowHeight + shift}
        height={rowHeight}
        current={index === current}
        version={props.version}
        draw={props.row}
        label={props.rowLabel}
        className={props.rowClass?.(index) ?? ""}
        choose={props.onCurrent}
      />,
    );
  }
  const isDrawn = current !== undefined && current >= first && current < end;
  return (
    <div class="virtual" ref={scroller} onScroll={onScroll}>
      {props.header !== undefined && (
        <div class="virtual-header" style={{ height: px(headerHeight), minWidth: px(props.width) }}>
          {props.header}
        </div>
      )}
      {props.backdrop !== undefined && (
        <div class="virtual-backdrop" style={{ top: px(headerHeight) }} aria-hidden="true">
          <div style={{ height: px(Math.min(viewport, height)), minWidth: px(props.width) }}>{props.backdrop}</div>
        </div>
      )}
      <div
        class="virtual-rows"
        role="listbox"
        tabIndex={0}
        aria-label={props.label}
        aria-activedescendant={isDrawn ? `${name}-${current}` : undefined}
        style={{ height: px(height), minWidth: px(props.width) }}
        onKeyDown={onKeyDown}
      >
        {rows}
      </div>
    </div>
  );
}

/** A window's rows beyond what is visible are fewer (rowWindow.ts). */
const SPARE_ROWS = 24;
/** Lists so far: their rows need names of their own. */
let lists = 0;

interface RowProps {
  readonly id: string;
  readonly index: number;
  readonly count: number;
  readonly top: number;
  readonly height: number;
  readonly current: boolean;
  readonly version: unknown;
  readonly className: string;
  readonly draw: (index: number) => ComponentChildren;
  readonly label: ((index: number) => string) | undefined;
  readonly choose: ((index: number) => void) | undefined;
}

class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { props } = this;
    return (
      next.index !== props.index ||
      next.version !== props.version ||
      next.top !== props.top ||
      next.current !== props.current ||
      next.className !== props.className ||
      next.height !== props.height
    );
  }

  override render({ id, index, count, top, height, current, className, draw, label }: RowProps) {
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys.
      // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus.
      <div
        id={id}
        class={`virtual-row ${current ? "current" : ""} ${className}`}
        role="option"
        aria-selected={current}
        aria-setsize={count}
        aria-posinset={index + 1}
        aria-label={label?.(index)}
        style={{ top: px(top), height: px(height) }}
        onClick={() => this.props.choose?.(this.props.index)}
      >
        {draw(index)}
      </div>
    );
  }
}

function px(length: number | undefined): string | undefined {
  return length === undefined ? undefined : `${length}px`;
}

/** The row that a key leads to; undefined for any other key. */
function moveBy(key: string, from: number, page: number, count: number): number | undefined {
  switch (key) {
    case "ArrowDown":
      return from + 1;
    case "ArrowUp":
      return from - 1;
    case "PageDown":
      return from + page;
    case "PageUp":
      return from - page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}
