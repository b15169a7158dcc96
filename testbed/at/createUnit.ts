/** What stands behind an AT front, put together. */
import type { Dialect } from "../../modem/at/commands/dialect.ts";
import { NOTIFICATIONS } from "../../modem/at/commands/table.ts";
import { formatNotification } from "../../modem/at/commands/text.ts";
import type { SimulatedModem } from "../../modem/index.ts";
import type { Clock } from "../../ports/clock.ts";
import { ModemSettings } from "./modemSettings.ts";
import { PdnContexts } from "./pdnContexts.ts";
import { isRegistered } from "./registrationFields.ts";
import { SmsClient } from "./smsClient.ts";
import { body } from "./sockets/exchange.ts";
import { SocketTable } from "./sockets/socketTable.ts";
import type { ApplicationVersion, Notify, Unit } from "./unit.ts";

/** What the front does itself. */
type Own = Pick<Unit, "rejectCause" | "clearFault" | "tellDomainEvents" | "resetModem" | "restart" | "sleep">;

export interface UnitParts extends Own {
  readonly modem: SimulatedModem;
  readonly clock: Clock;
  readonly dialect: Dialect;
  readonly baudRate?: number;
  readonly version?: Partial<ApplicationVersion>;
  readonly notify: (text: string) => void;
}

const VERSIONS: Readonly<Record<Dialect, ApplicationVersion>> = {
  serialModem: { version: "v1.99.0", libraryVersion: "3.3.99" },
  slm: { version: "1.7.0", libraryVersion: "2.9.0" },
};
/** What AT+IPR? says of a line that takes no time. */
const NOMINAL_BAUD_RATE = 115_200;

export function createUnit(parts: UnitParts): Unit {
  const { modem, clock, dialect, baudRate, version } = parts;
  const { rejectCause, clearFault, tellDomainEvents, resetModem, restart, sleep } = parts;
  const notify: Notify = (key, values) => parts.notify(formatNotification(NOTIFICATIONS[key], values));
  const sockets = new SocketTable({
    clock,
    credentials: (tag) => modem.hostCredentials(tag),
    isConnected: () => isRegistered(modem),
    onPoll: (handle, events) => notify("xapoll", { handle, events }),
    onData: ({ handle, pushed }, { octets }) => {
      const hex = pushed?.hex === true;
      notify("xrecv", { handle, mode: hex ? "hex" : "text", size: octets.length, data: body(octets, hex) });
    },
  });
  return {
    modem,
    clock,
    dialect,
    version: { ...VERSIONS[dialect], ...version },
    settings: new ModemSettings(),
    contexts: new PdnContexts(modem),
    sms: new SmsClient(clock, notify),
    sockets,
    line: { echo: false, baudRate: baudRate || NOMINAL_BAUD_RATE, selected: undefined, dataTimeLimitMs: 0 },
    notify,
    rejectCause,
    clearFault,
    tellDomainEvents,
    resetModem,
    restart,
    sleep,
  };
}
