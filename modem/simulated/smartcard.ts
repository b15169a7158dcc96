/**
 * The UICC of a simulated modem as APDUs meet it: logical channels, and where it has bootstrap data the PKCS#15
 * application with its directory files (ETSI TS 102 221 §11, OMA LwM2M Core 1.1 Appendix G.3).
 */

export interface SmartcardOptions {
  /** Content of the bootstrap file, at most 32767 octets. Without it the card has no PKCS#15 application. */
  readonly bootstrap?: Uint8Array;
  /** Further files, by path below the application in hexadecimal (`6430`), or in place of the card's own. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/** READ BINARY's offset has 15 bits. */
export const MAX_CARD_FILE_OCTETS = 0x7fff;

const STATUS = {
  success: [0x90, 0x00],
  endOfFile: [0x62, 0x82],
  wrongLength: [0x67, 0x00],
  channelNotSupported: [0x68, 0x81],
  noCurrentFile: [0x69, 0x86],
  fileNotFound: [0x6a, 0x82],
  noFreeChannel: [0x6a, 0x81],
  wrongParameters: [0x6b, 0x00],
  unknownInstruction: [0x6d, 0x00],
} as const;

const APPLICATION = "a000000063504b43532d3135";
const ODF = "5031";
const DODF = "6430";
const BOOTSTRAP = "6432";
/** EF(ODF) with its one entry, data objects in 6430; EF(DODF) with one, 2.23.43.9.1 "LwM2M Bootstrap" in 6432. */
const ODF_CONTENT = Buffer.from(`a70630040402${DODF}`, "hex");
const DODF_CONTENT = Buffer.from(
  `a125300030110c0f4c774d324d20426f6f747374726170a10e300c0604672b090130040402${BOOTSTRAP}`,
  "hex",
);

/** Beside the basic channel. */
const MAX_CHANNELS = 3;
const MASTER_FILE = "3f00";
const CURRENT_APPLICATION = "7fff";

interface Channel {
  application: boolean;
  file?: Uint8Array;
}

export class SimulatedSmartcard {
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #channels = new Map<number, Channel>([[0, { application: false }]]);

  constructor({ bootstrap, files = {} }: SmartcardOptions = {}) {
    const own =
      bootstrap === undefined
        ? []
        : ([
            [ODF, ODF_CONTENT],
            [DODF, DODF_CONTENT],
            [BOOTSTRAP, bootstrap],
          ] as const);
    this.#files = new Map([...own, ...Object.entries(files)]);
  }

  /** The answer with its status words. */
  answer(command: Uint8Array): Uint8Array {
    const [data, status] = this.#answer(command);
    return Uint8Array.of(...data, ...status);
  }

  #answer(command: Uint8Array): readonly [data: ArrayLike<number> & Iterable<number>, status: readonly number[]] {
    if (command.length < 4) return [[], STATUS.wrongLength];
    const [cla = 0, instruction, p1 = 0, p2 = 0, length = 0] = command;
    const channel = this.#channels.get(cla);
    if (channel === undefined) return [[], STATUS.channelNotSupported];
    if (instruction === 0x70) return p1 === 0 ? this.#open() : this.#close(p2);
    if (instruction === 0xa4)
      return this.#select(channel, p1, Buffer.from(command.subarray(5, 5 + length)).toString("hex"));
    if (instruction === 0xb0) return read(channel, (p1 << 8) | p2, length === 0 ? 256 : length);
    return [[], STATUS.unknownInstruction];
  }

  #open(): readonly [number[], readonly number[]] {
    for (let number = 1; number <= MAX_CHANNELS; number++) {
      if (this.#channels.has(number)) continue;
      this.#channels.set(number, { application: false });
      return [[number], STATUS.success];
    }
    return [[], STATUS.noFreeChannel];
  }

  #close(number: number): readonly [number[], readonly number[]] {
    return number > 0 && this.#channels.delete(number) ? [[], STATUS.success] : [[], STATUS.channelNotSupported];
  }

  #select(channel: Channel, by: number, name: string): readonly [number[], readonly number[]] {
    if (by === 0x04) {
      channel.application = name === APPLICATION && this.#files.size > 0;
      return channel.application ? [[0x62, 0x00], STATUS.success] : [[], STATUS.fileNotFound];
    }
    const path = name.startsWith(MASTER_FILE) ? name.slice(MASTER_FILE.length) : name;
    const below = path.startsWith(CURRENT_APPLICATION) ? path.slice(CURRENT_APPLICATION.length) : path;
    const file = channel.application && by === 0x08 ? this.#files.get(below) : undefined;
    if (file === undefined) return [[], STATUS.fileNotFound];
    channel.file = file;
    // File control parameters with the file's size.
    return [[0x62, 0x04, 0x80, 0x02, file.length >> 8, file.length & 0xff], STATUS.success];
  }
}

function read({ file }: Channel, offset: number, length: number): readonly [Uint8Array, readonly number[]] {
  if (file === undefined) return [new Uint8Array(), STATUS.noCurrentFile];
  if (offset > file.length) return [new Uint8Array(), STATUS.wrongParameters];
  const data = file.subarray(offset, offset + length);
  return [data, data.length < length ? STATUS.endOfFile : STATUS.success];
}
