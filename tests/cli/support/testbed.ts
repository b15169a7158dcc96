/** Servers in this process, and a configuration file with which `run` reaches them. */
import { writeFileSync } from "node:fs";
import { SystemClock } from "../../../carrier/clock/systemClock.ts";
import { startTestbed, type Testbed, type TestbedOptions } from "../../../testbed/index.ts";

export function startServers(options: Partial<TestbedOptions> = {}): Promise<Testbed> {
  return startTestbed({ clock: new SystemClock(), account: { muteSend: false }, ...options });
}

export function writeConfig(file: string, testbed: Testbed, more: object = {}): string {
  const config = {
    bootstrap: { uri: testbed.bootstrap.uri },
    local: { host: "127.0.0.1" },
    modem: { kind: "simulated", seed: 1 },
    ...more,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}
