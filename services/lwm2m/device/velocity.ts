/** Velocity of object 6 (3GPP TS 23.032 §8.6, §8.12 to §8.15). */
import { Lwm2mError } from "../errors.ts";

export interface Velocity {
  /** Degrees clockwise from north, 0 to 359. */
  readonly heading: number;
  /** km/h, 0 to 65535. */
  readonly horizontalSpeed: number;
  /** km/h, -255 to 255; positive is up. */
  readonly verticalSpeed?: number;
  /** km/h, 0 to 254. */
  readonly horizontalUncertainty?: number;
  /** km/h, 0 to 254; only with a vertical speed. */
  readonly verticalUncertainty?: number;
}

const TYPE = { horizontal: 0, withVertical: 1, withUncertainty: 2, withVerticalAndUncertainty: 3 } as const;
const DOWNWARD = 0b0000_0010;
const UNCERTAINTY_NOT_SPECIFIED = 255;

/** Rounds to the whole degrees and km/h of the encoding. Throws `outOfRange`. */
export function encodeVelocity(velocity: Velocity): Uint8Array {
  const { heading, horizontalSpeed, verticalSpeed, horizontalUncertainty, verticalUncertainty } = velocity;
  const bearing = whole("heading", heading, 0, 359);
  const speed = whole("horizontal speed", horizontalSpeed, 0, 65_535);
  const vertical = verticalSpeed === undefined ? undefined : whole("vertical speed", verticalSpeed, -255, 255);
  const uncertain = horizontalUncertainty !== undefined || verticalUncertainty !== undefined;
  if (vertical === undefined && verticalUncertainty !== undefined) {
    throw new Lwm2mError("outOfRange", "a vertical uncertainty needs a vertical speed");
  }
  const type =
    vertical === undefined
      ? uncertain
        ? TYPE.withUncertainty
        : TYPE.horizontal
      : uncertain
        ? TYPE.withVerticalAndUncertainty
        : TYPE.withVertical;
  const direction = vertical !== undefined && vertical < 0 ? DOWNWARD : 0;
  const octets = [(type << 4) | direction | (bearing >> 8), bearing & 0xff, speed >> 8, speed & 0xff];
  if (vertical !== undefined) octets.push(Math.abs(vertical));
  if (uncertain) octets.push(uncertaintyOctet("horizontal", horizontalUncertainty));
  if (uncertain && vertical !== undefined) octets.push(uncertaintyOctet("vertical", verticalUncertainty));
  return Uint8Array.from(octets);
}

function uncertaintyOctet(which: string, value: number | undefined): number {
  return value === undefined ? UNCERTAINTY_NOT_SPECIFIED : whole(`${which} uncertainty`, value, 0, 254);
}

function whole(name: string, value: number, min: number, max: number): number {
  const rounded = Math.round(value);
  if (rounded >= min && rounded <= max) return rounded;
  throw new Lwm2mError("outOfRange", `${name} ${value} is not between ${min} and ${max}`);
}
