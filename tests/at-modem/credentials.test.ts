import { describe, expect, it } from "@jest/globals";
import { CA_PEM } from "../modem/certificate.ts";
import { type Bench, registeredBench, startedBench, utf8 } from "./bench.ts";

const TAG = 25;
const CANARY = "C0FFEEC0FFEEC0FFEEC0FFEEC0FFEE42";

/** Information lines and commands of the line, as the records have them. */
const linesOf = ({ records }: Bench) => records.flatMap(({ kind, line }) => (kind === "at" ? [String(line)] : []));
const written = (made: Bench) => linesOf(made).filter((line) => line.startsWith("AT%CMNG=0"));

describe("credentials in the modem", () => {
  it("are written, listed by digest and read back where they are no secret", async () => {
    const { modem, simulated, settle } = await startedBench();
    await settle(modem.credentials.write(TAG, "ca", utf8(CA_PEM)));
    await settle(modem.credentials.write(TAG, "psk", utf8(CANARY)));
    await settle(modem.credentials.write(TAG, "pskIdentity", utf8("device-1")));
    expect(await settle(modem.credentials.list(TAG))).toEqual(await settle(simulated.credentials.list(TAG)));
    expect(await settle(modem.credentials.list())).toHaveLength(3);
    expect(await settle(modem.credentials.list(26))).toEqual([]);
    expect(await settle(modem.credentials.read(TAG, "ca"))).toEqual(utf8(CA_PEM));
    await expect(settle(modem.credentials.read(TAG, "psk"))).rejects.toMatchObject({ code: "noAccess", cme: 514 });
    await settle(modem.credentials.delete(TAG, "ca"));
    await expect(settle(modem.credentials.delete(TAG, "ca"))).rejects.toMatchObject({ code: "notFound", cme: 513 });
  });

  it("that are there already, by their digest, are not written again", async () => {
    const made = await startedBench();
    for (let time = 0; time < 3; time++) await made.settle(made.modem.credentials.write(TAG, "psk", utf8(CANARY)));
    expect(written(made)).toHaveLength(1);
    await made.settle(made.modem.credentials.write(TAG, "psk", utf8(`${CANARY}00`)));
    expect(written(made)).toHaveLength(2);
  });

  it("take the place of others also where the firmware refuses to overwrite", async () => {
    const { modem, simulated, settle } = await startedBench({ simulated: { existingCredential: "refuse" } });
    await settle(modem.credentials.write(TAG, "psk", utf8(CANARY)));
    await settle(modem.credentials.write(TAG, "psk", utf8(`${CANARY}00`)));
    expect((await settle(simulated.hostCredentials(TAG))).psk).toEqual(utf8(`${CANARY}00`));
  });

  it("are refused while the radio is on, when the store is full, and by the modem's rules", async () => {
    const { modem, settle } = await registeredBench();
    const active = settle(modem.credentials.write(TAG, "psk", utf8(CANARY)));
    await expect(active).rejects.toMatchObject({ code: "notAllowedInActiveState", cme: 518 });
    await settle(modem.setFunctionalMode("offline"));
    const odd = settle(modem.credentials.write(TAG, "psk", utf8("not hexadecimal")));
    await expect(odd).rejects.toMatchObject({ code: "incorrectParameters" });
    for (let tag = 100; tag < 164; tag++) await settle(modem.credentials.write(tag, "pskIdentity", utf8("x")));
    const full = settle(modem.credentials.write(TAG, "psk", utf8(CANARY)));
    await expect(full).rejects.toMatchObject({ code: "memoryFull", cme: 515 });
  });

  it("that are secret are in no record and no error, only in the modem's protected store", async () => {
    const made = await startedBench({ simulated: { faults: [{ name: "keyWriteRefused", times: 1 }] } });
    const { modem, simulated, settle, records, storage } = made;
    const refused = settle(modem.credentials.write(TAG, "psk", utf8(CANARY)));
    await expect(refused).rejects.toMatchObject({ code: "noAccess" });
    const message = await refused.catch((error: Error) => `${error.message} ${error.stack}`);
    await settle(modem.credentials.write(TAG, "psk", utf8(CANARY)));
    expect((await settle(simulated.hostCredentials(TAG))).psk).toEqual(utf8(CANARY));
    expect(message).toContain("AT%CMNG=0,25,3");
    expect(message).not.toContain(CANARY);
    expect(written(made).length).toBeGreaterThan(0);
    expect(JSON.stringify(records)).not.toContain(CANARY);
    expect(await storage.read("host-credentials")).toBeUndefined();
  });
});

describe("credentials on the host", () => {
  it("never go over the line", async () => {
    const made = await startedBench({ dataPath: "host" });
    const { modem, settle, storage } = made;
    await settle(modem.credentials.write(TAG, "psk", utf8(CANARY)));
    expect(modem.sockets).toBeUndefined();
    expect(modem.capabilities.sockets).toBe(false);
    expect((await settle(modem.hostCredentials?.(TAG) ?? Promise.reject()))?.psk).toEqual(utf8(CANARY));
    expect(linesOf(made).some((line) => line.includes("%CMNG"))).toBe(false);
    expect(await storage.read("host-credentials")).toBeDefined();
  });

  it("are refused while the radio is on", async () => {
    const { modem, settle } = await registeredBench({ dataPath: "host" });
    const refused = settle(modem.credentials.write(TAG, "psk", utf8(CANARY)));
    await expect(refused).rejects.toMatchObject({ code: "notAllowedInActiveState" });
  });
});
