/** An event of our carrier as a Serial Modem tells it. */
import type { CarrierEventMessage } from "../../../carrier/application.ts";
import { MAX_APP_DATA_OCTETS } from "../../../modem/at/carrier/commands.ts";
import type { CarrierEventContent, CarrierEventName } from "../../../modem/at/carrier/events.ts";

const PREFIX = "LWM2M_CARRIER_EVENT_";

/** @param status 0 done; -1 the host has to. Undefined for data that no buffer of the modem could hold. */
export function eventContent(
  { name: fullName, meaning, payload = {} }: CarrierEventMessage,
  status: 0 | -1,
): CarrierEventContent | undefined {
  const name = fullName.slice(PREFIX.length) as CarrierEventName;
  switch (meaning.type) {
    case "deferred":
      return { name, reason: payload.reason ?? 0, timeoutSeconds: payload.timeout ?? 0 };
    case "error":
      return { name, type: payload.type ?? 0, value: payload.value ?? 0 };
    case "app.data": {
      const { path, data, operation } = meaning;
      if (operation !== "write") return { name, operation: operation === "observeStart" ? 1 : 2, path };
      return data.length > MAX_APP_DATA_OCTETS ? undefined : { name, operation: 0, path, data };
    }
    default:
      return { name, status };
  }
}
