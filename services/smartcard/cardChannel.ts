/** A logical channel of a UICC: applications and files are selected and read on it (ISO/IEC 7816-4, ETSI TS 102 221 §11). */
import { SmartcardError } from "./smartcardError.ts";

/** Sends an APDU; resolves with the answer, its last two octets being the status words. */
export type SendApdu = (command: Uint8Array) => Promise<Uint8Array>;

/** No file of a card is read further. */
export const MAX_FILE_OCTETS = 16_384;
/** How often a card may put off the rest of an answer. */
const MAX_ANSWER_PARTS = 16;
/** Le of one octet: 0 stands for 256. */
const MAX_READ_OCTETS = 256;

const STATUS = {
  success: 0x9000,
  /** Fewer octets than asked for: the file ends. */
  endOfFile: 0x6282,
  fileNotFound: 0x6a82,
  wrongParameters: 0x6b00,
} as const;
/** SW1 of "so many octets are there still" and of "ask for so many". */
const MORE = 0x61;
const WRONG_LENGTH = 0x6c;

const INSTRUCTION = { manageChannel: 0x70, select: 0xa4, readBinary: 0xb0, getResponse: 0xc0 } as const;
/** SELECT by name of the application, and by path from the master file; the answer is the file's control parameters. */
const SELECT_BY_NAME = 0x04;
const SELECT_BY_PATH = 0x08;
const RETURN_FCP = 0x04;
const CLOSE = 0x80;

/** File control parameters (ETSI TS 102 221 §11.1.1.3). */
const FCP = 0x62;
const FCP_FILE_SIZE = 0x80;

interface Answer {
  readonly data: Uint8Array;
  readonly status: number;
}

export class CardChannel {
  readonly #send: SendApdu;
  readonly #number: number;

  private constructor(send: SendApdu, number: number) {
    this.#send = send;
    this.#number = number;
  }

  /** Throws `SmartcardError`; what `send` rejects with goes through. */
  static async open(send: SendApdu): Promise<CardChannel> {
    const { data, status } = await exchange(send, 0, [INSTRUCTION.manageChannel, 0, 0], [], 1);
    const [number] = data;
    if (status !== STATUS.success) throw unexpected("MANAGE CHANNEL", status);
    // Numbers above 3 need another form of CLA, which no card uses while lower ones are free.
    if (data.length !== 1 || number === undefined || number < 1 || number > 3) {
      throw new SmartcardError("malformed", "MANAGE CHANNEL: the card gave no channel from 1 to 3");
    }
    return new CardChannel(send, number);
  }

  async close(): Promise<void> {
    await this.#ask([INSTRUCTION.manageChannel, CLOSE, this.#number], []);
  }

  /** Selects an application by its identifier; false where the card has none. */
  async selectApplication(identifier: Uint8Array): Promise<boolean> {
    const { status } = await this.#ask([INSTRUCTION.select, SELECT_BY_NAME, RETURN_FCP], identifier, 0);
    if (status === STATUS.success) return true;
    if (status === STATUS.fileNotFound) return false;
    throw unexpected("SELECT of the application", status);
  }

  /** The content of a transparent file; undefined where there is no such file. */
  async readFile(path: Uint8Array): Promise<Uint8Array | undefined> {
    const name = Buffer.from(path).toString("hex");
    const { data, status } = await this.#ask([INSTRUCTION.select, SELECT_BY_PATH, RETURN_FCP], path, 0);
    if (status === STATUS.fileNotFound) return undefined;
    if (status !== STATUS.success) throw unexpected(`SELECT of file ${name}`, status);
    return this.#readBinary(name, fileSizeOf(data));
  }

  async #readBinary(name: string, size: number | undefined): Promise<Uint8Array> {
    if ((size ?? 0) > MAX_FILE_OCTETS) throw tooLarge(name);
    const parts: Uint8Array[] = [];
    for (let offset = 0; size === undefined || offset < size; ) {
      if (offset > MAX_FILE_OCTETS) throw tooLarge(name);
      const wanted = Math.min(MAX_READ_OCTETS, (size ?? Number.POSITIVE_INFINITY) - offset);
      const { data, status } = await this.#ask(
        [INSTRUCTION.readBinary, offset >> 8, offset & 0xff],
        [],
        wanted % MAX_READ_OCTETS,
      );
      const ends = status === STATUS.endOfFile || (size === undefined && status === STATUS.wrongParameters);
      if (!ends && status !== STATUS.success) throw unexpected(`READ BINARY of file ${name}`, status);
      parts.push(data);
      offset += data.length;
      if (ends || data.length === 0 || (size === undefined && data.length < wanted)) break;
    }
    return Uint8Array.from(Buffer.concat(parts));
  }

  #ask(header: readonly [number, number, number], data: ArrayLike<number>, expected?: number): Promise<Answer> {
    return exchange(this.#send, this.#number, header, data, expected);
  }
}

/** One command with all that belongs to its answer. `expected` is Le; without it no data is asked for. */
async function exchange(
  send: SendApdu,
  cla: number,
  header: readonly [number, number, number],
  data: ArrayLike<number>,
  expected?: number,
): Promise<Answer> {
  const body = data.length === 0 ? [] : [data.length, ...Array.from(data)];
  const command = (le: number | undefined) => Uint8Array.of(cla, ...header, ...body, ...(le === undefined ? [] : [le]));
  let answer = answerOf(await send(command(expected)));
  if (answer.status >> 8 === WRONG_LENGTH) answer = answerOf(await send(command(answer.status & 0xff)));
  const parts = [answer.data];
  for (let asked = 0; answer.status >> 8 === MORE; asked++) {
    if (asked === MAX_ANSWER_PARTS)
      throw new SmartcardError("tooLarge", "the card has more to say, and never comes to an end");
    answer = answerOf(await send(Uint8Array.of(cla, INSTRUCTION.getResponse, 0, 0, answer.status & 0xff)));
    parts.push(answer.data);
  }
  return { data: Uint8Array.from(Buffer.concat(parts)), status: answer.status };
}

function answerOf(octets: Uint8Array): Answer {
  const [sw1, sw2] = octets.subarray(-2);
  if (sw1 === undefined || sw2 === undefined) throw new SmartcardError("malformed", "an answer without status words");
  return { data: octets.subarray(0, -2), status: (sw1 << 8) | sw2 };
}

/** Undefined where the card does not tell it. */
function fileSizeOf(octets: Uint8Array): number | undefined {
  if (octets[0] !== FCP) return undefined;
  for (let at = 2; at + 1 < octets.length; at += 2 + octets[at + 1]!) {
    if (octets[at] !== FCP_FILE_SIZE) continue;
    const value = octets.subarray(at + 2, at + 2 + octets[at + 1]!);
    return value.reduce((size, octet) => size * 256 + octet, 0);
  }
  return undefined;
}

function unexpected(what: string, status: number): SmartcardError {
  return new SmartcardError(
    "status",
    `${what}: the card answered ${status.toString(16).toUpperCase().padStart(4, "0")}`,
  );
}

function tooLarge(name: string): SmartcardError {
  return new SmartcardError("tooLarge", `file ${name} has more than ${MAX_FILE_OCTETS} octets`);
}
