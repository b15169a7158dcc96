/** What AT#XCARRIER has our own carrier do: `lwm2m_carrier_*()` by the commands that a Serial Modem has for them. */
import { type Carrier, REQUESTS } from "../../../carrier/createCarrier.ts";
import {
  CARRIER_COMMANDS,
  type CarrierCommandName,
  type CarrierCommands,
  type CarrierParams,
  type CarrierRequest,
} from "../../../modem/at/carrier/commands.ts";
import type { Command, ResponseOf } from "../../../modem/at/commands/command.ts";
import { formatFields } from "../../../modem/at/commands/field.ts";
import { lineText } from "../../../modem/at/commands/tokens.ts";
import {
  BATTERY_STATUS,
  type BatteryStatus,
  ERROR_CODE,
  type ErrorCode,
  POWER_SOURCE,
  type PowerSource,
} from "../../../services/lwm2m/device/deviceValues.ts";
import { Lwm2mError } from "../../../services/lwm2m/errors.ts";
import { DEVICE } from "../../../services/lwm2m/objects/device.ts";
import { PORTFOLIO } from "../../../services/lwm2m/objects/portfolio.ts";
import type { AtReply } from "../extension.ts";
import { APP_DATA_CONTAINER } from "./appDataContainer.ts";
import { minutesOf, utcOffsetOf } from "./utcOffset.ts";

/** Their data follow in data mode. */
type DataModeCommand = "appDataSetMode" | "appDataSendMode";

/** Runs a command and answers it. */
export async function runCarrierCommand(carrier: Carrier, request: CarrierRequest, reply: AtReply): Promise<void> {
  try {
    if (request.name === "appDataSetMode" || request.name === "appDataSendMode") {
      return await takeAppData(carrier, request.name, reply);
    }
    const work = COMMAND_WORK[request.name] as Work<CarrierCommandName>;
    const answer = await work(carrier, request.params as never);
    if (typeof answer === "number" && answer !== OK) return reply.error();
    if (typeof answer !== "object") return;
    const { response }: Command = CARRIER_COMMANDS[request.name];
    if (response !== undefined) reply.line(`${response.prefix}${formatFields(response.fields, answer)}`);
  } catch (error) {
    if (!(error instanceof Lwm2mError)) throw error;
    reply.error();
  }
}

/** Too late for ERROR: what is no data is not taken. */
async function takeAppData(carrier: Carrier, name: DataModeCommand, reply: AtReply): Promise<void> {
  reply.ok();
  const octets = await reply.data();
  if (name === "appDataSendMode") return setAppData(carrier, octets);
  const digits = lineText(octets);
  if (/^(?:[\dA-Fa-f]{2})+$/.test(digits)) setAppData(carrier, new Uint8Array(Buffer.from(digits, "hex")));
}

/** 0 or nothing is OK, another number ERROR; what a read tells. */
type Answer<Name extends CarrierCommandName> = number | undefined | ResponseOf<CarrierCommands[Name]>;

type Work<Name extends CarrierCommandName> = (
  carrier: Carrier,
  params: CarrierParams<Name>,
  // biome-ignore lint/suspicious/noConfusingVoidType: what sets a value has nothing to say.
) => Answer<Name> | void | Promise<Answer<Name>>;

const OK = 0;
const REFUSED = -1;
const NOTHING = new Uint8Array(0);
/** Of a Portfolio: 0 identity, 1 manufacturer, 2 model, 3 software version. */
const MOST_IDENTITY_TYPE = 3;
const KMH_PER_MS = 3.6;

