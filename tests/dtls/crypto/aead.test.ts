import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type Aead, AesGcm } from "../../../services/dtls/crypto/aead.ts";
import { AesCcm } from "../../../services/dtls/crypto/ccm.ts";
import { counting, flipped, hex, opensslCcm, toHex } from "./samples.ts";

interface Vector {
  readonly source: string;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
  readonly content: Uint8Array;
  readonly sealed: string;
}

/** RFC 3610 §8: the packets count up from 0, and their first octets are associated data. */
function packet(number: number, nonce: string, clear: number, length: number, sealed: string): Vector {
  return {
    source: `RFC 3610 packet vector ${number}`,
    key: counting(0xc0, 16),
    nonce: hex(`${nonce} a0a1a2a3a4a5`),
    aad: counting(0, clear),
    content: counting(clear, length - clear),
    sealed,
  };
}

const CCM_VECTORS: readonly Vector[] = [
  packet(1, "00000003020100", 8, 31, "588c979a61c663d2f066d0c2c0f989806d5f6b61dac38417e8d12cfdf926e0"),
  packet(2, "00000004030201", 8, 32, "72c91a36e135f8cf291ca894085c87e3cc15c439c9e43a3ba091d56e10400916"),
  packet(3, "00000005040302", 8, 33, "51b1e5f44a197d1da46b0f8e2d282ae871e838bb64da8596574adaa76fbd9fb0c5"),
  packet(4, "00000006050403", 12, 31, "a28c6865939a9a79faaa5c4c2a9d4a91cdac8c96c861b9c9e61ef1"),
  packet(5, "00000007060504", 12, 32, "dcf1fb7b5d9e23fb9d4e131253658ad86ebdca3e51e83f077d9c2d93"),
  packet(6, "00000008070605", 12, 33, "6fc1b011f006568b5171a42d953d469b2570a4bd87405a0443ac91cb94"),
  {
    source: "RFC 3610 packet vector 13",
    key: hex("d7828d13b2b0bdc325a76236df93cc6b"),
    nonce: hex("00412b4ea9cdbe3c9696766cfa"),
    aad: hex("0be1a88bace018b1"),
    content: hex("08e8cf97d820ea258460e96ad9cf5289054d895ceac47c"),
    sealed: "4cb97f86a2a4689a877947ab8091ef5386a6ffbdd080f8e78cf7cb0cddd7b3",
  },
  {
    source: "NIST SP 800-38C example 3, which has the lengths of TLS",
    key: counting(0x40, 16),
    nonce: counting(0x10, 12),
    aad: counting(0, 20),
    content: counting(0x20, 24),
    sealed: "e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951",
  },
];

const GCM_VECTORS: readonly Vector[] = [
  {
    source: "GCM specification, test case 1",
    key: new Uint8Array(16),
    nonce: new Uint8Array(12),
    aad: new Uint8Array(0),
    content: new Uint8Array(0),
    sealed: "58e2fccefa7e3061367f1d57a4e7455a",
  },
  {
    source: "GCM specification, test case 2",
    key: new Uint8Array(16),
    nonce: new Uint8Array(12),
    aad: new Uint8Array(0),
    content: new Uint8Array(16),
    sealed: "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
  },
  {
    source: "GCM specification, test case 4",
    key: hex("feffe9928665731c6d6a8f9467308308"),
    nonce: hex("cafebabefacedbaddecaf888"),
    aad: hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
    content: hex(`
      d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72
      1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39`),
    sealed:
      "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa05" +
      "1ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47",
  },
];

const AEADS: readonly { name: string; create: (key: KeyObject) => Aead; vectors: readonly Vector[] }[] = [
  { name: "CCM", create: (key) => new AesCcm(key), vectors: CCM_VECTORS },
  { name: "CCM of OpenSSL", create: opensslCcm, vectors: CCM_VECTORS },
  { name: "GCM", create: (key) => new AesGcm(key), vectors: GCM_VECTORS },
];

function seal(aead: Aead, nonce: Uint8Array, aad: Uint8Array, content: Uint8Array): Uint8Array {
  const sealed = new Uint8Array(content.length + aead.tagLength);
  aead.seal(nonce, aad, content, sealed, 0);
  return sealed;
}

const cases = AEADS.flatMap(({ name, create, vectors }) =>
  vectors.map((vector) => ({ name, under: (key: Uint8Array) => create(createSecretKey(key)), vector })),
);

describe.each(cases)("$name, $vector.source", ({ under, vector: { key, nonce, aad, content, sealed } }) => {
  it("is sealed octet for octet", () => {
    expect(toHex(seal(under(key), nonce, aad, content))).toBe(sealed);
  });

  it("is opened again", () => {
    const opened = under(key).open(nonce, aad, hex(sealed));
    expect(opened && toHex(opened)).toBe(toHex(content));
  });

  it("is refused with any bit of key, nonce, associated data, ciphertext or tag the other way round", () => {
    const inputs = [key, nonce, aad, hex(sealed)] as const;
    for (const [position, input] of inputs.entries()) {
      for (let bit = 0; bit < 8 * input.length; bit++) {
        const [k, n, a, s] = inputs.map((octets, at) => (at === position ? flipped(octets, bit) : octets));
        expect(under(k!).open(n!, a!, s!)).toBeUndefined();
      }
    }
  });
});

