/** 3/0/14 in the words of object 3, `+02:00`, and of the carrier library, minutes. */
import { Lwm2mError } from "../../../services/lwm2m/errors.ts";

/** ISO 8601 knows no offset beyond these. */
const LEAST_MINUTES = -12 * 60;
const MOST_MINUTES = 14 * 60;

/** Throws `outOfRange`. */
export function utcOffsetOf(minutes: number): string {
  if (minutes < LEAST_MINUTES || minutes > MOST_MINUTES) {
    throw new Lwm2mError(
      "outOfRange",
      `a UTC offset of ${minutes} minutes is not from ${LEAST_MINUTES} to ${MOST_MINUTES}`,
    );
  }
  const digits = (value: number) => String(value).padStart(2, "0");
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${digits(Math.floor(size / 60))}:${digits(size % 60)}`;
}

/** 0 for `Z`, and where there is none. */
export function minutesOf(offset: string | undefined): number {
  const [, sign, hours, minutes = "0"] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset ?? "") ?? [];
  if (hours === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (60 * Number(hours) + Number(minutes));
}
