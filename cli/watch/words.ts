/** Events and times as `watch` prints them. */
import type { EditionBasis, ObservedEvent, Turn } from "../../watch/index.ts";

const PREFIX = /^LWM2M_CARRIER_(?:EVENT|DEFERRED|ERROR)_/;
const bare = (name: string) => name.replace(PREFIX, "");

/** `DEFERRED BOOTSTRAP_NO_ROUTE` */
export function eventText({ name, payload }: ObservedEvent): string {
  return payload?.name === undefined ? bare(name) : `${bare(name)} ${bare(payload.name)}`;
}

/** `LTE_LINK_DOWN, DEFERRED (PDN_ACTIVATE, BOOTSTRAP_NO_ROUTE), ERROR (LTE_LINK_UP_FAIL)`; events told apart once. */
export function eventList(events: readonly ObservedEvent[]): string {
  const of = new Map<string, string[]>();
  for (const { name, payload } of events) {
    const kinds = of.get(bare(name)) ?? [];
    if (payload?.name !== undefined && !kinds.includes(bare(payload.name))) kinds.push(bare(payload.name));
    of.set(bare(name), kinds);
  }
  return [...of].map(([name, kinds]) => (kinds.length === 0 ? name : `${name} (${kinds.join(", ")})`)).join(", ");
}

/** `LTE_LINK_DOWN, DEFERRED, ERROR` */
export function eventNames(events: readonly ObservedEvent[]): string {
  return [...new Set(events.map(({ name }) => bare(name)))].join(", ");
}

const BASES: Readonly<Record<EditionBasis, string>> = {
  chosen: "as chosen",
  version: "as its version says",
  words: "as its words tell",
  course: "as its course tells",
  guess: "the newest that fits: a guess",
};

/** `3.3, as its words tell` */
export function editionText({ id, basis }: Pick<Extract<Turn, { kind: "edition" }>, "id" | "basis">): string {
  return `${id}, ${BASES[basis]}`;
}

/** A chart's state as people read it: `serving › link uncertain`. */
export function stateText(state: string, arrow: string): string {
  return state
    .replace(/^alive\.work\.(?:running\.(?:phase|firmware|reboot)\.)?/, "")
    .split(".")
    .map((name) => name.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`))
    .join(` ${arrow} `);
}
