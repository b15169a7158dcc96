/** The device that runs the original library, with the servers and values of a configuration file, over real sockets. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { SystemClock } from "../../carrier/clock/systemClock.ts";
import { readConfig } from "../../carrier/config/readConfig.ts";
import { seededRandom } from "../../carrier/random.ts";
import { createSimulatedModem } from "../../modem/index.ts";
import { createMemoryStorage } from "../../services/store/memoryStorage.ts";
import { configuredCarrier } from "../../testbed/at/carrier/configuredCarrier.ts";
import { createAtFront } from "../../testbed/at/front.ts";
import { startTestbed } from "../../testbed/testbed.ts";
import { duplexPair } from "../support/duplexPair.ts";

describe("a device that runs the original library, from a configuration file", () => {
  it("bootstraps over DTLS with the file's key and has the file's values", async () => {
    const clock = new SystemClock();
    const testbed = await startTestbed({ clock, security: "psk" });
    const folder = mkdtempSync(join(tmpdir(), "carrier-"));
    const { uri, security } = testbed.provision("dev");
    const text = (octets?: Uint8Array) => new TextDecoder().decode(octets);
    const file = {
      endpoint: "dev",
      bootstrap: {
        uri,
        security: {
          mode: "psk",
          identity: text(security.secrets?.publicKeyOrIdentity),
          key: `hex:${Buffer.from(security.secrets?.secretKey ?? []).toString("hex")}`,
        },
      },
      device: { manufacturer: "Acme", powerSources: ["internalBattery"], batteryLevel: 55 },
    };
    writeFileSync(join(folder, "carrier.json"), JSON.stringify(file));
    const configuration = await readConfig(join(folder, "carrier.json"));

    const storage = createMemoryStorage();
    const modem = createSimulatedModem({ clock, random: seededRandom(1), storage, timing: "instant" });
    const [host, line] = duplexPair();
    const registered = new Promise<string>((resolve) => {
      let seen = "";
      host.on("data", (octets: Buffer) => {
        seen += octets.toString("latin1");
        if (seen.includes("#XCARRIEREVT: 5,0\r\n")) resolve(seen);
      });
    });
    const front = createAtFront({
      modem,
      clock,
      stream: line,
      extensions: [configuredCarrier(configuration, { modem, clock, storage })],
    });
    try {
      expect((await registered).match(/#XCARRIEREVT: \S+/g)?.map((event) => event.slice(14))).toEqual([
        "2,0",
        "1,0",
        "2,0",
        "4,0",
        "1,0",
        "5,0",
      ]);
      expect((await testbed.management.read("dev", "/3/0/0")).value).toBe("Acme");
      expect((await testbed.management.read("dev", "/3/0/9")).value).toBe(55);
    } finally {
      await front.close();
      host.destroy();
      await testbed.close();
      rmSync(folder, { recursive: true });
    }
  });
});
