/** What the demo says around its chart: a title, how it ended, and what to try next. */
import { performance } from "node:perf_hooks";
import type { TraceRecord } from "../ports/trace.ts";
import type { RunningScenario, ScenarioName, ScenarioVerdict } from "./scenarios/scenario.ts";
import { type Terminal, wrap } from "./terminal.ts";

interface Asked {
  readonly scenario: ScenarioName;
  readonly edition: string;
  readonly record?: string;
}

/** Scenarios worth seeing after this one. */
const NEXT: readonly (readonly [options: string, text: string])[] = [
  ["--scenario bad-ca", "a firmware host that nobody trusts"],
  ["--scenario power-loss", "no power halfway through an image"],
  ["--scenario server-deferred", "a server that is silent, then has another key"],
  ["--modem at", "the same modem behind AT commands"],
  ["--edition 0.30", "an older generation of events"],
];

const NOTABLY_FASTER = 2;

export class LifeSummary {
  readonly #terminal: Terminal;
  readonly #asked: Asked;
  readonly #command: string;
  #events = 0;
  #messages = 0;
  /** AT commands. */
  #commands = 0;
  #handshakes = 0;
  readonly #suites = new Set<string>();
  readonly #tags = new Set<number>();
  #downloaded = 0;
  /** ms since the process began. */
  #registeredAt: number | undefined;
  #firstTime: number | undefined;
  #lastTime = 0;

  constructor(terminal: Terminal, asked: Asked, env: Readonly<Record<string, string | undefined>>) {
    this.#terminal = terminal;
    this.#asked = asked;
    this.#command = env.npm_lifecycle_event === "start" ? "npm start --" : "lwm2m-carrier demo";
  }

  note(record: TraceRecord): void {
    const { kind, semantic, time, phase, bytes } = record;
    this.#firstTime ??= time;
    this.#lastTime = time;
    if (kind === "event") this.#events++;
    if (kind === "event" && semantic === "registered") this.#registeredAt ??= performance.now();
    if (kind === "coap") this.#messages++;
    if (kind === "http" && phase === "end") this.#downloaded += Number(bytes ?? 0);
    if (kind === "dtls") this.#noteDtls(record);
    if (kind === "modem" && record.operation === "credentials.write" && record.type === "psk") {
      this.#tags.add(Number(record.tag));
    }
    if (kind === "at" && record.from === "library") this.#commands++;
    if (kind === "modem" && record.operation === "sockets.connect" && phase === "done" && record.tag !== undefined) {
      this.#handshakes++;
      this.#suites.add("by the modem");
    }
  }

  #noteDtls({ phase, suite, imported }: TraceRecord): void {
    if (phase !== "connected") return;
    if (imported !== true) this.#handshakes++;
    this.#suites.add(String(suite));
  }

  printTitle(): void {
    const { scenario, edition } = this.#asked;
    const { symbols } = this.#terminal;
    const title = this.#terminal.style("strong", "lwm2m-carrier");
    this.#terminal.line();
    this.#terminal.line(`  ${title} ${symbols.dash} scenario ${scenario}, edition ${edition}`);
    this.#terminal.line();
  }

  printVerdict({ ok, reason, charts }: ScenarioVerdict, { carrier, testbed, modem }: RunningScenario): void {
    const terminal = this.#terminal;
    const [sentence = "", ...details] = reason.split("\n");
    const [first = "", ...rest] = wrap(sentence, terminal.columns - 4).map((line) => terminal.style("strong", line));
    terminal.line();
    terminal.line(`  ${terminal.marked(ok ? "good" : "bad", first)}`);
    terminal.lines([...rest, ...details].map((line) => `    ${line}`));
    terminal.line();
    for (const { chart, conforms } of charts) {
      terminal.line(
        `    ${terminal.marked(conforms ? "good" : "bad", `${conforms ? "conforms to" : "deviates from"} ${chart}`)}`,
      );
    }
    if (charts.length > 0) terminal.line();
    terminal.table(
      [
        ["device", carrier.endpoint],
        ...(modem === undefined ? [] : [["modem", modem] as const]),
        ["servers", `bootstrap ${testbed.bootstrap.uri}, management ${testbed.management.uri}`],
        ["security", this.#security()],
        ["traffic", this.#traffic()],
        ["time", this.#time()],
        ...(this.#asked.record === undefined ? [] : [["recording", this.#asked.record] as const]),
      ],
      "    ",
    );
    terminal.line();
  }

  /** @param page address of the inspector's page, where there is one. */
  printNextSteps(page?: string): void {
    const terminal = this.#terminal;
    terminal.line(`  The carrier goes on. ${terminal.style("strong", "Ctrl-C")} deregisters and ends.`);
    if (page !== undefined) {
      terminal.line(`  All of it, and why, is to be seen at ${terminal.style("name", page)}`);
    }
    terminal.line();
    terminal.table(
      [
        ...NEXT.map(([options, text]) => [`${this.#command} ${options}`, text] as const),
        ["lwm2m-carrier --help", "your own servers; checks, exports"],
      ],
      "    ",
    );
    terminal.line();
  }

  #security(): string {
    if (this.#suites.size === 0) return "none";
    const tags = [...this.#tags].sort((a, b) => a - b);
    const keys = tags.length === 0 ? [] : [`keys in security tag${tags.length === 1 ? "" : "s"} ${tags.join(" and ")}`];
    return ["DTLS 1.2", ...this.#suites, ...keys].join(", ");
  }

  #traffic(): string {
    const parts = [`${this.#events} application events`];
    if (this.#handshakes > 0) parts.push(`${this.#handshakes} DTLS handshake${this.#handshakes === 1 ? "" : "s"}`);
    parts.push(`${this.#messages} CoAP messages`);
    if (this.#commands > 0) parts.push(`${this.#commands} AT commands`);
    if (this.#downloaded > 0) parts.push(`${Math.round(this.#downloaded / 1024)} KiB over HTTPS`);
    return parts.join(", ");
  }

  #time(): string {
    const lived = this.#lastTime - (this.#firstTime ?? 0);
    const parts = this.#registeredAt === undefined ? [] : [`registered ${seconds(this.#registeredAt)} after the start`];
    // Where waits were skipped or the clock ran fast.
    if (lived > NOTABLY_FASTER * performance.now()) parts.push(`${seconds(lived)} passed for the device`);
    return parts.join(", ") || seconds(lived);
  }
}

function seconds(ms: number): string {
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.round(ms / 60_000)} min`;
}
