import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { cli, startCli } from "./support/cli.ts";
import { testFolder } from "./support/folder.ts";

const path = testFolder();

describe("servers", () => {
  it("writes the configuration with which run reaches them, and manages the device that comes", async () => {
    const config = path("inner", "carrier.json");
    const servers = startCli(["servers", "--write-config", config]);
    await servers.stdout.until("The servers are up.");
    await servers.stdout.until(`lwm2m-carrier run --config ${config}`);
    const written = JSON.parse(readFileSync(config, "utf8"));
    expect(written).toMatchObject({
      firmware: { trustedCa: ["./carrier-ca.pem"] },
      bootstrap: { uri: expect.stringMatching(/^coaps:/) },
    });
    expect(readFileSync(path("inner", "carrier-ca.pem"), "utf8")).toMatch(/^-----BEGIN CERTIFICATE-----/);

    const carrier = startCli(["run", "--config", config, "--json"]);
    await servers.stdout.until(/bootstrap +DTLS session with 127\.0\.0\.1:\d+: TLS_PSK_WITH_AES_128_CCM_8/);
    await servers.stdout.until(/✔ urn:imei:\d{15} registered from 127\.0\.0\.1:\d+ for 3600 s/);
    expect(/DTLS session with (\S+):/.exec(servers.stdout.text)?.[1]).toBe(
      / registered from (\S+) for/.exec(servers.stdout.text)?.[1],
    );
    const ask = async (line: string, answer: string | RegExp) => {
      servers.stdin.write(`${line}\n`);
      await servers.stdout.until(answer);
    };
    await ask("devices", /urn:imei:\d{15} {2}at 127\.0\.0\.1:\d+, lifetime 3600 s, LwM2M 1\.1/);
    await ask("read /3/0", /^\/3\/0\/0 +Manufacturer +Simulated$/m);
    await ask("write /1/0/1 300", "2.04");
    await servers.stdout.until(/updated its registration, 300 s/);
    await ask("write /3/0/0 Acme", "✖ 4.05");
    await ask("observe /3/0/14", "✖ 4.04");
    await ask(
      "read-composite /3/0/0 /1/0/1 /3/0/99",
      /^\/3\/0\/0 +Manufacturer +Simulated\n\/1\/0\/1 +Lifetime +300 s$/m,
    );
    await ask("observe-composite /3/0/14 /3/0/0", /^\/3\/0\/0 +Manufacturer +Simulated$/m);
    await ask("write-composite /3/0/0=Acme /1/0/1=400", "✖ 4.05");
    await ask("write-composite /3/0/14=+02:00 /1/0/1=400", /updated its registration, 400 s/);
    await servers.stdout.until('/3/0/14 "+02:00", /3/0/0 "Simulated"');
    await ask("write-composite /3/0/14", "✖ /3/0/14 has no value: write PATH=VALUE, or -PATH to take it away");
    await ask("write-composite -/3/0/14/0", "✖");
    await ask("attributes /3/0/14 pmin=5 pmax", "2.04");
    await ask("attributes /3/0/14 gt=5", "✖ 4.00");
    await ask("execute /3/0/12", "2.04");
    await ask(`update ${/coaps:\/\/\S+good\.bin/.exec(servers.stdout.text)?.[0]}`, "updated to mfw_sim_1.1.0");
    await servers.stdout.until("2.05 /firmware/good.bin, over CoAP");
    await ask("read urn:imei:000 /3", '✖ no device "urn:imei:000" is registered');
    carrier.stdin.write("send /3/0/3\n");
    await servers.stdout.until('mfw_sim_1.1.0"');
    carrier.interrupt();
    expect(await carrier.exit).toBe(0);
    await servers.stdout.until(/▲ urn:imei:\d{15} deregistered/);
    await ask("read /3/0", "✖ no device is registered");
    servers.stdin.write("quit\n");
    expect(await servers.exit).toBe(0);
    const { identity, key } = written.bootstrap.security;
    for (const { stdout } of [servers, carrier]) {
      expect(stdout.text).not.toContain(identity);
      expect(stdout.text).not.toContain(key.slice("hex:".length));
    }
  });

  it("lets nobody else read the configuration with the key, not even where there was a file", async () => {
    const config = path("open.json");
    writeFileSync(config, "{}");
    chmodSync(config, 0o644);
    const servers = startCli(["servers", "--write-config", config]);
    await servers.stdout.until("The servers are up.");
    servers.interrupt();
    await servers.exit;
    expect(statSync(config).mode & 0o777).toBe(0o600);
  });

  it("shows the key to who asks for it", async () => {
    const config = path("shown.json");
    const servers = startCli(["servers", "--json", "--show-key", "--write-config", config]);
    await servers.stdout.until('"kind":"started"');
    servers.interrupt();
    expect(await servers.exit).toBe(0);
    const { mode, ...psk } = JSON.parse(readFileSync(config, "utf8")).bootstrap.security;
    expect(mode).toBe("psk");
    expect(servers.stdout.records[0]).toMatchObject({ psk });

    const people = startCli(["servers", "--show-key"]);
    await people.stdout.until(/key +hex:[0-9a-f]{32}$/m);
    people.interrupt();
    await people.exit;
  });

  it("goes without DTLS with --no-security", async () => {
    const config = path("plain.json");
    const servers = startCli(["servers", "--no-security", "--write-config", config]);
    await servers.stdout.until("The servers are up.");
    expect(JSON.parse(readFileSync(config, "utf8")).bootstrap.security).toEqual({ mode: "none" });
    const carrier = startCli(["run", "--config", config, "--json"]);
    await servers.stdout.until(/registered from/);
    expect(servers.stdout.text).not.toContain("DTLS");
    carrier.interrupt();
    expect(await carrier.exit).toBe(0);
    servers.interrupt();
    await servers.exit;
  });

  it("tells what it sees as JSON lines with --json, and nothing else", async () => {
    const config = path("json.json");
    const servers = startCli(["servers", "--json", "--write-config", config]);
    await servers.stdout.until('"kind":"started"');
    const carrier = startCli(["run", "--config", config, "--json"]);
    await servers.stdout.until('"type":"registered"');
    servers.stdin.write("read /3/0/0\nread /3/0/9\n");
    await servers.stdout.until('"command":"read /3/0/9"');
    carrier.interrupt();
    await carrier.exit;
    servers.interrupt();
    expect(await servers.exit).toBe(0);
    const lines = servers.stdout.records as unknown as Record<string, unknown>[];
    expect(lines[0]).toMatchObject({ kind: "started", bootstrap: expect.stringMatching(/^coaps:/), config });
    const answers = lines.filter(({ kind }) => kind === "answer");
    expect(answers).toEqual([
      { kind: "answer", command: "read /3/0/0", ok: true, value: "Simulated" },
      { kind: "answer", command: "read /3/0/9", ok: false, error: "4.04: /3/0/9 is not there" },
    ]);
  });

  it("offers an image that was made, and warns of one that the modem will refuse", async () => {
    const image = path("image.bin");
    await cli("firmware", "make", "--version", "mfw_sim_9", "--size", "500", image);
    const good = startCli(["servers", "--image", image]);
    await good.stdout.until("The servers are up.");
    good.interrupt();
    expect(await good.exit).toBe(0);
    expect(good.stderr.text).toBe("");

    const bad = startCli(["servers", "--image", join("schema", "config.schema.json")]);
    await bad.stdout.until("The servers are up.");
    bad.interrupt();
    expect(await bad.exit).toBe(0);
    expect(bad.stderr.text).toContain("the simulated modem will refuse it: firmware image, octet 0");
  });
});
