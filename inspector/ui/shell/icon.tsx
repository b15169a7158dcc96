/** The page's few pictures, drawn with the letters' colour. */

const PATHS = {
  open: "M2 4h4l1.5 2H14v7H2z",
  save: "M8 2v8m0 0L5 7m3 3l3-3M3 13h10",
  compare: "M2 3h5v10H2zM9 3h5v10H9z",
  help: "M6 6a2 2 0 1 1 2.6 1.9c-.4.2-.6.5-.6 1.1M8 11.6v.4",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.5 3.5l1 1M11.5 11.5l1 1M12.5 3.5l-1 1M4.5 11.5l-1 1",
  moon: "M12.5 9.5A5 5 0 0 1 6.5 3.5a5 5 0 1 0 6 6z",
  system: "M2 3h12v8H2zM6 13.5h4",
  close: "M4 4l8 8M12 4l-8 8",
  bookmark: "M4.5 2.5h7v11L8 10.5l-3.5 3z",
  first: "M4 3.5v9M12 3.5L6.5 8l5.5 4.5z",
  last: "M12 3.5v9M4 3.5L9.5 8 4 12.5z",
  play: "M4.5 2.5v11l9-5.5z",
  pause: "M5 3v10M11 3v10",
  back: "M10.5 3.5L5 8l5.5 4.5z",
  forth: "M5.5 3.5L11 8l-5.5 4.5z",
  stepBack: "M8 4L3.5 8 8 12zM13 4L8.5 8l4.5 4z",
  stepForth: "M8 4l4.5 4L8 12zM3 4l4.5 4L3 12z",
  dockBottom: "M2 3h12v10H2zM2 9h12",
  dockRight: "M2 3h12v10H2zM10 3v10",
  warning: "M8 2.5L14.5 13.5h-13zM8 6.5v3.5M8 11.8v.3",
  swap: "M3 5.5h9.5M10 3l2.5 2.5L10 8M13 10.5H3.5M6 8l-2.5 2.5L6 13",
  link: "M6.5 9.5l3-3M5 7.5L3.5 9a2.5 2.5 0 0 0 3.5 3.5L8.5 11M7.5 5L9 3.5A2.5 2.5 0 0 1 12.5 7L11 8.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
