/** Every command of the table that the front answers by itself; those on firmware are an extension's. */

import type { DFU } from "../../../modem/at/commands/dfu.ts";
import type { COMMANDS, CommandKey } from "../../../modem/at/commands/table.ts";
import type { HandlersOf } from "../unit.ts";
import { credentials } from "./credentials.ts";
import { general } from "./general.ts";
import { pdn } from "./pdn.ts";
import { power } from "./power.ts";
import { registration } from "./registration.ts";
import { sim } from "./sim.ts";
import { slmSockets } from "./slmSockets.ts";
import { sms } from "./sms.ts";
import { secureSockets, sockets } from "./sockets.ts";
import { telemetry } from "./telemetry.ts";

type Answered = Omit<Pick<typeof COMMANDS, CommandKey>, keyof typeof DFU>;

export const HANDLERS: HandlersOf<Answered> = {
  ...general,
  ...power,
  ...registration,
  ...sim,
  ...pdn,
  ...telemetry,
  ...sms,
  ...credentials,
  ...sockets,
  ...secureSockets,
  ...slmSockets,
};
