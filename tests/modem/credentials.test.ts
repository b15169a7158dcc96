import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import type { CredentialType } from "../../ports/modem.ts";
import { openFileStorage } from "../../services/store/fileStorage.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { CA_PEM } from "./certificate.ts";
import { bench, registeredBench, startedBench, utf8 } from "./support.ts";

const PSK = utf8("000102030405060708090A0B0C0D0E0F");
const digest = (content: Uint8Array) => createHash("sha256").update(content).digest("hex").toUpperCase();

describe("writing and deleting credentials", () => {
  it("is possible offline and powered off", async () => {
    const { modem } = await startedBench();
    await modem.credentials.write(25, "psk", PSK);
    await modem.setFunctionalMode("powerOff");
    await modem.credentials.write(25, "pskIdentity", utf8("device-1"));
    await modem.credentials.delete(25, "psk");
    expect(await modem.credentials.list()).toEqual([
      { tag: 25, type: "pskIdentity", digest: digest(utf8("device-1")) },
    ]);
  });

  it("is refused with +CME ERROR 518 in normal mode, registered or not", async () => {
    const { modem, clock } = await startedBench();
    await modem.credentials.write(25, "psk", PSK);
    await modem.setFunctionalMode("normal");
    for (let round = 0; round < 2; round++) {
      const refusal = { code: "notAllowedInActiveState", cme: 518 };
      await expect(modem.credentials.write(26, "psk", PSK)).rejects.toMatchObject(refusal);
      await expect(modem.credentials.write(26, "ca", utf8(CA_PEM))).rejects.toMatchObject(refusal);
      await expect(modem.credentials.delete(25, "psk")).rejects.toMatchObject(refusal);
      await clock.advanceAsync(1);
    }
    expect(await modem.credentials.list()).toHaveLength(1);
  });

  it("refuses to delete what is not there", async () => {
    const { modem } = await startedBench();
    await expect(modem.credentials.delete(25, "psk")).rejects.toMatchObject({ code: "notFound", cme: 513 });
  });

  it("puts the new content in place of the old by default", async () => {
    const { modem } = await startedBench();
    await modem.credentials.write(25, "psk", PSK);
    await modem.credentials.write(25, "psk", utf8("FF"));
    expect(await modem.credentials.list()).toEqual([{ tag: 25, type: "psk", digest: digest(utf8("FF")) }]);
  });

  it("refuses an existing pair of tag and type where the modem is of that kind", async () => {
    const { modem } = await startedBench({ existingCredential: "refuse" });
    await modem.credentials.write(25, "psk", PSK);
    await modem.credentials.write(25, "pskIdentity", utf8("device-1"));
    await modem.credentials.write(26, "psk", PSK);
    await expect(modem.credentials.write(25, "psk", utf8("FF"))).rejects.toMatchObject({
      code: "alreadyExists",
      cme: 519,
    });
    await modem.credentials.delete(25, "psk");
    await modem.credentials.write(25, "psk", utf8("FF"));
  });

  for (const tag of [-1, 2_147_483_648, 1.5, Number.NaN]) {
    it(`refuses security tag ${tag}`, async () => {
      const { credentials } = (await startedBench()).modem;
      const refusal = { code: "incorrectParameters", cme: 50 };
      await expect(credentials.write(tag, "psk", PSK)).rejects.toMatchObject(refusal);
      await expect(credentials.delete(tag, "psk")).rejects.toMatchObject(refusal);
      await expect(credentials.read(tag, "ca")).rejects.toMatchObject(refusal);
      await expect(credentials.list(tag)).rejects.toMatchObject(refusal);
    });
  }

  it("takes the lowest and the highest tag", async () => {
    const { modem } = await startedBench();
    await modem.credentials.write(0, "psk", PSK);
    await modem.credentials.write(2_147_483_647, "psk", PSK);
    expect(await modem.credentials.list()).toHaveLength(2);
  });

  const contents: readonly [what: string, type: CredentialType, content: Uint8Array, code: string, cme: number][] = [
    ["an empty content", "pskIdentity", new Uint8Array(0), "incorrectParameters", 50],
    ["4097 octets", "privateKey", new Uint8Array(4097), "memoryFailure", 23],
    ["a PSK that is not hexadecimal", "psk", Uint8Array.of(0, 1, 2, 255), "incorrectParameters", 50],
    ["half an octet of PSK", "psk", utf8("ABC"), "incorrectParameters", 50],
    ["a public key", "publicKey", utf8("x"), "notSupported", 4],
    ["an unknown type", "toString" as CredentialType, utf8("x"), "incorrectParameters", 50],
  ];
  for (const [what, type, content, code, cme] of contents) {
    it(`refuses ${what}`, async () => {
      const { modem } = await startedBench();
      await expect(modem.credentials.write(25, type, content)).rejects.toMatchObject({ code, cme });
      expect(await modem.credentials.list()).toEqual([]);
    });
  }

  it("takes 4096 octets, and no more than 64 credentials", async () => {
    const { modem } = await startedBench();
    await modem.credentials.write(1, "privateKey", new Uint8Array(4096).fill(0x41));
    for (let tag = 2; tag <= 64; tag++) await modem.credentials.write(tag, "psk", PSK);
    await expect(modem.credentials.write(65, "psk", PSK)).rejects.toMatchObject({ code: "memoryFull", cme: 515 });
    await modem.credentials.write(64, "psk", utf8("00"));
    await modem.credentials.delete(1, "privateKey");
    await modem.credentials.write(65, "psk", PSK);
  });
});

