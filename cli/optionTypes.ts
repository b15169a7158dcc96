/** Arguments of options as numbers, checked. */
import { InvalidArgumentError } from "commander";

/** A whole number of a range. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Allowed is a whole number from ${least} to ${most}.`);
  };
}

/** A number above 0. */
export function factor(most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value > 0 && value <= most) return value;
    throw new InvalidArgumentError(`Allowed is a number above 0 and up to ${most}.`);
  };
}
