/** What the modem's firmware area or credential store refused with, as a value. Anything else is a bug and is thrown on. */
import type { ModemErrorShape } from "../../ports/modem.ts";
import { type ModemRefused, type Refused, refused, tidy } from "./outcome.ts";

export function asModemError(error: unknown): ModemErrorShape {
  const isOne = error instanceof Error && error.name === "ModemError";
  if (isOne && typeof (error as Partial<ModemErrorShape>).code === "string") return error as ModemErrorShape;
  throw error;
}

export function areaRefusal(error: unknown): ModemRefused | Refused {
  const { code, dfu, message } = asModemError(error);
  if (code === "memoryFull") return refused("noRoom", message);
  return { kind: "modem", code, ...(dfu === undefined ? {} : { dfu }), detail: tidy(message) };
}
