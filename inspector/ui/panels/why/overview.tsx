/** Nothing is selected: what went wrong so far, what was ignored, and what everything waits for now. */
import { explainRecord } from "../../../model/explain.ts";
import { timersOf } from "../../../model/explainNode.ts";
import type { SessionView } from "../../../model/sessionContract.ts";
import type { ActorWorld, World } from "../../../model/world.ts";
import { isGrave, problemsOf } from "../../state/problems.ts";
import { useTheApp } from "../../state/useApp.ts";
import { machinesOf } from "../shared/machines.ts";
import { Empty, LinkTo, Section } from "../shared/parts.tsx";
import { RecordIndex } from "../shared/recordIndex.ts";
import { shortActor } from "../shared/recordLine.ts";
import { spanText, timeText } from "../shared/time.ts";
import { useRunTime } from "../shared/useRunTime.ts";
import { timerName } from "../timers/timerRows.ts";
import { alike, isIgnored } from "./ignored.ts";
import { groupsOf } from "./problems.ts";
import { Sentences } from "./sentences.tsx";
import { Standing } from "./standing.tsx";

/** Of problems and ignored events those that are listed. */
const LATEST = 8;
const ignored = new RecordIndex(isIgnored);

export function Overview({ session, world, index }: { session: SessionView; world: World; index: number }) {
  const app = useTheApp();
  const { device } = app.view;
  if (index < 0) return <Empty title="Nothing has happened yet." />;
  const missed = alike(session, ignored.of(session), device, index);
  const result = world.devices.get(device)?.result;
  const problems = problemsOf(session);
  const all = problems.of(device);
  const [first, ...others] = gravestFirst(session, problems.at(device, index));
  const later = all.filter((at) => at > index);
  return (
    <div class="explained">
      <div class="explained-lead">
        <Standing session={session} index={index} />
        {all.length === 0 ? (
          <div class="all-well">
            <strong>
              <span aria-hidden="true">✓</span> Nothing has failed{result === undefined ? " so far" : ""}.
            </strong>
            <p class="faint">Select a record, a state or a message in the charts to see why it is so.</p>
          </div>
        ) : (
          <Section
            title={all.length === 1 ? "What went wrong" : `What went wrong (${all.length})`}
            hint={first === undefined ? undefined : `at ${timeText(session, session.at(first).time)}`}
            action={
              first !== undefined && (
                <button type="button" class="button primary" onClick={() => app.select(first)}>
                  Show how it came to this
                </button>
              )
            }
          >
            {first === undefined ? <p>Nothing had failed by then.</p> : <Explained session={session} index={first} />}
            <ProblemList session={session} title="Before that, or beside it:" problems={others} />
            <ProblemList session={session} title="Later in this run:" problems={later} />
            {result?.ok === true && <p class="ended-well">The run ended well all the same: {result.reason}.</p>}
          </Section>
        )}
      </div>
      <div class="explained-why">
        <Now world={world} />
        {missed.length > 0 && (
          <Section title="Events that no state took">
            {missed.slice(0, LATEST).map(({ index, count }) => (
              <LinkTo key={index} index={index} as={count === 1 ? "once" : `${count} times`} />
            ))}
          </Section>
        )}
      </div>
    </div>
  );
}

function Explained({ session, index }: { session: SessionView; index: number }) {
  const { sentences, beginning } = explainRecord(session, index);
  return <Sentences sentences={sentences} failure beginning={beginning} />;
}

interface ProblemListProps {
  readonly session: SessionView;
  readonly title: string;
  readonly problems: readonly number[];
}

function ProblemList({ session, title, problems }: ProblemListProps) {
  if (problems.length === 0) return null;
  const groups = groupsOf(session, problems).slice(0, LATEST);
  const left = groups.reduce((sum, { times }) => sum - times, problems.length);
  return (
    <>
      <p class="faint">{title}</p>
      {groups.map(({ index, text, times }) => (
        <LinkTo key={index} index={index} text={text} {...(times > 1 && { as: `${times} times` })} />
      ))}
      {left > 0 && <p class="faint">and {left === 1 ? "1 other" : `${left} others`}</p>}
    </>
  );
}

/** The newest first, and before all else what the application was told of. */
function gravestFirst(session: SessionView, problems: readonly number[]): readonly number[] {
  const newest = [...problems].reverse();
  const isTold = (index: number) => isGrave(session.at(index));
  return [...newest.filter(isTold), ...newest.filter((index) => !isTold(index))];
}

function Now({ world }: { world: World }) {
  const app = useTheApp();
  const now = useRunTime();
  const device = world.devices.get(app.view.device);
  const machines = machinesOf(world, app.view.device).filter(({ status }) => status === "active");
  if (device === undefined || machines.length === 0) return null;
  return (
    <Section title={app.view.cursor.index === "live" ? "Where everything is now" : "Where everything was then"}>
      <ul class="waits">
        {machines.map((actor) => {
          const [timer] = timersOf(device, actor).sort((a, b) => dueOf(a) - dueOf(b));
          const due = timer === undefined ? Infinity : dueOf(timer);
          return (
            <li key={actor.key}>
              <strong>{shortActor(actor.key)}</strong>
              {innermost(actor).map((id) => (
                <button
                  key={id}
                  type="button"
                  class="link"
                  title={id}
                  onClick={() => app.update({ actor: actor.key, node: id })}
                >
                  {id.split(".").slice(-2).join(".")}
                </button>
              ))}
              {timer !== undefined && due !== Infinity && (
                <span class="chip">
                  {timerName(timer.name)} {due > now ? `in ${spanText(due - now)}` : "due"}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function dueOf({ setAt, delay }: { readonly setAt: number; readonly delay?: number }): number {
  return delay === undefined ? Infinity : setAt + delay;
}

function innermost({ active }: ActorWorld): readonly string[] {
  return active.filter((id) => id !== "" && !active.some((other) => other.startsWith(`${id}.`)));
}
