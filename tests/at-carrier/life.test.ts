/** A device that runs the original library, as its host hears it: `#XCARRIEREVT` from the first boot on. */
import { describe, expect, it } from "@jest/globals";
import { seededRandom } from "../../carrier/random.ts";
import { encodeFirmwareImage } from "../../modem/index.ts";
import { Board } from "./support/board.ts";

const IMAGE = { version: "mfw_sim_1.1.0", baseVersion: "mfw_sim_1.0.0", sizeBytes: 20_000 };
const update = () => encodeFirmwareImage({ ...IMAGE, random: seededRandom(1) });

/** Does what the notification asks for, as a host whose modem leaves it to it. */
async function obey(board: Board, until: string): Promise<void> {
  const commands: Readonly<Record<string, string>> = { "1,-1": "AT+CFUN=1", "2,-1": "AT+CFUN=4", "3,-1": "AT+CFUN=0" };
  for (let done = 0; board.events.at(-1) !== until; done++) {
    await board.world.reaches("another event", () => board.events.length > done);
    const command = commands[board.events[done] ?? ""];
    if (command !== undefined) await board.at(command);
  }
}

describe("a device that runs the original library", () => {
  it("tells its first boot in the order that Nordic's sample documents", async () => {
    const board = await Board.registered();
    // LTE_LINK_DOWN, LTE_LINK_UP, LTE_LINK_DOWN, BOOTSTRAPPED, LTE_LINK_UP, REGISTERED.
    expect(board.events).toEqual(["2,0", "1,0", "2,0", "4,0", "1,0", "5,0"]);
    await board.close();
  });

  it("waits for its host with every change of the functional mode when the application does not control it", async () => {
    const board = await Board.boot({ autoControl: false });
    await obey(board, "5,0");
    expect(board.events).toEqual(["2,-1", "1,-1", "2,-1", "4,0", "1,-1", "5,0"]);
    await board.close();
  });

  it("speaks the older application's words, which leave the link to the host", async () => {
    const board = await Board.boot({ vocabulary: "old" });
    board.world.bootstrap.silent = true;
    await obey(board, "6,0");
    board.world.bootstrap.silent = false;
    await obey(board, "5,0");
    expect(board.events).toEqual(["2,-1", "1,-1", "6,0", "2,-1", "4,0", "1,-1", "5,0"]);
    await board.close();
  });

  it("tells why and how long an attempt is put off", async () => {
    const board = await Board.boot();
    board.world.bootstrap.silent = true;
    await board.hears("#XCARRIEREVT: 7,2,60", 0);
    await board.close();
  });

  it("tells an error with its number and value", async () => {
    const board = await Board.boot();
    board.world.bootstrap.silent = true;
    await board.hears("#XCARRIEREVT: 20,8,0", 0);
    await board.close();
  });

  it("has its modem updated, and tells each step", async () => {
    const board = await Board.registered();
    const { world } = board;
    const before = board.events.length;
    await world.result(world.management.push("/5/0/0", update()));
    await world.reaches("Downloaded", () => board.carrier.objects.get(5, 0, 3) === 2);
    await world.result(world.management.ask("POST", "/5/0/2"));
    await board.hears("#XCARRIEREVT: 5,0");
    // FOTA_START, LTE_POWER_OFF, MODEM_SHUTDOWN, MODEM_INIT, FOTA_SUCCESS, LTE_LINK_UP, REGISTERED.
    expect(board.events.slice(before)).toEqual(["8,0", "3,0", "14,0", "13,0", "9,0", "1,0", "5,0"]);
    expect(await world.result(world.management.ask("GET", "/3/0/3"))).toBe("2.05 mfw_sim_1.1.0");
    await board.close();
  });

  it("hands over what a server writes, and tells that it observes", async () => {
    const board = await Board.registered();
    const { management } = board.world;
    await board.at(`AT#XCARRIER="app_data_create",0,0`);
    await board.world.result(management.observe("/19/0/0"));
    await board.world.result(management.push("/19/0/0/0", Uint8Array.of(0x41, 0x0d, 0x0a)));
    expect(board.wire.slice(-2)).toEqual([
      '\r\n#XCARRIEREVT: 12,1,"/19/0/0"\r\n',
      '\r\n#XCARRIEREVT: 12,0,"/19/0/0/0",6\r\n"410d0a"',
    ]);
    await board.world.result(management.push("/10250/0/1", Uint8Array.of(0xff)));
    expect(board.wire.at(-1)).toBe('\r\n#XCARRIEREVT: 12,0,"/10250/0/1",2\r\n"ff"');
    await board.close();
  });

  it("hands octets over as they are in the older application's words", async () => {
    const board = await Board.registered({ vocabulary: "old", autoControl: true });
    await board.world.result(board.world.management.push("/10250/0/1", Uint8Array.of(0x41, 0x0d, 0x0a)));
    expect(board.wire.at(-1)).toBe('\r\n#XCARRIEREVT: 11,3,"/10250/0/1"\r\nA\r\n');
    await board.close();
  });

  it("starts again when a server reboots it, and goes on with its registration", async () => {
    const board = await Board.registered();
    await board.world.result(board.world.management.ask("POST", "/3/0/4"));
    await board.hears("#XCARRIEREVT: 5,0");
    expect(board.wire.slice(6).map((line) => line.trim())).toEqual([
      "#XCARRIEREVT: 10,0",
      "#XCARRIEREVT: 3,0",
      "Ready",
      "#XCARRIEREVT: 5,0",
    ]);
    expect(board.carriers).toHaveLength(2);
    expect(board.world.management.of("POST /rd")).toHaveLength(1);
    await board.close();
  });

  it("waits with the reboot for the host's AT#XRESET when the application does not control it", async () => {
    const board = await Board.boot({ autoControl: false });
    await obey(board, "5,0");
    await board.world.result(board.world.management.ask("POST", "/3/0/4"));
    await board.hears("#XCARRIEREVT: 10,-1", 0);
    await board.world.pass(3600);
    expect(board.events.at(-1)).toBe("10,-1");
    await board.restart();
    await board.hears("#XCARRIEREVT: 5,0");
    await board.close();
  });

  it("says nothing after the end of the line", async () => {
    const board = await Board.registered();
    await board.close();
    const { length } = board.wire;
    await board.world.pass(86_400);
    expect(board.wire).toHaveLength(length);
    expect(await board.at(`AT#XCARRIER="time"`)).toEqual(["ERROR"]);
  });
});
