/** Times of a run for people. */

/** Time since a run began, of even width as far as it goes: `0.012`, `12.345`, `3:12.345`, `1:03:12.345`. */
export function formatOffset(ms: number): string {
  const sign = ms < 0 ? "-" : "";
  const whole = Math.round(Math.abs(ms));
  const thousandths = String(whole % 1000).padStart(3, "0");
  const seconds = Math.floor(whole / 1000) % 60;
  const minutes = Math.floor(whole / 60_000) % 60;
  const hours = Math.floor(whole / 3_600_000);
  if (hours > 0) return `${sign}${hours}:${two(minutes)}:${two(seconds)}.${thousandths}`;
  if (minutes > 0) return `${sign}${minutes}:${two(seconds)}.${thousandths}`;
  return `${sign}${seconds}.${thousandths}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