describe("certificates", () => {
  const body = CA_PEM.split("\n");
  const refused: readonly [what: string, pem: string][] = [
    ["CRLF line ends", CA_PEM.replaceAll("\n", "\r\n")],
    ["rubbish", "rubbish"],
    ["rubbish between the markers", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    ["a line less", [...body.slice(0, 3), ...body.slice(4)].join("\n")],
    ["a cut end", CA_PEM.slice(0, -40)],
    ["a private key beside it", `${CA_PEM}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`],
    ["words before it", `subject=CN\n${CA_PEM}`],
  ];
  for (const type of ["ca", "certificate"] as const) {
    for (const [what, pem] of refused) {
      it(`with ${what} are refused as ${type} with +CME ERROR 527`, async () => {
        const { modem } = await startedBench();
        await expect(modem.credentials.write(411, type, utf8(pem))).rejects.toMatchObject({
          code: "invalidCertificate",
          cme: 527,
        });
      });
    }

    it(`are read back as ${type} just as they were written`, async () => {
      const { modem } = await registeredBench({ initialCa: [{ tag: 412, pem: CA_PEM + CA_PEM }] });
      await modem.setFunctionalMode("offline");
      await modem.credentials.write(411, type, utf8(CA_PEM));
      await modem.setFunctionalMode("normal");
      expect(await modem.credentials.read(411, type)).toEqual(utf8(CA_PEM));
      expect(await modem.credentials.read(412, "ca")).toEqual(utf8(CA_PEM + CA_PEM));
    });
  }

  it("of the factory are there once, and not again after they were deleted", async () => {
    const initialCa = [{ tag: 411, pem: CA_PEM }];
    const { modem, again } = await startedBench({ initialCa });
    expect(await modem.credentials.list()).toEqual([{ tag: 411, type: "ca", digest: digest(utf8(CA_PEM)) }]);
    await modem.credentials.delete(411, "ca");
    const after = again({ initialCa });
    await after.modem.init();
    expect(await after.modem.credentials.list()).toEqual([]);
  });

  it("of the factory that are none keep the modem from starting", async () => {
    const { modem } = bench({ initialCa: [{ tag: 411, pem: "rubbish" }] });
    await expect(modem.init()).rejects.toMatchObject({ code: "invalidCertificate" });
  });
});

describe("reading credentials", () => {
  for (const type of ["psk", "privateKey"] as const) {
    it(`never gives a ${type} back: +CME ERROR 514`, async () => {
      const { modem } = await startedBench();
      await modem.credentials.write(25, type, PSK);
      await expect(modem.credentials.read(25, type)).rejects.toMatchObject({ code: "noAccess", cme: 514 });
    });
  }

  it("gives the identity of a PSK, which is no secret", async () => {
    const { modem } = await startedBench();
    await modem.credentials.write(25, "pskIdentity", PSK);
    expect(await modem.credentials.read(25, "pskIdentity")).toEqual(PSK);
  });

  it("tells what is not there", async () => {
    const { modem } = await startedBench();
    await expect(modem.credentials.read(25, "ca")).rejects.toMatchObject({ code: "notFound", cme: 513 });
  });
});

describe("a listing", () => {
  it("shows upper-case SHA-256 over the content, by tag and type, in any mode", async () => {
    const { modem } = await startedBench();
    await modem.credentials.write(26, "psk", PSK);
    await modem.credentials.write(25, "pskIdentity", utf8("device-1"));
    await modem.credentials.write(25, "psk", PSK);
    await modem.setFunctionalMode("normal");
    expect(await modem.credentials.list()).toEqual([
      { tag: 25, type: "psk", digest: digest(PSK) },
      { tag: 25, type: "pskIdentity", digest: digest(utf8("device-1")) },
      { tag: 26, type: "psk", digest: digest(PSK) },
    ]);
    expect((await modem.credentials.list(26)).map(({ tag }) => tag)).toEqual([26]);
    expect(digest(PSK)).toMatch(/^[0-9A-F]{64}$/);
  });
});

describe("a secret", () => {
  const CANARY = "CA9A47CA9A47CA9A47CA9A47CA9A47FF";
  /** The canary as it may lie in a file: text, octets, and base64 at each alignment. */
  const forms = [
    Buffer.from(CANARY),
    Buffer.from(CANARY.toLowerCase()),
    Buffer.from(CANARY, "hex"),
    ...[0, 1, 2].map((shift) =>
      Buffer.from(
        Buffer.from(CANARY)
          .subarray(shift, 30 + shift)
          .toString("base64"),
      ),
    ),
    ...[0, 1, 2].map((shift) =>
      Buffer.from(
        Buffer.from(CANARY, "hex")
          .subarray(shift, 12 + shift)
          .toString("base64"),
      ),
    ),
  ];

  async function filesWithCanary(key?: Uint8Array): Promise<string[]> {
    const folder = await mkdtemp(join(tmpdir(), "carrier-modem-"));
    const storage = await openFileStorage({ folder, ...(key && { key }) });
    try {
      const { modem } = await startedBench({ storage });
      await modem.credentials.write(25, "psk", utf8(CANARY));
      await modem.credentials.write(25, "ca", utf8(CA_PEM));
      await modem.configurePdn({ apn: "a.example" });
      await modem.firmware.erase();
      await modem.reset();
      const found: string[] = [];
      for (const file of await readdir(folder)) {
        const content = await readFile(join(folder, file));
        if (forms.some((form) => content.includes(form))) found.push(file);
      }
      return found;
    } finally {
      await storage.close();
      await rm(folder, { recursive: true });
    }
  }

  it("lies in the modem's secret document and nowhere else", async () => {
    expect(await filesWithCanary()).toEqual(["modem-credentials.secret"]);
  });

  it("lies nowhere in clear when the storage has a key", async () => {
    expect(await filesWithCanary(new Uint8Array(32).fill(9))).toEqual([]);
  });

  it("is in no error, notification or property of the modem", async () => {
    const { modem, heard } = await startedBench({ existingCredential: "refuse" });
    await modem.credentials.write(25, "psk", utf8(CANARY));
    const errors = await Promise.all(
      [
        modem.credentials.write(25, "psk", utf8(CANARY)),
        modem.credentials.write(25, "psk", utf8(`${CANARY}x`)),
        modem.credentials.write(25, "ca", utf8(CANARY)),
        modem.credentials.write(-1, "psk", utf8(CANARY)),
        modem.credentials.read(25, "psk"),
      ].map((attempt) =>
        attempt.then(
          () => undefined,
          (error: Error) => error,
        ),
      ),
    );
    const said = [...errors.map((error) => `${error?.stack} ${JSON.stringify(error)}`), JSON.stringify([heard, modem])];
    expect(errors).not.toContain(undefined);
    for (const text of said) expect(text).not.toContain(CANARY);
  });

  it("in a damaged document is not quoted", async () => {
    const storage = createMemoryStorage();
    const damaged = [
      `{"version":1,"entries":[[25,"psk","${CANARY}`,
      '{"version":9,"entries":[]}',
      '{"version":1,"entries":[[25,"odd",""]]}',
    ];
    for (const content of damaged) {
      await storage.write("modem-credentials", utf8(content));
      const { modem } = await startedBench({ storage });
      const error = (await modem.credentials.list().catch((reason: unknown) => reason)) as Error;
      expect(error).toMatchObject({ code: "memoryFailure", message: expect.stringContaining("modem-credentials") });
      expect(`${error.stack}${String(error.cause)}`).not.toContain(CANARY);
      expect(await storage.read("modem-credentials")).toEqual(utf8(content));
    }
  });

  it("survives a power cycle", async () => {
    const { modem, again } = await startedBench();
    await modem.credentials.write(25, "psk", utf8(CANARY));
    const before = await modem.credentials.list();
    const after = again();
    await after.modem.init();
    expect(await after.modem.credentials.list()).toEqual(before);
  });
});

describe("the fault keyWriteRefused", () => {
  it("refuses keys and certificates with noAccess until it is cleared", async () => {
    const { modem } = await startedBench({ faults: [{ name: "keyWriteRefused" }] });
    for (let round = 0; round < 3; round++) {
      await expect(modem.credentials.write(25, "psk", PSK)).rejects.toMatchObject({ code: "noAccess", cme: 514 });
    }
    await expect(modem.credentials.write(411, "ca", utf8(CA_PEM))).rejects.toMatchObject({ code: "noAccess" });
    modem.clear("keyWriteRefused");
    await modem.credentials.write(25, "psk", PSK);
    await modem.credentials.write(411, "ca", utf8(CA_PEM));
  });

  it("strikes as often as it was told, and the tag that it was told", async () => {
    const { modem } = await startedBench();
    modem.inject({ name: "keyWriteRefused", tag: 26, times: 2 });
    await modem.credentials.write(25, "psk", PSK);
    await expect(modem.credentials.write(26, "psk", PSK)).rejects.toMatchObject({ code: "noAccess" });
    await expect(modem.credentials.write(26, "psk", PSK)).rejects.toMatchObject({ code: "noAccess" });
    await modem.credentials.write(26, "psk", PSK);
  });
});
