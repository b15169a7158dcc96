import { createSecretKey, KeyObject } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "@jest/globals";
import {
  deriveKeys,
  ecdhePskPremaster,
  exportDirectionKeys,
  importDirectionKeys,
  masterSecret,
  pskPremaster,
  verifyData,
} from "../../../services/dtls/crypto/keySchedule.ts";
import { DtlsError } from "../../../services/dtls/errors.ts";
import { SUITES } from "../../../services/dtls/suites.ts";
import { counting, hex, toHex } from "./samples.ts";

// The expected values of this file were made with `openssl kdf … TLS1-PRF` from these inputs.
const MASTER = createSecretKey(counting(0x00, 48));
const SERVER_RANDOM = counting(0x50, 32);
const HANDSHAKE_HASH = counting(0x80, 32);
const CLIENT_RANDOM = counting(0xc0, 32);
/** RFC 4279 §2, written by hand for the key "secretPSK1234567". */
const PREMASTER = hex(`0010 ${"00".repeat(16)} 0010 73656372657450534b31323334353637`);
const KEY_BLOCK = `
  b8a6f35765ccc99106073773bcfb03b8b185493e199efc6c414ed8daf231e0d574772760af70050f27ae54af6553137d
  e9219e21145fb9a4d0676107c6121c314631402afdf7460ff00e6784caa30e6004c7f73b5beb780f3614f671d575a500`;

const AEAD = { cipher: "aes128Ccm8" } as const;
const CBC = { cipher: "aes128CbcSha256" } as const;

describe("premaster secret", () => {
  it("of a PSK has as many zeros as the key has octets, then the key, each behind its length", () => {
    expect(toHex(pskPremaster(new TextEncoder().encode("secretPSK1234567")))).toBe(toHex(PREMASTER));
    expect(toHex(pskPremaster(hex("ff")))).toBe("000100" + "0001ff");
    expect(pskPremaster(new Uint8Array(64).fill(1))).toHaveLength(132);
  });

  it("of ECDHE_PSK has the X coordinate with its leading zeros, then the key, each behind its length", () => {
    const z = hex(`0000${"aa".repeat(30)}`);
    expect(toHex(ecdhePskPremaster(z, hex("0102030405")))).toBe(`00200000${"aa".repeat(30)}00050102030405`);
  });
});

describe("master secret", () => {
  const randoms = { clientRandom: CLIENT_RANDOM, serverRandom: SERVER_RANDOM };

  it("is made of the randoms without the extension", () => {
    const master = masterSecret({ premaster: PREMASTER, ...randoms });
    expect(toHex(master.export())).toBe(
      "71f08d6ea4eff83f9e2c586caa00c3a72158c24c365bb77e5bef65fa3224fe3c81f27ea8df51ccd29e8c56c0aee816df",
    );
  });

  it("is made of the session hash alone with it (RFC 7627)", () => {
    const extended = "b9ac52d5f01f34d47ae606a05b635922996451ed58afc68ac0bc74b908716847de2b274a0c2fb095b98bc11d7ed7cde4";
    const master = masterSecret({ premaster: PREMASTER, ...randoms, sessionHash: HANDSHAKE_HASH });
    expect(toHex(master.export())).toBe(extended);
    const others = { clientRandom: SERVER_RANDOM, serverRandom: CLIENT_RANDOM };
    const same = masterSecret({ premaster: PREMASTER, ...others, sessionHash: HANDSHAKE_HASH });
    expect(toHex(same.export())).toBe(extended);
  });

  it("leaves the premaster secret to its owner, who may wipe it", () => {
    const premaster = Uint8Array.from(PREMASTER);
    const master = masterSecret({ premaster, ...randoms });
    const before = toHex(master.export());
    expect(toHex(premaster)).toBe(toHex(PREMASTER));
    premaster.fill(0);
    expect(toHex(master.export())).toBe(before);
  });
});

