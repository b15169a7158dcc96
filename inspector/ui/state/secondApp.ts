/** The other run beside the one that is looked at, for views that know of one app only. It may go along with the first. */
import type { SessionView } from "../../model/sessionContract.ts";
import type { App, RequestBody, SessionEntry, ViewChange, ViewState } from "../app.ts";
import type { AppStore } from "./appStore.ts";
import { marksOf } from "./marks.ts";
import { sessionLess } from "./noSession.ts";
import { isPartOfPlace, type PlaceChange, placeless, standingAt } from "./place.ts";
import { StepIndex } from "./stepIndex.ts";

export class SecondApp implements App {
  readonly #main: AppStore;
  readonly #compare: NonNullable<ViewState["compare"]>;
  #steps: { readonly first: StepIndex; readonly second: StepIndex } | undefined;
  #linked = true;
  /** The first run's cursor that this one has gone along with. */
  #followed: ViewState["cursor"] | undefined;
  #view: ViewState | undefined;
  /** What the view was made of. */
  #viewOf: readonly [ViewState, AppStore["placeBeside"]] | undefined;

  constructor(main: AppStore, compare: NonNullable<ViewState["compare"]>) {
    this.#main = main;
    this.#compare = compare;
  }

  get sessions(): readonly SessionEntry[] {
    return this.#main.sessions;
  }

  get entry(): SessionEntry {
    return this.#main.sessions[this.#compare.session] ?? sessionLess;
  }

  get linked(): boolean {
    return this.#linked;
  }

  /** Whether a place in one run is looked for in the other. */
  set linked(linked: boolean) {
    this.#linked = linked;
    this.#followed = undefined;
    this.#main.recordsCame();
  }

  /** Goes along again from where both stand now. */
  relink(): void {
    this.#linked = true;
    this.#followed = this.#main.view.cursor;
    this.#main.recordsCame();
  }

  /** Both runs' steps as they are now. */
  get steps(): { readonly first: StepIndex; readonly second: StepIndex } {
    const { entry, view } = this.#main;
    const { session } = this.entry;
    const { device } = this.#main.placeBeside;
    const bothTellSteps = tellsSteps(entry.session, view.device) && tellsSteps(session, device);
    const kind = bothTellSteps ? "step" : "chart";
    const made = this.#steps;
    const { first, second } =
      made?.first.session === entry.session &&
      made.first.device === view.device &&
      made.second.session === session &&
      made.second.device === device &&
      made.first.kind === kind
        ? made
        : { first: new StepIndex(entry.session, view.device, kind), second: new StepIndex(session, device, kind) };
    this.#steps = { first: first.update(), second: second.update() };
    return this.#steps;
  }

  get view(): ViewState {
    this.#goAlong();
    const { view, placeBeside } = this.#main;
    if (this.#view === undefined || this.#viewOf?.[0] !== view || this.#viewOf[1] !== placeBeside) {
      const { compare: _, ...shared } = placeless(view);
      this.#view = { ...shared, session: this.#compare.session, ...placeBeside };
      this.#viewOf = [view, placeBeside];
    }
    return this.#view;
  }

  get index(): number {
    const newest = this.entry.session.length - 1;
    const { index } = this.view.cursor;
    return index === "live" ? newest : Math.min(index, newest);
  }

  subscribe(listener: () => void): () => void {
    return this.#main.subscribe(listener);
  }

  update(change: ViewChange): void {
    const entries = Object.entries(change);
    const own = entries.filter(([key]) => isPartOfPlace(key));
    if (own.length > 0) this.#main.standBeside(Object.fromEntries(own));
    const shared = entries.filter(([key]) => !isPartOfPlace(key) && key !== "session" && key !== "compare");
    if (shared.length > 0) this.#main.update(Object.fromEntries(shared));
  }

  select(index: number): void {
    const { session } = this.entry;
    if (index < 0 || index >= session.length) return;
    this.#main.standBeside(standingAt(index, session.at(index), this.view));
    if (!this.#linked) return;
    const { first, second } = this.steps;
    this.#main.select(Math.max(0, first.counterpartOf(index, second)));
    this.#followed = this.#main.view.cursor;
  }

  notify(text: string, tone: "info" | "bad" = "info"): void {
    this.#main.notify(text, tone);
  }

  request(_request: RequestBody): Promise<unknown> {
    return Promise.reject(new Error("Steering is for the first of two runs: end the comparison, or swap them."));
  }

  open(name: string, text: string): void {
    this.#main.open(name, text);
  }

  /** Stands where the first run stands, when that has moved. */
  #goAlong(): void {
    const { cursor } = this.#main.view;
    if (!this.#linked || cursor === this.#followed) return;
    this.#followed = cursor;
    this.#main.standBeside(this.#counterpart(cursor.index));
  }

  #counterpart(index: number | "live"): PlaceChange {
    if (index === "live") return { cursor: { index }, selected: undefined };
    const { first, second } = this.steps;
    const there = second.counterpartOf(index, first);
    return there < 0 ? { cursor: { index: 0 }, selected: undefined } : { cursor: { index: there }, selected: there };
  }
}

function tellsSteps(session: SessionView, device: string): boolean {
  return marksOf(session).of(device).firstStep !== undefined;
}
