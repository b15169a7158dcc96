/** The simulated modem's credentials for DTLS on this host: there for a handshake, as little readable as before. */
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { tracedModem } from "../../carrier/tracedModem.ts";
import { createSimulatedModem } from "../../modem/index.ts";
import type { TraceRecord } from "../../ports/trace.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { createTrace } from "../../trace/trace.ts";
import { issue } from "../support/certificateAuthority.ts";
import { VirtualClock } from "../support/virtualClock.ts";
import { Network, text } from "./support/network.ts";

const utf8 = (content: string) => new TextEncoder().encode(content);
const KEY = "ca11ab1eca11ab1e";

async function started() {
  const clock = new VirtualClock();
  const modem = createSimulatedModem({
    clock,
    random: seededRandom(1),
    storage: createMemoryStorage(),
    timing: "instant",
  });
  await modem.init();
  await modem.credentials.write(26, "psk", utf8(KEY));
  await modem.credentials.write(26, "pskIdentity", utf8("canary-identity"));
  await modem.credentials.write(27, "psk", utf8("00"));
  return { clock, modem };
}

describe("credentials for this host", () => {
  it("are those of one tag, whatever the functional mode", async () => {
    const { modem } = await started();
    for (const mode of ["offline", "normal", "powerOff"] as const) {
      await modem.setFunctionalMode(mode);
      const held = await modem.hostCredentials(26);
      expect(Object.entries(held).map(([type, content]) => [type, text(content)])).toEqual([
        ["psk", KEY],
        ["pskIdentity", "canary-identity"],
      ]);
    }
    expect(await modem.hostCredentials(99)).toEqual({});
  });

  it("are the caller's own octets", async () => {
    const { modem } = await started();
    const { psk } = await modem.hostCredentials(26);
    psk?.fill(0);
    expect(text((await modem.hostCredentials(26)).psk ?? new Uint8Array(0))).toBe(KEY);
  });

  it("follow the modem's rules: a tag in range, a modem that runs", async () => {
    const { modem } = await started();
    await expect(modem.hostCredentials(-1)).rejects.toMatchObject({ code: "incorrectParameters" });
    await expect(modem.credentials.read(26, "psk")).rejects.toMatchObject({ code: "noAccess" });
    await modem.shutdown();
    await expect(modem.hostCredentials(26)).rejects.toMatchObject({ code: "notInitialised" });
  });

  it("leave no trace of what they are", async () => {
    const { clock, modem } = await started();
    const records: TraceRecord[] = [];
    const trace = createTrace({ clock, device: "dev", sink: (record) => records.push(record) });
    const traced = tracedModem(modem, trace);
    expect(Object.keys((await traced.hostCredentials?.(26)) ?? {})).toEqual(["psk", "pskIdentity"]);
    expect(JSON.stringify(records)).not.toMatch(/canary|ca11ab1e/);
  });

  it("open a session", async () => {
    const { modem } = await started();
    const network = new Network();
    network.keys.set("canary-identity", KEY);
    await network.serve();
    const { session } = await network.session(network.client({ credentials: (tag) => modem.hostCredentials(tag) }));
    expect(session.secure).toBe(true);
  });
});

describe("a server's raw public key", () => {
  const { spki } = issue({ subject: "server" });
  const pem = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(spki).toString("base64").replace(/.{64}/g, "$&\n")}\n-----END PUBLIC KEY-----\n`;

  it("is taken where a certificate would be, and can be read back as one can", async () => {
    const { modem } = await started();
    await modem.credentials.write(28, "ca", utf8(pem));
    expect(text(await modem.credentials.read(28, "ca"))).toBe(pem);
  });

  it("is refused when it is none, or has CR in its line ends", async () => {
    const { modem } = await started();
    for (const wrong of [
      pem.replace("M", "!"),
      pem.replaceAll("\n", "\r\n"),
      pem.replace(/MF.{20}/, "MFAA"),
      pem + pem,
    ]) {
      await expect(modem.credentials.write(28, "ca", utf8(wrong))).rejects.toMatchObject({
        code: "invalidCertificate",
      });
    }
  });
});
