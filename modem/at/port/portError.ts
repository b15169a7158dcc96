/** Why a port cannot be used: one sentence each, which says what to do. */

export type PortErrorCode =
  | "notFound"
  | "busy"
  | "noPermission"
  | "notATerminal"
  | "baudRate"
  | "noBinding"
  | "unreachable"
  | "notAModem"
  | "lost"
  | "failed";

const SENTENCES: Readonly<Record<PortErrorCode, (path: string, detail: string) => string>> = {
  notFound: (path, detail) => `${path} is not there: connect the device, or give another port${detail}`,
  busy: (path) => `${path} is in use: close the other program (a terminal, ModemManager) and try again`,
  noPermission: (path) => `no permission for ${path}: add the user to the group that owns it, dialout for example`,
  notATerminal: (path) => `${path} is no serial port: give the modem's, /dev/ttyACM0 for example`,
  baudRate: (path, detail) => `${path} does not do ${detail} baud: give the rate that AT+IPR of the modem is set to`,
  noBinding: (path, detail) =>
    `${path} cannot be opened without the package "serialport"${detail}: npm install serialport`,
  unreachable: (path, detail) => `nobody answers at ${path}${detail}: start the modem there, or correct the address`,
  notAModem: (path, detail) => `${path} does not answer AT${detail}: give the modem's port and its baud rate`,
  lost: (path, detail) => `${path} was lost${detail}: connect the device again`,
  failed: (path, detail) => `${path} could not be used${detail}: check the device and its driver`,
};

export class PortError extends Error {
  override readonly name = "PortError";
  readonly code: PortErrorCode;
  readonly path: string;

  /** @param detail completes the sentence, see above; where it stands at a clause's end it brings its own space. */
  constructor(code: PortErrorCode, path: string, detail = "", cause?: unknown) {
    super(SENTENCES[code](path === "" ? '""' : path, detail), cause === undefined ? undefined : { cause });
    this.code = code;
    this.path = path;
  }
}

/** Errors of `open`, `connect` and the package, by what they say. */
const RULES: readonly (readonly [pattern: RegExp, code: PortErrorCode])[] = [
  [/ENOENT|ENXIO|ENODEV|ENOTDIR|No such (file|device)|File not found/i, "notFound"],
  [
    /EBUSY|Cannot lock port|Resource (busy|temporarily unavailable)|Device or resource busy|in use|Access denied/i,
    "busy",
  ],
  [/EACCES|EPERM|Permission denied/i, "noPermission"],
  [/ENOTTY|EISDIR|Is a directory|Inappropriate ioctl|not a (typewriter|terminal)/i, "notATerminal"],
];

/** @param otherwise what an error is that no rule knows. */
export function portErrorOf(error: unknown, path: string, otherwise: PortErrorCode = "failed"): PortError {
  if (error instanceof PortError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // A path may be called like an error.
  const what = path === "" ? message : message.replaceAll(path, "");
  const known = RULES.find(([pattern]) => pattern.test(what));
  return known === undefined
    ? new PortError(otherwise, path, ` (${message})`, error)
    : new PortError(known[1], path, "", error);
}
