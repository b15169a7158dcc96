/** The modem as the library inside a Serial Modem finds it: the application has started it, and restarts it with itself. */
import type { SimulatedModem } from "../../../modem/simulated/simulatedModem.ts";
import type { Modem, ModemInitResult } from "../../../ports/modem.ts";

/** @param shutdown in place of the modem's own. */
export function libraryModem(modem: SimulatedModem, shutdown: () => Promise<void>): Modem {
  const init = async (): Promise<ModemInitResult> => modem.initialised ?? modem.init();
  return new Proxy<Modem>(modem, {
    get(target, property) {
      if (property === "init") return init;
      if (property === "shutdown") return shutdown;
      const value = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
