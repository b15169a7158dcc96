/** A view that throws says so in its own place; the rest of the page goes on. */
import { Component, type ComponentChildren } from "preact";

export interface GuardedProps {
  /** What the view is called, as a sentence begins. */
  readonly name: string;
  readonly children: ComponentChildren;
}

interface GuardedState {
  readonly error?: unknown;
}

export class Guarded extends Component<GuardedProps, GuardedState> {
  static override getDerivedStateFromError(error: unknown): GuardedState {
    return { error };
  }

  override render({ name, children }: GuardedProps, { error }: GuardedState) {
    if (error === undefined) return children;
    return (
      <div class="empty" role="alert">
        <p>{name} could not be drawn: this is a defect of the inspector.</p>
        <p class="mono">{String(error)}</p>
        <p>
          <button type="button" class="button" onClick={() => this.setState({ error: undefined })}>
            Try again
          </button>
        </p>
      </div>
    );
  }
}
