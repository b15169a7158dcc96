/** Bootstrap data read from a card: sound ones, cards without, and cards that answer wrongly or never come to an end. */
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { SimulatedSmartcard } from "../../modem/simulated/smartcard.ts";
import type { Modem } from "../../ports/modem.ts";
import {
  type BootstrapFiles,
  decodeBootstrapFile,
  encodeBootstrapFile,
  MAX_BOOTSTRAP_OBJECTS,
} from "../../services/smartcard/bootstrapFile.ts";
import { readSmartcard } from "../../services/smartcard/readSmartcard.ts";
import { SmartcardError } from "../../services/smartcard/smartcardError.ts";

const OBJECTS: BootstrapFiles = [
  { objectId: 0, content: Uint8Array.of(0x08, 0x00, 0x03, 0xc1, 0x01, 0x01) },
  { objectId: 1, version: "1.1", content: Uint8Array.from({ length: 700 }, (_, index) => index & 0xff) },
];
const octets = (hexadecimal: string) => Uint8Array.from(Buffer.from(hexadecimal.replaceAll(" ", ""), "hex"));

/** What a modem lets be read of a card; `change` may put another answer in the place of the card's. */
function reader(card: SimulatedSmartcard, change?: (command: string, answer: Uint8Array) => Uint8Array) {
  const commands: string[] = [];
  const modem: Pick<Modem, "apdu" | "capabilities"> = {
    capabilities: { apdu: true } as Modem["capabilities"],
    apdu: async (command) => {
      const text = Buffer.from(command).toString("hex");
      commands.push(text);
      const answer = card.answer(command);
      return change?.(text, answer) ?? answer;
    },
  };
  return { modem, commands, read: () => readSmartcard(modem) };
}

const sound = () => new SimulatedSmartcard({ bootstrap: encodeBootstrapFile(OBJECTS) });
const withFiles = (files: Record<string, Uint8Array>) =>
  new SimulatedSmartcard({ bootstrap: encodeBootstrapFile(OBJECTS), files });

describe("a card with bootstrap data", () => {
  it("gives its objects, and its channel back", async () => {
    const { read, commands } = reader(sound());
    expect(await read()).toEqual(OBJECTS);
    expect(commands[0]).toBe("0070000001");
    expect(commands.at(-1)).toBe("01708001");
  });

  it("may hand out its answers in parts, ask for another length, and not tell a file's size", async () => {
    let rest = new Uint8Array();
    const { read } = reader(sound(), (command, answer) => {
      if (command.startsWith("01c0")) {
        const part = rest.subarray(0, 100);
        rest = rest.slice(100);
        return Uint8Array.of(...part, ...(rest.length > 0 ? [0x61, Math.min(100, rest.length)] : [0x90, 0x00]));
      }
      if (command.startsWith("01a40804")) return Uint8Array.of(0x90, 0x00);
      if (!command.startsWith("01b0") || answer.length < 3) return answer;
      if (command.endsWith("00") && answer.length < 258) return Uint8Array.of(0x6c, answer.length - 2);
      rest = answer.slice(0, -2);
      return Uint8Array.of(0x61, Math.min(100, rest.length));
    });
    expect(await read()).toEqual(OBJECTS);
  });

  it.each([
    ["filled up with FF", `a706300404026430 ${"ff".repeat(20)}`],
    ["filled up with 00", `a706300404026430 ${"00".repeat(20)}`],
    ["with entries of other kinds", "a006300404024401 a706300404026430"],
    ["with a path from the master file", "a70a 3008 0406 3f00 7fff 6430"],
    ["with index and length", "a70c 300a 04026430 020100 800114"],
    ["with a list before that holds nothing of ours", "a706300404026431 a706300404026430"],
  ])("is found by an EF(ODF) %s", async (_, odf) => {
    const files = { "5031": octets(odf), "6431": octets("a112 3000 3000 a10c 300a 0602 2a03 3004 0402 7777") };
    expect(await reader(withFiles(files)).read()).toEqual(OBJECTS);
  });

  it("is found by an object identifier that is written twice over, as on some cards", async () => {
    const dodf = octets("a116 3000 3000 a110 300e 0606 0604672b0901 3004 0402 6432");
    expect(await reader(withFiles({ "6430": dodf })).read()).toEqual(OBJECTS);
  });

  it("is found behind data objects of others", async () => {
    const others = "a113 3000 3000 a10d 300b 0603 2a0304 3004 0402 7777 3006 3000 3000 a100";
    const dodf = octets(`${others} a114 3000 3000 a10e 300c 0604 672b0901 3004 0402 6432`);
    expect(await reader(withFiles({ "6430": dodf })).read()).toEqual(OBJECTS);
  });
});

describe("a card without", () => {
  it.each([
    ["a PKCS#15 application", new SimulatedSmartcard()],
    ["EF(ODF)", new SimulatedSmartcard({ files: { "6430": octets("00") } })],
    ["an entry in EF(ODF)", withFiles({ "5031": octets("ffff") })],
    ["EF(DODF)", withFiles({ "5031": octets("a706300404026439") })],
    ["an entry in EF(DODF)", withFiles({ "6430": octets("ffffff") })],
    ["the file itself", withFiles({ "6430": octets("a114 3000 3000 a10e 300c 0604 672b0901 3004 0402 6439") })],
  ])("%s gives nothing, and its channel back", async (_, card) => {
    const { read, commands } = reader(card);
    expect(await read()).toBeUndefined();
    expect(commands.at(-1)).toBe("01708001");
  });

  it("a way to it is not asked", async () => {
    const { modem, commands } = reader(sound());
    expect(await readSmartcard({ ...modem, capabilities: { ...modem.capabilities, apdu: false } })).toBeUndefined();
    expect(commands).toEqual([]);
  });
});

