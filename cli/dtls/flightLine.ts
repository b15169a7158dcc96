/** A flight or an alert in one line. */
import { ALERTS, alertOfCode } from "../../services/dtls/alerts.ts";
import type { Observation } from "../../services/dtls/types.ts";
import type { Terminal } from "../terminal.ts";

const TIME_CHARACTERS = 9;
const SIZE_CHARACTERS = 14;

/** Undefined for what is neither. @param atMs since the first one */
export function flightLine(observation: Observation, atMs: number, terminal: Terminal): string | undefined {
  if (observation.kind !== "flight" && observation.kind !== "alert") return undefined;
  const time = terminal.style("faint", `${Math.round(atMs)} ms`.padStart(TIME_CHARACTERS));
  const [out, into] = terminal.ascii ? ["->", "<-"] : ["→", "←"];
  const arrow = terminal.style("name", observation.direction === "out" ? out : into);
  return `${time}  ${arrow} ${observation.kind === "flight" ? flightText(observation, terminal) : alertText(observation, terminal)}`;
}

type Seen<Kind> = Extract<Observation, { readonly kind: Kind }>;

function flightText({ flight, messages, retransmission, size }: Seen<"flight">, terminal: Terminal): string {
  const octets = terminal.style("faint", `${size} octets`.padStart(SIZE_CHARACTERS));
  const again = retransmission === 0 ? "" : `  ${terminal.marked("warning", `retransmission ${retransmission}`)}`;
  return `${terminal.style("strong", `${flight}`)}${octets}  ${messages.join(", ")}${again}`;
}

function alertText({ alert, level }: Seen<"alert">, terminal: Terminal): string {
  const name = typeof alert === "number" ? alertOfCode(alert) : alert;
  const text = name === undefined ? `alert ${alert}` : `alert ${ALERTS[name].code} ${name}`;
  return `${"".padStart(SIZE_CHARACTERS + 3)}${level === "fatal" ? terminal.style("bad", text) : text}`;
}
