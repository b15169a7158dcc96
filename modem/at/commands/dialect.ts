/**
 * The two applications that offer an nRF91 modem on a serial line: Serial Modem (v1 and v2, sockets by handle, CR ends a
 * command) and the older Serial LTE Modem (one selected socket, CR LF ends a command).
 */
export type Dialect = "serialModem" | "slm";

export const DIALECTS = ["serialModem", "slm"] as const satisfies readonly Dialect[];

/** What ends a command. CR LF suits both: Serial Modem drops what stands before the next `AT`. */
export const COMMAND_END: Readonly<Record<Dialect | "unknown", string>> = {
  serialModem: "\r",
  slm: "\r\n",
  unknown: "\r\n",
};
