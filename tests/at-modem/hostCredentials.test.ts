import { describe, expect, it } from "@jest/globals";
import { HOST_CREDENTIAL_DOCUMENT, HostCredentials } from "../../modem/at/hostCredentials.ts";
import { MAX_CREDENTIALS } from "../../modem/credentials/credentialRules.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";

const TAG = 25;
const KEY = new TextEncoder().encode("00112233445566778899aabbccddeeff");

function store(storage = createMemoryStorage()) {
  let active = false;
  const credentials = new HostCredentials(storage, () => active);
  return { storage, credentials, activate: () => (active = true) };
}

describe("the host's credential store", () => {
  it("lists what was written by its digest and gives DTLS on this host the octets", async () => {
    const { credentials } = store();
    await credentials.write(TAG, "psk", KEY);
    await credentials.write(TAG, "pskIdentity", new TextEncoder().encode("device-1"));
    expect(await credentials.list(TAG)).toEqual([
      { tag: TAG, type: "psk", digest: expect.stringMatching(/^[0-9A-F]{64}$/) },
      { tag: TAG, type: "pskIdentity", digest: expect.stringMatching(/^[0-9A-F]{64}$/) },
    ]);
    expect((await credentials.forHost(TAG)).psk).toEqual(KEY);
    expect(await credentials.forHost(26)).toEqual({});
  });

  it("never reads a key back", async () => {
    const { credentials } = store();
    await credentials.write(TAG, "psk", KEY);
    await expect(credentials.read(TAG, "psk")).rejects.toMatchObject({ code: "noAccess", cme: 514 });
    await expect(credentials.read(26, "psk")).rejects.toMatchObject({ code: "notFound", cme: 513 });
  });

  it("is not written or deleted while the modem's radio is on", async () => {
    const { credentials, activate } = store();
    await credentials.write(TAG, "psk", KEY);
    activate();
    await expect(credentials.write(26, "psk", KEY)).rejects.toMatchObject({ code: "notAllowedInActiveState" });
    await expect(credentials.delete(TAG, "psk")).rejects.toMatchObject({ code: "notAllowedInActiveState", cme: 518 });
    expect(await credentials.list()).toHaveLength(1);
  });

  it("keeps writes that overlap", async () => {
    const { credentials } = store();
    await Promise.all([1, 2, 3, 4].map((tag) => credentials.write(tag, "psk", KEY)));
    await Promise.all([credentials.delete(2, "psk"), credentials.write(5, "psk", KEY)]);
    expect((await credentials.list()).map(({ tag }) => tag)).toEqual([1, 3, 4, 5]);
  });

  it("is full as a modem is", async () => {
    const { credentials } = store();
    for (let tag = 0; tag < MAX_CREDENTIALS; tag++) await credentials.write(tag, "psk", KEY);
    await expect(credentials.write(99, "psk", KEY)).rejects.toMatchObject({ code: "memoryFull", cme: 515 });
    await credentials.write(3, "psk", KEY);
  });

  it("refuses a psk that is not hexadecimal text without quoting it", async () => {
    const { credentials } = store();
    const refused = credentials.write(TAG, "psk", new TextEncoder().encode("canary key"));
    await expect(refused).rejects.toMatchObject({ code: "incorrectParameters" });
    await expect(refused).rejects.not.toThrow(/canary/);
  });

  it("survives a restart and says so when its document is damaged", async () => {
    const { storage, credentials } = store();
    await credentials.write(TAG, "psk", KEY);
    expect((await store(storage).credentials.forHost(TAG)).psk).toEqual(KEY);
    await storage.write(HOST_CREDENTIAL_DOCUMENT, KEY, { secret: true });
    const damaged = store(storage).credentials.list();
    await expect(damaged).rejects.toMatchObject({ code: "memoryFailure" });
    await expect(damaged).rejects.not.toThrow(/0011/);
  });
});
