/**
 * An SMS-DELIVER as +CMT carries it: service centre address and TPDU in hexadecimal (3GPP TS 23.040 §9.2.2.1), with GSM
 * 7 bit, 8 bit and UCS2 user data (3GPP TS 23.038 §4, §6).
 *
 *   SCA | first octet | originating address | PID | DCS | timestamp | UDL | [UDHL, header] user data
 */

export interface DeliveredSms {
  /** The sender's number with `+` where it is international, or its name. */
  readonly from: string;
  /** The octets of 8 bit data; of a text in UTF-8. Without user data header. */
  readonly payload: Uint8Array;
}

/** Why a PDU makes no sense; it is the network's, so nothing is thrown further than to the line's listener. */
export class SmsPduError extends Error {
  override readonly name = "SmsPduError";
}

const TYPE_DELIVER = 0b00;
const TYPE_MASK = 0b11;
const HAS_USER_DATA_HEADER = 0b0100_0000;
const TIMESTAMP_OCTETS = 7;

/** Type of address octet (3GPP TS 23.040 §9.1.2.5). */
const ADDRESS = { international: 0x91, national: 0x81, mask: 0b0111_0000, isInternational: 0x10, isName: 0x50 };
/** Semi-octets of an address (3GPP TS 23.040 §9.1.2.3). */
const ADDRESS_DIGITS = "0123456789*#abc";

type Alphabet = "gsm7" | "octets" | "ucs2";

/** @param pdu hexadecimal, the service centre address included. */
export function decodeSmsDeliver(pdu: string): DeliveredSms {
  if (pdu.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(pdu)) throw new SmsPduError("not hexadecimal octets");
  const octets = new Octets(Uint8Array.from(Buffer.from(pdu, "hex")));
  octets.take(octets.next());
  const first = octets.next();
  if ((first & TYPE_MASK) !== TYPE_DELIVER) throw new SmsPduError("not an SMS-DELIVER");
  const from = takeAddress(octets);
  octets.next();
  const alphabet = alphabetOf(octets.next());
  octets.take(TIMESTAMP_OCTETS);
  const length = octets.next();
  const data = octets.take(alphabet === "gsm7" ? Math.ceil((length * 7) / 8) : length);
  const headerOctets = (first & HAS_USER_DATA_HEADER) === 0 ? 0 : (data[0] ?? 0) + 1;
  if (headerOctets > data.length) throw new SmsPduError("the user data header is longer than the user data");
  return { from, payload: payloadOf(alphabet, data, length, headerOctets) };
}

/** An SMS-DELIVER with 8 bit data. `from` has at most 20 digits, `payload` at most 140 octets. */
export function encodeSmsDeliver(from: string, payload: Uint8Array, sentAt: Date): string {
  const digits = from.replace(/^\+/, "");
  if (!/^\d{1,20}$/.test(digits))
    throw new SmsPduError(`sender ${JSON.stringify(from)} is no number of 1 to 20 digits`);
  if (payload.length > 140) throw new SmsPduError(`${payload.length} octets, 140 fit`);
  const type = from.startsWith("+") ? ADDRESS.international : ADDRESS.national;
  const year = sentAt.getUTCFullYear() % 100;
  const [month, day, hour] = [sentAt.getUTCMonth() + 1, sentAt.getUTCDate(), sentAt.getUTCHours()];
  const stamp = [year, month, day, hour, sentAt.getUTCMinutes(), sentAt.getUTCSeconds(), 0];
  const octets = [
    0,
    // No more messages wait: TP-MMS is set (§9.2.3.2).
    0b100,
    digits.length,
    type,
    ...swapped(digits),
    0,
    0b0000_0100,
    ...stamp.flatMap((part) => swapped(String(part).padStart(2, "0"))),
    payload.length,
    ...payload,
  ];
  return Buffer.from(octets).toString("hex").toUpperCase();
}

/** Octets of the TPDU alone, which is what +CMT's <length> counts. */
export function tpduLength(pdu: string): number {
  return pdu.length / 2 - 1 - Number.parseInt(pdu.slice(0, 2), 16);
}

class Octets {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  next(): number {
    return this.take(1)[0] as number;
  }

  take(count: number): Uint8Array {
    if (this.#at + count > this.#octets.length) throw new SmsPduError(`ends within octet ${this.#octets.length}`);
    this.#at += count;
    return this.#octets.subarray(this.#at - count, this.#at);
  }
}

function takeAddress(octets: Octets): string {
  const digits = octets.next();
  const type = octets.next();
  const value = octets.take(Math.ceil(digits / 2));
  if ((type & ADDRESS.mask) === ADDRESS.isName) return gsm7(value, 0, Math.floor((digits * 4) / 7));
  const number = [...value]
    .flatMap((octet) => [octet & 0xf, octet >> 4])
    .slice(0, digits)
    .map((digit) => ADDRESS_DIGITS[digit] ?? "")
    .join("");
  return (type & ADDRESS.mask) === ADDRESS.isInternational ? `+${number}` : number;
}

function swapped(digits: string): number[] {
  const even = digits.length % 2 === 0 ? digits : `${digits}f`;
  return (even.match(/../g) ?? []).map((pair) => Number.parseInt(`${pair[1]}${pair[0]}`, 16));
}

/** 3GPP TS 23.038 §4. */
function alphabetOf(dataCoding: number): Alphabet {
  const group = dataCoding >> 4;
  if (group === 0xf) return (dataCoding & 0b100) === 0 ? "gsm7" : "octets";
  if (group >= 0x8) return group === 0xe ? "ucs2" : "gsm7";
  if ((dataCoding & 0b0010_0000) !== 0) throw new SmsPduError("compressed text");
  const alphabet = (["gsm7", "octets", "ucs2"] as const)[(dataCoding >> 2) & 0b11];
  return alphabet ?? "gsm7";
}

/** @param length septets of GSM 7 bit, else octets; with the header in it. */
function payloadOf(alphabet: Alphabet, data: Uint8Array, length: number, headerOctets: number): Uint8Array {
  if (alphabet === "octets") return data.slice(headerOctets);
  if (alphabet === "ucs2") {
    const text = new TextDecoder("utf-16be").decode(data.subarray(headerOctets));
    return new TextEncoder().encode(text);
  }
  // The text begins at the next septet after the header (§9.2.3.24).
  return new TextEncoder().encode(gsm7(data, Math.ceil((headerOctets * 8) / 7), length));
}

const ESCAPE = 0x1b;
/** GSM 7 bit default alphabet and its extension (3GPP TS 23.038 §6.2.1). */
const GSM7 =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const GSM7_EXTENSION: Readonly<Record<number, string>> = {
  10: "\f",
  20: "^",
  40: "{",
  41: "}",
  47: "\\",
  60: "[",
  61: "~",
  62: "]",
  64: "|",
  101: "€",
};

/** Septets `from` to `to`, packed from the lowest bit up. */
function gsm7(octets: Uint8Array, from: number, to: number): string {
  let text = "";
  let escaped = false;
  for (let index = from; index < to; index++) {
    const bit = index * 7;
    const pair = (octets[bit >> 3] ?? 0) | ((octets[(bit >> 3) + 1] ?? 0) << 8);
    const septet = (pair >> (bit & 7)) & 0x7f;
    if (!escaped && septet === ESCAPE) {
      escaped = true;
      continue;
    }
    text += escaped ? (GSM7_EXTENSION[septet] ?? " ") : GSM7[septet];
    escaped = false;
  }
  return text;
}
