/** The other run beside the one that is looked at, for views that know of one app only. It may go along with the first. */
import type { SessionView } from "../../model/sessionContract.ts";
import type { App, RequestBody, SessionEntry, ViewChange, ViewState } from "../app.ts";
import type { AppStore } from "./appStore.ts";
import { marksOf } from "./marks.ts";
import { sessionLess } from "./noSession.ts";
import { StepIndex } from "./stepIndex.ts";

/** What each run has for itself. */
const OWN = ["device", "cursor", "selected", "actor", "node", "bookmarks"] as const;
type Own = Pick<ViewState, (typeof OWN)[number]>;

export class SecondApp implements App {
  readonly #main: AppStore;
  readonly #compare: NonNullable<ViewState["compare"]>;
  #steps: { readonly first: StepIndex; readonly second: StepIndex } | undefined;
  #own: Own;
  #linked = true;
  /** The first run's cursor that this one has gone along with. */
  #followed: ViewState["cursor"] | undefined;
  #view: ViewState | undefined;
  #viewOf: ViewState | undefined;

  constructor(main: AppStore, compare: NonNullable<ViewState["compare"]>) {
    this.#main = main;
    this.#compare = compare;
    this.#own = { device: compare.device, cursor: { index: "live" }, bookmarks: [] };
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
    const { device } = this.#compare;
    const bothTellSteps = tellsSteps(entry.session, view.device) && tellsSteps(session, device);
    const kind = bothTellSteps ? "step" : "chart";
    const made = this.#steps;
    const { first, second } =
      made?.first.session === entry.session &&
      made.first.device === view.device &&
      made.second.session === session &&
      made.first.kind === kind
        ? made
        : { first: new StepIndex(entry.session, view.device, kind), second: new StepIndex(session, device, kind) };
    this.#steps = { first: first.update(), second: second.update() };
    return this.#steps;
  }

  get view(): ViewState {
    this.#goAlong();
    if (this.#view === undefined || this.#viewOf !== this.#main.view) {
      const { compare: _, selected: __, actor: ___, node: ____, ...shared } = this.#main.view;
      this.#view = { ...shared, session: this.#compare.session, ...this.#own };
      this.#viewOf = this.#main.view;
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
    const isOwn = ([key]: readonly [string, unknown]) => (OWN as readonly string[]).includes(key);
    const own = entries.filter(isOwn);
    if (own.length > 0) this.#keep(Object.fromEntries(own));
    const shared = entries.filter((entry) => !isOwn(entry) && entry[0] !== "session" && entry[0] !== "compare");
    if (shared.length > 0) this.#main.update(Object.fromEntries(shared));
  }

  select(index: number): void {
    const { session } = this.entry;
    if (index < 0 || index >= session.length) return;
    const record = session.at(index);
    const actor =
      record.kind === "step" && typeof record.actor === "string" ? { actor: record.actor, node: undefined } : {};
    this.#keep({ cursor: { index }, selected: index, ...actor });
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

  #keep(change: ViewChange): void {
    const own: Record<string, unknown> = { ...this.#own };
    for (const key of OWN) {
      if (!(key in change)) continue;
      const value = change[key];
      if (value !== undefined) own[key] = value;
      else if (key === "selected" || key === "actor" || key === "node") delete own[key];
    }
    this.#own = own as unknown as Own;
    this.#view = undefined;
    this.#main.recordsCame();
  }

  /** Stands where the first run stands, when that has moved. */
  #goAlong(): void {
    const { cursor } = this.#main.view;
    if (!this.#linked || cursor === this.#followed) return;
    this.#followed = cursor;
    const { selected: _, ...own } = this.#own;
    if (cursor.index === "live") {
      this.#own = { ...own, cursor: { index: "live" } };
    } else {
      const { first, second } = this.steps;
      const index = second.counterpartOf(cursor.index, first);
      this.#own = index < 0 ? { ...own, cursor: { index: 0 } } : { ...own, cursor: { index }, selected: index };
    }
    this.#view = undefined;
  }
}

function tellsSteps(session: SessionView, device: string): boolean {
  return marksOf(session).of(device).firstStep !== undefined;
}
