/** In place of empty charts, while there is nothing to show. */
import type { ComponentChildren } from "preact";
import { devicesOf } from "../state/devices.ts";
import { useView } from "../state/useApp.ts";
import { Icon } from "./icon.tsx";

export interface WelcomeProps {
  readonly onOpen: () => void;
  /** The page's middle, once there are records. */
  readonly children: ComponentChildren;
}

const WAITING = {
  connecting: ["Looking for the app …", "This page belongs to an app that runs on this machine."],
  live: ["The app runs, and nothing has happened yet.", "Records appear here as they come."],
  file: ["The recording holds no records.", ""],
  lost: ["The app is not there any more.", "The page keeps looking for it."],
} as const;

export function Welcome({ onOpen, children }: WelcomeProps) {
  const isEmpty = useView(({ entry }) => entry.session.length === 0 && devicesOf(entry.session).length === 0);
  const state = useView(({ entry }) => entry.state);
  if (!isEmpty) return children;
  const [title, text] = WAITING[state];
  return (
    <div class="empty welcome">
      <h2>{title}</h2>
      <p>{text}</p>
      <p>
        <button type="button" class="button" onClick={onOpen}>
          <Icon name="open" /> Open a recording
        </button>{" "}
        or drop one anywhere on this page.
      </p>
    </div>
  );
}
