/**
 * The application as the charts meet it: semantic events in, in the edition's words to the handler, its answers back.
 * Events reach the handler one at a time and in order; each is a record when the library sends it.
 */
import type { Edition } from "../machines/edition.ts";
import { type SpokenEvent, speak } from "../machines/editions/speak.ts";
import { type ApplicationAnswer, ERRNO, type SemanticEvent } from "../machines/semanticEvent.ts";
import type { Trace } from "../ports/trace.ts";
import { withoutUserInformation } from "../trace/redact.ts";
import { reportMistake } from "./applicationMistake.ts";

/** An event as the application gets it: the edition's words, and what they mean. */
export interface CarrierEventMessage extends SpokenEvent {
  readonly meaning: SemanticEvent;
}

/** A handler's answer: nothing or 0 is done; another number means "not now, I do it myself" where the event asks. */
export type HandlerAnswer = ApplicationAnswer | number | undefined;

/**
 * Takes every event. `standard` does what the library's own thread does by default; a handler that leaves something to
 * it returns its answer.
 */
export type EventHandler = (
  event: CarrierEventMessage,
  standard: () => Promise<ApplicationAnswer>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing is the common case.
) => HandlerAnswer | void | Promise<HandlerAnswer | void>;

export interface ApplicationOptions {
  readonly edition: Edition;
  readonly handler?: EventHandler;
  /** What happens when there is no handler, or it leaves the event to the default. */
  standard(event: SemanticEvent, cause: number | undefined): Promise<ApplicationAnswer> | ApplicationAnswer;
  /** Sees every event as it is sent. */
  onEvent?(event: CarrierEventMessage): void;
  readonly trace?: Trace | undefined;
}

const DONE: ApplicationAnswer = { value: 0 };

export class Application {
  readonly #options: ApplicationOptions;
  /** The events that the handler has not yet answered; undefined while it is idle. */
  #busy: Promise<unknown> | undefined;

  constructor(options: ApplicationOptions) {
    this.#options = options;
  }

  /** @param chart that tells it. */
  notify(event: SemanticEvent, chart?: string): void {
    void this.#tell(event, chart);
  }

  ask(event: SemanticEvent, chart?: string): Promise<ApplicationAnswer> {
    return Promise.resolve(this.#tell(event, chart));
  }

  /** Never rejects: what a handler throws is its answer's errno. */
  #tell(meaning: SemanticEvent, chart: string | undefined): Promise<ApplicationAnswer> | ApplicationAnswer {
    const { edition, trace } = this.#options;
    const spoken = speak(edition, meaning);
    if (spoken === undefined) return DONE;
    const message = { ...spoken, meaning };
    const cause = trace?.record({
      kind: "event",
      from: "library",
      to: "application",
      semantic: meaning.type,
      ...withoutUserInformation(spoken),
      ...(chart !== undefined && { actor: chart }),
      cause: trace.cause ?? trace.last,
    });
    if (this.#busy !== undefined) return this.#hold(this.#busy.then(() => this.#deliver(message, cause)));
    const answer = this.#deliver(message, cause);
    return answer instanceof Promise ? this.#hold(answer) : answer;
  }

  #deliver(message: CarrierEventMessage, cause: number | undefined): Promise<ApplicationAnswer> | ApplicationAnswer {
    try {
      this.#options.onEvent?.(message);
    } catch (error) {
      reportMistake("event listener", error);
    }
    const finish = (answer: ApplicationAnswer) => this.#answered(message, answer, cause);
    try {
      const answer = this.#handle(message, cause);
      if (!(answer instanceof Promise)) return finish(toAnswer(answer));
      return answer.then(toAnswer, failed).then(finish);
    } catch (error) {
      return finish(failed(error));
    }
  }

  #handle(message: CarrierEventMessage, cause: number | undefined) {
    const { handler, standard, trace } = this.#options;
    const fallBack = () => standard(message.meaning, cause);
    const work = () => (handler === undefined ? fallBack() : handler(message, async () => fallBack()));
    return trace === undefined ? work() : trace.causedBy(cause, work);
  }

  #answered(message: CarrierEventMessage, answer: ApplicationAnswer, cause: number | undefined): ApplicationAnswer {
    this.#options.trace?.record({
      kind: "return",
      from: "application",
      to: "library",
      of: message.name,
      ok: answer.value === 0,
      value: answer.value,
      ...(answer.tags && { tags: answer.tags }),
      cause,
    });
    return answer;
  }

  /** The next event waits for it. */
  #hold(work: Promise<ApplicationAnswer>): Promise<ApplicationAnswer> {
    const busy = work.finally(() => {
      if (this.#busy === busy) this.#busy = undefined;
    });
    this.#busy = busy;
    return busy;
  }
}

// biome-ignore lint/suspicious/noConfusingVoidType: see EventHandler.
function toAnswer(answer: HandlerAnswer | void): ApplicationAnswer {
  if (answer === undefined) return DONE;
  return typeof answer === "number" ? { value: answer } : answer;
}

/** The library goes on as if the handler had said no. */
function failed(error: unknown): ApplicationAnswer {
  reportMistake("event handler", error);
  return { value: -ERRNO.EFAULT };
}
