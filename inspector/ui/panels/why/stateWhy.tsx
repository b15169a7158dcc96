/** A state: what it is for, what it waits for, and until when. */
import { explainNode, type Wait } from "../../../model/explainNode.ts";
import type { World } from "../../../model/world.ts";
import { useTheApp } from "../../state/useApp.ts";
import { Section } from "../shared/parts.tsx";
import { shortActor } from "../shared/recordLine.ts";
import { spanText } from "../shared/time.ts";
import { useRunTime } from "../shared/useRunTime.ts";
import { BreakButton } from "../steer/breakButton.tsx";

const RELATIONS: Readonly<Record<Wait["relation"], string>> = {
  own: "It waits for",
  inner: "What is active in it waits for",
  outer: "From around it, this would take it away",
};

export function StateWhy({ world, actor, node }: { world: World; actor: string; node: string }) {
  const app = useTheApp();
  const now = useRunTime();
  const explanation = explainNode(world, app.view.device, actor, node, now);
  if (explanation === undefined) return null;
  const { waits, sentences, visits, active } = explanation;
  const definition = explanation.node;
  const relations = (["own", "inner", "outer"] as const).filter((relation) =>
    waits.some((wait) => wait.relation === relation),
  );
  return (
    <div class="explained">
      <div class="explained-lead">
        <div class="why-head">
          <span class={active ? "chip active" : "chip"}>{active ? "active" : "not active"}</span>
          <strong>{node === "" ? shortActor(actor) : node}</strong>
          <span class="faint">of {shortActor(actor)}</span>
          {node !== "" && <BreakButton breakpoint={{ actor, state: node }} />}
          <button type="button" class="link" onClick={() => app.update({ node: undefined })}>
            close
          </button>
        </div>
        <div class="sentences">
          {definition?.description !== undefined && <p class="sentence-lead">{definition.description}</p>}
          {sentences.slice(0, active ? 1 : undefined).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
          <p class="faint">
            {visits > 1 && `Entered ${visits} times, ${spanText(explanation.dwelt)} in all. `}
            {definition?.meta?.spec !== undefined && `See ${definition.meta.spec}.`}
          </p>
        </div>
      </div>
      <div class="explained-why">
        {relations.map((relation) => (
          <Section key={relation} title={RELATIONS[relation]}>
            <WaitList waits={waits.filter((wait) => wait.relation === relation)} now={now} />
          </Section>
        ))}
        {active && relations.length === 0 && sentences.length > 1 && <p class="faint">{sentences[1]}</p>}
      </div>
    </div>
  );
}

/** What leads elsewhere, the next to come first; what changes nothing here is folded. */
function WaitList({ waits, now }: { waits: readonly Wait[]; now: number }) {
  const moving = waits.filter(({ edge, until }) => edge.targets.length > 0 || until !== undefined);
  const staying = waits.filter((wait) => !moving.includes(wait));
  moving.sort((a, b) => (a.until ?? Infinity) - (b.until ?? Infinity));
  return (
    <>
      <ul class="waits">
        {moving.map((wait) => (
          <WaitItem key={wait.edge.id} wait={wait} now={now} />
        ))}
      </ul>
      {staying.length > 0 && (
        <details class="staying" open={moving.length === 0}>
          <summary>
            {moving.length > 0 && "and "}
            {staying.length} that it takes without leaving
          </summary>
          <ul class="waits">
            {staying.map((wait) => (
              <WaitItem key={wait.edge.id} wait={wait} now={now} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function WaitItem({ wait, now }: { wait: Wait; now: number }) {
  const app = useTheApp();
  const { title, edge, until, actor } = wait;
  return (
    <li>
      <span class="wait-title">{title}</span>
      {until !== undefined && <span class="chip warning">{until > now ? `in ${spanText(until - now)}` : "due"}</span>}
      {edge.guard !== undefined && (
        <span class="faint">
          {" "}
          if <code>{edge.guard}</code>
        </span>
      )}
      {actor !== undefined && (
        <button type="button" class="link" onClick={() => app.update({ actor, node: undefined })}>
          {shortActor(actor)}
        </button>
      )}
    </li>
  );
}
