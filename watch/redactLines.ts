/** Keeps keys, PINs and what cards and sockets carry out of the records of what a device printed. */

const REDACTED = "[redacted]";

/** What is kept of a command or response, and what follows that nobody needs to see. */
const SECRETS: readonly RegExp[] = [
  /([%#]X?CMNG= *0 *, *\d{1,10} *, *\d{1,2} *, *)\S.*$/i,
  /(%CMNG: \d{1,10},\d{1,2},"[\dA-F]{64}",)\S.*$/,
  /(\+CPIN= *)\S.*$/i,
  /(\+CPWD= *)\S.*$/i,
  /(\+CLCK= *"[A-Z]{2}" *, *\d *, *)\S.*$/i,
  /(\+CGAUTH= *\d+ *, *\d+ *, *)\S.*$/i,
  /(\+C(?:SIM|RSM)[=:] *)\S.*$/i,
  /(#XSEND(?:TO)?= *)\S.*$/i,
];
const KEY_BEGINS = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const KEY_ENDS = /-----END [A-Z ]*PRIVATE KEY-----/;
/** A key that nobody ends is over after this many lines. */
const MOST_KEY_LINES = 100;

export class LineRedactor {
  /** True for the line that the secret ends with. */
  #ends: ((line: string) => boolean) | undefined;
  #left = 0;

  line(text: string): string {
    const ends = this.#ends;
    if (ends !== undefined && this.#left > 0) {
      this.#left--;
      if (ends(text)) this.#ends = undefined;
      return REDACTED;
    }
    const [secret] = SECRETS.filter((pattern) => pattern.test(text));
    if (secret !== undefined) {
      // A quoted key may go on over several lines.
      const quotes = text.split('"').length - 1;
      if (quotes % 2 === 1) this.#until((line) => line.includes('"'));
      return text.replace(secret, `$1${REDACTED}`);
    }
    if (!KEY_BEGINS.test(text)) return text;
    if (!KEY_ENDS.test(text)) this.#until((line) => KEY_ENDS.test(line));
    return REDACTED;
  }

  #until(ends: (line: string) => boolean): void {
    this.#ends = ends;
    this.#left = MOST_KEY_LINES;
  }
}
