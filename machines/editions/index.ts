/** The editions of the carrier library that this project speaks, by their id. */
import type { Edition } from "../edition.ts";
import { edition33 } from "./edition33.ts";
import { edition36 } from "./edition36.ts";
import { edition010 } from "./edition010.ts";
import { edition021 } from "./edition021.ts";
import { edition030 } from "./edition030.ts";
import { edition030pre } from "./edition030pre.ts";

const ALL = [edition010, edition021, edition030pre, edition030, edition33, edition36] as const;

export type EditionId = (typeof ALL)[number]["id"];

export const DEFAULT_EDITION = "3.6" satisfies EditionId;

export const EDITIONS: Readonly<Record<EditionId, Edition>> = {
  "0.10": edition010,
  "0.21": edition021,
  "0.30-pre": edition030pre,
  "0.30": edition030,
  "3.3": edition33,
  "3.6": edition36,
};

/** The edition with this id, if there is one. */
export function findEdition(id: string): Edition | undefined {
  return ALL.find((edition) => edition.id === id);
}