describe("keys of both directions", () => {
  it("of an AEAD suite are two keys and two salts, the client's first", () => {
    const { client, server } = deriveKeys(AEAD, MASTER, CLIENT_RANDOM, SERVER_RANDOM);
    expect(client.macKey).toBeUndefined();
    expect(server.macKey).toBeUndefined();
    expect(toHex(client.key.export())).toBe("b8a6f35765ccc99106073773bcfb03b8");
    expect(toHex(server.key.export())).toBe("b185493e199efc6c414ed8daf231e0d5");
    expect(toHex(client.salt)).toBe("74772760");
    expect(toHex(server.salt)).toBe("af70050f");
  });

  it("of a CBC suite are two MAC keys, then two keys, and no IV", () => {
    const { client, server } = deriveKeys(CBC, MASTER, CLIENT_RANDOM, SERVER_RANDOM);
    const block = toHex(hex(KEY_BLOCK));
    expect(toHex(client.macKey!.export())).toBe(block.slice(0, 64));
    expect(toHex(server.macKey!.export())).toBe(block.slice(64, 128));
    expect(toHex(client.key.export())).toBe(block.slice(128, 160));
    expect(toHex(server.key.export())).toBe(block.slice(160, 192));
    expect(client.salt).toHaveLength(0);
  });

  it.each(SUITES)("of $name lie in KeyObjects, which show nothing when they are printed", (suite) => {
    const { client, server } = deriveKeys(suite, MASTER, CLIENT_RANDOM, SERVER_RANDOM);
    for (const { key, macKey } of [client, server]) {
      expect(key).toBeInstanceOf(KeyObject);
      expect(key.type).toBe("secret");
      expect(key.symmetricKeySize).toBe(16);
      if (macKey) expect(macKey).toBeInstanceOf(KeyObject);
      expect(macKey?.symmetricKeySize).toBe(suite.cipher === "aes128CbcSha256" ? 32 : undefined);
      const shown = inspect({ key, macKey }, { depth: 5, showHidden: true }).replaceAll(" ", "");
      for (const secret of [key.export(), macKey?.export()])
        if (secret) expect(shown).not.toContain(secret.toString("hex").slice(0, 8));
    }
  });

  it("keep no slab of Node's buffer pool alive", () => {
    const { client, server } = deriveKeys(AEAD, MASTER, CLIENT_RANDOM, SERVER_RANDOM);
    const imported = importDirectionKeys(AEAD, Buffer.from(exportDirectionKeys(client)));
    for (const { salt } of [client, server, imported]) expect(salt.buffer.byteLength).toBe(4);
  });
});

describe("exported keys", () => {
  it.each(SUITES)("of $name are the same after an import", (suite) => {
    const { client } = deriveKeys(suite, MASTER, CLIENT_RANDOM, SERVER_RANDOM);
    const bytes = exportDirectionKeys(client);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    const imported = importDirectionKeys(suite, bytes);
    bytes.fill(0);
    expect(imported.key.equals(client.key)).toBe(true);
    expect(imported.macKey?.export()).toEqual(client.macKey?.export());
    expect(toHex(imported.salt)).toBe(toHex(client.salt));
  });

  it.each([
    { suite: AEAD, right: 20 },
    { suite: CBC, right: 48 },
  ])("of another length are refused for $suite.cipher, without a word of what they hold", ({ suite, right }) => {
    for (let length = 0; length < 100; length++) {
      if (length === right) continue;
      const bytes = new Uint8Array(length).fill(0xab);
      const attempt = () => importDirectionKeys(suite, bytes);
      expect(attempt).toThrow(DtlsError);
      expect(attempt).toThrow(
        expect.objectContaining({ code: "option", message: expect.not.stringMatching(/abab|171/) }),
      );
    }
  });
});

describe("verify_data", () => {
  it("differs by side and has 12 octets", () => {
    expect(toHex(verifyData(MASTER, "client finished", HANDSHAKE_HASH))).toBe("93bcbe2d54453ff5a981f12d");
    expect(toHex(verifyData(MASTER, "server finished", HANDSHAKE_HASH))).toBe("64d3fdcfda552b1e4951c1ca");
  });
});
