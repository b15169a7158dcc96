/** How it came to a record: from what it began with, record by record. */
import { Fragment } from "preact";
import { useState } from "preact/hooks";
import type { TraceRecord } from "../../../../ports/trace.ts";
import type { ChainLink } from "../../../model/explain.ts";
import { capitalised } from "../../../model/words.ts";
import { useTheApp } from "../../state/useApp.ts";
import { kindWord } from "../shared/parts.tsx";
import { timeText } from "../shared/time.ts";

/** Links shown at the two ends of a long chain. */
const AT_FIRST = 2;
const AT_LAST = 7;

export function Chain({ links, selected }: { links: readonly ChainLink[]; selected: number }) {
  const [whole, setWhole] = useState(false);
  const hidden = whole ? 0 : Math.max(0, links.length - AT_FIRST - AT_LAST);
  const shown = hidden < 2 ? links : [...links.slice(0, AT_FIRST), ...links.slice(AT_FIRST + hidden)];
  return (
    <ol class="why-chain">
      {shown.map((link, position) => (
        <Fragment key={link.index}>
          {hidden >= 2 && position === AT_FIRST && (
            <li class="chain-more">
              <button type="button" class="link" onClick={() => setWhole(true)}>
                {hidden} records between
              </button>
            </li>
          )}
          <Link link={link} current={link.index === selected} />
        </Fragment>
      ))}
    </ol>
  );
}

export function Link({ link, current = false }: { link: ChainLink; current?: boolean }) {
  const app = useTheApp();
  const { record, sentence, failure, presumed, more } = link;
  return (
    <li class={failure ? "chain-link bad" : isMinor(record) ? "chain-link minor" : "chain-link"}>
      <button type="button" aria-current={current ? "true" : undefined} onClick={() => app.select(link.index)}>
        <span class="chain-head">
          <span>{kindWord(record.kind)}</span>
          {failure && <span class="chip bad">failed</span>}
          {presumed && <span class="chip">presumably</span>}
          <span class="link-time">{timeText(app.entry.session, record.time)}</span>
        </span>
        <span class="chain-text">
          {capitalised(sentence)}
          {more > 0 && <span class="faint"> (and {more} more like it)</span>}
        </span>
      </button>
    </li>
  );
}

/** What stands in a chain, but hardly ever explains anything. */
function isMinor({ kind, phase }: TraceRecord): boolean {
  return kind === "store" || kind === "actor" || kind === "return" || (kind === "dtls" && phase === "record");
}
