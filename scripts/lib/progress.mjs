/**
 * Progress of long steps on standard error: a spinner with the elapsed time on a terminal, plain lines elsewhere.
 * Standard output stays the command's own. Colour follows NO_COLOR (https://no-color.org) and TERM=dumb.
 */

const FRAMES = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];
const FRAME_MS = 80;
/** Without a terminal a step that takes long says so this often. */
const REMINDER_MS = 15_000;
const CLEAR_LINE = "\r\u001b[2K";

/**
 * @typedef {object} Wording
 * @property {string} doing what goes on, for example "Building"
 * @property {string} done what it says when it is over, for example "Built dist"
 */

/**
 * Shows `wording` while `work` runs, and how long it took. A failure is marked and thrown on.
 * @template T
 * @param {Wording} wording
 * @param {() => Promise<T>} work
 * @param {NodeJS.WriteStream} [stream]
 * @returns {Promise<T>}
 */
export async function step(wording, work, stream = process.stderr) {
  const startedAt = performance.now();
  const elapsed = () => seconds(performance.now() - startedAt);
  const show = isLive(stream) ? liveLine(wording, elapsed, stream) : plainLines(wording, elapsed, stream);
  try {
    const result = await work();
    show.end(true);
    return result;
  } catch (error) {
    show.end(false);
    throw error;
  }
}

/** @param {number} ms */
export function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

/**
 * Paints text for `stream`, or leaves it plain where colour is not wanted.
 * @param {NodeJS.WriteStream} stream
 */
export function palette(stream) {
  const colourful = isColourful(stream);
  /** @param {number} code */
  const paint = (code) => (/** @type {string} */ text) => (colourful ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { red: paint(31), green: paint(32), cyan: paint(36), dim: paint(2), bold: paint(1) };
}

/** @param {NodeJS.WriteStream} stream */
export function isColourful(stream) {
  return isLive(stream) && !process.env.NO_COLOR;
}

/** @param {NodeJS.WriteStream} stream */
function isLive(stream) {
  return Boolean(stream.isTTY) && process.env.TERM !== "dumb";
}

/** @type {(wording: Wording, elapsed: () => string, stream: NodeJS.WriteStream) => { end(ok: boolean): void }} */
function liveLine({ doing, done }, elapsed, stream) {
  const { red, green, cyan, dim } = palette(stream);
  let frame = 0;
  const draw = () => {
    stream.write(`${CLEAR_LINE}${cyan(FRAMES[frame++ % FRAMES.length] ?? "")} ${doing} ${dim(elapsed())}`);
  };
  draw();
  const timer = setInterval(draw, FRAME_MS);
  return {
    end(ok) {
      clearInterval(timer);
      stream.write(`${CLEAR_LINE}${ok ? green("✔") : red("✖")} ${ok ? done : doing} ${dim(elapsed())}\n`);
    },
  };
}

/** @type {(wording: Wording, elapsed: () => string, stream: NodeJS.WriteStream) => { end(ok: boolean): void }} */
function plainLines({ doing, done }, elapsed, stream) {
  stream.write(`${doing} ...\n`);
  const timer = setInterval(() => stream.write(`${doing} ... ${elapsed()}\n`), REMINDER_MS);
  return {
    end(ok) {
      clearInterval(timer);
      stream.write(ok ? `${done} in ${elapsed()}\n` : `${doing} failed after ${elapsed()}\n`);
    },
  };
}
