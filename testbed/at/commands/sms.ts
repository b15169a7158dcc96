/** Short messages. */
import type { SMS } from "../../../modem/at/commands/sms.ts";
import type { HandlersOf } from "../unit.ts";

export const sms: HandlersOf<typeof SMS> = {
  cnmiSet: ({ mode, mt = 0, bm = 0, ds = 0, bfr = 0 }, unit) => unit.sms.route([mode, mt, bm, ds, bfr]),
  cnmiRead: (_, unit) => {
    const [mode, mt, bm, ds, bfr] = unit.sms.routing;
    return { mode, mt, bm, ds, bfr };
  },
  cnma: (_, unit) => unit.sms.acknowledge(),
};
