/** The same through the AT front: what a host program sees on the serial line, octet by octet. */

import type { Duplex } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import { CARRIER_COMMANDS } from "../../modem/at/carrier/commands.ts";
import { type CarrierVocabulary, carrierEventOf } from "../../modem/at/carrier/events.ts";
import { carrierSettingCommands } from "../../modem/at/carrier/settings.ts";
import { AtChannel } from "../../modem/at/line/atChannel.ts";
import { carrierExtension } from "../../testbed/at/carrier/carrierExtension.ts";
import { type AtFront, createAtFront } from "../../testbed/at/front.ts";
import { World } from "../carrier/support/world.ts";
import { duplexPair } from "../support/duplexPair.ts";

const DEVICE_ADDRESS = "198.51.100.7";

/** A host that types and reads. */
class Host {
  readonly world: World;
  readonly stream: Duplex;
  readonly #front: AtFront;
  readonly #terminator: string;
  /** Everything so far. */
  seen = "";

  constructor(world: World, vocabulary: CarrierVocabulary, autoControl?: boolean) {
    const [host, modem] = duplexPair();
    const carrier = carrierExtension({
      modem: world.modem,
      vocabulary,
      ...(autoControl !== undefined && { autoControl }),
      carrier: {
        endpoint: "dev",
        transport: world.transport(DEVICE_ADDRESS),
        storage: world.storage,
        bootstrap: { uri: world.bootstrap.uri, security: { mode: "none" } },
      },
    });
    this.world = world;
    this.stream = host;
    this.#terminator = vocabulary === "new" ? "\r" : "\r\n";
    host.on("data", (octets: Buffer) => {
      this.seen += octets.toString("latin1");
    });
    this.#front = createAtFront({
      modem: world.modem,
      clock: world.clock,
      stream: modem,
      dialect: vocabulary === "new" ? "serialModem" : "slm",
      extensions: [carrier],
    });
  }

  /** What comes from now on, until `text` is there. */
  async sees(text: string, from = this.seen.length): Promise<string> {
    const where = () => this.seen.indexOf(text, from);
    await this.world.reaches(text, () => where() >= 0);
    return this.seen.slice(from, where() + text.length);
  }

  async says(command: string, until = "\r\nOK\r\n"): Promise<string> {
    const from = this.seen.length;
    this.stream.write(command + this.#terminator, "latin1");
    return this.sees(until, from);
  }

  sendsRaw(text: string): void {
    this.stream.write(text, "latin1");
  }

  async close(): Promise<void> {
    await this.world.result(this.#front.close());
    this.stream.destroy();
  }
}

describe("a device that runs the original library, on its serial line", () => {
  it("boots, registers and takes commands while its notifications come", async () => {
    const host = new Host(await World.make(), "new");
    await host.sees("#XCARRIEREVT: 5,0\r\n", 0);
    const events = ["2,0", "1,0", "2,0", "4,0", "1,0", "5,0"].map((event) => `\r\n#XCARRIEREVT: ${event}\r\n`);
    expect(host.seen.startsWith("Ready\r\n")).toBe(true);
    expect(host.seen.match(/\r\n#XCARRIEREVT: [^\r]*\r\n/g)).toEqual(events);
    expect(await host.says(`AT#XCARRIER="timezone","write","Europe/Oslo"`)).toBe("\r\nOK\r\n");
    expect(await host.says(`AT#XCARRIER="timezone","read"`)).toBe("\r\n#XCARRIER: Europe/Oslo\r\n\r\nOK\r\n");
    expect(await host.says(`AT#XCARRIERCFG="apn"`)).toBe("\r\n#XCARRIERCFG: \r\n\r\nOK\r\n");
    expect(await host.says(`AT#XCARRIER="unheard_of"`, "ERROR\r\n")).toBe("\r\nERROR\r\n");
    await host.close();
  });

  it("follows a host that changes the functional mode when it is told to", async () => {
    const host = new Host(await World.make(), "new", false);
    const tasks = [
      ["#XCARRIEREVT: 2,-1\r\n", "AT+CFUN=4"],
      ["#XCARRIEREVT: 1,-1\r\n", "AT+CFUN=1"],
    ] as const;
    let from = 0;
    for (const [event, command] of [...tasks, ...tasks]) {
      await host.sees(event, from);
      from = host.seen.length;
      await host.says(command);
    }
    await host.sees("#XCARRIEREVT: 5,0\r\n", from);
    await host.close();
  });

  it("hands over a written value with the next line right behind its last quote", async () => {
    const host = new Host(await World.make(), "new");
    await host.sees("#XCARRIEREVT: 5,0\r\n", 0);
    const { world } = host;
    await host.says(`AT#XCARRIER="app_data_create",0,0`);
    const from = host.seen.length;
    await world.result(world.management.push("/19/0/0/0", Uint8Array.of(1, 0xff)));
    await host.sees('"01ff"', from);
    await host.says("AT");
    expect(host.seen.slice(from)).toBe('\r\n#XCARRIEREVT: 12,0,"/19/0/0/0",4\r\n"01ff"\r\nOK\r\n');
    await host.close();
  });

  it("takes application data in data mode", async () => {
    const host = new Host(await World.make(), "new");
    await host.sees("#XCARRIEREVT: 5,0\r\n", 0);
    await host.says(`AT#XCARRIER="app_data_set"`);
    const from = host.seen.length;
    host.sendsRaw("4142");
    await host.world.pass(2);
    host.sendsRaw("+++");
    await host.sees("#XDATAMODE: 0\r\n", from);
    await host.world.settle();
    const { world } = host;
    expect(await world.result(world.management.ask("GET", "/10250/0/0"))).toBe("2.05 AB");
    await host.close();
  });

  it("starts its application again for a reboot of the server's, and its library with AT#XRESET", async () => {
    const host = new Host(await World.make(), "new");
    await host.sees("#XCARRIEREVT: 5,0\r\n", 0);
    const { world } = host;
    let from = host.seen.length;
    const events = () => host.seen.slice(from).match(/#XCARRIEREVT: \S*|Ready|OK/g);
    await world.result(world.management.ask("POST", "/3/0/4"));
    await host.sees("#XCARRIEREVT: 5,0\r\n", from);
    expect(events()).toEqual(["#XCARRIEREVT: 10,0", "#XCARRIEREVT: 3,0", "Ready", "#XCARRIEREVT: 5,0"]);
    from = host.seen.length;
    await host.says("AT#XRESET");
    await host.sees("#XCARRIEREVT: 5,0\r\n", from);
    expect(events()).toEqual(["OK", "Ready", "#XCARRIEREVT: 5,0"]);
    expect(world.bootstrap.of("POST /bs")).toHaveLength(1);
    await host.close();
  });

  it("registers again when a host has reset the modem alone and brings the link up", async () => {
    const host = new Host(await World.make(), "new");
    await host.sees("#XCARRIEREVT: 5,0\r\n", 0);
    expect(await host.says("AT#XMODEMRESET")).toBe("\r\n#XMODEMRESET: 0\r\n\r\nOK\r\n");
    const from = host.seen.length;
    await host.says("AT+CFUN=1");
    await host.sees("#XCARRIEREVT: 5,0\r\n", from);
    await host.close();
  });

  it("answers a host of ours, whose commands and notifications are typed", async () => {
    const world = await World.make();
    const host = new Host(world, "new");
    const channel = new AtChannel({ stream: host.stream, clock: world.clock });
    const events: unknown[] = [];
    channel.subscribe((said) => {
      if (said.key === "xcarrierevt") events.push(carrierEventOf("new", said.values));
    });
    await world.reaches("REGISTERED", () => events.length === 6);
    expect(events.at(-1)).toEqual({ name: "REGISTERED", number: 5, form: "status", status: 0 });

    const { appDataCreate, appDataSetMode, timezoneRead, timezoneWrite } = CARRIER_COMMANDS;
    const write = { command: "timezone", operation: "write", timezone: "Europe/Oslo" } as const;
    await world.result(channel.execute(timezoneWrite, write));
    const read = world.result(channel.execute(timezoneRead, { command: "timezone", operation: "read" }));
    expect(await read).toEqual({ timezone: "Europe/Oslo" });
    const { get, set } = carrierSettingCommands("carriers");
    await world.result(channel.execute(set, { name: "carriers", value: [1, 3] }));
    expect(await world.result(channel.execute(get, { name: "carriers" }))).toEqual({ value: [1, 3] });

    const data = new TextEncoder().encode("4142");
    await world.result(channel.execute(appDataSetMode, { command: "app_data_set" }, { data }));
    await world.settle();
    expect(await world.result(world.management.ask("GET", "/10250/0/0"))).toBe("2.05 AB");

    const instance = { command: "app_data_create", instance: 0, resourceInstance: 0 } as const;
    await world.result(channel.execute(appDataCreate, instance));
    await world.result(world.management.push("/19/0/0/0", Uint8Array.of(13, 10)));
    expect(events.at(-1)).toMatchObject({ name: "APP_DATA", path: "/19/0/0/0", data: Uint8Array.of(13, 10) });
    channel.close();
    await host.close();
  });

  it("speaks the older dialect, CR LF and all", async () => {
    const host = new Host(await World.make(), "old", true);
    await host.sees("#XCARRIEREVT: 5,0\r\n", 0);
    expect(await host.says(`AT#XCARRIER="app_data","hello, you"`)).toBe("\r\nOK\r\n");
    expect(await host.says(`AT#XCARRIER="regup"`, "ERROR\r\n")).toBe("\r\nERROR\r\n");
    await host.close();
  });
});
