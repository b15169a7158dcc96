/** What can be done to a simulated modem that runs (`lwm2m-carrier modem`). */
import type { SimulatedModem } from "../../modem/index.ts";
import type { AtFront } from "../../testbed/at/front.ts";
import { type Answer, CommandError, type Commands } from "../console/command.ts";
import { FAULT_NAMES, known, parseFault } from "./faultText.ts";

export interface RunningModem {
  readonly front: AtFront;
  readonly modem: SimulatedModem;
}

export const MODEM_COMMANDS: Commands<RunningModem> = {
  fault: {
    usage: "fault NAME[=NUMBER][:TIMES]",
    text: "makes something fail: fault crash:1, fault registrationDenied=15",
    words: [1, 1],
    run: ({ front }, [text = ""]) => attempt(() => front.inject(parseFault(text))),
    complete: () => FAULT_NAMES,
  },
  clear: {
    usage: "clear NAME",
    text: "ends a fault",
    words: [1, 1],
    run: ({ front }, [name = ""]) => attempt(() => front.clear(known(name))),
    complete: () => FAULT_NAMES,
  },
  sms: {
    usage: "sms NUMBER TEXT",
    text: "a short message arrives: sms +123456 wake",
    words: [2, 100],
    run: ({ modem }, [from = "", ...words]) => {
      if (modem.deliverSms(from, new TextEncoder().encode(words.join(" ")))) return {};
      throw new CommandError("the modem is not registered");
    },
  },
  power: {
    usage: "power",
    text: "takes the power away and gives it again",
    words: [0, 0],
    run: async ({ front }) => {
      await front.powerCycle();
      return {};
    },
  },
  status: {
    usage: "status",
    text: "functional mode and registration",
    words: [0, 0],
    run: ({ modem }): Answer => {
      const value = {
        initialised: modem.initialised?.firmwareVersion,
        mode: modem.functionalMode,
        registration: modem.registration,
      };
      const { initialised = "shut down", mode, registration } = value;
      return { value, lines: [`${initialised}, ${mode}, ${registration}`] };
    },
  },
};

function attempt(work: () => void): Answer {
  try {
    work();
    return {};
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}
