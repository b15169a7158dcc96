/** Plays the run from where one stands, or from the beginning. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { App } from "../app.ts";
import { play } from "../state/playback.ts";
import { Icon } from "./icon.tsx";

export const PLAY_BUTTON = "play-button";

export function PlayButton({ app }: { readonly app: App }) {
  const [playing, setPlaying] = useState(false);
  const stop = useRef<(() => void) | undefined>(undefined);
  // Another run is not played on.
  useEffect(() => () => stop.current?.(), [app]);
  const toggle = () => {
    if (playing) {
      stop.current?.();
      return;
    }
    setPlaying(true);
    stop.current = play(app, after, () => setPlaying(false));
  };
  return (
    <button
      id={PLAY_BUTTON}
      type="button"
      class="button plain tool"
      title={playing ? "Stop (r)" : "Play the run from here (r)"}
      aria-label="Play the run"
      aria-pressed={playing}
      onClick={toggle}
    >
      <Icon name={playing ? "pause" : "play"} />
    </button>
  );
}

function after(work: () => void, ms: number): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}
