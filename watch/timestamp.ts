/**
 * What loggers put before a line: RTT's channel, Zephyr's uptime and module, the time of day that a terminal program
 * adds. One table; the first form that fits is taken off, then the next.
 */

/** A time that stood before a line. */
export type Stamp =
  /** ms since the device started. */
  | { readonly kind: "uptime"; readonly ms: number }
  /** ms since midnight. */
  | { readonly kind: "clock"; readonly ms: number }
  /** ms since 1970; what has no zone is taken for UTC, so that the difference of two is right. */
  | { readonly kind: "date"; readonly ms: number };

export interface StampedLine {
  readonly stamp?: Stamp;
  /** The line itself. */
  readonly text: string;
}

interface Form {
  readonly pattern: RegExp;
  readonly stamp?: (groups: readonly string[]) => Stamp;
}

const DATE = String.raw`(\d{4})-(\d{2})-(\d{2})[T ]`;
const TIME = String.raw`(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,6}))?`;
const ZONE = String.raw`\s?(Z|[+-]\d{2}:?\d{2})?`;

const ms = ([hours = "", minutes = "", seconds = "", fraction = ""]: readonly string[]) =>
  1000 * (3600 * Number(hours) + 60 * Number(minutes) + Number(seconds)) + Number(fraction.padEnd(3, "0").slice(0, 3));

function date([
  year,
  month,
  day,
  hours = "",
  minutes = "",
  seconds = "",
  fraction = "",
  zone = "",
]: readonly string[]): Stamp {
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day)) + ms([hours, minutes, seconds, fraction]);
  const [, sign, zoneHours = "0", zoneMinutes = "0"] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const offset = 60_000 * (60 * Number(zoneHours) + Number(zoneMinutes)) * (sign === "-" ? -1 : 1);
  return { kind: "date", ms: local - offset };
}

const FORMS: readonly Form[] = [
  // SEGGER RTT Viewer: `00> `
  { pattern: /^\d{2}> / },
  // Zephyr, with and without log level and module: `[00:00:12.345,678] <inf> lwm2m: `, `[01:02:03.456] `
  {
    pattern: /^\[(\d{2,}):(\d{2}):(\d{2})\.(\d{3})(?:,\d{3})?\] /,
    stamp: (groups) => ({ kind: "uptime", ms: ms(groups) }),
  },
  { pattern: /^<(?:err|wrn|inf|dbg)> [\w.-]{1,64}: / },
  // A day and a time, in brackets or not: `[2024-05-17 10:11:12.345] `, `2024-05-17T10:11:12.345Z `
  { pattern: new RegExp(String.raw`^\[${DATE}${TIME}${ZONE}\]\s*`), stamp: date },
  { pattern: new RegExp(String.raw`^${DATE}${TIME}${ZONE}(?:\s+|$)`), stamp: date },
  // A time of day: `10:11:12.345 -> `, `[10:11:12] `, `10:11:12.345 > `
  {
    pattern: /^(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,6}))?(?: ?-?>)? +/,
    stamp: (groups) => ({ kind: "clock", ms: ms(groups) }),
  },
  { pattern: /^\[(\d{2}):(\d{2}):(\d{2})\]\s*/, stamp: (groups) => ({ kind: "clock", ms: ms(groups) }) },
  // What `ts` of moreutils puts there: `May 17 10:11:12 `
  {
    pattern: /^[A-Z][a-z]{2} [ \d]\d (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))? /,
    stamp: (groups) => ({ kind: "clock", ms: ms(groups) }),
  },
  // Seconds since something began, as `grabserial` and `ts -s %.s` write: `[   12.345678] `, `12.345 `
  {
    pattern: /^(\d{1,10})\.(\d{3,6}) /,
    stamp: ([seconds = "", fraction = ""]) => ({
      kind: "uptime",
      ms: 1000 * Number(seconds) + Number(fraction.slice(0, 3)),
    }),
  },
  {
    pattern: /^\[ *(\d{1,9})\.(\d{3,6})(?: +\d+\.\d+)?\] ?/,
    stamp: ([seconds = "", fraction = ""]) => ({
      kind: "uptime",
      ms: 1000 * Number(seconds) + Number(fraction.slice(0, 3)),
    }),
  },
  // Zephyr's uptime in a unit of the device's own: `[00012345] `
  { pattern: /^\[\d{8,10}\] / },
  // The prompt of Zephyr's shell
  { pattern: /^uart:~\$ / },
  // The log levels of nRF Connect's applications, and the side that speaks
  { pattern: /^(?:DEBUG|INFO|WARN|ERROR) +(?=\S)/ },
  { pattern: /^modem << / },
];

/** Forms that may stand before each other. */
const MOST_PREFIXES = 4;

export function readStamp(line: string): StampedLine {
  let text = line;
  let stamp: Stamp | undefined;
  for (let taken = 0; taken < MOST_PREFIXES; taken++) {
    const form = FORMS.find(({ pattern }) => pattern.test(text));
    const match = form?.pattern.exec(text);
    if (form === undefined || match === null || match === undefined) break;
    text = text.slice(match[0].length);
    stamp = stamp ?? form.stamp?.(match.slice(1));
  }
  return { text: text.trim(), ...(stamp && { stamp }) };
}