describe("a card that answers wrongly", () => {
  const status = (sw: number) => Uint8Array.of(sw >> 8, sw & 0xff);
  it.each([
    ["no channel free", "0070", status(0x6a81), "status"],
    ["a channel that cannot be", "0070", Uint8Array.of(4, 0x90, 0x00), "malformed"],
    ["no status words", "0070", new Uint8Array(1), "malformed"],
    ["the application locked", "01a40404", status(0x6283), "status"],
    ["a file locked", "01a40804", status(0x6985), "status"],
    ["a file that cannot be read", "01b0", status(0x6982), "status"],
    ["a file larger than any", "01a40804", octets("6204 8002 7fff 9000"), "tooLarge"],
    ["more and more", "01a40804", status(0x6101), "tooLarge"],
    ["another length, ever again", "01b0", status(0x6c01), "status"],
  ])("with %s is refused by name", async (_, prefix, answer, code) => {
    const endless = prefix !== "0070" && answer[0] === 0x61;
    const { read, commands } = reader(sound(), (command, given) =>
      command.startsWith(prefix) || (endless && command.startsWith("01c0")) ? answer : given,
    );
    await expect(read()).rejects.toMatchObject({ name: "SmartcardError", code });
    expect(commands.length).toBeLessThan(40);
  });

  it("with a file that never ends is left after 16 KiB", async () => {
    const page = Uint8Array.of(...new Uint8Array(256), 0x90, 0x00);
    const { read, commands } = reader(sound(), (command, answer) =>
      command.startsWith("01b0") ? page : command.startsWith("01a40804") ? status(0x9000) : answer,
    );
    await expect(read()).rejects.toMatchObject({ code: "tooLarge" });
    expect(commands.length).toBeLessThan(80);
  });

  it.each([
    ["EF(ODF) cut short", { "5031": octets("a7063004040264") }],
    ["a path of three octets", { "5031": octets("a707 3005 0403 643001") }],
    ["more entries than any", { "5031": octets("a000".repeat(65)) }],
    ["EF(DODF) without identifier", { "6430": octets("a106 3000 3000 a100") }],
  ])("with %s is refused", async (_, files) => {
    await expect(reader(withFiles(files)).read()).rejects.toBeInstanceOf(SmartcardError);
  });

  it("through the modem, the modem's error is told", async () => {
    const error = new Error("no card");
    const modem = { ...reader(sound()).modem, apdu: () => Promise.reject(error) };
    await expect(readSmartcard(modem)).rejects.toBe(error);
  });
});

describe("the bootstrap file", () => {
  it("has number and size of its objects, and each with id, version and length", () => {
    const file = octets("0002 0012 0000 00 0002 aabb 0001 01 01 0003 010203".replaceAll(" ", ""));
    const objects = [
      { objectId: 0, content: Uint8Array.of(0xaa, 0xbb) },
      { objectId: 1, version: "1.1", content: Uint8Array.of(1, 2, 3) },
    ];
    file[3] = file.length - 4;
    expect(decodeBootstrapFile(file)).toEqual(objects);
    expect(encodeBootstrapFile(objects)).toEqual(file);
    expect(decodeBootstrapFile(Uint8Array.of(...file, 0xff, 0xff))).toEqual(objects);
  });

  it("is the same after it was written and read, whatever is in it", () => {
    const object = fc.record({
      objectId: fc.integer({ min: 0, max: 65_535 }),
      content: fc.uint8Array({ maxLength: 200 }),
    });
    const versioned = fc.tuple(object, fc.option(fc.constantFrom("1.0", "1.1", "2.0"), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(versioned, { maxLength: 8 }), (given) => {
        const objects = given.map(([one, version]) => ({ ...one, ...(version !== undefined && { version }) }));
        expect(decodeBootstrapFile(encodeBootstrapFile(objects))).toEqual(objects);
      }),
    );
  });

  it("that is cut short anywhere is refused", () => {
    const file = encodeBootstrapFile(OBJECTS);
    for (let length = 0; length < file.length; length++) {
      expect(() => decodeBootstrapFile(file.subarray(0, length))).toThrow(SmartcardError);
    }
  });

  it("with objects beyond its size, octets behind them, or more than are taken, is refused", () => {
    expect(() => decodeBootstrapFile(octets("0001 0004 0000 0000 01"))).toThrow(/cut short/);
    expect(() => decodeBootstrapFile(octets("0001 0006 0000 00 0000 01"))).toThrow(/behind/);
    const many = Array.from({ length: MAX_BOOTSTRAP_OBJECTS + 1 }, () => ({ objectId: 1, content: new Uint8Array() }));
    expect(() => decodeBootstrapFile(encodeBootstrapFile(many))).toThrow(/65 objects/);
    expect(() => encodeBootstrapFile([{ objectId: 1, content: new Uint8Array(65_536) }])).toThrow(SmartcardError);
  });

  it("of any octets is read or refused, and nothing else happens", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (file) => {
        try {
          decodeBootstrapFile(file);
        } catch (error) {
          expect(error).toBeInstanceOf(SmartcardError);
        }
      }),
    );
  });
});

describe("directory files of any octets", () => {
  it("are read or refused, in a bounded number of commands", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.boolean(), async (file, odf) => {
        const { read, commands } = reader(withFiles({ [odf ? "5031" : "6430"]: file }));
        await read().catch((error: unknown) => expect(error).toBeInstanceOf(SmartcardError));
        expect(commands.length).toBeLessThan(200);
      }),
      { numRuns: 300 },
    );
  });
});
