/**
 * `#XCARRIEREVT`: what a Serial Modem tells its host of the carrier library that runs inside it (sm_at_carrier.c of
 * Nordic's Serial Modem, slm_at_carrier.c of the older Serial LTE Modem). It has numbers only, and two generations of
 * them: `new` belongs to edition 3.6 of the library, `old` to 3.3.
 */

export type CarrierVocabulary = "new" | "old";

/** Every name, without the prefix `LWM2M_CARRIER_EVENT_`. */
export type CarrierEventName =
  | "LTE_LINK_UP"
  | "LTE_LINK_DOWN"
  | "LTE_POWER_OFF"
  | "BOOTSTRAPPED"
  | "REGISTERED"
  | "DEREGISTERED"
  | "DEFERRED"
  | "FOTA_START"
  | "FOTA_SUCCESS"
  | "REBOOT"
  | "MODEM_DOMAIN"
  | "APP_DATA"
  | "MODEM_INIT"
  | "MODEM_SHUTDOWN"
  | "ERROR_CODE_RESET"
  | "ERROR";

/** What stands after the number. */
export type CarrierEventForm =
  /** `,<status>` */
  | "status"
  /** `,<reason>,<timeout>` */
  | "deferral"
  /** `,<type>,<value>` */
  | "error"
  /** `,<operation>,"<path>"[,<digits>CRLF"<hexadecimal>"]`, nothing after the last quote */
  | "hexData"
  /** `,<octets>,"<path>"CRLF<octets as they are>`, nothing after the last octet */
  | "rawData";

export interface CarrierEventWord {
  readonly name: CarrierEventName;
  readonly number: number;
  readonly form: CarrierEventForm;
}

export type CarrierEvent = { readonly name: CarrierEventName; readonly number: number } & (
  | {
      readonly form: "status";
      /** 0 done, or nothing to do; negative: the host has to do it. */
      readonly status: number;
    }
  | { readonly form: "deferral"; readonly reason: number; readonly timeoutSeconds: number }
  | { readonly form: "error"; readonly type: number; readonly value: number }
  | {
      readonly form: "hexData" | "rawData";
      /** 0 write, 1 observation starts, 2 observation stops. */
      readonly operation: 0 | 1 | 2;
      readonly path: string;
      /** With a write alone. */
      readonly data?: Uint8Array;
    }
);

/** The event for `formatCarrierEvent`: the vocabulary knows the number and the form. */
export type CarrierEventContent = { readonly name: CarrierEventName } & (
  | { readonly status: number }
  | { readonly reason: number; readonly timeoutSeconds: number }
  | { readonly type: number; readonly value: number }
  | { readonly operation: 0 | 1 | 2; readonly path: string; readonly data?: Uint8Array }
);

export const CARRIER_EVENT_PREFIX = "#XCARRIEREVT: ";

/** Of one APP_DATA: the buffer of a Serial Modem holds 4096 octets. */
export const MAX_CARRIER_DATA_OCTETS = 4096;

const word = (number: number, name: CarrierEventName, form: CarrierEventForm = "status"): CarrierEventWord => ({
  number,
  name,
  form,
});

export const CARRIER_EVENTS: Readonly<Record<CarrierVocabulary, readonly CarrierEventWord[]>> = {
  new: [
    word(1, "LTE_LINK_UP"),
    word(2, "LTE_LINK_DOWN"),
    word(3, "LTE_POWER_OFF"),
    word(4, "BOOTSTRAPPED"),
    word(5, "REGISTERED"),
    word(6, "DEREGISTERED"),
    word(7, "DEFERRED", "deferral"),
    word(8, "FOTA_START"),
    word(9, "FOTA_SUCCESS"),
    word(10, "REBOOT"),
    word(11, "MODEM_DOMAIN"),
    word(12, "APP_DATA", "hexData"),
    word(13, "MODEM_INIT"),
    word(14, "MODEM_SHUTDOWN"),
    word(15, "ERROR_CODE_RESET"),
    word(20, "ERROR", "error"),
  ],
  old: [
    word(1, "LTE_LINK_UP"),
    word(2, "LTE_LINK_DOWN"),
    word(3, "LTE_POWER_OFF"),
    word(4, "BOOTSTRAPPED"),
    word(5, "REGISTERED"),
    // Reason and timeout stand in the modem's log alone, and so do an error's type and value.
    word(6, "DEFERRED"),
    word(7, "FOTA_START"),
    word(8, "FOTA_SUCCESS"),
    word(9, "REBOOT"),
    word(10, "MODEM_DOMAIN"),
    word(11, "APP_DATA", "rawData"),
    word(12, "MODEM_INIT"),
    word(13, "MODEM_SHUTDOWN"),
    word(20, "ERROR"),
  ],
};

const LINE = /^#XCARRIEREVT: (\d{1,3}),(.*)$/;
const STATUS = /^(-?\d{1,10})$/;
const TWO_NUMBERS = /^(-?\d{1,10}),(-?\d{1,10})$/;
/** `/65535/65535/65535/65535` is the longest path. */
const HEX_DATA = /^([012]),"((?:\/\d{1,5}){1,4})"(?:,(\d{1,4}))?$/;
const RAW_DATA = /^(\d{1,4}),"((?:\/\d{1,5}){1,4})"$/;