describe("CCM beside that of OpenSSL", () => {
  const octets = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max });
  const both = (key: Uint8Array) => [new AesCcm(createSecretKey(key)), opensslCcm(createSecretKey(key))] as const;

  it("seals and opens the same, one record after the other, forged ones among them", () => {
    const record = fc.tuple(octets(12, 12), octets(1, 300), octets(0, 1500), fc.nat());
    fc.assert(
      fc.property(octets(16, 16), fc.array(record, { minLength: 1, maxLength: 6 }), (key, records) => {
        const [ours, theirs] = both(key);
        for (const [nonce, aad, content, bit] of records) {
          const sealed = seal(ours, nonce, aad, content);
          expect(toHex(sealed)).toBe(toHex(seal(theirs, nonce, aad, content)));
          expect(ours.open(nonce, aad, flipped(sealed, bit % (8 * sealed.length)))).toBeUndefined();
          expect(toHex(ours.open(nonce, aad, sealed)!)).toBe(toHex(content));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("agrees with the longest associated data that a Connection ID makes", () => {
    const [nonce, content] = [counting(2, 12), counting(3, 40)];
    const [ours, theirs] = both(counting(1, 16));
    for (const length of [255, 256, 257, 278]) {
      const aad = counting(0, length);
      expect(toHex(seal(ours, nonce, aad, content))).toBe(toHex(seal(theirs, nonce, aad, content)));
    }
  });

  it("agrees at every length around a block, and at the longest record", () => {
    const nonce = counting(2, 12);
    const [ours, theirs] = both(counting(1, 16));
    for (const length of [...Array(50).keys(), 2 ** 14 - 1, 2 ** 14, 2 ** 14 + 1024]) {
      const content = new Uint8Array(length).fill(0xa5);
      for (const aad of [counting(0, 13), counting(0, 14), counting(0, 15)])
        expect(toHex(seal(ours, nonce, aad, content))).toBe(toHex(seal(theirs, nonce, aad, content)));
    }
  });

  it("takes and gives octets wherever they lie in memory", () => {
    const [nonce, aad] = [counting(2, 12), counting(0, 13)];
    const [ours, theirs] = both(counting(1, 16));
    for (let at = 0; at < 5; at++) {
      const content = counting(0, 60).subarray(at, at + 33);
      const output = new Uint8Array(60);
      ours.seal(nonce, aad, content, output, at);
      const sealed = output.subarray(at, at + 41);
      expect(toHex(sealed)).toBe(toHex(seal(theirs, nonce, aad, content)));
      expect(output.subarray(at + 41).every((octet) => octet === 0)).toBe(true);
      expect(toHex(ours.open(nonce, aad, sealed)!)).toBe(toHex(content));
    }
  });

  it("gives a content in memory that holds nothing of what encrypts", () => {
    const [nonce, aad, content] = [counting(2, 12), counting(0, 13), counting(0x80, 20)];
    const [ours] = both(counting(1, 16));
    const opened = ours.open(nonce, aad, seal(ours, nonce, aad, content))!;
    const around = new Uint8Array(opened.buffer);
    // The associated data behind their length, and the content: each in whole blocks.
    expect(toHex(around)).toBe(`${"00".repeat(16)}000d${toHex(aad)}00${toHex(content)}${"00".repeat(12)}`);
  });
});

describe.each(AEADS)("$name with an empty content", ({ create }) => {
  const aead = create(createSecretKey(counting(0, 16)));
  const nonce = counting(0, 12);
  const aad = counting(0, 13);
  const tag = seal(aead, nonce, aad, Buffer.alloc(0));

  // Views without octets differ in what they point to, and Node 20 with them.
  const empties = {
    "an empty array": new Uint8Array(0),
    "a view of an empty buffer": new Uint8Array(new ArrayBuffer(0)),
    "no random octets": randomBytes(0),
    "the end of a datagram": new Uint8Array(20).subarray(20),
    "a slice of a pool": Buffer.from("pool").subarray(0, 0),
  };

  it.each(Object.entries(empties))("seals %s", (_, empty) => {
    const sealed = new Uint8Array(aead.tagLength);
    aead.seal(nonce, aad, empty, sealed, 0);
    expect(toHex(sealed)).toBe(toHex(tag));
  });

  it("opens with the right tag", () => {
    expect(aead.open(nonce, aad, tag)).toHaveLength(0);
  });

  it("is refused with each wrong tag, wherever it lies in memory", () => {
    for (let bit = 0; bit < 8 * tag.length; bit++) {
      const wrong = flipped(tag, bit);
      const datagram = new Uint8Array(100);
      datagram.set(wrong, 100 - wrong.length);
      for (const sealed of [wrong, Buffer.from(wrong), datagram.subarray(100 - wrong.length)])
        expect(aead.open(nonce, aad, sealed)).toBeUndefined();
    }
  });
});
