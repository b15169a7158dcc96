/** The alert on the wire (RFC 5246 §7.2): level and description. */
import { ALERTS, type AlertName, alertOfCode } from "../alerts.ts";

const LEVELS = { warning: 1, fatal: 2 } as const;
export type AlertLevel = keyof typeof LEVELS;

export interface Alert {
  readonly level: AlertLevel;
  /** The number of one that is not in the table. */
  readonly alert: AlertName | number;
}

export function encodeAlert(level: AlertLevel, alert: AlertName): Uint8Array {
  return Uint8Array.of(LEVELS[level], ALERTS[alert].code);
}

/** Undefined for what is no alert. */
export function decodeAlert(content: Uint8Array): Alert | undefined {
  const [level, code] = content;
  if (content.length !== 2 || code === undefined) return undefined;
  if (level !== LEVELS.warning && level !== LEVELS.fatal) return undefined;
  return { level: level === LEVELS.fatal ? "fatal" : "warning", alert: alertOfCode(code) ?? code };
}