/**
 * How many octets belong to a notification after its line's CRLF: the payload of APP_DATA, whatever is in it. 0 for any
 * other line. The two generations cannot be mistaken for each other here.
 */
export function carrierPayloadOctets(line: string): number {
  const [, number, rest] = LINE.exec(line) ?? [];
  if (number === undefined || rest === undefined) return 0;
  const digits = number === "12" ? HEX_DATA.exec(rest)?.[3] : undefined;
  if (digits !== undefined) return Number(digits) > 2 * MAX_CARRIER_DATA_OCTETS ? 0 : Number(digits) + '""'.length;
  const octets = Number(number === "11" ? (RAW_DATA.exec(rest)?.[1] ?? 0) : 0);
  return octets > MAX_CARRIER_DATA_OCTETS ? 0 : octets;
}

/**
 * A line, without CRLF, in the words of a vocabulary; undefined for anything else, an event of the other vocabulary
 * included. `payload` is what `carrierPayloadOctets` counted.
 */
export function parseCarrierEvent(
  vocabulary: CarrierVocabulary,
  line: string,
  payload?: Uint8Array,
): CarrierEvent | undefined {
  const [, number, rest] = LINE.exec(line) ?? [];
  const found = CARRIER_EVENTS[vocabulary].find((event) => event.number === Number(number));
  return found && rest !== undefined ? PARSERS[found.form](found, rest, payload) : undefined;
}

/** The same from the fields that the notification table gives: `event` is the number, `values` what follows, unquoted. */
export function carrierEventOf(
  vocabulary: CarrierVocabulary,
  { event, values, data }: { readonly event: number; readonly values: readonly string[]; readonly data?: Uint8Array },
): CarrierEvent | undefined {
  const fields = values.map((value) => (value.startsWith("/") ? `"${value}"` : value));
  return parseCarrierEvent(vocabulary, `${CARRIER_EVENT_PREFIX}${[event, ...fields].join(",")}`, data);
}

/** The octets on the line, from the CRLF before to the last one. Throws `RangeError` for what the vocabulary lacks. */
export function formatCarrierEvent(vocabulary: CarrierVocabulary, content: CarrierEventContent): Uint8Array {
  const found = carrierEventWord(vocabulary, content.name);
  if (found === undefined) throw new RangeError(`the ${vocabulary} #XCARRIEREVT has no ${content.name}`);
  const head = `\r\n${CARRIER_EVENT_PREFIX}${found.number},`;
  const encode = (text: string) => new TextEncoder().encode(text);
  if ("path" in content) {
    const { operation, path, data } = content;
    if (found.form === "rawData") {
      const octets = data ?? new Uint8Array(0);
      return concat(encode(`${head}${octets.length},"${path}"\r\n`), octets);
    }
    if (data === undefined) return encode(`${head}${operation},"${path}"\r\n`);
    const digits = toHex(data);
    return encode(`${head}${operation},"${path}",${digits.length}\r\n"${digits}"`);
  }
  if ("status" in content) return encode(`${head}${content.status}\r\n`);
  if (found.form === "status") return encode(`${head}0\r\n`);
  if ("reason" in content) return encode(`${head}${content.reason},${content.timeoutSeconds}\r\n`);
  return encode(`${head}${content.type},${content.value}\r\n`);
}

export function carrierEventWord(vocabulary: CarrierVocabulary, name: CarrierEventName): CarrierEventWord | undefined {
  return CARRIER_EVENTS[vocabulary].find((event) => event.name === name);
}

type Parser = (found: CarrierEventWord, rest: string, payload?: Uint8Array) => CarrierEvent | undefined;

const PARSERS: Readonly<Record<CarrierEventForm, Parser>> = {
  status: ({ name, number }, rest) => {
    const [, status] = STATUS.exec(rest) ?? [];
    return status === undefined ? undefined : { name, number, form: "status", status: Number(status) };
  },
  deferral: ({ name, number }, rest) => {
    const [, reason, timeout] = TWO_NUMBERS.exec(rest) ?? [];
    if (reason === undefined) return undefined;
    return { name, number, form: "deferral", reason: Number(reason), timeoutSeconds: Number(timeout) };
  },
  error: ({ name, number }, rest) => {
    const [, type, value] = TWO_NUMBERS.exec(rest) ?? [];
    return type === undefined ? undefined : { name, number, form: "error", type: Number(type), value: Number(value) };
  },
  hexData: ({ name, number }, rest, payload) => {
    const [, operation, path, digits] = HEX_DATA.exec(rest) ?? [];
    if (operation === undefined || path === undefined) return undefined;
    const head = { name, number, form: "hexData", operation: Number(operation) as 0 | 1 | 2, path } as const;
    if (digits === undefined) return head;
    const data = payload && fromHex(new TextDecoder().decode(payload).replaceAll('"', ""));
    return data && { ...head, data };
  },
  rawData: ({ name, number }, rest, payload) => {
    const [, , path] = RAW_DATA.exec(rest) ?? [];
    if (path === undefined || payload === undefined) return undefined;
    return { name, number, form: "rawData", operation: 0, path, data: payload.slice() };
  },
};

function toHex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

function fromHex(digits: string): Uint8Array | undefined {
  if (!/^(?:[\dA-Fa-f]{2})*$/.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (octet) => Number.parseInt(octet, 16));
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
