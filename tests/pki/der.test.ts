import { describe, expect, it } from "@jest/globals";
import { boolean, DerFields, objectIdentifier, readDer, smallInteger, TAG, valuesOf } from "../../services/pki/der.ts";
import { PkiError } from "../../services/pki/errors.ts";
import * as write from "./support/derWriter.ts";

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

describe("reading DER", () => {
  it("gives tag, content and the whole of a value, of every length form", () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535, 65_536]) {
      const encoded = write.tlv(write.OCTET_STRING, new Uint8Array(length));
      const value = readDer(encoded);
      expect(value.tag).toBe(TAG.octetString);
      expect(value.content).toHaveLength(length);
      expect(value.encoded).toHaveLength(encoded.length);
    }
  });

  it("walks optional fields in their order", () => {
    const value = readDer(write.sequence(write.boolean(true), write.integer(Uint8Array.of(7))), TAG.sequence);
    const fields = new DerFields(value.content);
    expect(fields.optional(TAG.integer)).toBeUndefined();
    expect(boolean(fields.optional(TAG.boolean)!)).toBe(true);
    expect(smallInteger(fields.next(TAG.integer))).toBe(7);
    expect(fields.more).toBe(false);
    fields.end();
    expect(() => fields.next()).toThrow(PkiError);
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["a tag alone", "30"],
    ["a value cut short", "3003020101".slice(0, 8)],
    ["a length cut short", "3082"],
    ["octets behind the value", "05000500"],
    ["an indefinite length", "30800000"],
    ["a length of five octets", "30850000000001aa"],
    ["a length in more octets than needed", "308101aa"],
    ["a length with leading zeros", `30820080${"00".repeat(128)}`],
    ["a high tag number", "1f8101aa"],
    ["the reserved length", "30ff00"],
  ])("refuses %s", (_, hex) => expect(() => readDer(bytes(hex))).toThrow(PkiError));

  it.each(["0.9.2342.19200300.100.1.1", "1.2.840.113549.1.1.11", "2.5.29.15", "2.999.3", "1.3.101.112"])(
    "reads the object identifier %s",
    (id) => {
      const encoded = id === "2.999.3" ? bytes("0603883703") : write.oid(id);
      expect(objectIdentifier(readDer(encoded))).toBe(id);
    },
  );

  it.each(["0600", "060355801d", "060280 01".replace(" ", ""), "06025581"])(
    "refuses the object identifier %s",
    (hex) => {
      expect(() => objectIdentifier(readDer(bytes(hex)))).toThrow(PkiError);
    },
  );

  it.each(["0100", "010101", "01020000"])("refuses the BOOLEAN %s", (hex) => {
    expect(() => boolean(readDer(bytes(hex)))).toThrow(PkiError);
  });

  it.each(["0200", "0201ff", "02050100000000"])("refuses the INTEGER %s as a small one", (hex) => {
    expect(() => smallInteger(readDer(bytes(hex)))).toThrow(PkiError);
  });

  it("does not recurse, however deep the octets are nested", () => {
    let nested: Uint8Array = bytes("0500");
    for (let depth = 0; depth < 2000; depth++) nested = write.sequence(nested);
    expect(valuesOf(readDer(nested))).toHaveLength(1);
  });
});
