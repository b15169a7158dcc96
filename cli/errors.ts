/** What ends a command with a word instead of a stack. */
import { EXIT, type ExitCode } from "./io.ts";

export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  /** What to do. */
  readonly hint: string | undefined;

  constructor(exitCode: ExitCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = exitCode;
    this.hint = options.hint;
  }
}

/** Wrong use: exit code 2. */
export function usageError(message: string, hint?: string, cause?: unknown): CliError {
  return new CliError(EXIT.usage, message, { ...(hint !== undefined && { hint }), cause });
}

/** It did not work: exit code 1. */
export function failure(message: string, hint?: string, cause?: unknown): CliError {
  return new CliError(EXIT.failed, message, { ...(hint !== undefined && { hint }), cause });
}

/** By the name of its class, so that reporting an error loads none of the rooms that may throw one. */
const OUR_ERRORS: Readonly<Record<string, ExitCode>> = {
  ConfigError: EXIT.usage,
  CarrierOptionError: EXIT.usage,
  ChartError: EXIT.usage,
  ChartSyntaxError: EXIT.usage,
  RecordingError: EXIT.usage,
  FirmwareImageError: EXIT.usage,
  StoreError: EXIT.failed,
  TestbedError: EXIT.failed,
  ModemError: EXIT.failed,
  ServeError: EXIT.usage,
  PortError: EXIT.failed,
  Lwm2mError: EXIT.failed,
};

/** Errors of the file system that the user can do something about; the rest is a fault of ours. */
const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "this user may not",
  EPERM: "this user may not",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  EEXIST: "it is there already",
  EROFS: "the file system cannot be written",
  ENOSPC: "the file system is full",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "the name is too long",
};

/** The error in words, for standard error; undefined for one that nobody foresaw. */
export function explain(error: unknown): CliError | undefined {
  if (error instanceof CliError) return error;
  const { name = "", message = "", code = "", path, cause } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  const exitCode = OUR_ERRORS[name];
  if (exitCode !== undefined) {
    // A recording's own message is Node's; other errors of ours say more.
    const failed = name === "RecordingError" ? (cause as NodeJS.ErrnoException | undefined)?.code : undefined;
    const reason = FILE_ERRORS[failed ?? ""];
    return new CliError(exitCode, reason === undefined ? message : `${path}: ${reason}`, { cause: error });
  }
  const reason = FILE_ERRORS[code];
  if (reason === undefined || path === undefined) return undefined;
  return new CliError(EXIT.usage, `${path}: ${reason}`, { cause: error });
}