/** Each throws `Lwm2mError` for a value that the library refuses. */
const COMMAND_WORK: { readonly [Name in Exclude<CarrierCommandName, DataModeCommand>]: Work<Name> } = {
  appDataCreate: setBinaryAppData,
  appDataSet: (carrier, { data }) => setAppData(carrier, data),
  appDataSetBinary: setBinaryAppData,
  appDataClear: setBinaryAppData,
  appDataSend: (carrier, { data }) => setAppData(carrier, data),
  appDataSendBinary: setBinaryAppData,
  appDataSendNothing: setBinaryAppData,
  send: (carrier, { object, instance, resource, resourceInstance }) =>
    begun(
      carrier.send([
        ["", object, instance, resource, ...(resourceInstance === undefined ? [] : [resourceInstance])].join("/"),
      ]),
    ),
  logData: ({ values }, { data }) => (values.setLogData(data) ? OK : REFUSED),

  batteryLevel: ({ values }, { percent }) => values.setBatteryLevel(percent),
  batteryStatus: ({ values }, { status }) => values.setBatteryStatus(nameOf<BatteryStatus>(BATTERY_STATUS, status)),
  current: ({ values }, { source, milliamperes }) =>
    values.setCurrent(nameOf<PowerSource>(POWER_SOURCE, source), milliamperes),
  voltage: ({ values }, { source, millivolts }) =>
    values.setVoltage(nameOf<PowerSource>(POWER_SOURCE, source), millivolts),
  powerSources: ({ values }, { sources }) =>
    values.setPowerSources(sources.map((source) => nameOf<PowerSource>(POWER_SOURCE, source))),
  error({ values }, { operation, code }) {
    const name = nameOf<ErrorCode>(ERROR_CODE, code);
    if (operation === "add") values.addErrorCode(name);
    else values.removeErrorCode(name);
  },
  memoryFreeRead: ({ objects }) => ({ kilobytes: Number(objects.value(DEVICE, 0, 10) ?? 0) }),
  memoryFreeWrite: ({ values }, { kilobytes }) => values.setMemory({ freeKilobytes: kilobytes }),
  memoryTotal: ({ values }, { kilobytes }) => values.setMemory({ totalKilobytes: kilobytes }),
  time(carrier) {
    const { objects } = carrier;
    const zone = objects.value(DEVICE, 0, 15);
    const place = zone === undefined ? "TIMEZONE:" : `TIMEZONE: ${zone}`;
    return { text: `UTC_TIME: ${utcTime(carrier)}, UTC_OFFSET: ${minutesOf(objects.value(DEVICE, 0, 14))}, ${place}` };
  },
  timezoneRead: ({ objects }) => ({ timezone: objects.value(DEVICE, 0, 15) ?? "" }),
  timezoneWrite: ({ values }, { timezone }) => values.setTimezone(timezone),
  utcOffsetRead: ({ objects }) => ({ minutes: minutesOf(objects.value(DEVICE, 0, 14)) }),
  utcOffsetWrite: ({ values }, { minutes }) => values.setUtcOffset(utcOffsetOf(minutes)),
  utcTimeRead: (carrier) => ({ time: utcTime(carrier) }),
  utcTimeWrite: ({ values }, { seconds }) => values.setTime(seconds),

  position: ({ values }, { latitude, longitude, altitude, timestamp, uncertainty }) =>
    values.setPosition({ latitude, longitude, altitude, timestamp, radius: uncertainty }),
  velocity: ({ values }, { heading, horizontal, vertical, horizontalUncertainty, verticalUncertainty }) =>
    values.setVelocity({
      heading,
      horizontalSpeed: KMH_PER_MS * horizontal,
      verticalSpeed: KMH_PER_MS * vertical,
      horizontalUncertainty: KMH_PER_MS * horizontalUncertainty,
      verticalUncertainty: KMH_PER_MS * verticalUncertainty,
    }),
  portfolioCreate({ objects }, { instance }) {
    objects.create(PORTFOLIO.id, instance);
  },
  portfolioRead({ objects }, { instance, identityType }) {
    const identity = objects.value(PORTFOLIO, instance, 0)?.get(identityType);
    return identity === undefined ? REFUSED : { identity };
  },
  portfolioWrite({ objects, values }, { instance, identityType, identity }) {
    if (identityType > MOST_IDENTITY_TYPE) return REFUSED;
    if (!objects.hasInstance(PORTFOLIO.id, instance)) return REFUSED;
    values.setPortfolioIdentity(instance, identityType, identity);
    return OK;
  },

  ...requests(),
};

/** `/10250/0/0`. */
function setAppData({ objects }: Carrier, data: Uint8Array): void {
  objects.set(APP_DATA_CONTAINER.id, 0, 0, data);
}

/** `/19/<instance>/0/<resourceInstance>`; without data it is empty. */
function setBinaryAppData(
  { values }: Carrier,
  { instance, resourceInstance, data = NOTHING }: { instance: number; resourceInstance: number; data?: Uint8Array },
): void {
  values.setAppData(instance, resourceInstance, data);
}

/** A command each for the library's requests. */
function requests() {
  const work = REQUESTS.map((name) => [name, (carrier: Carrier) => carrier.request(name)]);
  return Object.fromEntries(work) as Record<(typeof REQUESTS)[number], (carrier: Carrier) => number>;
}

/** What can be refused at once is; what is on its way is OK, as the library has it. */
function begun(sending: Promise<number>): Promise<number> {
  const onItsWay = new Promise<number>((resolve) => setImmediate(resolve, OK));
  return Promise.race([sending, onItsWay]);
}

function nameOf<Name extends string>(table: Readonly<Record<Name, number>>, number: number): Name {
  for (const [name, value] of Object.entries(table)) if (value === number) return name as Name;
  throw new Lwm2mError("outOfRange", `${number} is none of ${Object.values(table).join(", ")}`);
}

function utcTime({ objects }: Carrier): string {
  const seconds = Number(objects.value(DEVICE, 0, 13) ?? 0);
  return `${new Date(1000 * seconds).toISOString().slice(0, "1970-01-01T00:00:00".length)}Z`;
}
