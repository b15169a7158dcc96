/** A Java program of ours around Leshan, in a process of its own: messages and events are lines of JSON. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterAll } from "@jest/globals";
import { fetchLibraries, type LeshanProgram, notInstalled, sourceOf } from "./leshanLibraries.ts";
import { patiently } from "./patience.ts";

/** What happened, as the program tells it. */
export interface RawEvent {
  readonly event: string;
  readonly endpoint?: string | null;
  /** Which of the servers that were configured tells it, from 1; none of what is the program's own. */
  readonly server?: number;
  readonly [field: string]: unknown;
}

interface Answer {
  readonly id?: number;
  readonly response?: unknown;
  readonly error?: string;
}

interface Waiting {
  readonly matches: (event: RawEvent) => boolean;
  readonly resolve: (event: RawEvent) => void;
}

/** Quick to start rather than quick to run; warnings of Leshan go to standard error. */
const JAVA_OPTIONS = ["-XX:TieredStopAtLevel=1", "-Xmx256m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"];

/** Leshan did not do what it was asked for: it refused the request, or the device did not answer. */
export class LeshanError extends Error {
  override readonly name = "LeshanError";
}

/** They end with the test file: a program is slow to start and quick to configure anew. */
const running: LeshanProcess[] = [];
afterAll(async () => {
  for (const program of running.splice(0)) await program.close();
});

export class LeshanProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<never>;
  readonly #asked = new Map<number, { resolve(response: unknown): void; reject(error: Error): void }>();
  readonly #complaints: string[] = [];
  #events: RawEvent[] = [];
  #waiting: Waiting[] = [];
  #lastId = 0;
  /** How many servers were configured. */
  #servers = 0;

  private constructor(program: LeshanProgram, classPath: string) {
    this.#child = spawn("java", [...JAVA_OPTIONS, "-cp", classPath, sourceOf(program)]);
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#take(line));
    createInterface({ input: this.#child.stderr }).on("line", (line) => this.#complaints.push(line));
    this.#child.stdin.on("error", () => {}); // It may end while it is written to.
    this.#ended = new Promise((_, reject) => {
      this.#child.on("error", (error: NodeJS.ErrnoException) =>
        reject(error.code === "ENOENT" ? notInstalled("java") : error),
      );
      this.#child.on("close", (code, signal) =>
        reject(new Error(`it ended with ${code ?? signal}: ${this.complaints}`)),
      );
    });
    this.#ended.catch(() => {});
  }

  /** Fetches what is missing, and waits until the program takes messages. */
  static async start(program: LeshanProgram): Promise<LeshanProcess> {
    const started = new LeshanProcess(program, await fetchLibraries(program));
    running.push(started);
    await started.event("ready");
    return started;
  }

  /** What it wrote to standard error, for the message of a test that fails. */
  get complaints(): string {
    return this.#complaints.join("\n");
  }

  /** Resolves with the response; rejects with `LeshanError` when there is none. */
  ask(message: object): Promise<unknown> {
    const id = ++this.#lastId;
    const answered = new Promise<unknown>((resolve, reject) => this.#asked.set(id, { resolve, reject }));
    this.#child.stdin.write(`${JSON.stringify({ id, ...message }, octetsAsBase64)}\n`);
    return this.#patiently(answered, () => `the answer to ${JSON.stringify(message)}`);
  }

  /** The first event of this name that matches and that no wait before had, of those so far or to come. */
  event(name: string, matches: (event: RawEvent) => boolean = () => true): Promise<RawEvent> {
    const fits = (event: RawEvent) => event.event === name && matches(event);
    const at = this.#events.findIndex(fits);
    const [known] = at < 0 ? [] : this.#events.splice(at, 1);
    if (known !== undefined) return Promise.resolve(known);
    const coming = new Promise<RawEvent>((resolve) => this.#waiting.push({ matches: fits, resolve }));
    return this.#patiently(coming, () => `the event ${name}; there were ${JSON.stringify(this.#events)}`);
  }

  /** Events of this name that nobody waited for so far. */
  unseen(name: string): readonly RawEvent[] {
    return this.#events.filter(({ event }) => event === name);
  }

  /** A server in place of the one before, whose events are forgotten: also those that it tells while it goes. */
  configure(configuration: object): Promise<unknown> {
    this.#servers++;
    this.#events = [];
    this.#waiting = [];
    return this.ask({ configure: configuration });
  }

  async close(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended.catch(() => {});
  }

  #patiently<T>(promise: Promise<T>, missing: () => string): Promise<T> {
    return patiently(Promise.race([promise, this.#ended]), () => `${missing()}: ${this.complaints}`);
  }

  #take(line: string): void {
    const message = JSON.parse(line) as Answer | RawEvent;
    if ("event" in message) this.#happened(message);
    else this.#answered(message as Answer);
  }

  #happened(event: RawEvent): void {
    if (event.server !== undefined && event.server !== this.#servers) return;
    const at = this.#waiting.findIndex(({ matches }) => matches(event));
    const [first] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (first === undefined) this.#events.push(event);
    else first.resolve(event);
  }

  #answered({ id = 0, response, error }: Answer): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error === undefined) asked?.resolve(response);
    else asked?.reject(new LeshanError(error));
  }
}

/** `value` of a Buffer has already become something else. */
function octetsAsBase64(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  const given = this[name];
  return given instanceof Uint8Array ? Buffer.from(given).toString("base64") : value;
}
